"""PrusaLink: both families, by password and by key."""

from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import CONF_PRINTER_TYPE, DOMAIN
from custom_components.printernizer.settings import printer_id_of
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_ZEROCONF,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from tests.peers.prusalink import Personality, PrusaLinkPeer
from tests.shell.support import assert_state

from .support import assert_abort, assert_form, open_form, submit, suggested

VERIFY = {CONF_VERIFY_SSL: True}


@pytest.fixture
async def buddy(socket_enabled: None) -> AsyncIterator[PrusaLinkPeer]:
    """Return a printer of the newer family."""
    peer = PrusaLinkPeer()
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def maker(socket_enabled: None) -> AsyncIterator[PrusaLinkPeer]:
    """Return a PrusaLink beside an MK3 whose user has the name that is the usual one."""
    peer = PrusaLinkPeer(
        Personality.MK3, username="maker", serial="CZPX0000X000XC00001"
    )
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def mk3(socket_enabled: None) -> AsyncIterator[PrusaLinkPeer]:
    """Return a PrusaLink beside an MK3."""
    peer = PrusaLinkPeer(Personality.MK3, username="me", serial="CZPX0000X000XC00000")
    await peer.start()
    yield peer
    await peer.stop()


def id_of(peer: PrusaLinkPeer) -> str:
    """Return the printer's id."""
    assert peer.serial is not None
    return printer_id_of("prusalink", peer.serial)


async def test_buddy(hass: HomeAssistant, buddy: PrusaLinkPeer) -> None:
    """The password that the printer shows opens it, without a user name."""
    result = await open_form(hass, "prusalink")
    assert_form(result, "prusalink")
    result = await submit(hass, result, url=buddy.url, api_key="wrong", advanced=VERIFY)
    assert_form(result, "prusalink", {CONF_API_KEY: "invalid_auth"})
    assert CONF_API_KEY not in suggested(result)
    result = await submit(
        hass, result, url=buddy.url, api_key=buddy.api_key, advanced=VERIFY
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == id_of(buddy)
    await hass.async_block_till_done()
    assert_state(result["result"], ConfigEntryState.LOADED)


@pytest.mark.parametrize("by_key", [True, False], ids=["key", "password"])
async def test_mk3(hass: HomeAssistant, mk3: PrusaLinkPeer, by_key: bool) -> None:
    """Either the key opens it, or name and password do."""
    result = await open_form(hass, "prusalink")
    opener = (
        {CONF_API_KEY: mk3.api_key}
        if by_key
        else {CONF_USERNAME: mk3.username, CONF_API_KEY: mk3.password}
    )
    result = await submit(hass, result, url=mk3.url, advanced=VERIFY, **opener)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == id_of(mk3)
    await hass.async_block_till_done()
    assert_state(result["result"], ConfigEntryState.LOADED)


async def test_errors_and_recovery(hass: HomeAssistant, buddy: PrusaLinkPeer) -> None:
    """The flow goes on when a fault is over."""
    result = await open_form(hass, "prusalink")
    typed = {"url": buddy.url, "api_key": buddy.api_key, "advanced": VERIFY}
    for status, error in ((404, "wrong_device"), (503, "starting")):
        buddy.misbehave.status = status
        result = await submit(hass, result, **typed)
        assert_form(result, "prusalink", {"base": error})
    buddy.misbehave.stop()
    result = await submit(hass, result, **typed | {"api_key": " "})
    assert_form(result, "prusalink", {CONF_API_KEY: "required"})
    result = await submit(hass, result, **typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def announce(hass: HomeAssistant, port: int) -> ConfigFlowResult:
    """Let Home Assistant hear an announcement."""
    address = ip_address("127.0.0.1")
    info = ZeroconfServiceInfo(
        ip_address=address,
        ip_addresses=[address],
        port=port,
        hostname="prusa-mk4.local.",
        type="_prusalink._tcp.local.",
        name="Prusa MK4._prusalink._tcp.local.",
        properties={},
    )
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info
    )


async def test_zeroconf(hass: HomeAssistant, buddy: PrusaLinkPeer) -> None:
    """A discovered printer is asked about once, and opened with its password."""
    result = await announce(hass, buddy.port)
    assert_form(result, "prusalink_discovered")
    assert_abort(await announce(hass, buddy.port), "already_in_progress")
    result = await submit(hass, result, api_key=buddy.api_key, advanced=VERIFY)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == id_of(buddy)
    assert_abort(await announce(hass, buddy.port), "already_configured")


async def test_zeroconf_without_an_address(hass: HomeAssistant) -> None:
    """An announcement that holds no address leads nowhere."""
    assert_abort(await announce(hass, 99999), "wrong_device")


async def lease(
    hass: HomeAssistant, ip: str = "127.0.0.1", mac: str = "109c70abcdef"
) -> ConfigFlowResult:
    """Let Home Assistant see that a printer is given an address."""
    info = DhcpServiceInfo(ip=ip, hostname="prusa-mk4", macaddress=mac)
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=info
    )


