"""OctoPrint: found in the network."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_SSDP,
    SOURCE_ZEROCONF,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import (
    PRINTER_ID,
    UUID,
    add_entry,
    assert_state,
    octoprint_data,
    octoprint_entry,
    state,
)

from .octoprint_support import VERIFY, assert_added, decided, fill
from .support import assert_abort, assert_form, open_form, submit


def announcement(peer: OctoPrintPeer, **changes: Any) -> ZeroconfServiceInfo:
    """Return what a peer announces."""
    address = ip_address("127.0.0.1")
    info = ZeroconfServiceInfo(
        ip_address=address,
        ip_addresses=[address],
        port=peer.port,
        hostname="octopi.local.",
        type="_octoprint._tcp.local.",
        name='OctoPrint instance "Peer"._octoprint._tcp.local.',
        properties={"path": "/", "version": "1.11.8", "api": "0.1", "uuid": UUID},
    )
    return replace(info, **changes)


async def announce(hass: HomeAssistant, info: ZeroconfServiceInfo) -> ConfigFlowResult:
    """Let Home Assistant hear an announcement."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info
    )


async def test_zeroconf(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """A discovered printer is confirmed, with a key."""
    result = await announce(hass, announcement(peer))
    assert_form(result, "octoprint_discovered")
    placeholders = result["description_placeholders"]
    assert placeholders == {"name": 'OctoPrint instance "Peer"', "url": peer.url}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["configuration_url"] == peer.url
    result = await submit(hass, result, api_key="wrong", advanced=VERIFY)
    assert_form(result, "octoprint_discovered", {CONF_API_KEY: "invalid_auth"})
    result = await submit(hass, result, api_key=peer.api_key, advanced=VERIFY)
    assert_added(result, peer, peer.api_key)


async def test_ssdp(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """The same by UPnP, and one question only where both are heard."""
    info = SsdpServiceInfo(
        ssdp_usn=f"uuid:{UUID}::upnp:rootdevice",
        ssdp_st="upnp:rootdevice",
        upnp={
            "presentationURL": f"{peer.url}/",
            "UDN": f"uuid:{UUID}",
            "friendlyName": "Peer",
        },
    )
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_SSDP}, data=info
    )
    assert_form(result, "octoprint_discovered")
    again = await announce(hass, announcement(peer))
    assert_abort(again, "already_in_progress")
    result = await submit(hass, result, advanced=VERIFY)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    (key,) = peer.desk.keys
    assert_added(result, peer, key)


@pytest.mark.parametrize(
    "changes", [{"properties": {}}, {"properties": {"uuid": UUID, "path": "/ a"}}]
)
async def test_what_only_looks_like_octoprint(
    hass: HomeAssistant, peer: OctoPrintPeer, changes: dict[str, Any]
) -> None:
    """A PrusaLink beside an MK3 announces itself as OctoPrint too."""
    result = await announce(hass, announcement(peer, **changes))
    assert_abort(result, "wrong_device")


async def test_discovered_again(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A printer that works is left alone, whatever is announced."""
    result = await announce(hass, announcement(peer, port=1))
    assert_abort(result, "already_configured")
    assert entry.data[CONF_URL] == peer.url


async def test_discovered_without_identity(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """A printer that was added without identity is known by its address."""
    octoprint_entry(peer, unique_id=None).add_to_hass(hass)
    result = await announce(hass, announcement(peer))
    assert_abort(result, "already_configured")


@pytest.mark.parametrize(
    ("url", "is_followed"),
    [
        ("http://127.0.0.1:1", True),
        ("https://127.0.0.1:1", False),
        ("http://octopi.invalid", False),
        ("http://127.0.0.1:1/proxied", False),
    ],
)
async def test_a_lost_printer_is_followed(
    hass: HomeAssistant, peer: OctoPrintPeer, url: str, is_followed: bool
) -> None:
    """A new address is taken over unless that could betray the key."""
    entry = await add_entry(hass, peer, data=octoprint_data(peer) | {CONF_URL: url})
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert_abort(await announce(hass, announcement(peer)), "already_configured")
    await hass.async_block_till_done()
    assert entry.data[CONF_URL] == (peer.url if is_followed else url)
    now = ConfigEntryState.LOADED if is_followed else ConfigEntryState.SETUP_RETRY
    assert_state(entry, now)


async def test_a_printer_lost_at_run_time_is_followed(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A printer that was switched off may come back under another address."""
    await peer.stop()
    await entry.runtime_data.async_refresh()
    assert_state(entry, ConfigEntryState.LOADED)
    await peer.start()
    assert_abort(await announce(hass, announcement(peer)), "already_configured")
    await hass.async_block_till_done()
    assert entry.data[CONF_URL] == peer.url
    assert_state(entry, ConfigEntryState.LOADED)
    assert state(hass, "sensor", "status").state == "idle"


async def test_an_ignored_printer_can_be_added(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Who ignored a discovered printer may still add it by hand."""
    ignored = MockConfigEntry(domain=DOMAIN, unique_id=PRINTER_ID, source=SOURCE_IGNORE)
    ignored.add_to_hass(hass)
    assert_abort(await announce(hass, announcement(peer)), "already_configured")
    result = await fill(hass, await open_form(hass, "octoprint"), peer)
    assert_added(result, peer, peer.api_key)
