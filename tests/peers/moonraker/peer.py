"""A Moonraker with a Klipper behind it, over HTTP and WebSocket on 127.0.0.1."""

import asyncio
from collections.abc import Callable
import contextlib
from email.utils import formatdate
import time
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.peers.truth import TruePrint
from tests.support.ports import free_port

from .history import History
from .klipper import Klipper
from .misbehave import Misbehaving, Misbehaviour
from .pages import Pages, error
from .sockets import Sockets

STATUS_PERIOD_S = 0.25


class MoonrakerPeer:
    """One Moonraker and its Klipper.

    Without ``trusted`` every path but ``/access/info`` needs ``api_key``; a wrong key
    is refused always. ``date`` is said to be the time in place of the host's, and
    ``truth`` lists what was really printed.
    """

    def __init__(
        self,
        *,
        api_key: str = "0123456789abcdef0123456789abcdef",
        trusted: bool = True,
        instance_id: str = "d1d4f0e0c8c94d6ea2c3a3f0b2b9c7a1",
        hostname: str = "voron",
        speed: float = 1.0,
        status_period_s: float = STATUS_PERIOD_S,
    ) -> None:
        """Describe the printer; ``start`` opens it."""
        self.api_key = api_key
        self.trusted = trusted
        self.instance_id = instance_id
        self.hostname = hostname
        self.status_period_s = status_period_s
        self.klipper = Klipper(speed)
        self.history = History()
        self.misbehaving = Misbehaving()
        self.sockets = Sockets(self)
        self.has_history = True
        self.date: str | None = None
        self.requests: list[str] = []
        self.on_answered: Callable[[str], None] | None = None
        self.connected = True
        self.port = 0
        self.identified = True
        self._host = "127.0.0.1"
        self._runner: web.AppRunner | None = None
        self._ticker: asyncio.Task[None] | None = None
        self.history.on_changed = self._announce_history

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://{self._host}:{self.port}"

    @property
    def truth(self) -> list[TruePrint]:
        """Return what was really printed."""
        return self.klipper.truth

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Open the server; port 0 takes a free one."""
        app = web.Application(
            middlewares=[
                self._record,
                self.misbehaving.middleware,
                self._authorise,
            ]
        )
        app.add_routes(Pages(self).routes())
        app.router.add_get("/websocket", self.sockets.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        self._host, self.port = host, port or free_port()
        site = web.TCPSite(self._runner, host, self.port)
        await site.start()
        self.identified = self.connected
        if self.connected:
            self.history.take_bearings(self.klipper.objects()["print_stats"])
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Close everything."""
        self.klipper.stop()
        await self._close()

    async def _close(self) -> None:
        """Close the server; Klipper prints on."""
        self.misbehaving.stop()
        if self._ticker:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        await self.sockets.close()
        if self._runner:
            await self._runner.cleanup()

    def start_print(self, filename: str, *, duration_s: float = 60.0) -> TruePrint:
        """Print a file; raises KlipperBusyError."""
        self.history.estimated_s = duration_s
        return self.klipper.start_print(filename, duration_s=duration_s)

    def pause(self) -> None:
        """Pause the print."""
        self.klipper.pause()

    def resume(self) -> None:
        """Go on with the print."""
        self.klipper.resume()

    def cancel(self) -> None:
        """Cancel the print."""
        self.klipper.cancel()

    def fail(self, reason: str) -> None:
        """Let the print fail."""
        self.klipper.fail(reason)

    def finish(self) -> None:
        """Complete the print at once."""
        self.klipper.finish()

    def set_clock_ahead(self, seconds: float) -> None:
        """Set the clock of Moonraker's host ahead of the true time."""
        self.history.clock_ahead_s = seconds

    async def until_idle(self) -> None:
        """Wait for the end of the print."""
        await self.klipper.idle.wait()

    def misbehave(self, how: Misbehaviour, only: str = "") -> None:
        """Let clients down from now on; ``Misbehaviour.NONE`` ends it."""
        if how is Misbehaviour.NONE:
            self.misbehaving.stop()
        else:
            self.misbehaving.start(how, only)

    def see_status(self) -> None:
        """Take in Klipper's status now, as Moonraker does four times a second."""
        objects = self.klipper.objects()
        if self.connected:
            self.history.see(objects["print_stats"])
            self.sockets.send_status(objects)

    def shut_klipper_down(
        self, reason: str = "Lost communication with MCU 'mcu'"
    ) -> None:
        """Shut Klipper down, which loses its print."""
        self.see_status()
        self.klipper.shut_down(reason)
        self.sockets.send_status(self.klipper.objects())
        self.sockets.notify("notify_klippy_shutdown")
        self.history.end("klippy_shutdown")

    def disconnect_klipper(self) -> None:
        """Restart Klipper, or kill it: it forgets its print."""
        self.see_status()
        self.klipper.restart()
        self.connected = False
        self.sockets.forget_subscriptions()
        self.sockets.notify("notify_klippy_disconnected")
        self.history.end("klippy_disconnect")

    def connect_klipper(self) -> None:
        """Connect a Klipper that is still starting."""
        self.connected = self.identified = True

    def ready_klipper(self) -> None:
        """Let Klipper be ready again."""
        if self.klipper.klippy == "startup":
            self.klipper.get_ready()
        self.connect_klipper()
        self.history.take_bearings(self.klipper.objects()["print_stats"])
        self.sockets.notify("notify_klippy_ready")

    async def stop_server(self, *, kill: bool = False) -> None:
        """Stop Moonraker; Klipper prints on."""
        self.see_status()
        if kill:
            self.history.interrupt()
        else:
            self.history.end("server_exit")
        await self._close()

    async def start_server(self, *, connected: bool = True) -> None:
        """Start Moonraker again; not ``connected`` leaves Klipper unknown to it."""
        self.connected = connected
        await self.start(self._host, self.port)

    async def _tick(self) -> None:
        """Report Klipper's status at its pace."""
        while True:
            await asyncio.sleep(self.status_period_s)
            self.see_status()

    def _announce_history(self, action: str, row: dict[str, Any]) -> None:
        """Tell every client of a changed row, and the truth its identity."""
        current = self.klipper.current
        if action == "added" and current is not None:
            current.print_id = f"{row['job_id']}@{row['start_time']:.3f}"
        self.sockets.notify("notify_history_changed", [{"action": action, "job": row}])

    @web.middleware
    async def _record(
        self,
        request: web.Request,
        handler: Handler,
    ) -> web.StreamResponse:
        """Keep what was asked, and answer with the time of Moonraker's host."""
        self.requests.append(request.path_qs)
        response = await handler(request)
        if self.on_answered is not None:
            self.on_answered(request.path_qs)
        if self.history.clock_ahead_s:
            host_now = time.time() + self.history.clock_ahead_s
            response.headers["Date"] = formatdate(host_now, usegmt=True)
        if self.date is not None:
            response.headers["Date"] = self.date
        return response

    @web.middleware
    async def _authorise(
        self,
        request: web.Request,
        handler: Handler,
    ) -> web.StreamResponse:
        """Refuse who may not ask; a WebSocket opens for anyone."""
        if request.path in {"/access/info", "/websocket"} or self.is_allowed(request):
            return await handler(request)
        return error(401, "Unauthorized")

    def is_allowed(self, request: web.Request) -> bool:
        """Tell whether a request's key, or the lack of one, is accepted."""
        key = request.headers.get("X-Api-Key")
        return self.trusted if key is None else key == self.api_key
