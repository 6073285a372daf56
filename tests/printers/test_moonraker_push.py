"""MoonrakerClient.listen against a Moonraker of our own, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
import json
import random

import aiohttp
from aiohttp import web
import pytest

from custom_components.printernizer.core.snapshot import Snapshot
from custom_components.printernizer.printers.backoff import Backoff
from custom_components.printernizer.printers.base import (
    AnswerWithoutTls,
    PrinterAuthError,
)
from custom_components.printernizer.printers.moonraker import MoonrakerClient
from custom_components.printernizer.printers.moonraker.push import follow
from tests.peers.moonraker import Misbehaviour, MoonrakerPeer

from .moonraker_recorded import MESSAGES

PERIOD_S = 0.01
PATIENCE_S = 5.0


class Listener:
    """A caller that listens to a client and counts the news."""

    def __init__(self, client: MoonrakerClient) -> None:
        """Begin to listen."""
        self.news = 0
        self._arrived = asyncio.Event()
        self.task = asyncio.create_task(client.listen(self._on_news))

    def _on_news(self, snapshot: Snapshot | None) -> None:
        """Count: notifications carry no snapshot, they ask for a look."""
        assert snapshot is None
        self.news += 1
        self._arrived.set()

    async def wait_for_news(self) -> None:
        """Wait until there is news that was not waited for before."""
        async with asyncio.timeout(PATIENCE_S):
            await self._arrived.wait()
        self._arrived.clear()

    async def wait_for_count(self, count: int) -> None:
        """Wait until there was news so many times."""
        async with asyncio.timeout(PATIENCE_S):
            while self.news < count:
                await self._arrived.wait()
                self._arrived.clear()
        assert self.news == count

    async def stop(self) -> None:
        """Stop listening, as an unloaded entry does."""
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task


@pytest.fixture
async def peer() -> AsyncIterator[MoonrakerPeer]:
    """Yield an idle printer."""
    peer = MoonrakerPeer(status_period_s=PERIOD_S)
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def client(peer: MoonrakerPeer) -> AsyncIterator[MoonrakerClient]:
    """Yield a client of that printer that tries again soon."""
    async with aiohttp.ClientSession() as session:
        yield MoonrakerClient(
            session,
            peer.url,
            peer.api_key,
            timeout_s=PATIENCE_S,
            backoff=Backoff(0.01, 0.05, random.Random(1)),  # noqa: S311
        )


@pytest.fixture
async def listener(client: MoonrakerClient) -> AsyncIterator[Listener]:
    """Yield a listener whose subscription has landed."""
    listener = Listener(client)
    await listener.wait_for_news()
    yield listener
    if not listener.task.done():
        await listener.stop()


async def test_subscription_is_news(listener: Listener) -> None:
    """What happened before the subscription has to be looked for."""
    assert listener.news == 1


async def test_every_change_of_a_print_is_news(
    listener: Listener, peer: MoonrakerPeer
) -> None:
    """Start, pause, resume and end each ask for a look."""
    peer.start_print("cube.gcode")
    await listener.wait_for_news()
    for change in (peer.pause, peer.resume, peer.finish):
        change()
        await listener.wait_for_news()


async def test_progress_is_no_news(listener: Listener, peer: MoonrakerPeer) -> None:
    """A hundred status reports of a running print ask for nothing."""
    peer.start_print("cube.gcode", duration_s=100)
    await listener.wait_for_count(3)  # The subscription, the state, and the row.
    for _ in range(100):
        peer.see_status()
    peer.sockets.notify("notify_klippy_shutdown")
    await listener.wait_for_count(4)


async def test_restart_of_the_same_file_is_news(
    listener: Listener, peer: MoonrakerPeer
) -> None:
    """The history tells of a restart whose states look the same."""
    peer.start_print("cube.gcode")
    await listener.wait_for_count(3)
    peer.history.on_changed("added", peer.history.rows[-1])
    await listener.wait_for_count(4)


async def test_klipper_restart_is_news_and_subscribes_again(
    listener: Listener, peer: MoonrakerPeer
) -> None:
    """Subscriptions are lost with Klipper."""
    peer.disconnect_klipper()
    await listener.wait_for_news()
    assert not peer.sockets.subscribed.is_set()
    peer.ready_klipper()
    await listener.wait_for_news()
    assert peer.sockets.subscribed.is_set()
    peer.start_print("cube.gcode")
    await listener.wait_for_news()


async def test_connects_while_klipper_is_away(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A refused subscription waits for Klipper on the open connection."""
    peer.disconnect_klipper()
    listener = Listener(client)
    await listener.wait_for_news()
    peer.ready_klipper()
    async with asyncio.timeout(PATIENCE_S):
        await peer.sockets.subscribed.wait()
    assert len([path for path in peer.requests if path == "/websocket"]) == 1
    await listener.stop()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("lifecycle", 6), ("shutdown", 8), ("firmware-restart", 5)],
)
async def test_recorded_notifications(
    listener: Listener, peer: MoonrakerPeer, name: str, expected: int
) -> None:
    """A recorded life of a print asks for few looks, for all the 4 Hz reports.

    Each start and end counts twice, as a state and as a row; a subscription after
    Klipper's restart counts too.
    """
    for message in MESSAGES[name]:
        if "method" in message:
            peer.sockets.send_text(json.dumps(message))
    peer.sockets.notify("notify_klippy_shutdown")
    await listener.wait_for_count(1 + expected + 1)


async def test_moonraker_restart(listener: Listener, peer: MoonrakerPeer) -> None:
    """A lost connection comes back by itself."""
    await peer.stop_server(kill=True)
    await peer.start_server()
    await listener.wait_for_news()
    peer.start_print("cube.gcode")
    await listener.wait_for_news()


