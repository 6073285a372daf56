"""What a user sends with a report holds nothing private."""

import json

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import DOMAIN
from custom_components.printernizer.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.printernizer.settings import printer_id_of
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_dumps
from tests.peers.bambu import BambuPeer
from tests.peers.octoprint import OctoPrintPeer

from .support import PRINTER_ID, UUID, BusEvents, data_of, job_log


async def test_printer(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """It tells why what was decided, without names, addresses and keys."""
    events = BusEvents(hass)
    peer.start_print("secret/Plan 9@home.gcode", 600)
    await events.wait_for("job_started")
    peer.finish()
    await events.wait_for("job_ended")
    peer.start_print("secret/Plan 10.gcode", 600)
    await events.wait_for("job_started", 2)
    found = await async_get_config_entry_diagnostics(hass, entry)
    text = json_dumps(found)
    for private in (peer.api_key, "127.0.0.1", str(peer.port), UUID, "Plan", "secret"):
        assert private.lower() not in text.lower(), private
    shown = json.loads(text)
    decisions = [each["decision"] for each in shown["decisions"]]
    assert any(each.startswith("O1") for each in decisions)
    assert any(each.startswith("C1") for each in decisions)
    assert shown["connection"]["is_reachable"] is True
    assert shown["connection"]["firmware"] == "1.11.8"
    assert shown["session"]["current"]["filename"] == "**REDACTED**"
    assert shown["snapshot"]["counters"][0]["ahead"] == 0
    assert shown["data"]["printer_type"] == "octoprint"
    assert PRINTER_ID not in text


async def test_bambu_lab(hass: HomeAssistant, socket_enabled: None) -> None:
    """Serial number, host, access code and fingerprint of a printer stay private."""
    peer = BambuPeer(access_code="geheim-77")
    await peer.start()
    data = {
        "printer_type": "bambu_lab",
        "host": "localhost",
        "port": peer.port,
        "serial_number": peer.serial_number,
        "access_code": peer.access_code,
        "fingerprint": peer.certificate.fingerprint,
    }
    printer_id = printer_id_of("bambu_lab", peer.serial_number)
    entry = MockConfigEntry(
        domain=DOMAIN, title="Mine", unique_id=printer_id, data=data
    )
    entry.add_to_hass(hass)
    events = BusEvents(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    peer.start_print("Plan 9.3mf", 600)
    await events.wait_for("job_started")
    text = json_dumps(await async_get_config_entry_diagnostics(hass, entry))
    for key in ("host", "serial_number", "access_code", "fingerprint"):
        assert str(data[key]).lower() not in text.lower(), key
    assert "Plan" not in text
    assert printer_id not in text
    assert json.loads(text)["connection"]["model"] == "P1S"
    await hass.config_entries.async_unload(entry.entry_id)
    await peer.stop()


async def test_decisions_are_in_the_debug_log(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each decision of the trace is logged with its reason, for debugging alone."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await events.wait_for("job_started")
    watch = data_of(hass).manager.watch(PRINTER_ID)
    assert watch is not None
    (decision,) = [line for _, line in watch.trace]
    logged = [each for each in caplog.records if decision in each.getMessage()]
    assert [each.levelname for each in logged] == ["DEBUG"]


async def test_fault(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """It names what is wrong with a printer."""
    await peer.stop()
    await entry.runtime_data.async_refresh()
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["connection"]["last_error"] == "cannot_connect"
    await hass.config_entries.async_unload(entry.entry_id)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert "connection" not in found
    assert found["decisions"] is not None


async def test_job_log(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The Job log shows its options, patterns excepted: they are file names."""
    log = job_log(hass)
    hass.config_entries.async_update_entry(
        log, options={**log.options, "ignore_patterns": ["secret*"]}
    )
    found = await async_get_config_entry_diagnostics(hass, log)
    assert found["settings"]["monitoring_interval_s"] == 30
    assert "secret" not in json_dumps(found)
    assert data_of(hass).settings.ignore_patterns == ("secret*",)
