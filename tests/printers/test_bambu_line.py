"""The line to a Bambu Lab printer: lost, silent, closed."""

import asyncio
from dataclasses import replace
import json
from typing import override

import pytest

from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Activity,
    Outcome,
)
from custom_components.printernizer.printers.backoff import Backoff
from custom_components.printernizer.printers.bambu_lab import (
    BambuLabClient,
    Timing,
    connection,
)
from custom_components.printernizer.printers.base import (
    PrinterTimeout,
    PrinterUnreachable,
)
from tests.peers.bambu import P1P_OLD, X1C, BambuPeer

from .bambu_support import QUICK, client_of, listening, running


async def until_unreachable(client: BambuLabClient) -> None:
    """Look until the client has noticed that the line is down."""
    async with asyncio.timeout(5):
        while True:
            try:
                await client.look(NOTHING_REMEMBERED)
            except PrinterUnreachable:
                return
            await asyncio.sleep(0.01)


async def test_connection_lost_and_back() -> None:
    """The print goes on meanwhile; what was before the full report is not told."""
    async with running(BambuPeer(X1C)) as peer:
        client = client_of(peer)
        async with listening(client) as heard:
            await heard.activity(Activity.IDLE)
            peer.start_print("a.3mf")
            await heard.activity(Activity.PRINTING)
            await peer.lose_network()
            await until_unreachable(client)
            count = len(heard.snapshots)
            peer.misbehave.is_mute = True
            peer.finish()
            peer.misbehave.is_mute = False
            await peer.regain_network()
            ended = await heard.activity(Activity.ENDED, after=count)
    assert heard.snapshots[count] is ended
    assert ended.outcome is Outcome.COMPLETED
    assert not ended.unbroken


async def test_a_printer_without_power_is_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It breaks no connection, so a ping has to miss it; no poll needs to come."""
    monkeypatch.setattr(connection, "KEEPALIVE_S", 1)
    async with running(BambuPeer(X1C)) as peer:
        client = client_of(peer)
        async with listening(client) as heard:
            await heard.activity(Activity.IDLE)
            peer.lose_power()
            async with asyncio.timeout(10):
                await heard.hints.wait()
            with pytest.raises(PrinterUnreachable):
                await client.look(NOTHING_REMEMBERED)


async def test_a_break_that_heals_at_once_is_not_told_of() -> None:
    """A printer that drops its clients now and then is no printer that is away."""
    async with running(BambuPeer(X1C)) as peer, listening(client_of(peer)) as heard:
        for _ in range(3):
            count = len(heard.snapshots)
            await heard.activity(Activity.IDLE, after=count)
            peer.drop()
        await peer.until_asked("pushall", 4)
        assert not heard.hints.is_set()


async def test_deltas_before_the_full_report_are_not_told() -> None:
    """After a reconnect a lone delta proves nothing."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer, timing=Timing(full_s=30))
        async with listening(client) as heard:
            await heard.activity(Activity.IDLE)
            peer.misbehave.hides_full = True
            count = len(heard.snapshots)
            peer.drop()
            await peer.until_asked("pushall", 2)
            peer.say(gcode_state="RUNNING", mc_percent=5)
            peer.say(gcode_state="FINISH", mc_percent=100)
            peer.send_full()
            await heard.activity(Activity.ENDED, after=count)
        assert heard.snapshots[count].activity is Activity.ENDED


async def test_power_cut_leaves_a_print_that_looks_alive() -> None:
    """FAILED, ids "0", the name left over: lost, and nobody knows how (P1P dump)."""
    peer = BambuPeer(P1P_OLD)
    async with running(peer), listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf", duration_s=3600)
        await heard.until(lambda one: one.title == "a")
        count = len(heard.snapshots)
        await peer.restart()
        lost = await heard.activity(Activity.ENDED, after=count)
    assert lost.rebooted
    assert (lost.outcome, lost.title, lost.print_id) == (None, "a", None)


async def test_silence_is_prodded_then_reconnected() -> None:
    """60 s without a report: pushing.start, then another connection."""
    timing = Timing(full_s=0.2, silence_s=0.3, revive_s=0.2, quiet_s=0.05)
    async with running(BambuPeer(report_s=30)) as peer:
        client = client_of(peer, timing=timing)
        async with listening(client) as heard:
            await heard.activity(Activity.IDLE)
            await peer.until_asked("start")
            with pytest.raises(PrinterTimeout):
                await client.look(NOTHING_REMEMBERED)
            await peer.until_asked("pushall", 2)
        assert peer.logins >= 2


async def test_a_printer_that_answers_the_prod_keeps_its_connection() -> None:
    """A report in time is all it takes."""
    timing = Timing(full_s=0.2, silence_s=0.2, revive_s=5, quiet_s=0.05)
    async with running(BambuPeer(report_s=30)) as peer:
        client = client_of(peer, timing=timing)
        async with listening(client) as heard:
            await heard.activity(Activity.IDLE)
            await peer.until_asked("start")
            peer.say(wifi_signal="-40dBm")
            await peer.until_asked("start", 2)
        assert peer.logins == 1