@pytest.mark.parametrize("is_steady", [False, True])
async def test_no_storm_against_a_server_that_drops_us(
    printer_session: aiohttp.ClientSession, peer: MoonrakerPeer, is_steady: bool
) -> None:
    """Only a subscription that lasted is tried again as soon as the first."""
    backoff = Backoff(0.01, steady_s=0 if is_steady else 60)
    client = MoonrakerClient(printer_session, peer.url, peer.api_key, backoff=backoff)
    listener = Listener(client)
    for _ in range(4):
        await listener.wait_for_news()
        await peer.sockets.close()
    await listener.wait_for_news()
    await listener.stop()
    assert (backoff.next() <= 0.01) is is_steady


async def test_refused_connections(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A server without its socket is tried again until it has one."""
    peer.sockets.push = False
    listener = Listener(client)
    async with asyncio.timeout(PATIENCE_S):
        while len(peer.requests) < 4:
            await asyncio.sleep(PERIOD_S)
    assert listener.news == 0
    peer.sockets.push = True
    await listener.wait_for_news()
    await listener.stop()


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"method": ["notify_history_changed"]}',
        '{"method": "notify_status_update"}',
        '{"method": "notify_status_update", "params": [[]]}',
        '{"method": "notify_status_update", "params": [{"print_stats": [1]}]}',
        '{"method": "notify_status_update", "params": [{"print_stats": {"state": 1}}]}',
        '{"id": 99, "error": {"code": -32602, "message": "Unauthorized"}}',
        "[" * 100_000,
        '"' + "x" * 10_000_000 + '"',
    ],
    ids=lambda text: text[:20],
)
async def test_nonsense_is_survived(
    listener: Listener, peer: MoonrakerPeer, text: str
) -> None:
    """After anything at all, the next start is still news."""
    peer.sockets.send_text(text)
    peer.start_print("cube.gcode")
    await listener.wait_for_news()
    async with asyncio.timeout(PATIENCE_S):
        await peer.sockets.subscribed.wait()
    assert not listener.task.done()


async def test_wrong_key(peer: MoonrakerPeer) -> None:
    """The socket opens for a wrong key; its first answer tells."""
    async with aiohttp.ClientSession() as session:
        client = MoonrakerClient(session, peer.url, "wrong")
        with pytest.raises(PrinterAuthError):
            await client.listen(lambda _: None)
    assert peer.sockets.count == 0


async def test_handshake_refused_for_the_key(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A proxy may refuse the key before Moonraker does."""
    peer.misbehave(Misbehaviour.UNAUTHORIZED)
    with pytest.raises(PrinterAuthError):
        await client.listen(lambda _: None)


async def test_https_where_there_is_none(
    printer_session: aiohttp.ClientSession, peer: MoonrakerPeer
) -> None:
    """The push says the same as a look: no certificate is to blame."""
    url = f"{peer.url.replace('http:', 'https:')}/websocket"
    told: list[None] = []
    with pytest.raises(AnswerWithoutTls):
        await follow(
            printer_session,
            url,
            {},
            lambda: told.append(None),
            landed=lambda: told.append(None),
            timeout_s=PATIENCE_S,
        )
    assert told == []


async def test_silent_server(peer: MoonrakerPeer) -> None:
    """A server that never answers is left and tried again."""
    peer.misbehave(Misbehaviour.STALL, "/websocket")
    async with aiohttp.ClientSession() as session:
        client = MoonrakerClient(
            session, peer.url, timeout_s=0.05, backoff=Backoff(0.01, 0.01)
        )
        listener = Listener(client)
        async with asyncio.timeout(PATIENCE_S):
            while peer.requests.count("/websocket") < 3:
                await asyncio.sleep(PERIOD_S)
        peer.misbehave(Misbehaviour.NONE)
        await listener.wait_for_news()
        await listener.stop()


async def test_silence_is_tested(peer: MoonrakerPeer) -> None:
    """A connection that says nothing is asked, and left when it stays silent."""
    async with aiohttp.ClientSession() as session:
        client = MoonrakerClient(
            session,
            peer.url,
            timeout_s=0.1,
            silence_s=0.05,
            backoff=Backoff(0.01, 0.01),
        )
        listener = Listener(client)
        async with asyncio.timeout(PATIENCE_S):
            while peer.sockets.calls.count("server.info") < 3:
                await asyncio.sleep(PERIOD_S)
        assert peer.requests.count("/websocket") == 1
        peer.sockets.mute = True
        async with asyncio.timeout(PATIENCE_S):
            while peer.requests.count("/websocket") < 3:
                await asyncio.sleep(PERIOD_S)
        peer.sockets.mute = False
        await listener.wait_for_news()
        await listener.stop()


async def test_cancelling_leaves_nothing(
    listener: Listener, peer: MoonrakerPeer
) -> None:
    """A cancelled listener closes its connection."""
    await listener.stop()
    async with asyncio.timeout(PATIENCE_S):
        while peer.sockets.count:
            await asyncio.sleep(PERIOD_S)


@pytest.mark.slow
async def test_cancelling_does_not_wait_for_a_server_that_reads_nothing() -> None:
    """A frozen Moonraker takes no goodbye; unloading goes on all the same."""
    opened, frozen = asyncio.Event(), asyncio.Event()

    async def freeze(request: web.Request) -> web.StreamResponse:
        """Open the socket, and never read from it."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        opened.set()
        await frozen.wait()
        return socket

    app = web.Application()
    app.router.add_get("/websocket", freeze)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as session:
        client = MoonrakerClient(session, f"http://{host}:{port}")
        listener = Listener(client)
        await opened.wait()
        async with asyncio.timeout(3):
            await listener.stop()
    frozen.set()
    await runner.cleanup()
