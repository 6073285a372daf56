"""Orders of the detector become rows: each print once, with its events."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from custom_components.printernizer.api.serializers import job_to_json
from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.transitions import (
    PrintDropped,
    PrintNamed,
    PrintReopened,
    PrintStatusChanged,
    Transition,
)
from custom_components.printernizer.database import Result

from .common import NOON, Clock, Scribe, began, ended, print_of, told

HOUR = timedelta(hours=1)


async def test_a_print_becomes_a_job(scribe: Scribe) -> None:
    """The job holds what the print told, and its events are announced in order."""
    seen = print_of(
        "cache/Würfel.gcode.3mf",
        start_time=NOON - timedelta(minutes=1),
        on_startup=True,
        estimated_s=90.9,
        print_id="7",
    )
    recorded = await scribe.record(began(seen), mark={"since": None})
    (recording,) = recorded.recordings
    job = recording.job
    assert recording.result is Result.CREATED
    assert job is not None
    assert (job.job_name, job.filename) == ("Würfel", "cache/Würfel.gcode.3mf")
    assert job.status is JobStatus.RUNNING
    assert (job.created_at, job.start_time) == (NOON, NOON - timedelta(minutes=1))
    assert job_to_json(job)["customer_info"] == {
        "auto_created": True,
        "discovery_time": NOON.isoformat(),
        "printer_start_time": (NOON - timedelta(minutes=1)).isoformat(),
        "discovered_on_startup": True,
    }
    assert job.estimated_duration == 90
    assert job.print_id == "7"
    assert told(recorded.announcements) == ["job_auto_created", "job_started"]
    assert await scribe.jobs() == [job]


async def test_fifty_reports_of_one_print_are_one_job(scribe: Scribe) -> None:
    """Row O13: the same order again finds the job."""
    orders = [began(print_of()) for _ in range(50)]
    recorded = await scribe.record(*orders)
    results = [recording.result for recording in recorded.recordings]
    assert results == [Result.CREATED] + [Result.EXISTING] * 49
    assert told(recorded.announcements) == ["job_auto_created", "job_started"]
    assert len(await scribe.jobs()) == 1


async def test_times_are_never_in_the_future(scribe: Scribe, clock: Clock) -> None:
    """A printer's clock that is ahead moves neither start nor end."""
    ahead = clock.now + HOUR
    seen = print_of(discovered_at=ahead, start_time=ahead + HOUR)
    await scribe.one(began(seen))
    recording = await scribe.one(ended(seen.key, end_time=ahead + 2 * HOUR))
    job = recording.job
    assert job is not None
    assert job.created_at == job.start_time == job.end_time == clock.now
    assert job.actual_duration == 0


async def test_an_end_before_the_start_is_the_start(scribe: Scribe) -> None:
    """An end time from another clock makes no negative duration."""
    seen = print_of()
    await scribe.one(began(seen))
    job = (await scribe.one(ended(seen.key, end_time=NOON - HOUR))).job
    assert job is not None
    assert (job.end_time, job.actual_duration) == (NOON, 0)


@pytest.mark.parametrize(
    ("status", "events"),
    [
        (JobStatus.COMPLETED, ["job_ended", "job_completed"]),
        (JobStatus.FAILED, ["job_ended", "job_failed"]),
        (JobStatus.CANCELLED, ["job_ended", "job_cancelled"]),
        (JobStatus.UNKNOWN, ["job_ended"]),
    ],
)
async def test_an_end_is_recorded(
    scribe: Scribe, status: JobStatus, events: list[str]
) -> None:
    """Status, time, progress, material and reason are the printer's."""
    seen = print_of()
    await scribe.one(began(seen, paused=True))
    end = ended(
        seen.key,
        status,
        progress=41.5,
        reason="Thermal runaway",
        material_g=12.5,
        end_time=NOON + timedelta(seconds=61.9),
    )
    recorded = await scribe.record(end)
    job = recorded.recordings[0].job
    assert job is not None
    assert (job.status, job.outcome_source) == (status, OutcomeSource.PRINTER)
    assert job.actual_duration == 61
    assert job.progress == (100 if status is JobStatus.COMPLETED else 41.5)
    assert (job.material_used, job.notes) == (12.5, "Thermal runaway")
    assert told(recorded.announcements) == events
    assert recorded.announcements[0].previous_status is JobStatus.PAUSED
    assert recorded.announcements[0].job == job
    assert (await scribe.one(end)).result is Result.ENDED
    assert await scribe.jobs() == [job]


async def test_pause_and_resume(scribe: Scribe) -> None:
    """Row S1: the status follows; the same word again is no event."""
    seen = print_of()
    await scribe.one(began(seen))
    pause = PrintStatusChanged(key=seen.key, paused=True, progress=10, why="")
    recorded = await scribe.record(pause, pause)
    assert told(recorded.announcements) == ["job_paused"]
    results = [recording.result for recording in recorded.recordings]
    assert results == [Result.CHANGED, Result.UNCHANGED]
    resume = PrintStatusChanged(key=seen.key, paused=False, why="")
    recorded = await scribe.record(resume)
    assert told(recorded.announcements) == ["job_resumed"]
    job = recorded.recordings[0].job
    assert job is not None
    assert (job.status, job.progress) == (JobStatus.RUNNING, 10)
    await scribe.one(ended(seen.key))
    assert (await scribe.one(pause)).result is Result.ENDED


