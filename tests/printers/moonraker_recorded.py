"""What a real Moonraker 0.11.0 said in front of a real Klipper v0.13.0-730."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Remembered,
    Snapshot,
)
from custom_components.printernizer.printers.moonraker.history import (
    Row,
    merge,
    parse_rows,
)
from custom_components.printernizer.printers.moonraker.judge import (
    Look,
    find_row,
    judge,
)
from custom_components.printernizer.printers.moonraker.report import (
    Report,
    parse_report,
)

FOLDER = Path(__file__).parents[1] / "recorded" / "moonraker"


def recorded(name: str) -> Any:
    """Return one file of recordings."""
    return json.loads((FOLDER / f"{name}.json").read_text())


LOOKS: dict[str, dict[str, Any]] = recorded("looks")
SCENARIOS: dict[str, Any] = recorded("scenarios")
MESSAGES: dict[str, list[dict[str, Any]]] = recorded("messages")
LONG_AFTER = datetime(2027, 1, 1, tzinfo=UTC)


def rows_of(name: str) -> list[Row]:
    """Return the history of a recorded look, oldest first."""
    return merge(parse_rows(LOOKS[name]["history"] or {}))


def report_of(name: str) -> Report | None:
    """Return the report of a recorded look, None while Klipper was away."""
    answer = LOOKS[name]["objects"]
    return parse_report(answer) if "result" in answer else None


def remember(rows: list[Row]) -> Remembered:
    """Return the memory of the newest of these prints."""
    past = rows[-1].past
    return Remembered(
        filename=past.filename, print_id=past.print_id, history_since=past.start_time
    )


def judge_recorded(
    name: str,
    *,
    now: datetime | None = None,
    remembered: Remembered | None = None,
) -> Snapshot:
    """Judge a recorded look as the client does; ``now`` as the report implies it."""
    rows, report = rows_of(name), report_of(name)
    if now is None and rows and report and report.total_s:
        now = rows[-1].past.start_time + timedelta(seconds=report.total_s + 0.1)
    if remembered is None:
        remembered = remember(rows) if rows else NOTHING_REMEMBERED
    return judge(with_facts(look_of(report, rows, remembered, now or LONG_AFTER)))


def judge_stats(
    stats: dict[str, Any],
    jobs: list[dict[str, Any]],
    now: datetime,
    *,
    klippy: str = "ready",
) -> Snapshot:
    """Judge a print_stats object together with rows of the history."""
    status = {"print_stats": stats, "webhooks": {"state": klippy}}
    report = parse_report({"result": {"status": status}})
    rows = merge(parse_rows({"result": {"jobs": jobs}}))
    return judge(with_facts(look_of(report, rows, NOTHING_REMEMBERED, now)))


def look_of(
    report: Report | None, rows: list[Row], remembered: Remembered, now: datetime
) -> Look:
    """Return a look whose rows were asked for when the print was over."""
    return Look(
        report=report,
        rows=rows,
        remembered=remembered,
        asked_at=now,
        now=now,
        told_at=now + timedelta(minutes=1),
    )


def with_facts(look: Look) -> Look:
    """Return a look with the facts of the row that it shows."""
    row = find_row(look)
    return replace(look, facts=row.facts if row else None)
