"""OctoPrint: another key, another address."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import (
    PRINTER_ID,
    add_entry,
    assert_state,
    attempts,
    octoprint_data,
)

from .octoprint_support import VERIFY, decided
from .support import assert_abort, assert_form, submit, suggested


async def test_reauth(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A new key is asked for, and the printer is watched again with it."""
    peer.api_key = "new-key"
    result = await entry.start_reauth_flow(hass)
    assert_form(result, "octoprint_reauth")
    assert result["description_placeholders"] == {"name": "Peer", "printer": "Peer"}
    result = await submit(hass, result, api_key="wrong", advanced=VERIFY)
    assert_form(result, "octoprint_reauth", {CONF_API_KEY: "invalid_auth"})
    result = await submit(hass, result, api_key="new-key", advanced=VERIFY)
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert entry.data[CONF_API_KEY] == "new-key"
    assert entry.unique_id == PRINTER_ID
    assert_state(entry, ConfigEntryState.LOADED)


async def test_reauth_of_a_refused_set_up(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Only the new key is tried, once, and nothing is left to ask or to repair."""
    data = octoprint_data(peer) | {CONF_API_KEY: "wrong"}
    entry = await add_entry(hass, peer, data=data)
    assert_state(entry, ConfigEntryState.SETUP_ERROR)
    (flow,) = hass.config_entries.flow.async_progress()
    refusals, begun = peer.refusals, attempts(entry)
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {CONF_API_KEY: peer.api_key, "advanced": VERIFY}
    )
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    assert (len(begun), peer.refusals) == (1, refusals)
    assert hass.config_entries.flow.async_progress() == []
    assert not ir.async_get(hass).issues


async def test_reauth_by_application_key(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """A refused key at set-up asks for another, which one click gives."""
    entry = await add_entry(
        hass, peer, data=octoprint_data(peer) | {CONF_API_KEY: "wrong"}
    )
    assert_state(entry, ConfigEntryState.SETUP_ERROR)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "octoprint_reauth"
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"advanced": VERIFY}
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    (key,) = peer.desk.keys
    assert entry.data[CONF_API_KEY] == key


async def test_reconfigure(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """The same printer elsewhere keeps its key, its id and its history."""
    await peer.stop()
    await peer.start()
    result = await entry.start_reconfigure_flow(hass)
    assert_form(result, "octoprint_reconfigure")
    assert CONF_API_KEY not in suggested(result)
    result = await submit(hass, result, url="http://127.0.0.1:1", advanced=VERIFY)
    assert_form(result, "octoprint_reconfigure", {"base": "cannot_connect"})
    assert CONF_API_KEY not in suggested(result)
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_abort(result, "reconfigure_successful")
    await hass.async_block_till_done()
    assert entry.data[CONF_URL] == peer.url
    assert entry.data[CONF_API_KEY] == peer.api_key
    assert (entry.unique_id, entry.title) == (PRINTER_ID, "Peer")
    assert_state(entry, ConfigEntryState.LOADED)


async def test_reconfigure_to_another_printer(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    other: OctoPrintPeer,
    entry: MockConfigEntry,
) -> None:
    """Another printer is another history: it is refused."""
    result = await entry.start_reconfigure_flow(hass)
    result = await submit(hass, result, url=other.url, advanced=VERIFY)
    assert_abort(result, "unique_id_mismatch")
    assert entry.data[CONF_URL] == peer.url


async def test_reconfigure_to_a_printer_without_identity(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    other: OctoPrintPeer,
    entry: MockConfigEntry,
) -> None:
    """At another address an identity is needed, at the same one it is not."""
    other.misbehave.describes_itself = peer.misbehave.describes_itself = False
    result = await entry.start_reconfigure_flow(hass)
    result = await submit(hass, result, url=other.url, advanced=VERIFY)
    assert_form(result, "octoprint_reconfigure", {"base": "no_identity"})
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_abort(result, "reconfigure_successful")
    await hass.async_block_till_done()
