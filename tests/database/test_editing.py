"""Changes by hand, and what they mean for a print that goes on."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from custom_components.printernizer.api.serializers import job_to_json
from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.core.transitions import (
    PrintReopened,
    PrintStatusChanged,
)
from custom_components.printernizer.database import (
    EditConflict,
    JobActive,
    JobChanges,
    JobDatabase,
    JobNotFound,
    NewJob,
    Result,
    TransitionForbidden,
)

from .common import NOON, PRINTER, TYPE, Clock, Scribe, began, ended, print_of, told


async def create(database: JobDatabase, **values: Any) -> Job:
    """Add a job by hand."""
    new = NewJob(printer_id=PRINTER, printer_type=TYPE, job_name="Gift", **values)
    return (await database.create(new, "1")).job


async def running(scribe: Scribe) -> Job:
    """Open the job of a print."""
    job = (await scribe.one(began(print_of()))).job
    assert job is not None
    return job


async def test_a_job_by_hand_waits(database: JobDatabase, clock: Clock) -> None:
    """It is pending, without a time of its own, and no event tells of it."""
    job = await create(database, notes="n", details={"a": 1})
    assert (job.status, job.created_at) == (JobStatus.PENDING, clock.now)
    assert (job.start_time, job.auto_created) == (None, False)
    assert await database.job("1") == job
    assert await database.pending_announcements() == []


async def test_an_edit_changes_what_it_names(database: JobDatabase) -> None:
    """An absent key stays, None clears, further keys are merged."""
    before = await create(
        database, notes="n", order_id="o", details={"a": 1, "b": {"c": 2}}
    )
    edited = await database.update(
        "1",
        {
            "notes": None,
            "is_business": True,
            "customer_name": "Ann",
            "material_cost": 1.5,
            "details": {"a": None, "d": [3]},
        },
    )
    job = edited.job
    assert edited.previous == before
    assert (job.notes, job.order_id, job.customer_name) == (None, "o", "Ann")
    assert (job.material_cost, job_to_json(job)["cost_eur"]) == (1.5, 1.5)
    assert job.details == {"b": {"c": 2}, "d": [3]}
    assert await database.job("1") == job


async def test_an_edit_keeps_what_automatic_creation_wrote(scribe: Scribe) -> None:
    """The keys of automatic creation survive every edit."""
    job = await running(scribe)
    info = job_to_json(job)["customer_info"]
    await scribe.database.update(job.id, {"details": {"auto_created": None}})
    edited = await scribe.database.update(job.id, {"customer_name": "Ann"})
    assert job_to_json(edited.job)["customer_info"] == info | {"name": "Ann"}


async def test_no_change_is_no_version(database: JobDatabase) -> None:
    """An edit to what stands already changes neither time nor version."""
    await create(database, notes="n")
    edited = await database.update("1", {"notes": "n"})
    assert edited.version == 1
    assert (await database.versioned_job("1")).version == 1


async def test_edits_at_once(database: JobDatabase) -> None:
    """Of edits that all saw the same version, one wins and the others know it."""
    await create(database)
    edits = [
        database.update("1", {"notes": str(number)}, if_match=1) for number in range(20)
    ]
    done = await asyncio.gather(*edits, return_exceptions=True)
    won = [each for each in done if not isinstance(each, EditConflict)]
    assert len(won) == 1
    assert not isinstance(won[0], BaseException)
    assert await database.job("1") == won[0].job
    assert (await database.update("1", {"notes": "x"}, if_match=2)).version == 3


async def test_an_edit_may_be_refused(database: JobDatabase) -> None:
    """A check sees the job before and after, and nothing is kept if it raises."""
    job = await create(database)

    def refuse(before: Job, after: Job) -> None:
        assert (before, after.notes) == (job, "x")
        raise ValueError

    with pytest.raises(ValueError):
        await database.update("1", {"notes": "x"}, check=refuse)
    assert await database.job("1") == job


@pytest.mark.parametrize("status", list(JobStatus))
async def test_what_is_missing_is_missed(
    database: JobDatabase, status: JobStatus
) -> None:
    """Every change of an unknown job says so."""
    for change in (
        database.update("?", {}),
        database.set_status("?", status),
        database.delete("?"),
    ):
        with pytest.raises(JobNotFound):
            await change


ALLOWED = [
    ("pending", "running", ["job_started"]),
    ("pending", "completed", ["job_ended", "job_completed"]),
    ("pending", "failed", ["job_ended", "job_failed"]),
    ("pending", "cancelled", ["job_ended", "job_cancelled"]),
    ("running", "paused", ["job_paused"]),
    ("paused", "running", ["job_resumed"]),
    ("running", "failed", ["job_ended", "job_failed"]),
    ("paused", "cancelled", ["job_ended", "job_cancelled"]),
    ("completed", "failed", ["job_ended", "job_failed"]),
    ("cancelled", "unknown", ["job_ended"]),
    ("running", "running", []),
]


@pytest.mark.parametrize(("old", "new", "events"), ALLOWED)
async def test_a_status_by_hand(
    database: JobDatabase, clock: Clock, old: str, new: str, events: list[str]
) -> None:
    """Allowed steps are written and announced like the printer's own."""
    await create(database)
    await database.set_status("1", JobStatus(old), force=True)
    clock.now += timedelta(minutes=1)
    edited = await database.set_status("1", JobStatus(new), note="done by Ann")
    assert told(edited.announcements) == events
    job = edited.job
    assert (job.status, job.notes) == (new, "done by Ann")
    if new in {"completed", "failed", "cancelled", "unknown"}:
        assert job.outcome_source is OutcomeSource.USER
        assert job.end_time is not None
        assert edited.announcements[0].previous_status == old
    assert await database.job("1") == job


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pending", "paused"),
        ("pending", "unknown"),
        ("running", "pending"),
        ("completed", "running"),
        ("failed", "pending"),
    ],
)
async def test_a_forbidden_status(database: JobDatabase, old: str, new: str) -> None:
    """Other steps are refused, and allowed by force."""
    await create(database)
    await database.set_status("1", JobStatus(old), force=True)
    with pytest.raises(TransitionForbidden) as refused:
        await database.set_status("1", JobStatus(new), note="not kept")
    assert (refused.value.old, refused.value.new) == (old, new)
    with pytest.raises(TransitionForbidden):
        await database.update("1", {"status": JobStatus(new)})
    assert (await database.job("1")).notes is None
    forced = await database.set_status("1", JobStatus(new), force=True)
    assert forced.job.status == new


