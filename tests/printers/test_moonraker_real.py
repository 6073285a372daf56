"""MoonrakerClient against a real Moonraker in front of a real Klipper."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import (
    Activity,
    Outcome,
    Remembered,
    Snapshot,
)
from custom_components.printernizer.printers.backoff import Backoff
from custom_components.printernizer.printers.base import (
    PrinterAuthError,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.moonraker import MoonrakerClient
from tests.real.klipper import gcode_lasting
from tests.real.moonraker import RealMoonraker

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

PATIENCE_S = 30.0
POLL_S = 0.5
LONG_S = 60.0


class Watcher:
    """What the shell does with a client: looks at news, and in between."""

    def __init__(self, client: MoonrakerClient, since: datetime) -> None:
        """Watch for prints that began after ``since``."""
        self.client = client
        self.remembered = Remembered(history_since=since)
        self.news = 0
        self._arrived = asyncio.Event()

    def on_news(self, snapshot: Snapshot | None) -> None:
        """Note that a look is worth while."""
        self.news += 1
        self._arrived.set()

    async def until(self, condition: Callable[[Snapshot], bool]) -> Snapshot:
        """Look until a look shows what is waited for."""
        snapshot: Snapshot | None = None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    try:
                        snapshot = await self.client.look(self.remembered)
                        if condition(snapshot):
                            return snapshot
                    except PrinterUnreachable:
                        pass
                    await self.wait()
        except TimeoutError:
            pytest.fail(f"waited in vain; the last look was {snapshot}")

    async def wait(self) -> None:
        """Wait for news, at most until the next poll."""
        self._arrived.clear()
        try:
            await asyncio.wait_for(self._arrived.wait(), POLL_S)
        except TimeoutError:
            return

    async def until_printing(self, filename: str) -> Snapshot:
        """Wait for a print, and remember it."""
        snapshot = await self.until(
            lambda look: (
                look.activity is Activity.PRINTING and look.filename == filename
            )
        )
        self.remembered = Remembered(
            filename=filename,
            print_id=snapshot.print_id,
            history_since=self.remembered.history_since,
        )
        return snapshot

    async def until_ended(self) -> Snapshot:
        """Wait for the end of the print."""
        return await self.until(lambda look: look.activity is Activity.ENDED)


@asynccontextmanager
async def watched(real: RealMoonraker) -> AsyncIterator[Watcher]:
    """Watch a printer with a client that polls and listens."""
    async with aiohttp.ClientSession() as session:
        client = MoonrakerClient(
            session, real.url, real.api_key, backoff=Backoff(0.1, 0.5)
        )
        watcher = Watcher(client, datetime.now(UTC) - timedelta(seconds=10))
        listening = asyncio.create_task(client.listen(watcher.on_news))
        try:
            yield watcher
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[RealMoonraker]:
    """Yield a ready Moonraker and Klipper."""
    async with RealMoonraker(tmp_path) as real:
        yield real


async def test_life_of_prints(real: RealMoonraker) -> None:
    """A print that is paused and completes."""
    async with watched(real) as watcher:
        identity = await watcher.client.identify()
        item = await real.get(
            "/server/database/item", namespace="moonraker", key="instance_id"
        )
        assert identity.unique_id == item["value"]
        await watcher.until(lambda look: look.activity is Activity.IDLE)
        name = "Ordner eins/Benchy ü – 測試 #1.gcode"
        began = datetime.now(UTC)
        await real.start_print(name, 4)
        running = await watcher.until_printing(name)
        assert running.print_id is not None
        assert running.start_time is not None
        assert abs(running.start_time - began) < timedelta(seconds=2)
        await real.post("/printer/print/pause")
        paused = await watcher.until(lambda look: look.activity is Activity.PAUSED)
        assert paused.print_id == running.print_id
        await real.post("/printer/print/resume")
        ended = await watcher.until_ended()
        assert (ended.outcome, ended.print_id) == (
            Outcome.COMPLETED,
            running.print_id,
        )
        assert watcher.news >= 4


async def test_cancel_and_failure(real: RealMoonraker) -> None:
    """A print that is cancelled, and one that fails."""
    async with watched(real) as watcher:
        await watcher.wait()  # Subscribed.
        await real.start_print("cancelled.gcode", LONG_S)
        second = await watcher.until_printing("cancelled.gcode")
        await real.post("/printer/print/cancel")
        ended = await watcher.until_ended()
        assert (ended.outcome, ended.print_id) == (
            Outcome.CANCELLED,
            second.print_id,
        )

        await real.start_print("failed.gcode", 3, last="FAIL")
        third = await watcher.until_printing("failed.gcode")
        ended = await watcher.until_ended()
        assert (ended.outcome, ended.print_id) == (Outcome.FAILED, third.print_id)
        assert ended.reason is not None and ended.reason.endswith("Move out of range")
        assert [row.outcome for row in ended.history] == [
            Outcome.CANCELLED,
            Outcome.FAILED,
        ]


async def test_prints_between_two_looks(real: RealMoonraker) -> None:
    """Three short prints of one file that nobody looked at come back."""
    async with watched(real) as watcher:
        await watcher.wait()  # Subscribed: each end below is news.
        for _ in range(3):
            await real.start_print("short.gcode", 1)
            while await _print_state(real) != "complete":
                await watcher.wait()
        snapshot = await watcher.until(lambda look: len(look.history) == 3)
        await watcher.until(lambda look: look.history[-1].ended is True)
        assert snapshot.print_id == snapshot.history[-1].print_id
        assert len({row.print_id for row in snapshot.history}) == 3


async def _print_state(real: RealMoonraker) -> str:
    """Return what Klipper says of its print."""
    answer = await real.get("/printer/objects/query", print_stats="state")
    return str(answer["status"]["print_stats"]["state"])


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_moonraker_restarts_in_mid_print(
    real: RealMoonraker, *, kill: bool
) -> None:
    """The print keeps its identity although its row was abandoned."""
    async with watched(real) as watcher:
        await real.start_recorded_print("long.gcode", 12)
        before = await watcher.until_printing("long.gcode")
        await real.stop(kill=kill)
        with pytest.raises(PrinterUnreachable):
            await watcher.client.look(watcher.remembered)
        await real.start()
        await real.until_ready()
        after = await watcher.until(lambda look: look.activity is Activity.PRINTING)
        assert after.print_id == before.print_id is not None
        assert after.history[-1].ended is None
        ended = await watcher.until_ended()
        assert (ended.outcome, ended.print_id) == (
            Outcome.COMPLETED,
            before.print_id,
        )


async def test_print_while_moonraker_is_down(real: RealMoonraker) -> None:
    """A print that began and ended unseen is told without an identity."""
    async with watched(real) as watcher:
        await real.start_print("first.gcode", 1)
        await watcher.until_printing("first.gcode")
        await watcher.until_ended()
        await real.stop()
        path = real.klipper.gcodes / "unseen.gcode"
        path.write_text(gcode_lasting(1))
        await real.klipper.run(f'SDCARD_PRINT_FILE FILENAME="{path.name}"')
        await real.klipper.run("G4 P3000\nM400")
        await real.start()
        await real.until_ready()
        snapshot = await watcher.until(lambda look: look.filename == path.name)
        assert snapshot.outcome is Outcome.COMPLETED
        assert snapshot.print_id is None
        assert snapshot.elapsed_s is not None and snapshot.elapsed_s >= 0.7


async def test_klipper_stops_in_mid_print(real: RealMoonraker) -> None:
    """Emergency stop, restart, killed program: every time the print was lost."""
    async with watched(real) as watcher:
        await real.start_recorded_print("stopped.gcode", LONG_S)
        running = await watcher.until_printing("stopped.gcode")
        await real.post("/printer/emergency_stop")
        lost = await watcher.until_ended()
        assert (lost.outcome, lost.print_id) == (Outcome.FAILED, running.print_id)
        assert lost.reason
        await real.post("/printer/firmware_restart")
        await asyncio.sleep(1)
        await real.until_ready()
        ready = await watcher.until(lambda look: look.activity is Activity.IDLE)
        assert ready.rebooted
        assert ready.history[-1].reason == "klippy_shutdown"

        await real.start_recorded_print("killed.gcode", LONG_S)
        await watcher.until_printing("killed.gcode")
        await real.klipper.kill()
        away = await watcher.until(lambda look: look.activity is Activity.IDLE)
        assert away.rebooted
        assert away.history[-1].reason == "klippy_disconnect"
        await real.klipper.start()
        await real.until_ready()
        ready = await watcher.until(lambda look: look.message == "standby")
        assert (ready.activity, ready.rebooted) == (Activity.IDLE, True)


async def test_keys(tmp_path: Path) -> None:
    """Without trust only the key opens, over HTTP and on the socket."""
    async with (
        RealMoonraker(tmp_path, trusted=False) as real,
        aiohttp.ClientSession() as session,
    ):
        for key in (None, "wrong"):
            client = MoonrakerClient(session, real.url, key)
            with pytest.raises(PrinterAuthError):
                await client.identify()
            with pytest.raises(PrinterAuthError):
                await asyncio.wait_for(client.listen(lambda _: None), PATIENCE_S)
        async with watched(real) as watcher:
            assert (await watcher.client.identify()).unique_id
            async with asyncio.timeout(PATIENCE_S):
                while not watcher.news:
                    await watcher.wait()