class Counting(Backoff):
    """A back-off that notes its waits."""

    def __init__(self) -> None:
        """Begin with a short wait."""
        super().__init__(0.02, 60)
        self.waits: list[float] = []

    @override
    def next(self) -> float:
        """Note the wait."""
        self.waits.append(super().next())
        return self.waits[-1]


@pytest.mark.parametrize("is_deaf", [True, False], ids=["says nothing", "reports"])
async def test_no_storm_against_a_printer_that_drops_us(is_deaf: bool) -> None:
    """Nor against another client that we drive out, as it does us (P1, 1.0.4)."""
    backoff = Counting()
    async with running(BambuPeer(report_s=30)) as peer:
        peer.misbehave.is_deaf = is_deaf
        async with listening(client_of(peer, backoff=backoff)) as heard:
            for count in range(1, 5):
                told = len(heard.snapshots)
                await peer.until_asked("pushall", count)
                if not is_deaf:
                    await heard.activity(Activity.IDLE, after=told)
                peer.drop()
            await peer.until_asked("pushall", 5)
    assert backoff.waits[3] > backoff.waits[0] * 2


async def test_a_steady_connection_that_breaks_comes_back_soon() -> None:
    """What was good for long enough is tried again at once."""
    backoff = Counting()
    async with running(BambuPeer(report_s=30)) as peer:
        client = client_of(peer, backoff=backoff, timing=replace(QUICK, steady_s=0))
        async with listening(client) as heard:
            for count in range(1, 6):
                told = len(heard.snapshots)
                await peer.until_asked("pushall", count)
                await heard.activity(Activity.IDLE, after=told)
                peer.drop()
            await peer.until_asked("pushall", 6)
    assert max(backoff.waits) <= 0.02


@pytest.mark.slow
async def test_close_does_not_wait_for_a_printer_that_reads_nothing() -> None:
    """Its buffers are full, so our goodbye cannot be sent."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        await client.look(NOTHING_REMEMBERED)
        for one in peer.broker.clients:
            one.writer.transport.pause_reading()  # type: ignore[attr-defined]
        assert client._follower is not None
        mqtt = client._follower._connection._client
        mqtt.publish("device/filling", b"x" * 20_000_000)
        async with asyncio.timeout(8):
            await client.close()
        assert peer.broker.goodbyes == 0


@pytest.mark.slow
async def test_close_does_not_wait_for_a_connection_in_the_making() -> None:
    """A handshake that takes long is cleaned up when it ends."""
    done = asyncio.Event()
    came = asyncio.Event()
    gone = asyncio.Event()

    async def silence(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        came.set()
        await done.wait()
        writer.close()
        gone.set()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        slow = Timing(connect_s=30)
        client = client_of(BambuPeer(), port=port, timing=slow)
        looking = asyncio.create_task(client.look(NOTHING_REMEMBERED))
        await came.wait()
        async with asyncio.timeout(5):
            await client.close()
        with pytest.raises(PrinterUnreachable):
            await looking
        done.set()
        await gone.wait()


async def test_a_printer_that_logs_us_in_and_says_nothing() -> None:
    """There is no state to look at."""
    async with running(BambuPeer(report_s=30)) as peer:
        peer.misbehave.is_deaf = True
        client = client_of(peer)
        with pytest.raises(PrinterTimeout):
            await client.look(NOTHING_REMEMBERED)
        await client.close()


async def test_unknown_states_are_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They change nothing."""
    caplog.set_level("DEBUG")
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        for percent in range(3):
            peer.say(gcode_state="DREAMING", mc_percent=percent)
        dreaming = await heard.until(lambda one: one.message == "DREAMING")
        peer.start_print("a.3mf")
        await heard.activity(Activity.PRINTING)
    assert dreaming.activity is Activity.NO_NEWS
    assert caplog.text.count("unknown state") == 1


async def test_cancelled_while_connecting() -> None:
    """Nothing is left of a connection that was not made yet."""
    done = asyncio.Event()
    came = asyncio.Event()

    async def silence(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    before = asyncio.all_tasks()
    async with server:
        client = client_of(BambuPeer(), port=server.sockets[0].getsockname()[1])
        listener = asyncio.create_task(client.listen(lambda _: None))
        await came.wait()
        listener.cancel()
        await asyncio.wait({listener})
        await client.close()
        assert {task for task in asyncio.all_tasks() if "bambu" in task.get_name()} <= (
            before
        )
        done.set()


async def test_echoes_of_requests_are_not_the_state() -> None:
    """Under ``print`` come answers to commands of others as well."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        echo = {"command": "project_file", "gcode_state": "RUNNING", "result": "failed"}
        peer.send(json.dumps({"print": echo}).encode())
        peer.send(json.dumps({"mc_print": {"command": "push_info"}}).encode())
        peer.say(mc_percent=7)
        peer.start_print("a.3mf")
        await heard.activity(Activity.PRINTING)
    assert heard.activities == [Activity.IDLE, Activity.PRINTING]
    assert heard.snapshots[-1].progress == 0
