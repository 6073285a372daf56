"""Lists: every filter, order and page, against the same done in Python."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
import random
from typing import Any
import unicodedata

import pytest

from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.database import (
    JobDatabase,
    JobFilter,
    NewJob,
    OrderBy,
)
from custom_components.printernizer.database.codec import name_key
from custom_components.printernizer.database.models import Wanted

from .common import NOON, Scribe, began, both_ways, ended, placed, print_of

pytestmark = pytest.mark.slow

NAMES = ["cube", "Würfel", "WÜRFEL 2", "100%_done", "a/b 'x\"", "Éclair", "straße", "z"]
PRINTERS = ["p1", "p2", "p3"]


@pytest.fixture
async def jobs(scribe: Scribe) -> list[Job]:
    """Fill the database with jobs of every kind."""
    rnd = random.Random(4)  # noqa: S311 - the same jobs in each run
    for number in range(180):
        await add_one(scribe, rnd, number)
    return await scribe.jobs()


async def add_one(scribe: Scribe, rnd: random.Random, number: int) -> None:
    """Add a job by hand, or of a print."""
    database, name = scribe.database, rnd.choice(NAMES)
    printer_id = rnd.choice(PRINTERS)
    when = NOON + timedelta(hours=number // 2)
    scribe.clock.now = when
    if rnd.random() < 0.3:
        new = NewJob(
            printer_id=printer_id,
            printer_type="x",
            job_name=name,
            is_business=rnd.random() < 0.5,
        )
        job = (await database.create(new, scribe.new_id())).job
        await database.set_status(job.id, rnd.choice(list(JobStatus)), force=True)
        return
    seen = print_of(f"{name}.gcode", key=str(number), discovered_at=when)
    await scribe.one(began(seen), printer_id)
    if rnd.random() < 0.9:
        status = rnd.choice([JobStatus.COMPLETED, JobStatus.FAILED])
        scribe.clock.now += timedelta(hours=50)
        end = when + timedelta(hours=rnd.randint(1, 50))
        order = ended(seen.key, status, OutcomeSource.PRINTER, end_time=end)
        await scribe.one(order, printer_id)


def started(job: Job) -> Any:
    """Return when a job counts as started."""
    return job.start_time or job.created_at


def folded(text: str) -> str:
    """Return a text for comparison."""
    return unicodedata.normalize("NFC", text).casefold()


def matches(job: Job, wanted: JobFilter) -> bool:
    """Tell whether a job is in a list, as the documentation says it."""
    text = folded(f"{job.job_name}\n{job.filename or ''}")
    return (
        wanted.printer_id in (None, job.printer_id)
        and wanted.status in (None, job.status)
        and wanted.is_business in (None, job.is_business)
        and wanted.auto_created in (None, job.auto_created)
        and (wanted.start is None or started(job) >= wanted.start)
        and (wanted.end is None or started(job) < wanted.end)
        and (wanted.q is None or folded(wanted.q) in text)
        and wanted.job_id in (None, job.id)
    )


LATE = NOON + timedelta(days=9999)
KEYS: dict[OrderBy, Callable[[Job], Any]] = {
    OrderBy.CREATED_AT: lambda job: job.created_at,
    OrderBy.START_TIME: started,
    OrderBy.END_TIME: lambda job: job.end_time or LATE,
    OrderBy.JOB_NAME: lambda job: name_key(job.job_name),
    OrderBy.STATUS: lambda job: job.status.value,
}
FILTERS = [
    JobFilter(),
    JobFilter(printer_id="p2"),
    JobFilter(printer_id="?"),
    *(JobFilter(status=status) for status in JobStatus),
    JobFilter(is_business=True),
    JobFilter(is_business=False),
    JobFilter(auto_created=True),
    JobFilter(auto_created=False, printer_id="p1"),
    JobFilter(start=NOON + timedelta(hours=20)),
    JobFilter(end=NOON + timedelta(hours=20)),
    JobFilter(
        start=NOON + timedelta(hours=20),
        end=NOON + timedelta(hours=60),
        status=JobStatus.COMPLETED,
    ),
    *(JobFilter(q=q) for q in ("würfel", "STRASSE", "%", "_", "'x\"", "e\u0301c", "?")),
    JobFilter(q=".gcode", printer_id="p3"),
    JobFilter(job_id="job000007"),
]


@pytest.mark.parametrize("few", [1, 1000], ids=["many found", "few found"])
async def test_every_list(
    database: JobDatabase, jobs: list[Job], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Each page of each list is what filtering and sorting in Python gives."""
    module = "custom_components.printernizer.database.lists"
    monkeypatch.setattr(f"{module}._FEW", few)
    await placed(database)
    places = {job.id: place for place, job in enumerate(jobs)}
    for wanted in FILTERS:
        for order_by, key in KEYS.items():
            expected = [job for job in jobs if matches(job, wanted)]
            expected.sort(key=lambda job: places[job.id])
            expected.sort(key=key)
            for descending in (False, True):
                await check_pages(database, wanted, order_by, descending, expected)
                expected.reverse()


async def check_pages(
    database: JobDatabase,
    wanted: JobFilter,
    order_by: OrderBy,
    descending: bool,
    expected: list[Job],
) -> None:
    """Compare pages, found by their places and by a walk, and the stream."""
    for offset in (0, 7, 93, len(expected) - 1, len(expected), 10**6):
        page = Wanted(
            jobs=wanted,
            order_by=order_by,
            descending=descending,
            limit=7,
            offset=max(0, offset),
        )
        for found in await both_ways(database, page):
            assert found.total == len(expected), page
            assert list(found.jobs) == expected[page.offset :][:7], page
    stream = database.stream(wanted, order_by=order_by, descending=descending, chunk=11)
    assert [job async for chunk in stream for job in chunk] == expected


async def test_a_list_is_read_while_it_is_written(
    database: JobDatabase, scribe: Scribe
) -> None:
    """A stream sees every job that stays, once, and is not stopped by writers."""
    for number in range(60):
        new = NewJob(printer_id="p", printer_type="x", job_name=str(number))
        await database.create(new, scribe.new_id())
    seen = []
    stream: AsyncIterator[list[Job]] = database.stream(descending=False, chunk=7)
    async for chunk in stream:
        seen += [job.job_name for job in chunk]
        if len(seen) < 60:
            await database.delete(chunk[0].id)
            await database.update(chunk[1].id, {"notes": "x"})
    assert seen == [str(number) for number in range(60)]


async def test_active_jobs(database: JobDatabase, jobs: list[Job]) -> None:
    """Running and paused jobs, oldest first."""
    assert await database.active_jobs() == [job for job in jobs if job.is_open]
    counts = await database.counts(NOON + timedelta(hours=30))
    assert counts.active == sum(job.is_open for job in jobs)
    late = [job for job in jobs if job.created_at >= NOON + timedelta(hours=30)]
    assert counts.since == len(late)


def test_names_are_ordered_without_case_and_accents() -> None:
    """A name stands where people look for it."""
    names = ["Zebra", "éclair", "Apple", "zoo", "Ecru", "apple 2"]
    in_order = ["Apple", "apple 2", "éclair", "Ecru", "Zebra", "zoo"]
    assert sorted(names, key=name_key) == in_order
