"""From a look to the announcement, on a real database and a real session file."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
import errno
import json
import os
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys
from typing import Any

import pytest

from custom_components.printernizer.api.serializers import job_to_json
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import (
    DEFAULT_POLICY,
    Moment,
    Policy,
    Verdict,
)
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.database import (
    EVERY_JOB,
    Announcement,
    DatabaseDamaged,
    JobDatabase,
    NewJob,
    OrderBy,
    connection,
)
from custom_components.printernizer.job_manager import JobManager
from custom_components.printernizer.watching import Change, DatabaseReplaced, JobChanged
from tests.database.common import placed

PRINTER = "octoprint_0123456789ab"
T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FileStore:
    """The sessions in a file, as Home Assistant's store keeps them."""

    def __init__(self, path: Path, disk: asyncio.Event) -> None:
        """Use this file; it is written when the disk is ready."""
        self._path = path
        self._disk = disk

    async def load(self) -> Mapping[str, Any]:
        """Return what the file has."""
        if not self._path.exists():
            return {}
        data: dict[str, Any] = json.loads(self._path.read_text())
        return data

    async def save(self, sessions: Mapping[str, Any]) -> None:
        """Write the file."""
        await self._disk.wait()
        self._path.write_text(json.dumps(sessions))


class House:
    """One folder with its database and sessions, and what was announced there."""

    def __init__(self, folder: Path) -> None:
        """Live in a folder."""
        self.folder = folder
        self.changes: list[Change] = []
        self.now = 0.0
        self.disk = asyncio.Event()
        self.disk.set()
        self.database: type[JobDatabase] = JobDatabase
        self._ids = 0

    @property
    def database_file(self) -> Path:
        """Return where the jobs are."""
        return self.folder / "printernizer.db"

    @asynccontextmanager
    async def running(
        self, *, announcing: bool = True, policy: Policy = DEFAULT_POLICY
    ) -> AsyncIterator[JobManager]:
        """Start, as after a boot, and stop cleanly."""
        database = self.database(f"sqlite:///{self.database_file}")
        await database.open()
        manager = JobManager(
            database,
            FileStore(self.folder / "sessions.json", self.disk),
            clock=lambda: Moment(T0 + timedelta(seconds=self.now), 50.0 + self.now),
            new_id=self._new_id,
        )
        manager.listen(self.changes.append)
        await manager.start()
        await manager.add_printer(PRINTER, "octoprint", policy)
        if announcing:
            await manager.start_announcing()
        try:
            yield manager
        finally:
            self.disk.set()
            await manager.stop()
            await database.close()

    def _new_id(self) -> str:
        self._ids += 1
        return f"{os.getpid():010d}{self._ids:06d}"

    async def look(self, manager: JobManager, at: float, **snapshot: Any) -> None:
        """Look at the printer and wait until that is recorded."""
        self.now = at
        manager.observe(PRINTER, Snapshot(**snapshot))
        await manager.settle(PRINTER)

    @property
    def events(self) -> list[str]:
        """Return the names of the announced events, in order."""
        told = (each for each in self.changes if isinstance(each, Announcement))
        return [event.value for each in told for event in each.events]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return an empty house."""
    return House(tmp_path)


async def statuses(manager: JobManager) -> list[JobStatus]:
    """Return the statuses of all jobs, oldest first."""
    page = await manager.database.page(EVERY_JOB, order_by=OrderBy.CREATED_AT)
    return [job.status for job in reversed(page.jobs)]


async def test_a_print_is_recorded_and_then_announced(house: House) -> None:
    """One job from beginning to end, each event once and in its order."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        await house.look(manager, 60, activity=Activity.PAUSED, filename="a.gcode")
        await house.look(manager, 90, activity=Activity.PRINTING, filename="a.gcode")
        await house.look(
            manager, 120, activity=Activity.ENDED, outcome=Outcome.COMPLETED
        )
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        assert not await manager.database.pending_announcements()
    assert house.events == [
        "job_auto_created",
        "job_started",
        "job_paused",
        "job_resumed",
        "job_ended",
        "job_completed",
    ]
    assert job.status is JobStatus.COMPLETED
    assert job.created_at == T0 + timedelta(seconds=30)
    assert job.actual_duration == 90
    info = job_to_json(job)["customer_info"]
    assert set(info) == {
        "auto_created",
        "discovery_time",
        "printer_start_time",
        "discovered_on_startup",
    }


