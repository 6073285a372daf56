"""Prints to record, and a database to record them in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.core.transitions import (
    Print,
    PrintBegan,
    PrintEnded,
    Transition,
)
from custom_components.printernizer.database import (
    Announcement,
    JobDatabase,
    JobEvent,
    JobPage,
    Recorded,
    Recording,
    sqlite_url,
)
from custom_components.printernizer.database.codec import job_from_row
from custom_components.printernizer.database.models import Page, Wanted

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
PRINTER = "octoprint_0123456789ab"
TYPE = "octoprint"


def url_of(path: Path) -> URL:
    """Return the URL of an SQLite file."""
    return sqlite_url(path)


def print_of(name: str | None = "cube.gcode", **values: Any) -> Print:
    """Return a print that was seen at noon."""
    values.setdefault("key", f"{name}@{int(NOON.timestamp())}")
    values.setdefault("discovered_at", NOON)
    return Print(filename=name, **values)


def began(seen: Print, **values: Any) -> PrintBegan:
    """Return the order to open a print's job."""
    return PrintBegan(print=seen, why="a test", **values)


def ended(
    key: str,
    status: JobStatus = JobStatus.COMPLETED,
    source: OutcomeSource = OutcomeSource.PRINTER,
    **values: Any,
) -> PrintEnded:
    """Return the order to close a print's job, an hour after noon."""
    values.setdefault("end_time", NOON + timedelta(hours=1))
    return PrintEnded(key=key, status=status, source=source, why="a test", **values)


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: datetime = NOON + timedelta(hours=2)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@dataclass
class Scribe:
    """Records orders of one printer, with ids in sequence."""

    database: JobDatabase
    clock: Clock
    ids: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    async def record(
        self,
        *orders: Transition,
        printer_id: str = PRINTER,
        mark: Mapping[str, Any] | None = None,
    ) -> Recorded:
        """Record the orders of one look."""
        return await self.database.record(
            printer_id, TYPE, orders, mark, self.clock.now, self.new_id
        )

    async def one(self, order: Transition, printer_id: str = PRINTER) -> Recording:
        """Record one order, and return what became of it."""
        return (await self.record(order, printer_id=printer_id)).recordings[0]

    def new_id(self) -> str:
        """Return the next id."""
        return f"job{self.ids():06d}"

    async def jobs(self) -> list[Job]:
        """Return all jobs, oldest first."""
        page = await self.database.page(descending=False, limit=1000)
        return list(page.jobs)


async def placed(database: JobDatabase) -> None:
    """Wait until the places of all jobs are known, so that pages are found by them."""
    read = partial(database._following.read, database._connections.reading)
    await database._in_reader(read)


async def both_ways(database: JobDatabase, wanted: Wanted) -> tuple[JobPage, JobPage]:
    """Return a page as its place leads to it, and as a walk does."""
    page = await database.page(
        wanted.jobs,
        order_by=wanted.order_by,
        descending=wanted.descending,
        limit=wanted.limit,
        offset=wanted.offset,
    )
    assert not database._following.is_wanting
    walked = await database._read(lambda reader: reader.page(wanted))
    jobs = tuple(map(job_from_row, walked.jobs))
    return page, Page(jobs=jobs, total=walked.total)


def told(announcements: tuple[Announcement, ...] | list[Announcement]) -> list[str]:
    """Return the names of all events, in their order."""
    return [event.value for each in announcements for event in each.events]


NEW = [JobEvent.AUTO_CREATED, JobEvent.STARTED]
