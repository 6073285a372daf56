"""What a real OctoPrint 1.11.8 said, with its virtual printer."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "recorded" / "octoprint"


def recorded(name: str) -> Any:
    """Return one file of recordings."""
    return json.loads((FOLDER / f"{name}.json").read_text())


JOBS: dict[str, dict[str, Any]] = recorded("jobs")
FILES: dict[str, dict[str, Any]] = recorded("files")
TRACES: dict[str, list[dict[str, Any]]] = recorded("traces")
EVENTS: dict[str, list[list[Any]]] = recorded("events")


def job_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to /api/job that a row of a trace was made from."""
    body: dict[str, Any] = {
        "job": {"file": {"path": row["path"], "origin": "local"}},
        "progress": row["progress"],
        "state": row["job_state"],
    }
    return body | ({"error": row["error"]} if "error" in row else {})
