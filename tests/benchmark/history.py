"""A long job history, written at once."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3

from sqlalchemy import insert
from sqlalchemy.dialects import sqlite

from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.database.codec import Stored, Values, row_values
from custom_components.printernizer.database.schema import JOBS

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
NAMES = ("Benchy", "Würfel", "bracket v2", "Gehäuse oben", "cable clip", "vase", "gear")
_TALLIES = """
INSERT OR REPLACE INTO tallies
SELECT printer_id, status, is_business, auto_created, count(*),
       sum(coalesce(actual_duration, 0)), sum(coalesce(material_used, 0))
FROM jobs GROUP BY printer_id, status, is_business, auto_created
"""


def fill(path: Path, count: int, *, printers: tuple[str, ...], first: int = 0) -> None:
    """Add ended prints to the history in a file that ``JobDatabase`` made."""
    rows = _rows(count, printers, first)
    example = next(rows)
    named = sqlite.dialect(paramstyle="named")
    text = str(insert(JOBS).compile(dialect=named, column_keys=list(example)))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(text, example)
        connection.executemany(text, rows)
        connection.execute(_TALLIES)
        connection.execute("ANALYZE")


def _rows(count: int, printers: tuple[str, ...], first: int) -> Iterator[Values]:
    """Yield rows as real use leaves them: most completed, few by hand."""
    for number in range(first, first + count):
        values = row_values(Stored(job=_job(number, printers[number % len(printers)])))
        values.pop("seq", None)
        yield values


def _job(number: int, printer_id: str) -> Job:
    """Return one ended print: one in ten failed, by hand, or for a business."""
    start = FIRST + timedelta(minutes=number)
    duration = 600 + number * 7919 % 36000
    failed = number % 10 == 3
    is_business = number % 10 == 6
    by_hand = number % 10 == 9
    name = f"{NAMES[number % len(NAMES)]} {number * 7919 % 9973}"
    return Job(
        id=f"{number:026}",
        printer_id=printer_id,
        printer_type="octoprint",
        job_name=name,
        filename=f"folder/{name}.gcode",
        status=JobStatus.FAILED if failed else JobStatus.COMPLETED,
        outcome_source=OutcomeSource.PRINTER,
        created_at=start,
        updated_at=start + timedelta(seconds=duration),
        start_time=start,
        end_time=start + timedelta(seconds=duration),
        actual_duration=duration,
        progress=100.0,
        material_used=12.5,
        is_business=is_business,
        customer_name="Eva Muster" if is_business else None,
        auto_created=not by_hand,
        discovery_time=None if by_hand else start,
        printer_start_time=None if by_hand else start,
        print_key=None if by_hand else f"key{number}",
    )
