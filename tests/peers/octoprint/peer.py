"""The web server of an OctoPrint peer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import secrets
import ssl
from typing import Any

from aiohttp import web

from tests.peers.truth import TruePrint
from tests.support.ports import free_port

from .appkeys import KeyDesk
from .machine import Machine
from .sockets import Sockets

VERSION = "1.11.8"
NO_PERMISSION = {"error": "You don't have the permission to access the resource."}
DESCRIPTION = """<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0">
    <device>
        <friendlyName>OctoPrint instance &#34;{name}&#34;</friendlyName>
        <UDN>uuid:{uuid}</UDN>
    </device>
</root>"""

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Misbehaviour:
    """What goes wrong, until it is set back.

    ``status`` and ``body`` replace the answers to paths that contain ``where``;
    ``stalls`` lets them wait until ``unstall`` is set.
    """

    where: str = ""
    status: int | None = None
    body: bytes | None = None
    stalls: bool = False
    drops: bool = False
    may_list_files: bool = True
    describes_itself: bool = True
    unstall: asyncio.Event = field(default_factory=asyncio.Event)


class OctoPrintPeer:
    """One OctoPrint with one printer, connected and idle at first."""

    def __init__(
        self,
        api_key: str = "peer-key",
        *,
        name: str = "Peer",
        uuid: str = "6285baa7-c9d8-4e0d-aec9-2e0f0f6d36bc",
        prefix: str = "",
        speed: float = 1.0,
        text: str = f"OctoPrint {VERSION}",
    ) -> None:
        """Set who it is; ``speed`` shortens all prints."""
        self.api_key = api_key
        self.version: str | None = VERSION
        self.misbehave = Misbehaviour()
        self.sockets = Sockets()
        self.desk = KeyDesk()
        self.machine = Machine(self.sockets.fire, speed=speed)
        self.requests: list[str] = []
        self.refusals = 0
        self.asked = asyncio.Event()
        self.on_request: Callable[[str], None] | None = None
        self._name, self._uuid, self._prefix, self._text = name, uuid, prefix, text
        self._runner: web.AppRunner | None = None
        self._starting: asyncio.Server | None = None
        self._ssl: ssl.SSLContext | None = None
        self._host, self.port = "127.0.0.1", 0

    @property
    def url(self) -> str:
        """Return the base URL."""
        scheme = "https" if self._ssl else "http"
        return f"{scheme}://{self._host}:{self.port}{self._prefix}"

    @property
    def truth(self) -> list[TruePrint]:
        """Return what was really printed."""
        return self.machine.truth

    # -- the program -------------------------------------------------------------------

    async def start(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Answer on a port."""
        self._host, self._ssl = host, tls
        app = web.Application(middlewares=[self._middleware], client_max_size=1024)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self.port = port or free_port()
        site = web.TCPSite(
            self._runner, host, self.port, ssl_context=tls, reuse_address=True
        )
        await site.start()

    async def stop(self) -> None:
        """Close the port and all connections."""
        self.misbehave.unstall.set()
        self.desk.stop()
        if self._starting is not None:
            self._starting.close()
            self._starting = None
        if self._runner is not None:
            await self.sockets.drop()
            await self._runner.cleanup()
            self._runner = None
        self.machine.stop_timers()

    async def kill(self) -> None:
        """End as by kill -9: the print is lost and nothing is counted."""
        await self.stop()
        self.machine.die()

    async def begin_starting(self) -> None:
        """Answer as a real one does while it starts: no HTTP, then a reset (1.11)."""
        self._starting = await asyncio.start_server(
            _answer_while_starting, self._host, self.port
        )

    async def restart(self, *, connected: bool = True) -> None:
        """Be killed and come up again on the same port."""
        if self._starting is None:
            await self.kill()
        else:
            self._starting.close()
            self._starting = None
        await self.start(self._host, self.port, tls=self._ssl)
        if connected:
            self.machine.connect()

    # -- the printer -------------------------------------------------------------------

    def start_print(
        self, filename: str, duration_s: float = 60, *, origin: str = "local"
    ) -> TruePrint:
        """Print a file; it ends by itself after its duration."""
        return self.machine.start(filename, duration_s, origin=origin)

    def pause(self) -> None:
        """Pause the print."""
        self.machine.pause()

    def resume(self) -> None:
        """Go on with the print."""
        self.machine.resume()

    def cancel(self) -> None:
        """Cancel the print."""
        self.machine.cancel()

    def fail(self, reason: str = "Thermal Runaway, system stopped!") -> None:
        """Let the printer's firmware halt."""
        self.machine.disconnect(reason)

    def finish(self) -> None:
        """Finish the print at once."""
        self.machine.finish()

    async def until_idle(self) -> None:
        """Wait until nothing prints."""
        await self.machine.idle.wait()

    # -- answers -----------------------------------------------------------------------

    def _routes(self) -> list[web.RouteDef]:
        """Return all addresses."""
        base = self._prefix
        return [
            web.get(f"{base}/api/version", self._version),
            web.get(f"{base}/api/job", self._job),
            web.get(f"{base}/api/printer", self._printer),
            web.get(base + "/api/files/local/{path:.+}", self._file),
            web.post(f"{base}/api/login", self._login),
            web.get(f"{base}/plugin/discovery/discovery.xml", self._description),
            web.get(f"{base}/sockjs/info", self._push_info),
            web.get(f"{base}/sockjs/websocket", self.sockets.handle),
            *self.desk.routes(base),
        ]

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Note the request, misbehave, and ask for the key."""
        path = request.path.removeprefix(self._prefix)
        self.requests.append(path)
        self.asked.set()
        if self.on_request is not None:
            self.on_request(path)
        wrong = self.misbehave
        if wrong.where in path:
            if wrong.drops and request.transport is not None:
                request.transport.abort()
            if wrong.stalls:
                await wrong.unstall.wait()
            if wrong.status is not None or wrong.body is not None:
                return web.Response(status=wrong.status or 200, body=wrong.body)
        key = request.headers.get("X-Api-Key")
        if path.startswith("/api/") and key not in (self.api_key, *self.desk.keys):
            self.refusals += 1
            return web.json_response(NO_PERMISSION, status=403)
        return await handler(request)

    async def _version(self, _: web.Request) -> web.Response:
        """Tell the version."""
        body = {"api": "0.1", "server": self.version, "text": self._text}
        return web.json_response(body)

    async def _push_info(self, _: web.Request) -> web.Response:
        """Describe the push socket, with the time in the answer's ``Date``."""
        return web.json_response({"websocket": self.sockets.enabled})

    async def _job(self, _: web.Request) -> web.Response:
        """Tell job, progress and state."""
        machine = self.machine
        name = machine.path and machine.path.rpartition("/")[2]
        file = {
            "path": machine.path,
            "name": name,
            "origin": machine.path and machine.origin,
        }
        job: dict[str, Any] = {"file": file, "lastPrintTime": machine.last_print_s}
        job["estimatedPrintTime"] = machine.run.duration_s if machine.run else None
        body: dict[str, Any] = {"job": job, "state": machine.state}
        body["progress"] = machine.shown_progress()
        if machine.error:
            body["error"] = machine.error
        return web.json_response(body)

    async def _printer(self, _: web.Request) -> web.Response:
        """Tell the temperatures, while a printer is connected."""
        if not self.machine.is_operational:
            return web.json_response({"error": "not operational"}, status=409)
        return web.json_response({"temperature": self.machine.temperatures()})

    async def _file(self, request: web.Request) -> web.Response:
        """Tell about a file; ``prints`` appears with its first ended print."""
        if not self.misbehave.may_list_files:
            return web.json_response(NO_PERMISSION, status=403)
        path = request.match_info["path"]
        counts = self.machine.counts.get(path)
        if counts is None:
            return web.json_response({"error": "not found"}, status=404)
        body: dict[str, Any] = {"path": path, "origin": "local", "type": "machinecode"}
        if counts.success or counts.failure:
            tally = {"success": counts.success, "failure": counts.failure}
            body["prints"] = tally | {"last": counts.last}
        return web.json_response(body)

    async def _login(self, _: web.Request) -> web.Response:
        """Open a session for the push socket."""
        session = secrets.token_hex(16)
        self.sockets.sessions.add(session)
        return web.json_response({"name": "peer", "session": session})

    async def _description(self, _: web.Request) -> web.Response:
        """Describe itself as a UPnP device."""
        if not self.misbehave.describes_itself:
            return web.Response(status=404)
        text = DESCRIPTION.format(name=self._name, uuid=self._uuid)
        return web.Response(text=text, content_type="application/xml")


async def _answer_while_starting(
    _: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Send what a starting OctoPrint sends, and hang up."""
    writer.write(b"Not found")
    await writer.drain()
    writer.close()
