"""What goes wrong with a printer, at set-up and at run time."""

import logging
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.support.certificates import self_signed_context

from .ailments import AILMENTS, Ailment, ailment_id
from .support import BusEvents, add_entry, assert_state, state


def own_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration logged for users to read."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.printernizer")
        and record.levelno >= logging.INFO
    ]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("ailment", AILMENTS, ids=ailment_id)
async def test_unavailable_while_something_is_wrong(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    ailment: Ailment,
) -> None:
    """Each fault makes the entities unavailable, with one log line each way."""
    caplog.clear()
    await ailment.begin(peer)
    for _ in range(3):
        await entry.runtime_data.async_refresh()
    assert state(hass, "sensor", "status").state == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor", "printing").state == STATE_UNAVAILABLE
    assert entry.runtime_data.last_exception.translation_key == ailment.error
    assert len(own_lines(caplog)) == 1, own_lines(caplog)
    assert "Peer" in own_lines(caplog)[0]
    await ailment.end(peer)
    for _ in range(3):
        await entry.runtime_data.async_refresh()
    assert state(hass, "sensor", "status").state == "idle"
    assert len(own_lines(caplog)) == 2, own_lines(caplog)
    assert "recovered" in own_lines(caplog)[1]
    assert_state(entry, ConfigEntryState.LOADED)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("ailment", AILMENTS, ids=ailment_id)
async def test_set_up_is_tried_again(
    hass: HomeAssistant, peer: OctoPrintPeer, ailment: Ailment
) -> None:
    """What is wrong at set-up is named, and does not last."""
    await ailment.begin(peer)
    entry = await add_entry(hass, peer)
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert entry.error_reason_translation_key == ailment.error
    await ailment.end(peer)
    await hass.config_entries.async_reload(entry.entry_id)
    assert_state(entry, ConfigEntryState.LOADED)
    await hass.async_block_till_done()


@pytest.mark.usefixtures("refused_handshakes")
async def test_certificate_that_is_not_trusted_any_more(
    hass: HomeAssistant, peer: OctoPrintPeer, tmp_path: Path
) -> None:
    """A certificate nobody vouches for keeps the printer from being set up."""
    await peer.stop()
    await peer.start(tls=self_signed_context(tmp_path))
    entry = await add_entry(hass, peer)
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert entry.error_reason_translation_key == "untrusted_certificate"


async def test_another_printer_at_the_address(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Addresses are handed out anew: jobs of two printers must not get mixed up."""
    entry = await add_entry(hass, peer, unique_id="octoprint_000000000000")
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert entry.error_reason_translation_key == "other_printer"


async def test_another_printer_comes_back(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """What another printer at the address does is nobody's print, until ours is back."""
    other = OctoPrintPeer(uuid="00000000-c9d8-4e0d-aec9-2e0f0f6d36bc")
    events = BusEvents(hass)
    await peer.stop()
    await entry.runtime_data.async_refresh()
    await other.start(port=peer.port)
    other.start_print("theirs.gcode", 600)
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert entry.error_reason_translation_key == "other_printer"
    await other.stop()
    await peer.start(port=peer.port)
    peer.start_print("ours.gcode", 600)
    await hass.config_entries.async_reload(entry.entry_id)
    assert (await events.wait_for("job_started"))["filename"] == "ours.gcode"
    assert events.names.count("job_auto_created") == 1


async def test_refused_key(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A new key is asked for once; watching goes on, and needs none if it heals."""
    caplog.clear()
    key, peer.api_key = peer.api_key, "changed"
    coordinator = entry.runtime_data
    for _ in range(3):
        await coordinator.async_refresh()
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert state(hass, "sensor", "status").state == STATE_UNAVAILABLE
    assert len(own_lines(caplog)) == 1
    assert key not in caplog.text
    peer.api_key = key
    await coordinator.async_refresh()
    assert hass.config_entries.flow.async_progress() == []
    assert state(hass, "sensor", "status").state == "idle"
    assert entry.runtime_data is coordinator


async def test_refused_key_while_the_printer_is_reconfigured(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Nobody is asked twice at a time, but asked when that dialog was closed."""
    flow = await entry.start_reconfigure_flow(hass)
    peer.api_key = "changed"
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    hass.config_entries.flow.async_abort(flow["flow_id"])
    assert hass.config_entries.flow.async_progress() == []
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    (asked,) = hass.config_entries.flow.async_progress()
    assert asked["context"]["source"] == SOURCE_REAUTH
