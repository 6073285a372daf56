"""A Home Assistant with one OctoPrint and people who ask about it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import add_entry

from .support import ADMIN, READ_ONLY, USER, Api, make_token


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
    for component in ("auth", "websocket_api"):
        assert await async_setup_component(hass, component, {})
    return await add_entry(hass, peer)


@pytest.fixture
async def client(
    entry: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> Any:
    """Return a client without a token."""
    return await hass_client_no_auth()


@pytest.fixture
async def api(hass: HomeAssistant, client: Any) -> Api:
    """Return an administrator's way to the API."""
    return Api(client, await make_token(hass, ADMIN))


@pytest.fixture
async def user_api(hass: HomeAssistant, client: Any) -> Api:
    """Return an ordinary user's way to the API."""
    return Api(client, await make_token(hass, USER))


@pytest.fixture
async def reader_api(hass: HomeAssistant, client: Any) -> Api:
    """Return the way of a user who may only read."""
    return Api(client, await make_token(hass, READ_ONLY))


@pytest.fixture
def anonymous_api(client: Any) -> Api:
    """Return the way of somebody without a token."""
    return Api(client, None)
