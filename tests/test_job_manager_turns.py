"""What happens while something else of the same job or printer is awaited."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, override

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import DEFAULT_POLICY
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.database import EVERY_JOB

from .test_job_manager import PRINTER, FileStore, House, statuses

PRINTING = Snapshot(activity=Activity.PRINTING, filename="a.gcode", progress=9.0)
DONE = Snapshot(activity=Activity.ENDED, outcome=Outcome.COMPLETED)


class SlowStore(FileStore):
    """A store that may be told to write in its own time."""

    def __init__(self, path: Path) -> None:
        """Write at once, for now."""
        super().__init__(path)
        self.is_asked = asyncio.Event()
        self.may_write = asyncio.Event()
        self.may_write.set()

    def hold(self) -> None:
        """Wait with what is written from now on."""
        self.is_asked.clear()
        self.may_write.clear()

    @override
    async def save(self, sessions: Mapping[str, Any]) -> None:
        """Write the file when that is allowed."""
        self.is_asked.set()
        await self.may_write.wait()
        await super().save(sessions)


@pytest.fixture
def store(tmp_path: Path) -> SlowStore:
    """Return the store of the house."""
    return SlowStore(tmp_path / "sessions.json")


@pytest.fixture
def house(tmp_path: Path, store: SlowStore) -> House:
    """Return a house whose sessions may be slow to write."""
    house = House(tmp_path)
    house.store = store
    return house


async def test_an_end_is_told_before_the_removal_that_came_after(
    house: House, store: SlowStore
) -> None:
    """A client that was told last of an end would show the deleted job again."""
    async with house.running() as manager, asyncio.TaskGroup() as tasks:
        await house.look(manager, 0, activity=Activity.IDLE)
        manager.observe(PRINTER, PRINTING)
        await manager.settle(PRINTER)
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        store.hold()
        manager.observe(PRINTER, DONE)
        await store.is_asked.wait()
        tasks.create_task(manager.edit(manager.database.delete(job.id)))
        while await statuses(manager):
            pass
        store.may_write.set()
    assert house.events[-3:] == ["job_ended", "job_completed", "job_deleted"]


async def test_changes_by_hand_are_told_in_the_order_that_they_were_made(
    house: House, store: SlowStore
) -> None:
    """The first one ends the job of a running print, and waits for its session."""
    async with house.running() as manager, asyncio.TaskGroup() as tasks:
        await house.look(manager, 0, activity=Activity.IDLE)
        manager.observe(PRINTER, PRINTING)
        await manager.settle(PRINTER)
        (job,) = (await manager.database.page(EVERY_JOB)).jobs
        store.hold()
        tasks.create_task(manager.save_progress())
        await store.is_asked.wait()
        change = manager.database.set_status(job.id, JobStatus.CANCELLED)
        tasks.create_task(manager.edit(change))
        await asyncio.sleep(0)
        tasks.create_task(manager.edit(manager.database.delete(job.id)))
        while await statuses(manager):
            pass
        store.may_write.set()
    assert house.events[-3:] == ["job_ended", "job_cancelled", "job_deleted"]


async def test_what_is_recorded_at_the_start_is_announced_once(
    house: House, store: SlowStore
) -> None:
    """It is on disk already when what was left over is looked for."""
    async with house.running(announcing=False) as manager:
        await house.look(manager, 0, activity=Activity.IDLE)
        store.hold()
        manager.observe(PRINTER, PRINTING)
        await store.is_asked.wait()
        await manager.start_announcing()
        store.may_write.set()
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
