"""No WebSocket is led to another host, with the key of the printer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
from aiohttp import web
import pytest

from custom_components.printernizer.printers.backoff import Backoff
from custom_components.printernizer.printers.base import PrinterClient
from custom_components.printernizer.printers.moonraker import MoonrakerClient
from custom_components.printernizer.printers.octoprint import OctoPrintClient
from custom_components.printernizer.printers.websocket import connect


def moonraker(session: aiohttp.ClientSession, url: str) -> PrinterClient:
    """Return a client that sends its key with the handshake."""
    return MoonrakerClient(session, url, "key", backoff=Backoff(0.01))


def octoprint(session: aiohttp.ClientSession, url: str) -> PrinterClient:
    """Return a client that signs in as soon as it is connected."""
    return OctoPrintClient(session, url, "key", backoff=Backoff(0.01))


class Redirector:
    """A server in a printer's place that sends every WebSocket to another one."""

    def __init__(self) -> None:
        """Have been asked nothing."""
        self.status = 307
        self.asked = asyncio.Semaphore(0)
        self.led_astray: list[str] = []
        self._runners: list[web.AppRunner] = []
        self._elsewhere = ""

    async def start(self) -> str:
        """Open both ports; returns the address to begin at."""
        self._elsewhere = await self._serve(self._note)
        return await self._serve(self._redirect)

    async def stop(self) -> None:
        """Close both ports."""
        for runner in self._runners:
            await runner.cleanup()

    async def _serve(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> str:
        """Answer every request with a handler; returns the address."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _redirect(self, request: web.Request) -> web.StreamResponse:
        """Let OctoPrint's login succeed, and lead everything else away."""
        if request.path == "/api/login":
            return web.json_response({"name": "user", "session": "secret"})
        self.asked.release()
        location = f"{self._elsewhere}{request.path}"
        return web.Response(status=self.status, headers={"Location": location})

    async def _note(self, request: web.Request) -> web.StreamResponse:
        """Note what came here."""
        self.led_astray.append(request.path)
        return web.Response()


@pytest.fixture
async def redirector() -> AsyncIterator[Redirector]:
    """Yield a server that is not started."""
    redirector = Redirector()
    yield redirector
    await redirector.stop()


@pytest.mark.parametrize("client_of", [moonraker, octoprint])
async def test_redirected_push(
    printer_session: aiohttp.ClientSession,
    redirector: Redirector,
    client_of: Callable[[aiohttp.ClientSession, str], PrinterClient],
) -> None:
    """It is a lost connection, tried again, and nothing reaches the other host."""
    client = client_of(printer_session, await redirector.start())
    task = asyncio.create_task(client.listen(lambda _: None))
    async with asyncio.timeout(5):
        for _ in range(3):
            await redirector.asked.acquire()
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert redirector.led_astray == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirected_handshake(
    printer_session: aiohttp.ClientSession, redirector: Redirector, status: int
) -> None:
    """No kind of redirect is followed, and the session can be used further."""
    url = await redirector.start()
    redirector.status = status
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await connect(printer_session, f"{url}/websocket")
    assert redirector.led_astray == []
    async with printer_session.post(f"{url}/api/login") as response:
        assert response.status == 200


async def test_session_that_is_closed(redirector: Redirector) -> None:
    """It lends no connections, and none are opened in their place."""
    url = await redirector.start()
    session = aiohttp.ClientSession()
    await session.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await connect(session, f"{url}/websocket")
    assert redirector.asked.locked()
