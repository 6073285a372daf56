"""A real Home Assistant in a process of its own, with a throwaway configuration."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

import aiohttp

from .accounts import Account, Role, write_accounts
from .log import faults
from .ports import free_port
from .websocket import Connection

ROOT = Path(__file__).parents[2]
START_LIMIT_S = 90
STOP_LIMIT_S = 60
CONFIGURATION = """\
homeassistant:
  name: Home
  latitude: 0
  longitude: 0
  elevation: 0
  unit_system: metric
  time_zone: UTC
  country: GB
  currency: EUR
  language: en
frontend:
"""
# Signs in whoever opens the page on this machine, without a form.
SIGN_IN_BY_ITSELF = """\
  auth_providers:
    - type: trusted_networks
      trusted_networks: [127.0.0.1]
      trusted_users: {{127.0.0.1: {user}}}
      allow_bypass_login: true
    - type: homeassistant
"""


class HomeAssistantFailedError(Exception):
    """Home Assistant did not do what it was told."""


class HomeAssistant:
    """Start, ask and end one Home Assistant; what it stored outlives each start."""

    def __init__(
        self,
        folder: Path,
        *,
        python: Path = Path(sys.executable),
        configuration: str = "",
        signs_in_by_itself: bool = False,
        port: int | None = None,
    ) -> None:
        """Prepare a folder; `configuration` is more YAML after our own."""
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "process.log"
        self.accounts = {role: Account(role=role) for role in Role}
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._write(configuration, signs_in_by_itself=signs_in_by_itself)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, whatever happened."""
        if self.is_alive:
            await self.stop()

    @property
    def is_alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Return what all starts have written."""
        return self.log_file.read_text(errors="replace")

    async def start(self) -> None:
        """Start and wait until everything is set up."""
        self.spawn()
        try:
            async with asyncio.timeout(START_LIMIT_S):
                while not await self._is_running():
                    self._raise_if_ended()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            self.kill()
            raise HomeAssistantFailedError(
                f"not running after {START_LIMIT_S} s:\n{self.log[-4000:]}"
            ) from None

    def spawn(self) -> None:
        """Start and wait for nothing."""
        assert not self.is_alive
        # Without its bytecode Home Assistant starts three times slower.
        unwanted = {"PYTHONDONTWRITEBYTECODE"}
        variables = {key: os.environ[key] for key in os.environ.keys() - unwanted}
        command = [str(self._python), "-m", "homeassistant", "--config", "."]
        with self.log_file.open("ab") as log:
            # In the folder of the checkout, Python would find our package there.
            self._process = subprocess.Popen(
                [*command, "--skip-pip", "--log-no-color"],
                cwd=self.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def stop(self) -> int:
        """End it as a service manager would, and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                return await self.ended()
        except TimeoutError:
            self.kill()
            raise HomeAssistantFailedError(
                f"still there after {STOP_LIMIT_S} s:\n{self.log[-4000:]}"
            ) from None

    async def ended(self) -> int:
        """Wait for the end of the process and return its exit code."""
        assert self._process is not None
        while (code := self._process.poll()) is None:
            await asyncio.sleep(0.05)
        return code

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def restart(self) -> None:
        """Stop and start again."""
        await self.stop()
        await self.start()

    async def request(
        self,
        method: str,
        path: str,
        *,
        role: Role | None = Role.ADMIN,
        json: object = None,
        **options: Any,
    ) -> tuple[int, Any]:
        """Return the status and the content that a request is answered with."""
        async with (
            aiohttp.ClientSession(headers=self.headers(role)) as session,
            session.request(method, self.url + path, json=json, **options) as answer,
        ):
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.text())

    @asynccontextmanager
    async def connect(self, role: Role = Role.ADMIN) -> AsyncIterator[Connection]:
        """Open a connection to the WebSocket API."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.url}/api/websocket") as websocket,
        ):
            connection = Connection(websocket)
            await connection.sign_in(self.accounts[role].access_token())
            yield connection

    def headers(self, role: Role | None = Role.ADMIN) -> dict[str, str]:
        """Return what a request of a person, or of nobody, has in its head."""
        if role is None:
            return {}
        return {"Authorization": f"Bearer {self.accounts[role].access_token()}"}

    def assert_clean_log(self, allowed: Iterable[str] = ()) -> None:
        """Fail if the integration caused a warning; `allowed` are parts of texts."""
        found = "\n".join(faults(self.log, allowed))
        assert not found, f"Home Assistant complains:\n{found}"

    async def _is_running(self) -> bool:
        """Ask whether everything is set up."""
        try:
            status, content = await self.request("GET", "/api/config")
        except aiohttp.ClientError, TimeoutError:
            return False
        return status == 200 and content["state"] == "RUNNING"

    def _raise_if_ended(self) -> None:
        """Raise if the process is not there any more."""
        if not self.is_alive:
            raise HomeAssistantFailedError(f"ended at its start:\n{self.log[-4000:]}")

    def _write(self, configuration: str, *, signs_in_by_itself: bool) -> None:
        """Write everything that Home Assistant reads at its start."""
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        custom_components = self.folder / "custom_components"
        if not custom_components.exists():
            custom_components.symlink_to(ROOT / "custom_components")
        sign_in = SIGN_IN_BY_ITSELF.format(user=self.accounts[Role.ADMIN].id)
        yaml = CONFIGURATION.replace(
            "frontend:\n", f"{sign_in if signs_in_by_itself else ''}frontend:\n"
        )
        (self.folder / "configuration.yaml").write_text(yaml + configuration)
        write_accounts(storage, list(self.accounts.values()), self.url)
        _write_store(storage, "onboarding", 4, 1, {"done": _ONBOARDING_STEPS})
        # Settings in YAML would be on trial, and be reverted after five minutes.
        _write_store(storage, "http", 2, 2, _http_settings(self.port))


_ONBOARDING_STEPS = ["user", "core_config", "analytics", "integration"]


def _http_settings(port: int) -> dict[str, Any]:
    """Return settings that are confirmed already: this machine only."""
    stable = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }
    return {"stable": stable, "pending": None, "yaml_migration_done": True}


def _write_store(
    storage: Path, key: str, version: int, minor_version: int, data: object
) -> None:
    """Write one of Home Assistant's files."""
    content = {
        "version": version,
        "minor_version": minor_version,
        "key": key,
        "data": data,
    }
    (storage / key).write_text(json.dumps(content))