async def test_ended_by_hand_the_print_is_on_its_own(scribe: Scribe) -> None:
    """Row S9: nothing the printer says touches the job any more."""
    job = await running(scribe)
    key = print_of().key
    edited = await scribe.database.set_status(job.id, JobStatus.FAILED)
    assert edited.detached
    for order in (
        PrintStatusChanged(key=key, paused=True, why=""),
        ended(key),
        ended(key, corrects=True),
        PrintReopened(key=key, paused=False, why=""),
        began(print_of()),
    ):
        assert (await scribe.one(order)).result is Result.DETACHED
    assert await scribe.database.job(job.id) == edited.job
    # The printer is free for the next print.
    recording = await scribe.one(began(print_of("next.gcode")))
    assert recording.result is Result.CREATED
    assert (await scribe.database.job(job.id)).status is JobStatus.FAILED


async def test_paused_by_hand_the_print_is_still_followed(scribe: Scribe) -> None:
    """Only an end detaches."""
    job = await running(scribe)
    edited = await scribe.database.set_status(job.id, JobStatus.PAUSED)
    assert not edited.detached
    assert (await scribe.one(ended(print_of().key))).result is Result.CHANGED


async def test_reopened_by_hand_it_stays_on_its_own(scribe: Scribe) -> None:
    """By force an ended job runs again, without its print."""
    job = await running(scribe)
    await scribe.one(ended(print_of().key))
    edited = await scribe.database.set_status(job.id, JobStatus.RUNNING, force=True)
    assert told(edited.announcements) == ["job_resumed"]
    assert edited.job.end_time is None
    assert (await scribe.one(began(print_of()))).result is Result.DETACHED
    assert (await scribe.one(began(print_of("b")))).result is Result.CREATED
    assert (await scribe.database.job(job.id)).status is JobStatus.RUNNING


async def test_pending_by_force_it_waits_for_another_print(scribe: Scribe) -> None:
    """A job made pending by force lets its print go."""
    job = await running(scribe)
    edited = await scribe.database.set_status(job.id, JobStatus.PENDING, force=True)
    assert edited.detached
    assert (edited.job.print_key, edited.job.start_time) == (None, None)
    assert (await scribe.one(began(print_of()))).result is Result.DELETED