async def test_a_restart_in_mid_print_goes_on_with_the_job(house: House) -> None:
    """The session comes back and no event is repeated."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(
            manager, 30, activity=Activity.PRINTING, filename="a.gcode", progress=10.0
        )
    async with house.running() as manager:
        watch = manager.watch(PRINTER)
        assert watch is not None and watch.job_name == "a"
        await house.look(
            manager, 90, activity=Activity.PRINTING, filename="a.gcode", progress=20.0
        )
        assert await statuses(manager) == [JobStatus.RUNNING]
    assert house.events == ["job_auto_created", "job_started"]


@pytest.mark.parametrize("damage", ["gone", "torn", "empty"])
async def test_lost_sessions_are_rebuilt_from_the_database(
    house: House, damage: str
) -> None:
    """The open job of the database is the session."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(
            manager, 30, activity=Activity.PRINTING, filename="a.gcode", progress=10.0
        )
    sessions = house.folder / "sessions.json"
    sessions.unlink()
    if damage != "gone":
        sessions.write_text("{}" if damage == "empty" else f'{{"{PRINTER}": "torn"}}')
    async with house.running() as manager:
        await house.look(
            manager, 90, activity=Activity.PRINTING, filename="a.gcode", progress=20.0
        )
        await house.look(
            manager, 120, activity=Activity.ENDED, outcome=Outcome.COMPLETED
        )
        assert await statuses(manager) == [JobStatus.COMPLETED]


async def test_a_damaged_database_is_replaced_and_the_print_recreated(
    house: House,
) -> None:
    """The running print appears in the new database under its old id."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(
            manager, 30, activity=Activity.PRINTING, filename="a.gcode", progress=10.0
        )
        (before,) = (await manager.database.page(EVERY_JOB)).jobs
    for file in house.folder.glob("printernizer.db*"):
        file.write_bytes(b"this was a database once" * 400)
    async with house.running() as manager:
        await manager.settle(PRINTER)
        (after,) = (await manager.database.page(EVERY_JOB)).jobs
        assert (after.id, after.created_at) == (before.id, before.created_at)
    assert len(list(house.folder.glob("printernizer.db.damaged-*"))) >= 1


async def test_a_locked_database_delays_the_job_and_keeps_its_discovery(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """O11: tried again at the next look, told once, created when first seen."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        with closing(sqlite3.connect(house.database_file)) as other, other:
            other.execute("BEGIN IMMEDIATE")
            house.now = 30
            printing = Snapshot(activity=Activity.PRINTING, filename="a.gcode")
            manager.observe(PRINTER, printing)
            await manager.settle(PRINTER)
            assert "tried again" in caplog.text
            other.rollback()
        assert await statuses(manager) == []
        await house.look(manager, 60, activity=Activity.PRINTING, filename="a.gcode")
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        assert job.created_at == T0 + timedelta(seconds=30)
    assert house.events == ["job_auto_created", "job_started"]
    assert caplog.text.count("tried again") == 1


async def test_what_failed_is_tried_a_last_time_at_the_stop(house: House) -> None:
    """O11: no look may come any more, and what is queued lives in memory alone."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        with closing(sqlite3.connect(house.database_file)) as other, other:
            other.execute("BEGIN IMMEDIATE")
            house.now = 30
            printing = Snapshot(activity=Activity.PRINTING, filename="a.gcode")
            manager.observe(PRINTER, printing)
            await manager.settle(PRINTER)
            other.rollback()
    async with house.running() as manager:
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        assert job.created_at == T0 + timedelta(seconds=30)


async def test_nothing_is_announced_before_somebody_may_listen(house: House) -> None:
    """Records do not wait for the start of Home Assistant; events do."""
    async with house.running(announcing=False) as manager:
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        assert await statuses(manager) == [JobStatus.RUNNING]
        assert house.events == []
        await manager.start_announcing()
        assert house.events == ["job_auto_created", "job_started"]


async def test_a_deleted_running_print_is_not_recorded_again(house: House) -> None:
    """S8: neither at the next look nor after a restart."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        await manager.edit(manager.database.delete(job.id, force=True))
        await house.look(manager, 60, activity=Activity.PRINTING, filename="a.gcode")
        assert await statuses(manager) == []
    async with house.running() as manager:
        await house.look(manager, 90, activity=Activity.PRINTING, filename="a.gcode")
        await house.look(manager, 95, activity=Activity.IDLE)
        assert await statuses(manager) == []
        await house.look(manager, 120, activity=Activity.PRINTING, filename="b.gcode")
        assert await statuses(manager) == [JobStatus.RUNNING]


