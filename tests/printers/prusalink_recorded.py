"""Answers of PrusaLink, recorded or put together after its source."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[1] / "recorded" / "prusalink"


def recorded(name: str) -> dict[str, Any]:
    """Return the body of a recorded answer."""
    body = json.loads((_FOLDER / f"{name}.json").read_text())["body"]
    assert isinstance(body, dict)
    return body
