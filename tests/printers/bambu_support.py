"""What the tests of the Bambu Lab client share."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
import random
from typing import Any

from custom_components.printernizer.core.snapshot import Activity, Snapshot
from custom_components.printernizer.printers.backoff import Backoff
from custom_components.printernizer.printers.bambu_lab import BambuLabClient, Timing
from tests.peers.bambu import BambuPeer

QUICK = Timing(
    connect_s=0.5,
    login_s=0.5,
    full_s=0.4,
    silence_s=60,
    revive_s=0.3,
    pushall_s=300,
    quiet_s=0.05,
    identify_s=0.5,
)


def client_of(peer: BambuPeer, **options: Any) -> BambuLabClient:
    """Return a client of a peer, which trusts its authority and waits briefly."""
    defaults: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": peer.port,
        "serial_number": peer.serial_number,
        "access_code": peer.access_code,
        "trusted_roots": peer.roots,
        "timing": QUICK,
        "backoff": Backoff(0.05, 0.2, random.Random(1)),  # noqa: S311
    }
    return BambuLabClient(**(defaults | options))


class Heard:
    """The snapshots that a client told, and a way to wait for one."""

    def __init__(self) -> None:
        """Have heard nothing."""
        self.snapshots: list[Snapshot] = []
        self.hints = asyncio.Event()
        self._news = asyncio.Event()

    def __call__(self, snapshot: Snapshot | None) -> None:
        """Take in a snapshot, or the hint that a look is worth while."""
        if snapshot is None:
            self.hints.set()
            return
        self.snapshots.append(snapshot)
        self._news.set()

    @property
    def activities(self) -> list[Activity]:
        """Return the activities, equal neighbours once."""
        found: list[Activity] = []
        for snapshot in self.snapshots:
            if not found or found[-1] is not snapshot.activity:
                found.append(snapshot.activity)
        return found

    async def until(
        self, is_it: Callable[[Snapshot], bool], *, after: int = 0
    ) -> Snapshot:
        """Return the first snapshot that fits, from number ``after`` on."""
        async with asyncio.timeout(10):
            while True:
                for snapshot in self.snapshots[after:]:
                    if is_it(snapshot):
                        return snapshot
                self._news.clear()
                await self._news.wait()

    async def activity(self, activity: Activity, *, after: int = 0) -> Snapshot:
        """Return the first snapshot with this activity."""
        return await self.until(lambda one: one.activity is activity, after=after)


@asynccontextmanager
async def listening(client: BambuLabClient) -> AsyncIterator[Heard]:
    """Let a client listen, and end it cleanly."""
    heard = Heard()
    task = asyncio.create_task(client.listen(heard))
    try:
        yield heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await client.close()


@asynccontextmanager
async def running(peer: BambuPeer) -> AsyncIterator[BambuPeer]:
    """Let a peer answer."""
    await peer.start()
    try:
        yield peer
    finally:
        await peer.stop()