async def test_dhcp(hass: HomeAssistant) -> None:
    """A device of the maker's is offered by the name that it gives itself."""
    result = await lease(hass)
    assert_form(result, "prusalink_discovered")
    placeholders = result["description_placeholders"] or {}
    assert placeholders == {"name": "prusa-mk4", "url": "http://127.0.0.1"}
    assert_abort(await lease(hass), "already_in_progress")
    assert_form(await lease(hass, "127.0.0.2", "109c70000000"), "prusalink_discovered")


@pytest.mark.parametrize("leased_first", [True, False])
async def test_found_in_two_ways(hass: HomeAssistant, leased_first: bool) -> None:
    """What zeroconf and DHCP both find is offered once."""
    ways = [lease(hass), announce(hass, 80)]
    first, second = ways if leased_first else reversed(ways)
    assert_form(await first, "prusalink_discovered")
    assert_abort(await second, "already_in_progress")


@pytest.mark.parametrize("host", ["127.0.0.1", "prusa-mk4", "prusa-mk4.local"])
async def test_dhcp_of_a_known_printer(hass: HomeAssistant, host: str) -> None:
    """A printer that was added is not offered, whatever its address was typed as."""
    data = {CONF_PRINTER_TYPE: "prusalink", CONF_URL: f"http://{host}:8080"}
    MockConfigEntry(domain=DOMAIN, data=data).add_to_hass(hass)
    assert_abort(await lease(hass), "already_configured")


async def test_reauth_and_reconfigure(
    hass: HomeAssistant, buddy: PrusaLinkPeer
) -> None:
    """A new password, and a new address, for the same printer."""
    data = {CONF_PRINTER_TYPE: "prusalink", CONF_URL: buddy.url, CONF_API_KEY: "old"}
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=id_of(buddy))
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "prusalink_reauth"
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {CONF_API_KEY: buddy.api_key, "advanced": VERIFY}
    )
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    result = await entry.start_reconfigure_flow(hass)
    assert_form(result, "prusalink_reconfigure")
    result = await submit(hass, result, url=buddy.url, advanced=VERIFY)
    assert_abort(result, "reconfigure_successful")
    assert entry.data[CONF_API_KEY] == buddy.api_key
    await hass.async_block_till_done()


def misnamed(
    hass: HomeAssistant, maker: PrusaLinkPeer, api_key: str
) -> MockConfigEntry:
    """Return an entry with a user name that is wrong, not set up yet."""
    data = {
        CONF_PRINTER_TYPE: "prusalink",
        CONF_URL: maker.url,
        CONF_USERNAME: "wrong",
        CONF_API_KEY: api_key,
    }
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=id_of(maker))
    entry.add_to_hass(hass)
    return entry


async def test_same_printer_again_without_its_old_name(
    hass: HomeAssistant, maker: PrusaLinkPeer
) -> None:
    """A name that only stood beside the key does not join the new password."""
    entry = misnamed(hass, maker, maker.api_key)
    await hass.config_entries.async_setup(entry.entry_id)
    assert_state(entry, ConfigEntryState.LOADED)
    result = await open_form(hass, "prusalink")
    result = await submit(
        hass, result, url=maker.url, api_key=maker.password, advanced=VERIFY
    )
    assert_abort(result, "already_configured")
    await hass.async_block_till_done()
    assert CONF_USERNAME not in entry.data
    assert entry.data[CONF_API_KEY] == maker.password
    assert_state(entry, ConfigEntryState.LOADED)


@pytest.mark.parametrize("emptied", [{}, {CONF_USERNAME: " "}], ids=["gone", "blank"])
@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_emptied_name(
    hass: HomeAssistant, maker: PrusaLinkPeer, source: str, emptied: dict[str, str]
) -> None:
    """A name that is shown and emptied goes; a password that is not shown stays."""
    entry = misnamed(hass, maker, maker.password)
    if source == "reauth":
        result = await entry.start_reauth_flow(hass)
        typed = {CONF_API_KEY: maker.password}
    else:
        result = await entry.start_reconfigure_flow(hass)
        typed = {CONF_URL: maker.url}
    assert suggested(result)[CONF_USERNAME] == "wrong"
    result = await submit(hass, result, advanced=VERIFY, **typed, **emptied)
    assert_abort(result, f"{source}_successful")
    await hass.async_block_till_done()
    assert CONF_USERNAME not in entry.data
    assert entry.data[CONF_API_KEY] == maker.password
    assert_state(entry, ConfigEntryState.LOADED)
