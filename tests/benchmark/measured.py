"""A real Home Assistant with a long history, and a stopwatch in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import time
from typing import Any

import aiohttp

from custom_components.printernizer.const import DATABASE_FILE
from tests.peers.octoprint import OctoPrintPeer
from tests.support.home_assistant import ROOT, HomeAssistant
from tests.support.house import add_printer, entries

from .history import fill

_STOPWATCH = '''
"""Note when changes are committed, and answer with nothing."""

import time

from aiohttp import web
from custom_components.printernizer.database.threads import DatabaseThreads
from homeassistant.helpers.http import HomeAssistantView

commits = []


class Empty(HomeAssistantView):
    """What an authenticated request costs at least."""

    url = "/api/stopwatch/empty"
    name = "api:stopwatch:empty"

    async def get(self, request):
        """Answer."""
        return web.Response()


class Commits(HomeAssistantView):
    """When changes were committed, by the clock that all processes share."""

    url = "/api/stopwatch/commits"
    name = "api:stopwatch:commits"

    async def get(self, request):
        """Answer."""
        return web.json_response(commits)


async def async_setup(hass, config):
    """Start the watch."""
    transact = DatabaseThreads._transact

    def noted(self, *arguments):
        """Note the end of a transaction."""
        result = transact(self, *arguments)
        commits.append(time.clock_gettime(time.CLOCK_MONOTONIC))
        return result

    DatabaseThreads._transact = noted
    hass.http.register_view(Empty)
    hass.http.register_view(Commits)
    return True
'''


@dataclass(frozen=True, slots=True)
class House:
    """A Home Assistant under measurement."""

    home: HomeAssistant
    peer: OctoPrintPeer
    session: aiohttp.ClientSession
    printer_id: str

    async def took_ms(self, path: str) -> float:
        """Return how long a request takes until its answer is read."""
        began = time.perf_counter()
        async with self.session.get(self.home.url + path) as answer:
            await answer.read()
            assert answer.status == 200, path
        return (time.perf_counter() - began) * 1000

    async def put(self, path: str, body: dict[str, Any]) -> None:
        """Change something."""
        async with self.session.put(self.home.url + path, json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def json(self, path: str) -> Any:
        """Return what a path answers."""
        async with self.session.get(self.home.url + path) as answer:
            return await answer.json()


@asynccontextmanager
async def house(folder: Path, jobs: int) -> AsyncIterator[House]:
    """Run a Home Assistant with one printer and so many jobs."""
    _install(folder)
    peer = OctoPrintPeer()
    await peer.start()
    home = HomeAssistant(folder, configuration="stopwatch:\n")
    form = {"url": peer.url, "api_key": peer.api_key}
    async with home:
        await add_printer(home, "octoprint", form | {"advanced": {"verify_ssl": True}})
        found = await entries(home)
        assert found
        _, page = await home.request("GET", "/api/v1/printers")
        printer_id = page["printers"][0]["id"]
        await home.stop()
        if jobs:
            fill(folder / DATABASE_FILE, jobs, printers=(printer_id, "gone_printer"))
        await home.start()
        async with aiohttp.ClientSession(headers=home.headers()) as session:
            yield House(home, peer, session, printer_id)
    await peer.stop()


def _install(folder: Path) -> None:
    """Put the stopwatch beside our component."""
    components = folder / "custom_components"
    stopwatch = components / "stopwatch"
    stopwatch.mkdir(parents=True)
    (components / "printernizer").symlink_to(
        ROOT / "custom_components" / "printernizer"
    )
    (stopwatch / "__init__.py").write_text(_STOPWATCH)
    manifest = {
        "domain": "stopwatch",
        "name": "Stopwatch",
        "version": "1.0.0",
        "dependencies": ["http"],
    }
    (stopwatch / "manifest.json").write_text(json.dumps(manifest))


def middle(values: Sequence[float]) -> float:
    """Return the value in the middle."""
    return sorted(values)[len(values) // 2]
