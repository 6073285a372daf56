"""Places in memory: whatever happens to jobs, pages are what a walk finds."""

import asyncio
from contextlib import closing, suppress
from datetime import timedelta
from itertools import product
from pathlib import Path
import random
import sqlite3

import pytest

from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.database import (
    JobActive,
    JobChanges,
    JobDatabase,
    JobFilter,
    NewJob,
    OrderBy,
)
from custom_components.printernizer.database.models import Wanted

from .common import NOON, Clock, Scribe, began, both_ways, ended, placed, print_of

NAMES = ("cube", "cube cube", "cube cube 2", "Cube Cube 2", "würfel", "", "z\0z", "Éa")
LIMIT = 9


class Story:
    """Lets things happen to jobs at random."""

    def __init__(self, scribe: Scribe, clock: Clock, rnd: random.Random) -> None:
        """Begin with no job; half of the prints come from two printers."""
        self._scribe, self._clock, self._rnd = scribe, clock, rnd
        self._printers = ["p0", "p1", *(f"p{number}" for number in range(300))]
        self._ids: list[str] = []
        self._prints: list[tuple[str, str]] = []

    def _printer(self) -> str:
        """Return a printer, often one of two."""
        rnd = self._rnd
        return rnd.choice(self._printers[:2] if rnd.random() < 0.5 else self._printers)

    async def go_on(self) -> None:
        """Let one thing happen."""
        self._clock.now += timedelta(minutes=self._rnd.choice((0, 0, 1, 500)))
        steps = (self._create, self._begin, self._begin, self._end, self._edit)
        await self._rnd.choice((*steps, self._edit, self._set_status, self._delete))()

    async def _create(self) -> None:
        """Add a job by hand."""
        name = self._rnd.choice(NAMES) or "x" * 200
        new = NewJob(printer_id=self._printer(), printer_type="x", job_name=name)
        job = (await self._scribe.database.create(new, self._scribe.new_id())).job
        self._ids.append(job.id)

    async def _begin(self) -> None:
        """Begin a print, which may have been discovered late."""
        ago = timedelta(minutes=self._rnd.choice((0, 3, 5000)))
        seen = print_of(
            f"{self._rnd.choice(NAMES)}.gcode",
            key=str(len(self._prints)),
            discovered_at=self._clock.now,
            start_time=self._clock.now - ago,
        )
        printer_id = self._printer()
        job = (await self._scribe.one(began(seen), printer_id)).job
        # The print may have been waited for.
        if job is not None and job.id not in self._ids:
            self._ids.append(job.id)
        self._prints.append((printer_id, seen.key))

    async def _end(self) -> None:
        """End a print, if it is still open."""
        if self._prints:
            printer_id, key = self._rnd.choice(self._prints)
            status = self._rnd.choice((JobStatus.COMPLETED, JobStatus.FAILED))
            end = self._clock.now
            order = ended(key, status, OutcomeSource.PRINTER, end_time=end)
            await self._scribe.one(order, printer_id)

    async def _edit(self) -> None:
        """Change what a list may be filtered or ordered by, or what it may not."""
        if not self._ids:
            return
        every: list[JobChanges] = [
            {"job_name": self._rnd.choice(NAMES) or "y"},
            {"is_business": self._rnd.random() < 0.5},
            {"notes": str(self._rnd.random())},
            {"printer_id": self._printer(), "printer_type": "x"},
        ]
        changes = self._rnd.choice(every)
        # The job of a print that goes on stays with its printer.
        with suppress(JobActive):
            await self._scribe.database.update(self._rnd.choice(self._ids), changes)

    async def _set_status(self) -> None:
        """Set any status."""
        if self._ids:
            job_id, status = self._rnd.choice(self._ids), self._rnd.choice([*JobStatus])
            await self._scribe.database.set_status(job_id, status, force=True)

    async def _delete(self) -> None:
        """Delete a job, often the newest, whose number may be given again."""
        if self._ids:
            at = self._rnd.choice((-1, self._rnd.randrange(len(self._ids))))
            await self._scribe.database.delete(self._ids.pop(at), force=True)

    def lists(self) -> list[Wanted]:
        """Return every kind of list, without those of the same place in each."""
        when = NOON + timedelta(minutes=self._rnd.randrange(40_000))
        later = when + timedelta(minutes=self._rnd.randrange(-500, 20_000))
        filters = [
            *(JobFilter(printer_id=each) for each in ("p0", "p1", "p77", "?")),
            *(JobFilter(status=status) for status in JobStatus),
            *(JobFilter(is_business=flag) for flag in (True, False)),
            *(JobFilter(auto_created=flag) for flag in (True, False)),
            JobFilter(start=when),
            JobFilter(end=when),
            JobFilter(start=when, end=later),
            JobFilter(start=when, end=when),
            JobFilter(printer_id="p1", status=JobStatus.FAILED, auto_created=True),
            JobFilter(end=later, printer_id="p0", is_business=False, auto_created=True),
            JobFilter(),
        ]
        return [
            Wanted(jobs=jobs, order_by=order_by, descending=descending, limit=LIMIT)
            for jobs, order_by, descending in product(filters, OrderBy, (False, True))
        ]