async def test_a_running_job_is_deleted_by_force_only(scribe: Scribe) -> None:
    """Row S8: the record goes, and its print is not recorded again."""
    job = await running(scribe)
    with pytest.raises(JobActive):
        await scribe.database.delete(job.id)
    edited = await scribe.database.delete(job.id, force=True)
    assert edited.detached
    assert told(edited.announcements) == ["job_deleted"]
    with pytest.raises(JobNotFound):
        await scribe.database.job(job.id)
    assert await scribe.database.pending_announcements() == []
    assert (await scribe.one(began(print_of()))).result is Result.DELETED
    assert (await scribe.one(ended(print_of().key))).result is Result.DELETED
    record = await scribe.database.printer_record(PRINTER)
    assert record.tombstones == {print_of().key}


async def test_old_tombstones_are_forgotten(scribe: Scribe, clock: Clock) -> None:
    """After half a year no printer reports the print any more."""
    job = await running(scribe)
    await scribe.database.delete(job.id, force=True)
    clock.now += timedelta(days=181)
    await scribe.database.close()
    await scribe.database.open()
    assert (await scribe.one(began(print_of()))).result is Result.CREATED


async def test_progress_of_a_completion_that_was_a_mistake(scribe: Scribe) -> None:
    """What was taken for done by hand is not known to have come so far."""
    job = await running(scribe)

    async def progress_as(status: JobStatus) -> float | None:
        """Set the status, and return the progress that is kept with it."""
        return (await scribe.database.set_status(job.id, status)).job.progress

    assert await progress_as(JobStatus.COMPLETED) == 100
    assert await progress_as(JobStatus.FAILED) is None
    assert await progress_as(JobStatus.COMPLETED) == 100


async def test_running_job_stays_with_its_printer(scribe: Scribe) -> None:
    """Nobody would ever tell how it ended on another one."""
    job = await running(scribe)
    elsewhere: JobChanges = {"printer_id": "p2", "printer_type": "moonraker"}
    with pytest.raises(JobActive):
        await scribe.database.update(job.id, elsewhere)
    await scribe.one(ended(print_of().key))
    moved = (await scribe.database.update(job.id, elsewhere)).job
    assert (moved.printer_id, moved.status) == ("p2", JobStatus.COMPLETED)


async def test_ended_and_moved_to_another_printer(scribe: Scribe) -> None:
    """The job goes; the print that still runs is not recorded again."""
    job = await running(scribe)
    edited = await scribe.database.update(
        job.id,
        {
            "printer_id": "p2",
            "printer_type": "moonraker",
            "status": JobStatus.CANCELLED,
        },
    )
    assert edited.detached
    assert (edited.job.printer_id, edited.job.print_key) == ("p2", None)
    assert (await scribe.one(began(print_of()))).result is Result.DELETED
    statistics = await scribe.database.statistics("p2")
    assert statistics.by_status == {JobStatus.CANCELLED: 1}
    assert (await scribe.database.statistics(PRINTER)).total_jobs == 0


async def test_notes_keep_what_the_user_wrote(scribe: Scribe) -> None:
    """What a printer adds is cut, what stands there is not, and nothing comes twice."""
    job = await running(scribe)
    mine = "x" * 990
    await scribe.database.update(job.id, {"notes": mine})
    end = ended(print_of().key, JobStatus.FAILED, reason="Thermal runaway")
    closed = (await scribe.one(end)).job
    assert closed is not None
    assert closed.notes == f"{mine}\nThermal r"
    edited = await scribe.database.set_status(job.id, JobStatus.FAILED, note="more")
    assert edited.job.notes == closed.notes


async def test_figures_follow_every_change(scribe: Scribe, clock: Clock) -> None:
    """Statistics and counts are kept true by creation, edits, ends and deletion."""
    key = print_of().key
    job = await running(scribe)
    counts = await scribe.database.counts(NOON)
    assert (counts.active, counts.since) == (1, 1)
    await scribe.one(ended(key, material_g=12.5))
    statistics = await scribe.database.statistics(PRINTER)
    assert (statistics.total_jobs, statistics.print_time_s) == (1, 3600)
    assert statistics.material_g == 12.5
    await scribe.database.update(job.id, {"material_used": 20.25})
    assert (await scribe.database.statistics(PRINTER)).material_g == 20.25
    await scribe.database.delete(job.id)
    statistics = await scribe.database.statistics(PRINTER)
    assert (statistics.total_jobs, statistics.print_time_s) == (0, 0)
    counts = await scribe.database.counts(clock.now)
    assert (counts.active, counts.since) == (0, 0)
