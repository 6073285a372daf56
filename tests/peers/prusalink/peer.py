"""The web server of a PrusaLink peer."""

from collections import Counter
from collections.abc import Awaitable, Callable
import ssl
from typing import Any

from aiohttp import web

from tests.peers.truth import TruePrint
from tests.support.ports import free_port

from . import answers
from .guard import Guard
from .machine import MK3_END_STATE_S, Machine, Personality
from .misbehave import Misbehaviour

BUDDY_LIMIT = 3

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PrusaLinkPeer:
    """One PrusaLink, idle at first.

    ``speed`` shortens all prints, ``end_state_s`` is how long MK3 shows an end,
    ``job_id`` the number of the last print, and ``is_strict`` Buddy before 6.0.0.
    """

    def __init__(
        self,
        personality: Personality = Personality.BUDDY,
        *,
        api_key: str = "peer-key",
        username: str = "maker",
        password: str | None = None,
        serial: str | None = "CZPX4720X004XC34242",
        speed: float = 1.0,
        end_state_s: float = MK3_END_STATE_S,
        job_id: int = 41,
        is_strict: bool = True,
    ) -> None:
        """Set who it is and what opens it; on Buddy the key is the password."""
        is_mk3 = personality is Personality.MK3
        self.api_key = api_key
        self.username = username
        self.password = password or ("peer-password" if is_mk3 else api_key)
        self.guard = Guard(
            personality,
            api_key=api_key,
            username=username,
            password=self.password,
            is_strict=is_strict and not is_mk3,
        )
        self.machine = Machine(
            personality, job_id=job_id, speed=speed, end_state_s=end_state_s
        )
        self.misbehave = Misbehaviour()
        self.serial = serial
        self.asked: Counter[str] = Counter()
        self.on_request: Callable[[str], None] | None = None
        """Called with the path of each request that is let in."""
        self.busiest = 0
        self.is_starting = False
        self.knows_sd_name = True
        self.port = 0
        self._at_once = 0
        self._host = "127.0.0.1"
        self._tls: ssl.SSLContext | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"{'https' if self._tls else 'http'}://{self._host}:{self.port}"

    @property
    def is_busy(self) -> bool:
        """Tell whether an answer is under way."""
        return self._at_once > 0

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
        self._host, self._tls = host, tls
        app = web.Application(
            middlewares=[self._count, self.misbehave.middleware, self._let_in]
        )
        app.router.add_get("/api/version", self._version)
        app.router.add_get("/api/v1/info", self._info)
        app.router.add_get("/api/v1/status", self._status)
        app.router.add_get("/api/v1/job", self._job)
        app.router.add_get("/api/job", self._legacy_job)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self.port = port or free_port()
        site = web.TCPSite(
            self._runner, host, self.port, ssl_context=tls, reuse_address=True
        )
        await site.start()

    async def stop(self) -> None:
        """Close the port and all connections, and stop printing."""
        await self._go_off_line()
        self.machine.close()

    async def _go_off_line(self) -> None:
        """Close the port and all connections."""
        self.misbehave.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def lose_network(self) -> None:
        """Answer nothing while the print goes on."""
        await self._go_off_line()

    async def regain_network(self) -> None:
        """Answer again on the same port."""
        await self.start(self._host, self.port, tls=self._tls)

    async def restart(self) -> None:
        """Restart the program in front of the printer, or the whole printer.

        MK3: a print from the SD card goes on under a new id, one from PrusaLink is
        lost. Buddy: the printer reboots, and its print is lost.
        """
        await self._go_off_line()
        machine = self.machine
        self.guard.forget_nonces()
        if machine.run is None:
            machine.acknowledge()
        elif machine.is_mk3 and machine.run.on_sd:
            machine.renumber()
        else:
            machine.reboot()
            machine.acknowledge()
        await self.start(self._host, self.port, tls=self._tls)

    async def power_panic(self) -> None:
        """Lose power and come back: Buddy waits for the user, same print, same id."""
        await self._go_off_line()
        self.guard.forget_nonces()
        self.machine.rest("ATTENTION")
        await self.start(self._host, self.port, tls=self._tls)

    # -- the printer -------------------------------------------------------------------

    def start_print(
        self,
        filename: str,
        duration_s: float = 60,
        *,
        on_sd: bool = False,
        asks: bool = False,
    ) -> TruePrint:
        """Print a file; it ends by itself after its duration.

        ``on_sd``: from MK3's SD card. ``asks``: the printer wants an answer first.
        """
        return self.machine.start(filename, duration_s, on_sd=on_sd, asks=asks)

    def answer(self, *, yes: bool) -> None:
        """Answer the question before a print."""
        self.machine.answer(yes=yes)

    def pause(self) -> None:
        """Pause the print."""
        self.machine.rest("PAUSED")

    def attention(self) -> None:
        """Run out of filament."""
        self.machine.rest("ATTENTION")

    def crash(self) -> None:
        """Begin a crash recovery: BUSY, and no job is shown."""
        self.machine.rest("BUSY")

    def lose_line(self) -> None:
        """Lose the serial line (MK3): an ERROR that is not the print's end."""
        self.machine.trouble = "Serial device does not exist"
        self.machine.state = "ERROR"

    def regain_line(self) -> None:
        """Find the printer again, which prints on, under a new id."""
        self.machine.trouble = None
        self.machine.renumber()
        self.machine.state = "PRINTING"

    def resume(self) -> None:
        """Go on after a pause, attention or crash recovery."""
        self.machine.go_on()

    def cancel(self) -> None:
        """Cancel the print."""
        self.machine.cancel()

    def fail(self, reason: str = answers.HARDWARE_ISSUE) -> None:
        """Let the firmware halt; only MK3 tells the reason."""
        self.machine.halt(reason)

    def finish(self) -> None:
        """Finish the print at once."""
        self.machine.finish()

    def acknowledge(self) -> None:
        """Leave an end state."""
        self.machine.acknowledge()

    async def until_over(self) -> None:
        """Wait until no print is open."""
        await self.machine.over.wait()

    # -- answers -----------------------------------------------------------------------

    @web.middleware
    async def _count(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Count requests; Buddy's controller serves three at once."""
        self.asked[request.path] += 1
        self._at_once += 1
        self.busiest = max(self.busiest, self._at_once)
        try:
            if self._at_once > BUDDY_LIMIT and not self.machine.is_mk3:
                assert request.transport is not None
                request.transport.abort()
            response = await handler(request)
        finally:
            self._at_once -= 1
        if self.machine.is_mk3:
            # It speaks HTTP/1.0.
            response.force_close()
        return response

    @web.middleware
    async def _let_in(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Answer those only who have the credentials."""
        if self.is_starting:
            return web.json_response({"title": "Printer Unavailable."}, status=503)
        if (refusal := self.guard.check(request)) is not None:
            return refusal
        if self.on_request is not None:
            self.on_request(request.path)
        return await handler(request)

    async def _version(self, _: web.Request) -> web.Response:
        """Tell the version."""
        return web.json_response(answers.version(self.machine))

    async def _info(self, _: web.Request) -> web.Response:
        """Tell the serial number."""
        return web.json_response(answers.info(self.machine, self.serial))

    async def _status(self, _: web.Request) -> web.Response:
        """Tell the state."""
        return web.json_response(answers.status(self.machine))

    async def _job(self, _: web.Request) -> web.Response:
        """Tell the job; MK3 fails at it during a print from the SD card."""
        run = self.machine.run
        if run is not None and run.on_sd and self.machine.is_mk3:
            return web.json_response({"title": "Internal Server Error"}, status=500)
        answer: dict[str, Any] | None = answers.job(self.machine)
        if answer is None:
            return web.Response(status=204)
        return web.json_response(answer)

    async def _legacy_job(self, _: web.Request) -> web.Response:
        """Tell the job in the older interface."""
        return web.json_response(
            answers.legacy_job(self.machine, knows_name=self.knows_sd_name)
        )