async def check(database: JobDatabase, first: Wanted) -> None:
    """Compare all pages of a list."""
    offset, total = 0, 1
    while offset < total + LIMIT:
        page = Wanted(
            jobs=first.jobs,
            order_by=first.order_by,
            descending=first.descending,
            limit=LIMIT,
            offset=offset,
        )
        found, walked = await both_ways(database, page)
        assert found == walked, page
        offset, total = offset + LIMIT, walked.total


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_pages_follow_changes(
    scribe: Scribe, clock: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """After any changes every page is what the database itself finds."""
    places = "custom_components.printernizer.database.places"
    monkeypatch.setattr(f"{places}._CHANGES", 30)
    monkeypatch.setattr(f"{places}._ERAS", 6)
    rnd = random.Random(seed)  # noqa: S311 - the same story in each run
    story = Story(scribe, clock, rnd)
    for _ in range(60 * seed):
        await story.go_on()
    await placed(scribe.database)
    for _ in range(150):
        for _ in range(rnd.choice((1, 1, 5, 20))):
            await story.go_on()
        for wanted in rnd.sample(story.lists(), 2):
            await check(scribe.database, wanted)
    for wanted in story.lists():
        await check(scribe.database, wanted)


async def test_pages_are_whole_while_jobs_move(scribe: Scribe) -> None:
    """Whoever reads while others write sees one state: all of it and nothing else."""
    database, business = scribe.database, JobFilter(is_business=True)
    ids = []
    for number in range(40):
        new = NewJob(
            printer_id="p",
            printer_type="x",
            job_name=f"job {number % 4}",
            is_business=number < 20,
        )
        ids.append((await database.create(new, scribe.new_id())).job.id)
    await placed(database)

    async def swap(number: int) -> None:
        """Rename one job and let another one in or out, again and again."""
        for turn in range(25):
            await database.update(ids[number], {"job_name": f"job {turn % 4}"})
            flag = turn % 2 == 1
            await database.update(ids[number], {"is_business": flag})

    async def read() -> list[tuple[int, list[Job]]]:
        """Read the whole list, again and again."""
        pages = [
            await database.page(business, order_by=OrderBy.JOB_NAME, limit=100)
            for _ in range(60)
        ]
        return [(page.total, list(page.jobs)) for page in pages]

    writing = asyncio.gather(*(swap(number) for number in range(4)))
    seen = await asyncio.gather(read(), read(), read())
    await writing
    for total, jobs in (page for pages in seen for page in pages):
        assert len(jobs) == len({job.id for job in jobs}) == total
        assert 16 <= total <= 20
        assert all(job.is_business for job in jobs)
        assert jobs == sorted(
            jobs, key=lambda job: (job.job_name, job.id), reverse=True
        )
    assert not database._following.is_wanting


async def test_a_change_by_somebody_else_is_noticed(scribe: Scribe, path: Path) -> None:
    """Places that the file contradicts are forgotten and read anew."""
    database = scribe.database
    jobs = []
    for name in ("cube 1", "cube 2", "cube 3"):
        new = NewJob(printer_id="p", printer_type="x", job_name=name)
        jobs.append((await database.create(new, scribe.new_id())).job)
    await placed(database)
    with closing(sqlite3.connect(path, autocommit=True)) as other:
        other.execute("UPDATE jobs SET name_sort = 'a' WHERE id = ?", (jobs[2].id,))
    await database.update(jobs[2].id, {"job_name": "cube 0"})
    for _ in range(2):
        page = await database.page(order_by=OrderBy.JOB_NAME, descending=False)
        assert [job.job_name for job in page.jobs] == ["cube 0", "cube 1", "cube 2"]
        await placed(database)


async def test_notes_are_taken_without_a_reader(
    scribe: Scribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes is not noted for ever, where nobody asks for a list."""
    following = "custom_components.printernizer.database.following"
    monkeypatch.setattr(f"{following}._MANY", 3)
    database = scribe.database
    await placed(database)
    for number in range(4):
        assert not database._following.is_behind
        new = NewJob(printer_id="p", printer_type="x", job_name=str(number))
        await database.create(new, scribe.new_id())
    await database.close()
    assert not database._following.is_behind
    assert not database._following.is_wanting
