"""A Home Assistant in this process, with real printers' peers and a real database."""

import asyncio
from collections.abc import AsyncIterator
import ssl
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.printers.octoprint import OctoPrintClient
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.peers.octoprint import OctoPrintPeer

from .support import Clock, add_entry


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let each test have a folder, and so a database, of its own."""
    return hass_tmp_config_dir


@pytest.fixture
async def peer(socket_enabled: None) -> AsyncIterator[OctoPrintPeer]:
    """Return a running OctoPrint with an idle printer."""
    peer = OctoPrintPeer()
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def entry(hass: HomeAssistant, peer: OctoPrintPeer) -> MockConfigEntry:
    """Return the loaded entry of the peer."""
    return await add_entry(hass, peer)


@pytest.fixture
async def refused_handshakes(hass: HomeAssistant) -> None:
    """Let a peer's server, which shares our loop, bear that it is not trusted."""
    loop = asyncio.get_running_loop()
    usual = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Pass on everything else."""
        if isinstance(context.get("exception"), ConnectionError | ssl.SSLError):
            return
        assert usual is not None
        usual(loop, context)

    loop.set_exception_handler(handle)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let a test shift the time of day, and leave timers and sockets alone."""
    clock = Clock()
    monkeypatch.setattr(dt_util, "utcnow", clock.utcnow)
    monkeypatch.setattr(dt_util, "now", clock.now)
    return clock


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose patience with a silent server sooner."""
    defaults = OctoPrintClient.__init__.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "timeout_s", 0.3)
