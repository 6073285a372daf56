"""The client follows OctoPrint's events over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Outcome,
    Snapshot,
)
from custom_components.printernizer.printers.backoff import Backoff
from custom_components.printernizer.printers.base import (
    PrinterAuthError,
    PrinterProtocolError,
)
from custom_components.printernizer.printers.octoprint import OctoPrintClient
from custom_components.printernizer.printers.octoprint.push import EventQueue, Push
from custom_components.printernizer.printers.octoprint.rest import Rest
from tests.peers.octoprint import OctoPrintPeer

KEY = "peer-key"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Listener:
    """A client that listens until the end of the test."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        peer: OctoPrintPeer,
        backoff: Backoff | None = None,
    ) -> None:
        """Begin to listen."""
        self.backoff = backoff or Backoff(0.01, 0.05, steady_s=0)
        self.client = OctoPrintClient(
            session, peer.url, KEY, clock=lambda: NOW, backoff=self.backoff
        )
        self.count = 0
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self.client.listen(self._on_news))

    def _on_news(self, snapshot: Snapshot | None) -> None:
        """Count a hint; events never carry a snapshot."""
        assert snapshot is None
        self.count += 1
        self._news.set()

    async def until(self, count: int) -> None:
        """Wait for so many hints in all."""
        async with asyncio.timeout(5):
            while self.count < count:
                self._news.clear()
                await self._news.wait()

    async def outcomes(self) -> list[tuple[str | None, Outcome | None]]:
        """Return what the events say that came before a look."""
        snapshot = await self.client.look(NOTHING_REMEMBERED)
        assert all(event.received_at == NOW for event in snapshot.events)
        return [(event.filename, event.outcome) for event in snapshot.events]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Provide a session that keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def peer() -> AsyncIterator[OctoPrintPeer]:
    """Provide a running peer."""
    peer = OctoPrintPeer(KEY)
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def listener(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> AsyncIterator[Listener]:
    """Provide a client that has subscribed."""
    listener = Listener(session, peer)
    await listener.until(1)
    yield listener
    listener.task.cancel()
    await asyncio.gather(listener.task, return_exceptions=True)


async def test_subscription_brings_the_poll_forward(listener: Listener) -> None:
    """What was missed before is looked at as soon as the subscription has landed."""
    assert listener.count == 1


async def test_events_of_a_print(listener: Listener, peer: OctoPrintPeer) -> None:
    """Start and end arrive once each, before the look that follows them."""
    peer.start_print("a.gcode")
    peer.cancel()
    peer.start_print("b.gcode")
    peer.finish()
    await listener.until(1 + 13)
    assert await listener.outcomes() == [
        ("a.gcode", None),
        ("a.gcode", Outcome.CANCELLED),
        ("b.gcode", None),
        ("b.gcode", Outcome.COMPLETED),
    ]
    assert await listener.outcomes() == []


async def test_an_announced_end_is_given_the_time_to_be_counted(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """Nobody looked while the print ran."""
    await listener.outcomes()
    peer.machine.counter_lag_s = 0.1
    peer.start_print("a.gcode")
    peer.cancel()
    await listener.until(1 + 7)
    snapshot = await listener.client.look(NOTHING_REMEMBERED)
    assert [event.outcome for event in snapshot.events] == [None, Outcome.CANCELLED]
    assert [counted.failure for counted in snapshot.counters] == [1]


async def test_error_text_travels_with_the_event(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """A failure keeps the printer's own words."""
    peer.start_print("a.gcode")
    peer.fail("Thermal Runaway")
    await listener.until(1 + 8)
    snapshot = await listener.client.look(NOTHING_REMEMBERED)
    assert snapshot.events[-1].outcome is Outcome.FAILED
    assert snapshot.events[-1].reason == "Thermal Runaway"


async def test_events_survive_a_look_that_fails(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """What a failed look had taken is there for the next one."""
    peer.start_print("a.gcode")
    await listener.until(1 + 3)
    peer.misbehave.where, peer.misbehave.body = "/api/job", b"[]"
    with pytest.raises(PrinterProtocolError):
        await listener.client.look(NOTHING_REMEMBERED)
    peer.misbehave.body = None
    assert await listener.outcomes() == [("a.gcode", None)]


async def test_events_during_a_look_have_it_taken_again(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """Only an answer that is newer than every event agrees with all of them."""
    peer.misbehave.where, peer.misbehave.stalls = "/api/job", True
    peer.asked.clear()
    looking = asyncio.create_task(listener.outcomes())
    await peer.asked.wait()
    peer.start_print("a.gcode")
    await listener.until(1 + 3)
    peer.misbehave.unstall.set()
    assert await looking == [("a.gcode", None)]
    assert await listener.outcomes() == []


async def test_only_the_wanted_events_are_sent(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """The subscription is narrow, so that a small computer has little to send."""
    (subscriber,) = peer.sockets.subscribers
    assert subscriber.events is not None
    assert "PrintStarted" in subscriber.events
    assert "ZChange" not in subscriber.events
    peer.sockets.fire("ZChange", {"new": 1})
    peer.sockets.fire("PrintPaused", {})
    await listener.until(2)
    assert listener.count == 2


async def test_reconnects_after_a_cut(listener: Listener, peer: OctoPrintPeer) -> None:
    """A lost connection is told, and the subscription comes back by itself."""
    await peer.sockets.drop()
    await listener.until(3)
    assert peer.sockets.connections == 2
    peer.start_print("a.gcode")
    await listener.until(3 + 3)
    assert await listener.outcomes() == [("a.gcode", None)]


async def test_whether_something_may_have_been_missed_since_the_last_look(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """Nothing was, unless the connection was lost after it."""

    async def followed() -> list[bool]:
        """Look, and return what is told of the events before."""
        snapshot = await listener.client.look(NOTHING_REMEMBERED)
        return [event.followed for event in snapshot.events]

    assert await followed() == []
    peer.start_print("a.gcode")
    await listener.until(1 + 3)
    assert await followed() == [True]
    await peer.sockets.drop()
    await listener.until(4 + 2)
    peer.finish()
    await listener.until(6 + 3)
    assert await followed() == [False]


async def test_reconnects_to_a_restarted_server(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """Killed, starting without speaking HTTP, and up again."""
    await peer.kill()
    await listener.until(2)
    await peer.begin_starting()
    await peer.restart()
    await listener.until(3)
    assert not listener.task.done()


async def test_signs_in_again_when_asked(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """A session that has gone stale is replaced by a new one."""
    first = set(peer.sockets.sessions)
    peer.sockets.send_raw('{"reauthRequired": {"reason": "stale"}}')
    await listener.until(3)
    assert len(peer.sockets.sessions - first) == 1


async def test_garbage_over_the_socket_is_ignored(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """Messages that are no events change nothing."""
    for message in ("no JSON", "[]", "7", '{"event": []}', '{"event": {"type": 3}}'):
        peer.sockets.send_raw(message)
    peer.sockets.send_raw('{"event": {"type": "PrintStarted", "payload": 7}}')
    await listener.until(2)
    assert await listener.outcomes() == [(None, None)]
    assert peer.sockets.connections == 1


async def test_message_of_ten_megabytes_ends_the_connection(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """Nobody fills the memory; the subscription comes back."""
    peer.sockets.send_raw("x" * 10_000_000)
    await listener.until(3)
    assert peer.sockets.connections == 2


async def test_refused_key_is_raised(listener: Listener, peer: OctoPrintPeer) -> None:
    """A key that was taken back ends the listening, for the user to give another."""
    peer.api_key = "another"
    await peer.sockets.drop()
    with pytest.raises(PrinterAuthError):
        await listener.task


async def test_key_refused_as_a_forged_request_is_raised(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """A login with an unknown key gets status 400 (1.11)."""
    peer.misbehave.where, peer.misbehave.status = "/api/login", 400
    peer.api_key = "another"
    await peer.sockets.drop()
    with pytest.raises(PrinterAuthError):
        await listener.task


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"name": 1, "session": []}'])
async def test_strange_logins_are_tried_again(
    listener: Listener, peer: OctoPrintPeer, body: bytes
) -> None:
    """Whatever a login says, listening goes on."""
    peer.misbehave.where, peer.misbehave.body = "/api/login", body
    peer.requests.clear()
    await peer.sockets.drop()
    async with asyncio.timeout(5):
        while peer.requests.count("/api/login") < 3:
            peer.asked.clear()
            await peer.asked.wait()
    assert not listener.task.done()
    peer.misbehave.body = None
    await listener.until(3)


async def test_backs_off_until_the_subscription_lands(
    listener: Listener, peer: OctoPrintPeer
) -> None:
    """A connection that opens and brings nothing is no success."""
    peer.sockets.enabled = False
    peer.requests.clear()
    await peer.sockets.drop()
    async with asyncio.timeout(5):
        while peer.requests.count("/sockjs/websocket") < 5:
            peer.asked.clear()
            await peer.asked.wait()
    assert listener.backoff.next() >= 0.025
    peer.sockets.enabled = True
    await listener.until(3)
    assert listener.backoff.next() <= 0.02


async def test_no_storm_against_a_server_that_drops_us(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """A subscription that lands and is lost at once is no success either."""
    listener = Listener(session, peer, Backoff(0.01))
    for dropped in range(4):
        await listener.until(1 + 2 * dropped)
        await peer.sockets.drop()
    await listener.until(1 + 2 * 4)
    await listener.client.close()
    await listener.task
    assert listener.backoff.next() >= 0.1


async def test_silent_connection_is_given_up(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """Frozen without a word, it is pinged, waited for and left."""
    quiet = asyncio.Event()

    async def freeze(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass a connection on to the peer until it freezes."""
        inner_reader, inner_writer = await asyncio.open_connection(
            "127.0.0.1", peer.port
        )
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(_pump(reader, inner_writer, quiet))
                pumps.create_task(_pump(inner_reader, writer, quiet))
        finally:
            inner_writer.close()
            writer.close()

    proxy = await asyncio.start_server(freeze, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    rest = Rest(session, f"http://127.0.0.1:{port}", KEY)
    lost = asyncio.Event()
    push = Push(rest, EventQueue(), lambda: NOW, Backoff(60), silence_s=0.05)
    hints = 0

    def on_news(_: Snapshot | None) -> None:
        nonlocal hints
        hints += 1
        (quiet if hints == 1 else lost).set()

    task = asyncio.create_task(push.run(on_news))
    async with asyncio.timeout(5):
        await lost.wait()
    await push.close()
    await task
    await session.close()
    proxy.close()
    await peer.sockets.drop()
    await proxy.wait_closed()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, quiet: asyncio.Event
) -> None:
    """Pass bytes on, until everything has to freeze."""
    while data := await reader.read(4096):
        if not quiet.is_set():
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_answered_ping_keeps_the_connection(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """A printer with nothing to tell is not left."""
    rest = Rest(session, peer.url, KEY)
    push = Push(rest, EventQueue(), lambda: NOW, Backoff(60), silence_s=0.02)
    heard = asyncio.Event()
    task = asyncio.create_task(push.run(lambda _: heard.set()))
    await heard.wait()
    heard.clear()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await heard.wait()
    assert peer.sockets.connections == 1
    await push.close()
    await task


async def test_close_ends_listening(listener: Listener) -> None:
    """Closing the client lets the loop come to its end by itself."""
    await listener.client.close()
    async with asyncio.timeout(5):
        await listener.task


async def test_close_ends_the_wait_between_two_tries(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """Nobody waits for a long back-off."""
    peer.sockets.enabled = False
    client = OctoPrintClient(session, peer.url, KEY, backoff=Backoff(600, 600))
    task = asyncio.create_task(client.listen(lambda _: None))
    async with asyncio.timeout(5):
        while "/sockjs/websocket" not in peer.requests:
            peer.asked.clear()
            await peer.asked.wait()
        await client.close()
        await task


async def test_close_while_connecting(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """A connection that comes up after the close is closed at once."""
    peer.misbehave.where, peer.misbehave.stalls = "/sockjs", True
    client = OctoPrintClient(session, peer.url, KEY)
    task = asyncio.create_task(client.listen(lambda _: None))
    async with asyncio.timeout(5):
        while "/sockjs/websocket" not in peer.requests:
            peer.asked.clear()
            await peer.asked.wait()
        await client.close()
        peer.misbehave.unstall.set()
        await task
    assert not peer.sockets.signed_in.is_set()


async def test_cancelled_at_any_moment(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """No task, socket or timer is left behind, wherever the cancel strikes."""
    for steps in range(60):
        client = OctoPrintClient(session, peer.url, KEY, backoff=Backoff(0.001))
        task = asyncio.create_task(client.listen(lambda _: None))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