async def test_what_waited_for_the_database_was_seen_before(
    scribe: Scribe, clock: Clock
) -> None:
    """When numbers were seen tells how long the print has run since (row O11)."""
    seen = print_of()
    minute = timedelta(minutes=1)
    orders: list[Transition] = [
        began(seen, elapsed_s=5.0, seen_at=NOON + minute),
        PrintStatusChanged(
            key=seen.key, paused=True, seen_at=NOON + 2 * minute, why=""
        ),
        PrintNamed(
            key=seen.key,
            filename="b.gcode",
            title=None,
            print_id=None,
            seen_at=NOON + 3 * minute,
            why="",
        ),
        ended(seen.key, JobStatus.UNKNOWN, OutcomeSource.INFERRED),
        PrintReopened(key=seen.key, paused=False, seen_at=NOON + 90 * minute, why=""),
    ]
    clock.now = NOON + 80 * minute
    recorded = await scribe.record(*orders)
    jobs = [each.job for each in recorded.recordings]
    assert [(job.updated_at - NOON) // minute for job in jobs if job] == [
        1,
        2,
        3,
        80,
        80,
    ]
    later = PrintStatusChanged(key=seen.key, paused=True, seen_at=NOON, why="")
    job = (await scribe.one(later)).job
    assert job is not None
    assert job.updated_at == clock.now


async def test_a_late_name_is_filled_in(scribe: Scribe) -> None:
    """Row O2: opened without a name, named when it comes."""
    seen = print_of(None, key="late")
    opened = (await scribe.one(began(seen))).job
    assert opened is not None
    assert (opened.job_name, opened.filename) == ("Unnamed print", None)
    named = PrintNamed(
        key="late",
        filename="a/b.gcode",
        title=None,
        print_id="9",
        progress=3.0,
        elapsed_s=40.0,
        why="",
    )
    job = (await scribe.one(named)).job
    assert job is not None
    assert (job.job_name, job.filename, job.print_id) == ("b", "a/b.gcode", "9")
    assert (job.progress, job.elapsed_s) == (3.0, 40.0)
    assert (await scribe.one(named)).result is Result.UNCHANGED
    job = (await scribe.one(replace(named, print_id=None))).job
    assert job is not None
    assert job.print_id is None


async def test_a_late_name_leaves_what_the_user_wrote(scribe: Scribe) -> None:
    """Row S9: edited names stay."""
    opened = (await scribe.one(began(print_of(None, key="late")))).job
    assert opened is not None
    await scribe.database.update(opened.id, {"job_name": "Mine", "filename": "my"})
    named = PrintNamed(key="late", filename="b.gcode", title="B", print_id=None, why="")
    job = (await scribe.one(named)).job
    assert job is not None
    assert (job.job_name, job.filename) == ("Mine", "my")


@pytest.mark.parametrize(
    ("title", "name"),
    [("Benchy.gcode.3mf", "Benchy"), ("1/2 inch nut", "1/2 inch nut"), (" ", "cube")],
)
async def test_a_title_names_the_job(scribe: Scribe, title: str, name: str) -> None:
    """A title goes before the file name, and is no path."""
    job = (await scribe.one(began(print_of(title=title)))).job
    assert job is not None
    assert job.job_name == name


async def test_a_lost_print_is_closed_by_the_next(scribe: Scribe) -> None:
    """A session was lost: the open job is closed before another is opened."""
    first, second = print_of("a.gcode"), print_of("b.gcode", discovered_at=NOON + HOUR)
    await scribe.one(began(first))
    recorded = await scribe.record(began(second))
    assert told(recorded.announcements) == [
        "job_ended",
        "job_auto_created",
        "job_started",
    ]
    lost, running = await scribe.jobs()
    assert (lost.status, lost.outcome_source) == (
        JobStatus.UNKNOWN,
        OutcomeSource.INFERRED,
    )
    assert lost.end_time == NOON + HOUR
    assert running.status is JobStatus.RUNNING


async def test_printers_do_not_disturb_each_other(scribe: Scribe) -> None:
    """Equal keys on two printers are two prints, both open."""
    seen = print_of()
    assert (await scribe.one(began(seen))).result is Result.CREATED
    assert (await scribe.one(began(seen), "other")).result is Result.CREATED
    assert [job.is_open for job in await scribe.jobs()] == [True, True]


