"""A real Moonraker in front of a real Klipper."""

import asyncio
from contextlib import suppress
import os
from pathlib import Path
import signal
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.environments import ensure
from tests.support.ports import free_port

from .klipper import RealKlipper, gcode_lasting

START_LIMIT_S = 90.0
STOP_LIMIT_S = 10.0
ASK_AGAIN_S = 0.1
CONFIG = """\
[server]
host: 127.0.0.1
port: {port}
klippy_uds_address: {socket}
[machine]
provider: none
validate_service: False
validate_config: False
[authorization]
{trusted}
"""
TRUSTED = "trusted_clients:\n  127.0.0.1"


class NeverHappenedError(Exception):
    """Moonraker did not come to what was waited for."""


class RealMoonraker:
    """One Moonraker with its Klipper.

    ``folder`` is a throwaway folder for settings, files and the history. Without
    ``trusted`` every client needs ``api_key``, which is known after the start.
    """

    def __init__(self, folder: Path, *, trusted: bool = True) -> None:
        """Set how it will run; nothing is started yet."""
        self.klipper = RealKlipper(folder)
        self.api_key = ""
        self.port = free_port()
        self._folder = folder
        self._trusted = trusted
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        """Install, configure and start both, and wait until they are ready."""
        self._python = await asyncio.to_thread(ensure, "moonraker")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True)
        )
        await self.klipper.__aenter__()
        self._configure(trusted=True)
        await self.start()
        await self.until_ready()
        self.api_key = str(await self.get("/access/api_key"))
        if not self._trusted:
            await self.stop()
            self._configure(trusted=False)
            self._session.headers["X-Api-Key"] = self.api_key
            await self.start()
            await self.until_ready()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End both."""
        await self.stop(kill=True)
        await self.klipper.__aexit__(exc_type, exc, traceback)
        if self._session:
            await self._session.close()

    async def start(self) -> None:
        """Start the program."""
        self._process = await asyncio.create_subprocess_exec(
            self._python,
            *("-m", "moonraker", "-d", self._folder),
            cwd=self._folder,
            start_new_session=True,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def stop(self, *, kill: bool = False) -> None:
        """Stop the program; Klipper goes on."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        await asyncio.wait_for(self._process.wait(), STOP_LIMIT_S)
        # It leaves the reader of a file's metadata behind when it is killed.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process = None

    async def until_ready(self) -> None:
        """Wait until Klipper is ready and Moonraker knows it."""
        try:
            async with asyncio.timeout(START_LIMIT_S):
                while await self._klippy_state() != "ready":
                    await asyncio.sleep(ASK_AGAIN_S)
        except TimeoutError as err:
            raise NeverHappenedError("Klipper never became ready") from err

    async def start_print(self, filename: str, seconds: float, last: str = "") -> None:
        """Print a file that takes so long and ends with a line of g-code."""
        path = self.klipper.gcodes / filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(gcode_lasting(seconds, last))
        await self.post("/printer/print/start", filename=filename)

    async def start_recorded_print(self, filename: str, seconds: float) -> None:
        """Print a file, again and again until Moonraker puts it on record.

        A busy Moonraker 0.11.0 misses the start of a print now and then.
        """
        for _ in range(5):
            await self.start_print(filename, seconds)
            for _ in range(50):
                rows = (await self.get("/server/history/list"))["jobs"]
                if any(row["status"] == "in_progress" for row in rows):
                    return
                await asyncio.sleep(ASK_AGAIN_S)
            await self.post("/printer/print/cancel")
        raise NeverHappenedError("Moonraker never recorded a print")

    async def get(self, path: str, **query: str) -> Any:
        """Ask something; raises aiohttp.ClientError."""
        assert self._session is not None
        async with self._session.get(f"{self.url}{path}", params=query) as response:
            response.raise_for_status()
            return (await response.json())["result"]

    async def post(self, path: str, **query: str) -> Any:
        """Order something; raises aiohttp.ClientError."""
        assert self._session is not None
        async with self._session.post(f"{self.url}{path}", params=query) as response:
            response.raise_for_status()
            return (await response.json())["result"]

    async def _klippy_state(self) -> str | None:
        """Return Klipper's state, None while Moonraker does not answer."""
        try:
            return str((await self.get("/server/info"))["klippy_state"])
        except aiohttp.ClientError:
            return None

    def _configure(self, *, trusted: bool) -> None:
        """Write the configuration."""
        config = CONFIG.format(
            port=self.port,
            socket=self.klipper.socket,
            trusted=TRUSTED if trusted else "",
        )
        (self._folder / "config").mkdir(exist_ok=True)
        (self._folder / "config" / "moonraker.conf").write_text(config)