async def test_a_print_ended_by_hand_is_left_alone(house: House) -> None:
    """S9: the user's word stays, whatever the printer shows."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        edited = await manager.edit(
            manager.database.set_status(job.id, JobStatus.CANCELLED)
        )
        assert edited.detached
        watch = manager.watch(PRINTER)
        assert watch is not None
        assert watch.session.verdict is Verdict.DELETED
        await house.look(manager, 60, activity=Activity.PAUSED, filename="a.gcode")
        await house.look(
            manager, 120, activity=Activity.ENDED, outcome=Outcome.COMPLETED
        )
        assert await statuses(manager) == [JobStatus.CANCELLED]


async def test_a_pending_job_by_hand_becomes_the_print(house: House) -> None:
    """O10: no second job, and it is not announced as auto-created."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        wanted = NewJob(
            printer_id=PRINTER,
            printer_type="octoprint",
            job_name="Vase for Anna",
            filename="vase.gcode",
        )
        await manager.edit(manager.database.create(wanted, "by-hand"))
        await house.look(manager, 30, activity=Activity.PRINTING, filename="vase.gcode")
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        assert (job.id, job.job_name) == ("by-hand", "Vase for Anna")
        assert job.status is JobStatus.RUNNING
        assert not job.auto_created
        watch = manager.watch(PRINTER)
        assert watch is not None
        assert watch.session.job_id == "by-hand"
    assert house.events == ["job_started"]


async def test_creation_switched_on_in_mid_print_counts_at_once(house: House) -> None:
    """O9: off is no job; on opens it without waiting for the printer."""
    async with house.running(policy=Policy(auto_create=False)) as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        assert await statuses(manager) == []
        manager.set_policy(PRINTER, Policy())
        await manager.settle(PRINTER)
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        assert job.created_at == T0 + timedelta(seconds=30)


async def test_a_removed_printers_job_closes_and_comes_back(house: House) -> None:
    """C8 and C11: unknown when it is removed, running again when it is added."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(
            manager, 30, activity=Activity.PRINTING, filename="a.gcode", progress=9.0
        )
        await manager.remove_printer(PRINTER, "octoprint")
        assert await statuses(manager) == [JobStatus.UNKNOWN]
        await manager.add_printer(PRINTER, "octoprint", DEFAULT_POLICY)
        await house.look(
            manager, 60, activity=Activity.PRINTING, filename="a.gcode", progress=12.0
        )
        assert await statuses(manager) == [JobStatus.RUNNING]


async def test_an_event_that_could_not_be_marked_is_not_repeated(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program locks the database just then; the next event marks both."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_MS", 50)
    other = sqlite3.connect(house.database_file)

    def lock(change: Change) -> None:
        """Lock the database as soon as something is told."""
        if isinstance(change, Announcement):
            other.execute("BEGIN IMMEDIATE")

    with closing(other):
        async with house.running() as manager:
            await house.look(manager, 0, activity=Activity.IDLE)
            stop = manager.listen(lock)
            await house.look(
                manager, 30, activity=Activity.PRINTING, filename="a.gcode"
            )
            stop()
            other.rollback()
            assert len(await manager.database.pending_announcements()) == 1
            await house.look(manager, 60, activity=Activity.PAUSED, filename="a.gcode")
    async with house.running():
        assert house.events == ["job_auto_created", "job_started", "job_paused"]


async def test_a_listener_that_fails_hinders_nobody(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are told, and the record stands."""

    def fail(_: Change) -> None:
        raise RuntimeError("broken")

    async with house.running() as manager:
        stop = manager.listen(fail)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        stop()
        assert await statuses(manager) == [JobStatus.RUNNING]
    assert "A listener failed" in caplog.text
    assert "job_auto_created" in house.events


