"""What is kept beside the jobs: progress, marks, announcements; and what is not."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.transitions import PrintDropped
from custom_components.printernizer.database import (
    DatabaseError,
    JobDatabase,
    JobNotFound,
    Progress,
    Recording,
    Result,
)

from .common import (
    NOON,
    PRINTER,
    TYPE,
    Clock,
    Scribe,
    began,
    ended,
    print_of,
    told,
    url_of,
)

HOUR = timedelta(hours=1)


async def test_progress_is_kept(scribe: Scribe, clock: Clock) -> None:
    """Progress reaches the disk without counting as a change of the record."""
    seen = print_of()
    opened = (await scribe.one(began(seen))).job
    assert opened is not None
    before = await scribe.database.versioned_job(opened.id)
    assert (await scribe.database.page()).jobs == (before.job,)
    clock.now += HOUR
    rows = [
        Progress(
            printer_id=PRINTER,
            key=key,
            seen_at=clock.now - HOUR / 2,
            progress=33.3,
            elapsed_s=5.5,
        )
        for key in (seen.key, "gone")
    ]
    await scribe.database.save_progress(rows, clock.now)
    after = await scribe.database.versioned_job(opened.id)
    assert (after.job.progress, after.job.elapsed_s) == (33.3, 5.5)
    assert after.job.updated_at == clock.now - HOUR / 2
    assert after.version == before.version
    assert (await scribe.database.page()).jobs == (after.job,)
    await scribe.one(ended(seen.key))
    await scribe.database.save_progress(rows, clock.now)
    assert (await scribe.database.job(opened.id)).progress == 100


async def test_what_is_known_of_a_printer(scribe: Scribe, clock: Clock) -> None:
    """Set-up finds the open job, the newest, the deleted and the mark."""
    empty = await scribe.database.printer_record(PRINTER)
    assert (empty.open_job, empty.latest, empty.mark) == (None, None, None)
    assert empty.tombstones == frozenset()
    first = print_of("a.gcode")
    second = print_of("b.gcode", discovered_at=NOON + HOUR)
    third = print_of("c.gcode", discovered_at=NOON + 2 * HOUR)
    await scribe.record(began(first), ended(first.key), mark={"n": 1})
    await scribe.record(began(second), PrintDropped(key=second.key, why=""))
    await scribe.record(began(third), mark={"n": 2, "name": "ü\0\ud800"})
    record = await scribe.database.printer_record(PRINTER)
    assert record.open_job is not None
    assert record.open_job.print_key == third.key
    assert record.latest == record.open_job
    assert record.tombstones == {second.key}
    assert record.mark == {"n": 2, "name": "ü\0\ud800"}
    found = await scribe.database.job_of_print(PRINTER, first.key)
    assert found is not None
    assert found.status is JobStatus.COMPLETED
    assert await scribe.database.job_of_print(PRINTER, "?") is None


async def test_announcements_wait_until_they_were_sent(
    scribe: Scribe, database: JobDatabase, path: Any, clock: Clock
) -> None:
    """What was never announced is found by the next start, unchanged."""
    seen = print_of("Würfel\ud800.gcode")
    first = await scribe.record(began(seen))
    second = await scribe.record(ended(seen.key))
    await database.close()
    again = JobDatabase(url_of(path), clock=clock)
    await again.open()
    try:
        found = await again.pending_announcements()
        assert told(found) == told(first.announcements + second.announcements)
        assert found[0].job.status is JobStatus.RUNNING
        assert found[1] == second.announcements[0]
        await again.announced([each.id for each in found if each.id is not None])
        assert await again.pending_announcements() == []
    finally:
        await again.close()


async def test_a_bug_keeps_nothing(scribe: Scribe) -> None:
    """An error in the middle of a look undoes all of it."""

    def broken() -> str:
        raise RuntimeError("no id")

    seen = print_of()
    with pytest.raises(RuntimeError):
        await scribe.database.record(
            PRINTER, TYPE, [began(seen)], {"n": 1}, NOON, broken
        )
    assert (await scribe.database.printer_record(PRINTER)).mark is None
    assert (await scribe.one(began(seen))).result is Result.CREATED


async def test_an_id_is_not_used_twice(scribe: Scribe, database: JobDatabase) -> None:
    """A colliding id fails instead of overwriting a job."""
    await database.record(PRINTER, TYPE, [began(print_of())], None, NOON, lambda: "1")
    other = began(print_of("b"))
    with pytest.raises(DatabaseError):
        await database.record("p2", TYPE, [other], None, NOON, lambda: "1")
    with pytest.raises(JobNotFound):
        await database.job("2")
    assert len(await scribe.jobs()) == 1


async def test_many_at_once(scribe: Scribe) -> None:
    """Writers and readers at the same time: each print once, and nobody fails."""
    orders = [
        scribe.one(began(print_of()), f"printer {number % 30}") for number in range(120)
    ]
    reads = [scribe.database.page(limit=10) for _ in range(60)]
    done = await asyncio.gather(*orders, *reads)
    results = [each.result for each in done if isinstance(each, Recording)]
    assert results.count(Result.CREATED) == 30
    assert results.count(Result.EXISTING) == 90
    jobs = await scribe.jobs()
    assert {job.printer_id for job in jobs} == {f"printer {n}" for n in range(30)}
    assert len(jobs) == 30
