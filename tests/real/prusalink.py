"""A real PrusaLink 0.8.1 in front of a printer that we play on a serial line."""

import asyncio
from contextlib import suppress
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.environments import ensure
from tests.real.serial_printer import SerialPrinter
from tests.support.ports import free_port

# PrusaLink keeps no files below /tmp.
SHELTER = "/var/tmp"  # noqa: S108 - only a fresh folder in it is used
API_KEY = "realprusalinkkey"
USER = "maker"
PASSWORD = "Real-PrusaLink-1"
REALM = "Administrator"
FOLDER = "PrusaLink gcodes"
START_LIMIT_S = 90.0
ASK_AGAIN_S = 0.2
CANCEL_AGAIN_S = 5.0
CANCEL_LIMIT_S = 90.0
LOG_TOLD = 4000

_CONFIG = """[daemon]
data_dir = {folder}
[http]
address = 127.0.0.1
port = {port}
[printer]
port = {line}
directory = ./{directory}
[cameras]
auto_detect = False
"""
_SETTINGS = """[printer]
type = MK3S
name = Real MK3S
location = Bench
[service::local]
enable = 1
username = {user}
digest = {digest}
api_key = {key}
"""


class RealPrusaLink:
    """One PrusaLink with its printer, in a throwaway folder of its own."""

    def __init__(self, *, lists_card: bool = True) -> None:
        """Set how it will run; nothing is started yet."""
        self._throwaway = TemporaryDirectory(dir=SHELTER)
        folder = Path(self._throwaway.name)
        self.printer = SerialPrinter(folder / "line", lists_card=lists_card)
        self.port = free_port()
        self._folder = folder
        self._notes = folder / "power_panic"
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        """Install, configure and start it, and wait until it knows its printer."""
        self._python = await asyncio.to_thread(ensure, "prusalink")
        await asyncio.to_thread(self._configure)
        self._session = aiohttp.ClientSession(headers={"X-Api-Key": API_KEY})
        self.printer.plug_in()
        await self.start()
        try:
            await self.until_ready()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it; whoever failed is told what it logged last."""
        if exc is not None:
            exc.add_note(self.log()[-LOG_TOLD:])
        await self._end()

    async def _end(self) -> None:
        """Leave nothing behind."""
        await self.kill()
        await self.printer.unplug()
        assert self._session is not None
        await self._session.close()
        self._throwaway.cleanup()

    def _configure(self) -> None:
        """Write its settings."""
        (self._folder / FOLDER).mkdir()
        digest = hashlib.md5(
            f"{USER}:{REALM}:{PASSWORD}".encode(), usedforsecurity=False
        ).hexdigest()
        config = _CONFIG.format(
            folder=self._folder,
            port=self.port,
            line=self.printer.line.path,
            directory=FOLDER,
        )
        (self._folder / "prusalink.ini").write_text(config)
        settings = _SETTINGS.format(user=USER, digest=digest, key=API_KEY)
        (self._folder / "prusa_printer_settings.ini").write_text(settings)

    # -- the program -------------------------------------------------------------------

    async def start(self) -> None:
        """Start the program without waiting for it."""
        with (self._folder / "log.txt").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._python,
                "-m",
                "prusa.link",
                "--foreground",
                "--info",
                "--config",
                str(self._folder / "prusalink.ini"),
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """Kill the program, in mid-print or not."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    def log(self) -> str:
        """Return what it has logged."""
        return (self._folder / "log.txt").read_text(errors="replace")

    async def until_ready(self) -> None:
        """Wait until it knows its printer and the number of its last print."""
        async with asyncio.timeout(START_LIMIT_S):
            while not await self._is_ready():
                await asyncio.sleep(ASK_AGAIN_S)

    async def _is_ready(self) -> bool:
        """Tell whether it serves, and its printer has answered everything."""
        try:
            info = await self.ask("GET", "/api/v1/info")
            status = await self.ask("GET", "/api/v1/status")
        except aiohttp.ClientError, OSError:
            return False
        printer = status["printer"]
        settled = printer["state"] != "BUSY" and printer["status_printer"]["ok"]
        asked = any(code.startswith("D3 AxD05 C") for code in self.printer.heard)
        return info.get("serial") is not None and settled and asked

    # -- prints ------------------------------------------------------------------------

    async def print(self, name: str, seconds: int) -> None:
        """Upload a file and print it."""
        lines = []
        for second in range(seconds):
            left = (seconds - second) // 60
            lines.append(f"M73 P{second * 100 // seconds} R{left}")
            lines.extend(["G1 X1 Y1", "G4 P1000"])
        meta = (
            f"; estimated printing time (normal mode) = {seconds}s\n"
            "; filament used [g] = 1.23\n"
        )
        await self.ask(
            "PUT",
            f"/api/v1/files/local/{name}",
            data="\n".join(lines) + f"\nM73 P100 R0\n{meta}",
            headers={"Print-After-Upload": "?1", "Content-Type": "text/x.gcode"},
        )

    async def cancel(self) -> None:
        """Stop the running job, and ask again where the program loses that (0.8).

        It never ends one that is stopped before it has noted how far that is (0.8.1).
        """
        async with asyncio.timeout(CANCEL_LIMIT_S):
            while await self._running_job() and not self._notes.exists():
                await asyncio.sleep(ASK_AGAIN_S)
            while job := await self._running_job():
                with suppress(aiohttp.ClientResponseError):
                    await self.ask("DELETE", f"/api/v1/job/{job}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(CANCEL_AGAIN_S):
                        while await self._running_job():
                            await asyncio.sleep(ASK_AGAIN_S)

    async def _running_job(self) -> int | None:
        """Return the number of the job that runs, None where none does."""
        while True:
            status = await self.ask("GET", "/api/v1/status")
            if status["printer"]["state"] not in ("PRINTING", "PAUSED"):
                return None
            # The job is told a little later than the state.
            if job := status.get("job"):
                number: int = job["id"]
                return number
            await asyncio.sleep(ASK_AGAIN_S)

    async def ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Send one request with the key; returns its answer, {} where it is none."""
        assert self._session is not None
        async with self._session.request(
            method, self.url + path, raise_for_status=True, **options
        ) as response:
            is_json = response.content_type == "application/json"
            answer = await response.json() if is_json else {}
            assert isinstance(answer, dict)
            return answer