async def test_nothing_comes_between_an_event_and_its_record(house: House) -> None:
    """A listener that changes a job at its event does so after the job was told."""
    told: list[list[str]] = []

    def look_around(change: Change) -> None:
        """Keep what was told by the time that anything else may happen."""
        if isinstance(change, Announcement):
            asyncio.get_running_loop().call_soon(
                lambda: told.append([type(each).__name__ for each in house.changes])
            )

    async with house.running() as manager:
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        manager.listen(look_around)
        house.changes.clear()
        await house.look(manager, 60, activity=Activity.PAUSED, filename="a.gcode")
    assert told == [["PrinterSeen", "Announcement", "JobChanged"]]


async def test_changes_are_told_in_their_order_while_the_disk_is_slow(
    house: House,
) -> None:
    """Whoever hears of a job knows it as it is recorded, and not as it was before."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        house.disk.clear()
        manager.observe(
            PRINTER, Snapshot(activity=Activity.PRINTING, filename="a.gcode")
        )
        job_id = f"{os.getpid():010d}000001"
        set_status = manager.database.set_status
        await manager.edit(set_status(job_id, JobStatus.PAUSED))
        ended = asyncio.create_task(
            manager.edit(set_status(job_id, JobStatus.CANCELLED))
        )
        corrected = asyncio.create_task(
            manager.edit(set_status(job_id, JobStatus.FAILED))
        )
        await corrected
        assert house.events == [
            *("job_auto_created", "job_started", "job_paused"),
            *("job_ended", "job_cancelled", "job_ended", "job_failed"),
        ]
        assert not ended.done()
        house.disk.set()
        await ended
        await manager.settle(PRINTER)
        told = [
            each.job.status for each in house.changes if isinstance(each, JobChanged)
        ]
        assert told == [JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.FAILED]


async def test_progress_is_shown_at_once_and_saved_once_a_minute(house: House) -> None:
    """Updates of a running print do not touch the disk."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        await house.look(
            manager, 60, activity=Activity.PRINTING, filename="a.gcode", progress=42.0
        )
        (stored,) = (await manager.database.page(EVERY_JOB)).jobs
        assert stored.progress is None
        assert manager.overlay(stored).progress == 42.0
        await manager.save_progress()
        (stored,) = (await manager.database.page(EVERY_JOB)).jobs
        assert stored.progress == 42.0


async def test_damage_at_run_time_is_told_and_survived(house: House) -> None:
    """The file is ruined under a running manager: whoever notices, a new one is begun.

    The running print is in it under its old id.
    """
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        (before,) = (await manager.database.page(EVERY_JOB)).jobs
        replaced = asyncio.Event()

        def heard(change: Change) -> None:
            if isinstance(change, DatabaseReplaced):
                replaced.set()

        manager.listen(heard)
        await manager.database.checkpoint_and_hold(10)
        manager.database.release()
        with house.database_file.open("r+b") as file:
            file.write(b"\0" * house.database_file.stat().st_size)
        with pytest.raises(DatabaseDamaged):
            await manager.database.job(before.id)
        async with asyncio.timeout(10):
            await replaced.wait()
        await manager.settle(PRINTER)
        (after,) = (await manager.database.page(EVERY_JOB)).jobs
        assert (after.id, after.created_at) == (before.id, before.created_at)
        await house.look(
            manager, 120, activity=Activity.ENDED, outcome=Outcome.COMPLETED
        )
        assert await statuses(manager) == [JobStatus.COMPLETED]


