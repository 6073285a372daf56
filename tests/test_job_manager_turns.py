"""What happens while something else of the same job or printer is awaited."""

import asyncio
from contextlib import closing
from pathlib import Path
import sqlite3
from typing import override

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import DEFAULT_POLICY, Policy
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.database import (
    Announcement,
    JobDatabase,
    connection,
)
from custom_components.printernizer.watching import JobChanged, PrinterSeen

from .test_job_manager import PRINTER, House, statuses

PRINTING = Snapshot(activity=Activity.PRINTING, filename="a.gcode", progress=9.0)
DONE = Snapshot(activity=Activity.ENDED, outcome=Outcome.COMPLETED)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return an empty house."""
    return House(tmp_path)


class SlowDatabase(JobDatabase):
    """A database that finds what was never announced when it is allowed to."""

    def __init__(self, url: str) -> None:
        """Find it at once, for now."""
        super().__init__(url)
        self.may_find = asyncio.Event()
        self.may_find.set()

    @override
    async def pending_announcements(self) -> list[Announcement]:
        """Read them when that is allowed."""
        await self.may_find.wait()
        return await super().pending_announcements()


async def test_what_is_recorded_at_the_start_is_announced_once(house: House) -> None:
    """It is on disk already when what was left over is looked for."""
    house.database = SlowDatabase
    async with house.running(announcing=False) as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        assert isinstance(manager.database, SlowDatabase)
        manager.database.may_find.clear()
        starting = asyncio.create_task(manager.start_announcing())
        await asyncio.sleep(0)
        manager.observe(PRINTER, PRINTING)
        while not await statuses(manager):
            pass
        manager.database.may_find.set()
        await starting
        await manager.settle(PRINTER)
    assert house.events == ["job_auto_created", "job_started"]


async def test_a_printer_is_added_again_before_it_has_left(house: House) -> None:
    """During a backup its job cannot be closed yet; then it is, and goes on."""
    async with house.running() as manager, asyncio.TaskGroup() as tasks:
        await house.look(manager, 0, activity=Activity.IDLE)
        manager.observe(PRINTER, PRINTING)
        await manager.settle(PRINTER)
        await manager.database.checkpoint_and_hold(60)
        removing = tasks.create_task(manager.remove_printer(PRINTER, "octoprint"))
        adding = tasks.create_task(
            manager.add_printer(PRINTER, "octoprint", DEFAULT_POLICY)
        )
        await asyncio.sleep(0)
        assert not removing.done()
        manager.database.release()
        await asyncio.wait({removing, adding})
        assert await statuses(manager) == [JobStatus.UNKNOWN]
        manager.observe(PRINTER, PRINTING)
        await manager.settle(PRINTER)
        assert await statuses(manager) == [JobStatus.RUNNING]


async def test_a_job_that_is_dropped_at_once_is_not_told_of_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short print is over when the database can be written at last."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_MS", 50)
    policy = Policy(ignore_shorter_s=600)
    async with house.running(policy=policy) as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        with closing(sqlite3.connect(house.database_file)) as other, other:
            other.execute("BEGIN IMMEDIATE")
            await house.look(
                manager, 30, activity=Activity.PRINTING, filename="a.gcode"
            )
            await house.look(manager, 60, activity=Activity.PAUSED, filename="a.gcode")
            other.rollback()
        house.now = 90
        manager.observe(PRINTER, DONE)
        await manager.settle(PRINTER)
    told = [type(each) for each in house.changes if not isinstance(each, PrinterSeen)]
    assert house.events[-1] == "job_deleted"
    assert JobChanged not in told
