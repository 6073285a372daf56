"""A Home Assistant in this process, with real printers' peers and a real database."""

from collections.abc import AsyncIterator

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer

from .support import add_entry


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