async def test_a_file_that_is_deleted_at_run_time_is_begun_anew(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """What is recorded afterwards, and the running print, are there after a restart."""
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        (before,) = (await manager.database.page(EVERY_JOB)).jobs
        await placed(manager.database)
        house.database_file.unlink()
        await house.look(manager, 60, activity=Activity.PAUSED, filename="a.gcode")
        await manager.stop()
        assert caplog.text.count("is gone; a new one is begun") == 1
    async with house.running() as manager:
        (after,) = (await manager.database.page(EVERY_JOB)).jobs
        assert (after.id, after.status) == (before.id, JobStatus.PAUSED)


@pytest.mark.parametrize("between", [0, 1])
async def test_a_history_from_a_backup_goes_on_with_the_print_that_runs_now(
    house: House, between: int
) -> None:
    """Its open job is over, though the same file is printed again; ids stay."""

    async def look(manager: JobManager, at: float, elapsed_s: float) -> None:
        """Look at the file that is printed all the time."""
        progress = elapsed_s / 10
        await house.look(
            manager,
            at,
            activity=Activity.PRINTING,
            filename="a.gcode",
            elapsed_s=elapsed_s,
            progress=progress,
        )

    copy = house.folder / "copy"
    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await look(manager, 30, 30)
        await manager.database.checkpoint_and_hold(10)
        copy.write_bytes(house.database_file.read_bytes())
        manager.database.release()
        for number in range(between + 1):
            await house.look(
                manager,
                1000 * number + 900,
                activity=Activity.ENDED,
                outcome=Outcome.COMPLETED,
            )
            await house.look(manager, 1000 * number + 930, activity=Activity.IDLE)
            await look(manager, 1000 * number + 1000, 30)
        now = 1000 * between + 1000
        before = (await manager.database.page(EVERY_JOB)).jobs[0]
    copy.replace(house.database_file)
    async with house.running() as manager:
        await look(manager, now + 300, 330)
        after, restored = (await manager.database.page(EVERY_JOB)).jobs
        assert (after.id, after.created_at) == (before.id, before.created_at)
        assert after.status is JobStatus.RUNNING
        ended = JobStatus.UNKNOWN if between else JobStatus.COMPLETED
        assert restored.status is ended
        assert restored.end_time is not None
        assert restored.end_time < before.created_at


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.test_job_manager import House, Announcement
from custom_components.printernizer.core.snapshot import Activity

async def main():
    house = House(Path(sys.argv[1]))
    async with house.running() as manager:
        def die(change):
            if isinstance(change, Announcement):
                os.kill(os.getpid(), signal.SIGKILL)
        manager._teller._listeners.insert(0, die)
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")

asyncio.run(main())
"""


async def test_killed_between_commit_and_announcement(house: House) -> None:
    """``kill -9`` there: the job is there once, and its event comes at the start."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(house.folder), stderr=subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == -signal.SIGKILL, errors.decode()
    async with house.running(announcing=False) as manager:
        await house.look(manager, 60, activity=Activity.PRINTING, filename="a.gcode")
        assert house.events == []
        await manager.start_announcing()
        assert await statuses(manager) == [JobStatus.RUNNING]
    assert house.events == ["job_auto_created", "job_started"]


async def test_a_bug_is_told_once_and_tried_again(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O11: a bug costs neither the print nor the discovery time, nor all the time."""
    tries = 0

    def broken() -> str:
        nonlocal tries
        tries += 1
        raise RuntimeError("no id")

    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        monkeypatch.setattr(manager, "new_id", broken)
        for at in (30, 60):
            async with asyncio.timeout(5):
                await house.look(
                    manager, at, activity=Activity.PRINTING, filename="a.gcode"
                )
        assert tries == 2
        assert caplog.text.count("RuntimeError: no id") == 1
        monkeypatch.undo()
        await house.look(manager, 90, activity=Activity.PRINTING, filename="a.gcode")
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        assert job.created_at == T0 + timedelta(seconds=30)


async def test_damage_that_cannot_be_put_aside_yet(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once; as soon as the disk allows, a new history has the print."""

    def refused(_self: Path, _target: Path) -> Path:
        raise OSError(errno.EROFS, "Read-only file system")

    async with house.running() as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        await house.look(manager, 30, activity=Activity.PRINTING, filename="a.gcode")
        (before,) = (await manager.database.page(EVERY_JOB)).jobs
        await manager.database.checkpoint_and_hold(10)
        manager.database.release()
        with house.database_file.open("r+b") as file:
            file.write(b"\0" * house.database_file.stat().st_size)
        monkeypatch.setattr(Path, "rename", refused)
        with pytest.raises(DatabaseDamaged):
            await manager.database.job(before.id)
        for at in (60, 90, 120):
            async with asyncio.timeout(5):
                await manager.stop()
                await house.look(
                    manager, at, activity=Activity.PAUSED, filename="a.gcode"
                )
        assert caplog.text.count("cannot be recorded now") == 1
        assert caplog.text.count("damaged, and stays so") == 1
        await manager.stop()
        monkeypatch.undo()
        await house.look(manager, 150, activity=Activity.PAUSED, filename="a.gcode")
        await manager.stop()
        (after,) = (await manager.database.page(EVERY_JOB)).jobs
        assert (after.id, after.created_at) == (before.id, before.created_at)
        assert after.status is JobStatus.PAUSED
