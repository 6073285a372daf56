"""Many printers with news at once, and one file that has it all."""

import asyncio
from collections.abc import Mapping
from typing import Any

from custom_components.printernizer.core.session import Session
from custom_components.printernizer.session_keeper import SessionKeeper
from custom_components.printernizer.watching import Watch


class SlowStore:
    """A store that writes when it is told to, and keeps all that it wrote."""

    def __init__(self) -> None:
        """Have written nothing."""
        self.written: list[dict[str, str]] = []
        self.may_write = asyncio.Event()

    async def load(self) -> Mapping[str, Any]:
        """Return nothing."""
        return {}

    async def save(self, sessions: Mapping[str, Any]) -> None:
        """Write job ids by printer, in its own time."""
        told = {key: one["job_id"] for key, one in sessions.items()}
        await self.may_write.wait()
        self.written.append(told)


async def test_whoever_comes_meanwhile_shares_the_next_save() -> None:
    """Each save returns when its own news is written, in two writes for all."""
    store = SlowStore()
    keeper = SessionKeeper(store)
    watches = [Watch(f"printer {at}", "sim", Session()) for at in range(50)]

    async def tell(watch: Watch) -> None:
        """Save a job's id, and see that it was saved."""
        watch.stored = Session(job_id=f"job of {watch.printer_id}")
        await keeper.save(watches)
        assert store.written[-1][watch.printer_id] == watch.stored.job_id

    async with asyncio.TaskGroup() as tasks:
        for watch in watches:
            tasks.create_task(tell(watch))
        await asyncio.sleep(0)
        store.may_write.set()
    assert len(store.written) == 2


async def test_a_save_that_failed_is_not_shared() -> None:
    """Who waited behind a save that failed has one of its own."""
    store = SlowStore()
    keeper = SessionKeeper(store)
    watch = Watch("printer", "sim", Session())
    first = asyncio.create_task(keeper.save([watch]))
    second = asyncio.create_task(keeper.save([watch]))
    await asyncio.sleep(0)
    first.cancel()
    store.may_write.set()
    await second
    assert len(store.written) == 1
