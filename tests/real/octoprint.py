"""A real OctoPrint with its virtual printer."""

import asyncio
from collections.abc import Mapping
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from tests.environments import ensure
from tests.support.ports import free_port

API_KEY = "R1G0R1G0R1G0R1G0R1G0R1G0R1G0R1G0"
USER = "rig"
START_LIMIT_S = 60.0
ASK_AGAIN_S = 0.05
DISABLED = ("announcements", "errortracking", "pluginmanager", "softwareupdate")


class NeverHappenedError(Exception):
    """OctoPrint did not come to what was waited for."""


class RealOctoPrint:
    """One server of OctoPrint, connected to its virtual printer unless told not to.

    ``folder`` is a throwaway folder for its settings and files. With ``discovery``
    it has a unique id, and answers multicasts on all interfaces. ``scripts`` are the
    user's G-code scripts by their names, such as ``afterPrintDone``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "Rig",
        discovery: bool = False,
        connects: bool = True,
        scripts: Mapping[str, str] | None = None,
    ) -> None:
        """Set how it will run; nothing is started yet."""
        self.api_key = API_KEY
        self.port = free_port()
        self._folder = folder / "octoprint"
        self._name = name
        self._discovery = discovery
        self._connects = connects
        self._scripts = scripts or {}
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        """Install, configure, start and connect it."""
        python = await asyncio.to_thread(ensure, "octoprint")
        self._session = aiohttp.ClientSession(
            headers={"X-Api-Key": API_KEY},
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(force_close=True),
        )
        self._python = python
        await asyncio.to_thread(self._configure)
        await self._run("user", "add", USER, "--password", USER, "--admin")
        await asyncio.to_thread(self._give_key)
        await self.start()
        await self.until_up()
        if self._connects:
            await self.connect()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it."""
        await self.kill()
        assert self._session is not None
        await self._session.close()

    # -- the server --------------------------------------------------------------------

    async def start(self) -> None:
        """Start the server without waiting for it."""
        arguments = ("--host", "127.0.0.1", "--port", str(self.port))
        self._process = await self._spawn("serve", "--iknowwhatimdoing", *arguments)

    async def kill(self) -> None:
        """Kill the server, in mid-print or not."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def restart(self) -> None:
        """Kill the server and wait until it is up again, not connected."""
        await self.kill()
        await self.start()
        await self.until_up()

    async def until_up(self) -> None:
        """Wait until the server answers."""
        async with asyncio.timeout(START_LIMIT_S):
            while True:
                try:
                    await self.ask("GET", "api/version")
                except aiohttp.ClientError, OSError:
                    await asyncio.sleep(ASK_AGAIN_S)
                else:
                    return

    # -- the printer -------------------------------------------------------------------

    async def connect(self) -> None:
        """Connect the virtual printer and wait until it is ready."""
        command = {"command": "connect", "port": "VIRTUAL", "baudrate": 115200}
        await self.ask("POST", "api/connection", json=command)
        await self.until("Operational")

    async def disconnect(self) -> None:
        """Disconnect the printer by the user's will."""
        await self.ask("POST", "api/connection", json={"command": "disconnect"})
        await self.until("Offline")

    async def halt(self) -> None:
        """Let the printer's firmware halt with a thermal runaway."""
        await self.command("!!DEBUG:trigger_fatal_error_marlin")
        await self.until("Offline after error")

    async def drop_connection(self) -> None:
        """Break the serial connection."""
        await self.command("!!DEBUG:drop_connection")
        await self.until("Offline after error")

    async def command(self, *lines: str) -> None:
        """Send lines to the printer."""
        await self.ask("POST", "api/printer/command", json={"commands": list(lines)})

    # -- prints ------------------------------------------------------------------------

    async def upload(self, path: str, seconds: int = 60, *, step_ms: int = 100) -> None:
        """Upload a file whose print takes so many seconds."""
        steps = seconds * 1000 // step_ms
        moves = (f"G1 X{n % 90} Y10 F6000\nG4 P{step_ms}\n" for n in range(steps))
        await self.upload_code(path, "M82\n" + "".join(moves))

    async def upload_code(self, path: str, code: str) -> None:
        """Upload a file of G-code; the folders of its path come into being."""
        folder, _, name = path.rpartition("/")
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("path", folder)
        form.add_field("file", code.encode(), filename=name)
        await self.ask("POST", "api/files/local", data=form)

    async def print(self, path: str) -> None:
        """Print an uploaded file."""
        command = {"command": "select", "print": True}
        await self.ask("POST", f"api/files/local/{quote(path)}", json=command)

    async def pause(self) -> None:
        """Pause the print and wait until it rests."""
        await self._job("pause", action="pause")
        await self.until("Paused")

    async def resume(self) -> None:
        """Resume the print."""
        await self._job("pause", action="resume")
        await self.until("Printing")

    async def cancel(self) -> None:
        """Cancel the print and wait until the printer is free."""
        await self._job("cancel")
        await self.until("Operational")

    async def restart_job(self) -> None:
        """Print the paused file from its beginning."""
        await self._job("restart")

    async def deselect(self, path: str) -> None:
        """Select no file any more."""
        await self.ask(
            "POST", f"api/files/local/{quote(path)}", json={"command": "unselect"}
        )

    async def until(self, state: str, limit_s: float = 30.0) -> None:
        """Wait for a state text."""
        try:
            async with asyncio.timeout(limit_s):
                while (await self.ask("GET", "api/job"))["state"] != state:
                    await asyncio.sleep(ASK_AGAIN_S)
        except TimeoutError as err:
            raise NeverHappenedError(f"never {state}") from err

    # -- people ------------------------------------------------------------------------

    async def decide_app_key(self, *, granted: bool) -> None:
        """Answer the pending request for an application key, as the user does."""
        pending: dict[str, Any] = {}
        async with asyncio.timeout(10):
            while not pending:
                pending = (await self.ask("GET", "api/plugin/appkeys"))["pending"]
        for token in pending:
            path = f"plugin/appkeys/decision/{token}"
            await self.ask("POST", path, json={"decision": granted})

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request with the key of an administrator; returns its JSON."""
        assert self._session is not None
        url = f"{self.url}/{path}"
        async with self._session.request(method, url, **options) as response:
            body = await response.read()
            if response.status >= 400:
                raise NeverHappenedError(f"{path}: {response.status} {body[:200]!r}")
            return json.loads(body) if body else None

    # -- inside ------------------------------------------------------------------------

    async def _job(self, command: str, **details: str) -> None:
        """Send a command about the print."""
        await self.ask("POST", "api/job", json={"command": command, **details})

    def _configure(self) -> None:
        """Write the settings; JSON is YAML."""
        self._folder.mkdir(parents=True, exist_ok=True)
        disabled = list(DISABLED) + ([] if self._discovery else ["discovery"])
        settings: dict[str, Any] = {
            "appearance": {"name": self._name},
            "plugins": {
                "_disabled": disabled,
                "virtual_printer": {"enabled": True, "simulated_errors": []},
            },
            "server": {
                "firstRun": False,
                "onlineCheck": {"enabled": False},
                "pluginBlacklist": {"enabled": False},
            },
        }
        (self._folder / "config.yaml").write_text(json.dumps(settings))
        folder = self._folder / "scripts" / "gcode"
        folder.mkdir(parents=True)
        for name, code in self._scripts.items():
            (folder / name).write_text(code)

    def _give_key(self) -> None:
        """Give the user a key; application keys cannot be granted by the global one."""
        users = self._folder / "users.yaml"
        users.write_text(
            users.read_text().replace("apikey: null", f"apikey: {API_KEY}")
        )

    async def _spawn(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start OctoPrint's command line; what it prints goes into a file."""
        command = ("-m", "octoprint", "--basedir", str(self._folder), *arguments)
        with (self._folder / "console.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                self._python, *command, stdout=log, stderr=log
            )

    async def _run(self, *arguments: str) -> None:
        """Run OctoPrint's command line to its end."""
        process = await self._spawn(*arguments)
        if await process.wait():
            raise NeverHappenedError(f"octoprint {arguments[0]} failed")
