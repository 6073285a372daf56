"""Klipper printers: with and without a key, found and typed."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import CONF_PRINTER_TYPE, DOMAIN
from custom_components.printernizer.settings import printer_id_of
from homeassistant.config_entries import (
    SOURCE_ZEROCONF,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from tests.peers.moonraker import Misbehaviour, MoonrakerPeer
from tests.shell.support import assert_state

from .support import assert_abort, assert_form, open_form, submit, suggested, text

VERIFY = {CONF_VERIFY_SSL: True}


@pytest.fixture
async def peer(socket_enabled: None) -> AsyncIterator[MoonrakerPeer]:
    """Return a running Moonraker that wants a key."""
    peer = MoonrakerPeer(trusted=False)
    await peer.start()
    yield peer
    await peer.stop()


def id_of(peer: MoonrakerPeer) -> str:
    """Return the printer's id."""
    return printer_id_of("moonraker", peer.instance_id)


async def test_with_a_key(hass: HomeAssistant, peer: MoonrakerPeer) -> None:
    """Without a key, with a wrong one, with the right one."""
    result = await open_form(hass, "moonraker")
    assert_form(result, "moonraker")
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_form(result, "moonraker", {CONF_API_KEY: "key_needed"})
    assert "in their settings" in await text(hass, "error.key_needed")
    result = await submit(hass, result, url=peer.url, api_key="no", advanced=VERIFY)
    assert_form(result, "moonraker", {CONF_API_KEY: "invalid_auth"})
    assert suggested(result) == {CONF_URL: peer.url, CONF_VERIFY_SSL: True}
    result = await submit(
        hass, result, url=peer.url, api_key=peer.api_key, advanced=VERIFY
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {
        CONF_PRINTER_TYPE: "moonraker",
        CONF_URL: peer.url,
        CONF_API_KEY: peer.api_key,
        CONF_VERIFY_SSL: True,
    }
    assert result["result"].unique_id == id_of(peer)
    await hass.async_block_till_done()
    assert_state(result["result"], ConfigEntryState.LOADED)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (Misbehaviour.DROP, "cannot_connect"),
        (Misbehaviour.NOT_JSON, "not_json"),
        (Misbehaviour.LIST, "unexpected_answer"),
        (Misbehaviour.HUGE, "answer_too_large"),
        (Misbehaviour.STARTING, "starting"),
        (Misbehaviour.NOT_FOUND, "wrong_device"),
    ],
)
async def test_errors_and_recovery(
    hass: HomeAssistant, peer: MoonrakerPeer, wrong: Misbehaviour, error: str
) -> None:
    """Each fault has an error of its own, and the flow goes on when it is over."""
    peer.trusted = True
    result = await open_form(hass, "moonraker")
    peer.misbehaving.start(wrong)
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_form(result, "moonraker", {"base": error})
    peer.misbehaving.stop()
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert CONF_API_KEY not in result["data"]


async def announce(
    hass: HomeAssistant, peer: MoonrakerPeer, properties: dict[str, Any]
) -> ConfigFlowResult:
    """Let Home Assistant hear an announcement."""
    address = ip_address("127.0.0.1")
    info = ZeroconfServiceInfo(
        ip_address=address,
        ip_addresses=[address],
        port=peer.port,
        hostname="voron.local.",
        type="_moonraker._tcp.local.",
        name="Moonraker-d1d4f0e0 @ voron._moonraker._tcp.local.",
        properties=properties,
    )
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info
    )


async def test_zeroconf(hass: HomeAssistant, peer: MoonrakerPeer) -> None:
    """A discovered printer is confirmed, and found once."""
    result = await announce(hass, peer, {"uuid": peer.instance_id})
    assert_form(result, "moonraker_discovered")
    result = await submit(hass, result, advanced=VERIFY)
    assert_form(result, "moonraker_discovered", {CONF_API_KEY: "key_needed"})
    result = await submit(hass, result, api_key=peer.api_key, advanced=VERIFY)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == id_of(peer)
    result = await announce(hass, peer, {"uuid": peer.instance_id})
    assert_abort(result, "already_configured")


async def test_announced_without_identity(
    hass: HomeAssistant, peer: MoonrakerPeer
) -> None:
    """What does not tell who it is could not be recognised."""
    assert_abort(await announce(hass, peer, {}), "wrong_device")


async def test_reauth_and_reconfigure(hass: HomeAssistant, peer: MoonrakerPeer) -> None:
    """A new key, and a new address, for the same printer."""
    data = {CONF_PRINTER_TYPE: "moonraker", CONF_URL: peer.url, CONF_API_KEY: "old"}
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=id_of(peer))
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert_state(entry, ConfigEntryState.SETUP_ERROR)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "moonraker_reauth"
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {CONF_API_KEY: peer.api_key, "advanced": VERIFY}
    )
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    result = await entry.start_reconfigure_flow(hass)
    assert_form(result, "moonraker_reconfigure")
    assert CONF_API_KEY not in suggested(result)
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_abort(result, "reconfigure_successful")
    assert entry.data[CONF_API_KEY] == peer.api_key
    await hass.async_block_till_done()


async def test_same_printer_again_without_its_old_key(
    hass: HomeAssistant, peer: MoonrakerPeer
) -> None:
    """What opened the printer just now is all that is kept: no key, as none is needed."""
    data = {CONF_PRINTER_TYPE: "moonraker", CONF_URL: peer.url, CONF_API_KEY: "old"}
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=id_of(peer))
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert_state(entry, ConfigEntryState.SETUP_ERROR)
    peer.trusted = True
    result = await open_form(hass, "moonraker")
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_abort(result, "already_configured")
    await hass.async_block_till_done()
    assert CONF_API_KEY not in entry.data
    assert_state(entry, ConfigEntryState.LOADED)