async def test_a_print_found_afterwards_leaves_the_running_one(scribe: Scribe) -> None:
    """Row O14: opened and closed in one step beside the open print."""
    await scribe.one(began(print_of("b.gcode")))
    missed = print_of("a.gcode", afterwards=True, start_time=NOON - HOUR)
    recorded = await scribe.record(
        began(missed), ended(missed.key, end_time=NOON - HOUR / 2)
    )
    assert told(recorded.announcements) == [
        "job_auto_created",
        "job_started",
        "job_ended",
        "job_completed",
    ]
    running, found = await scribe.jobs()
    assert running.is_open
    assert found.status is JobStatus.COMPLETED
    assert found.discovered_afterwards
    assert found.actual_duration == 1800


@pytest.mark.parametrize("end", [NOON - HOUR, NOON])
async def test_a_print_whose_start_nobody_told_ends_when_the_printer_says(
    scribe: Scribe, end: datetime
) -> None:
    """It was over when it was discovered, and began no later than it ended."""
    missed = print_of(afterwards=True, discovered_at=NOON - HOUR / 2)
    await scribe.record(began(missed), ended(missed.key, end_time=end))
    (found,) = await scribe.jobs()
    assert found.end_time == end
    assert found.start_time == min(end, NOON - HOUR / 2)
    assert found.discovery_time == NOON - HOUR / 2
    assert found.printer_start_time is None


async def test_late_evidence_corrects_once(scribe: Scribe) -> None:
    """Row C10: an inferred end is corrected, a known one is not."""
    seen = print_of()
    unsure = ended(seen.key, JobStatus.UNKNOWN, OutcomeSource.INFERRED)
    await scribe.record(began(seen), unsure)
    late = ended(seen.key, JobStatus.FAILED, OutcomeSource.HISTORY, corrects=True)
    recorded = await scribe.record(late)
    assert told(recorded.announcements) == ["job_ended", "job_failed"]
    assert recorded.announcements[0].previous_status is JobStatus.UNKNOWN
    later = ended(seen.key, JobStatus.COMPLETED, corrects=True)
    assert (await scribe.one(later)).result is Result.ENDED
    assert (await scribe.jobs())[0].status is JobStatus.FAILED


async def test_a_lost_print_goes_on(scribe: Scribe) -> None:
    """Row C11: closed as unknown, seen again: the same job, running."""
    seen = print_of()
    unsure = ended(seen.key, JobStatus.UNKNOWN, OutcomeSource.INFERRED)
    await scribe.record(began(seen), unsure)
    reopen = PrintReopened(
        key=seen.key, paused=False, progress=41.5, elapsed_s=600.0, why=""
    )
    recorded = await scribe.record(reopen, reopen)
    assert [each.result for each in recorded.recordings] == [
        Result.CHANGED,
        Result.UNCHANGED,
    ]
    assert told(recorded.announcements) == ["job_resumed"]
    (job,) = await scribe.jobs()
    assert job.status is JobStatus.RUNNING
    assert (job.end_time, job.actual_duration, job.outcome_source) == (None,) * 3
    assert (job.progress, job.elapsed_s) == (41.5, 600.0)
    assert (await scribe.one(began(seen))).result is Result.EXISTING


async def test_a_reopened_print_takes_the_printer_back(scribe: Scribe) -> None:
    """Only one print of a printer is open, also after a reopening."""
    first, second = print_of("a.gcode"), print_of("b.gcode")
    unsure = ended(first.key, JobStatus.UNKNOWN, OutcomeSource.INFERRED)
    await scribe.record(began(first), unsure, began(second))
    await scribe.one(PrintReopened(key=first.key, paused=True, why=""))
    statuses = [job.status for job in await scribe.jobs()]
    assert statuses == [JobStatus.PAUSED, JobStatus.UNKNOWN]


async def test_a_sure_end_is_not_reopened(scribe: Scribe) -> None:
    """What the printer said of the end stands."""
    seen = print_of()
    await scribe.record(began(seen), ended(seen.key))
    reopen = PrintReopened(key=seen.key, paused=False, why="")
    assert (await scribe.one(reopen)).result is Result.ENDED
    assert (await scribe.one(began(seen))).result is Result.ENDED


async def test_an_ignored_print_leaves_no_job(scribe: Scribe) -> None:
    """Row O8: dropped at its end, and not recorded again."""
    seen = print_of()
    await scribe.one(began(seen))
    recorded = await scribe.record(PrintDropped(key=seen.key, why=""))
    assert recorded.recordings[0].result is Result.DROPPED
    assert told(recorded.announcements) == ["job_deleted"]
    assert recorded.announcements[0].id is None
    assert await scribe.jobs() == []
    assert await scribe.database.pending_announcements() == []
    assert (await scribe.one(began(seen))).result is Result.DELETED
    assert (await scribe.one(ended(seen.key))).result is Result.DELETED


async def test_orders_about_nothing_do_nothing(scribe: Scribe) -> None:
    """A key that no job has is reported as missing."""
    for order in (
        ended("?"),
        PrintReopened(key="?", paused=False, why=""),
        PrintDropped(key="?", why=""),
    ):
        assert (await scribe.one(order)).result is Result.MISSING
