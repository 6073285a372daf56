"""The Job log's entry, and the options: of all printers and of one."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import (
    CONF_AUTO_CREATE,
    CONF_IGNORE_PATTERNS,
    CONF_IGNORE_SHORTER,
    CONF_MONITORING_INTERVAL,
    CONF_RECORD_SYSTEM,
    DOMAIN,
    ENV_AUTO_CREATE,
)
from homeassistant.config_entries import SOURCE_SYSTEM, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import (
    PRINTER_ID,
    BusEvents,
    add_entry,
    data_of,
    job_log,
    octoprint_entry,
)

from .support import assert_abort, assert_form, submit, suggested

OPTIONS: dict[str, Any] = {
    CONF_AUTO_CREATE: False,
    CONF_MONITORING_INTERVAL: 45.0,
    CONF_RECORD_SYSTEM: True,
    CONF_IGNORE_PATTERNS: [" test* ", "", "test*"],
    CONF_IGNORE_SHORTER: 3.0,
}
KEPT = OPTIONS | {
    CONF_MONITORING_INTERVAL: 45,
    CONF_IGNORE_PATTERNS: ["test*"],
    CONF_IGNORE_SHORTER: 3,
}


async def test_job_log_comes_by_itself(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The first printer brings the Job log, which nobody can add a second time."""
    found = job_log(hass)
    assert found.source == SOURCE_SYSTEM
    assert found.title == "Job log"
    assert dict(found.options) == {
        CONF_AUTO_CREATE: True,
        CONF_MONITORING_INTERVAL: 30,
    }
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_SYSTEM}, data={}
    )
    assert_abort(result, "already_configured")


@pytest.mark.parametrize(
    ("value", "expected"), [("false", False), ("0", False), ("true", True), ("", True)]
)
async def test_first_value_from_the_environment(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    expected: bool,
) -> None:
    """The environment sets the first value, and no later one."""
    monkeypatch.setenv(ENV_AUTO_CREATE, value)
    await add_entry(hass, peer)
    assert job_log(hass).options[CONF_AUTO_CREATE] is expected


async def test_german_title(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """The Job log's entry is named in the language of the house."""
    await hass.config.async_update(language="de")
    await add_entry(hass, peer)
    assert job_log(hass).title == "Auftragsbuch"


async def test_options_of_all(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """They are in force at once, whole numbers and tidy, and nothing is reloaded."""
    coordinator = entry.runtime_data
    result = await hass.config_entries.options.async_init(job_log(hass).entry_id)
    assert result["step_id"] == "init"
    assert suggested(result)[CONF_MONITORING_INTERVAL] == 30
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], OPTIONS
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(job_log(hass).options) == KEPT
    data = data_of(hass)
    assert data.settings.monitoring_interval_s == 45
    watch = data.manager.watch(PRINTER_ID)
    assert watch is not None
    policy = watch.policy
    assert (policy.auto_create, policy.record_system) == (False, True)
    assert (policy.ignore_patterns, policy.ignore_shorter_s) == (("test*",), 180)
    assert entry.runtime_data is coordinator
    assert coordinator.update_interval.total_seconds() == 45


async def test_unchanged_options(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Who submits what the form shows changes nothing, parts of a minute included."""
    log = job_log(hass)
    kept = KEPT | {CONF_IGNORE_SHORTER: 0.5}
    hass.config_entries.async_update_entry(log, options=kept)
    result = await hass.config_entries.options.async_init(log.entry_id)
    await hass.config_entries.options.async_configure(
        result["flow_id"], suggested(result)
    )
    assert dict(log.options) == kept


@pytest.mark.parametrize("interval", [4, 3601, "often", "nan"])
async def test_options_out_of_range(
    hass: HomeAssistant, entry: MockConfigEntry, interval: object
) -> None:
    """The interval is 5 s to an hour."""
    result = await hass.config_entries.options.async_init(job_log(hass).entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], OPTIONS | {CONF_MONITORING_INTERVAL: interval}
        )


@pytest.mark.parametrize("shorter", [-1, 100_000, "nan"])
async def test_ignored_time_out_of_range(
    hass: HomeAssistant, entry: MockConfigEntry, shorter: object
) -> None:
    """A text that reads as a number and is none is refused as well."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], suggested(result) | {CONF_IGNORE_SHORTER: shorter}
        )


async def test_reconfigure_leads_to_the_options(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Who looks for settings under Reconfigure finds them."""
    log = job_log(hass)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "reconfigure", "entry_id": log.entry_id}
    )
    assert_form(result, "job_log")
    result = await submit(hass, result, **OPTIONS)
    assert_abort(result, "reconfigure_successful")
    assert dict(log.options) == KEPT
    assert data_of(hass).settings.monitoring_interval_s == 45


async def set_printer_options(
    hass: HomeAssistant, entry: MockConfigEntry, **changes: Any
) -> None:
    """Go through a printer's options."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert_form(result, "printer")
    typed = {
        CONF_AUTO_CREATE: True,
        CONF_RECORD_SYSTEM: False,
        CONF_IGNORE_SHORTER: 0,
        **changes,
    }
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def set_global_switch(hass: HomeAssistant, *, on: bool) -> None:
    """Go through the Job log's options."""
    result = await hass.config_entries.options.async_init(job_log(hass).entry_id)
    await hass.config_entries.options.async_configure(
        result["flow_id"],
        KEPT | {CONF_AUTO_CREATE: on, CONF_IGNORE_PATTERNS: [], CONF_IGNORE_SHORTER: 0},
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize("by_printer", [True, False], ids=["printer", "all"])
async def test_switching_off_and_on(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    by_printer: bool,
) -> None:
    """Off, a print becomes no job; on again, the same print becomes one at once."""

    async def switch(*, on: bool) -> None:
        """Switch here or there."""
        if by_printer:
            await set_printer_options(hass, entry, job_creation_auto_create=on)
        else:
            await set_global_switch(hass, on=on)

    coordinator = entry.runtime_data
    events = BusEvents(hass)
    await switch(on=False)
    peer.start_print("Cube.gcode", 600)
    await coordinator.async_refresh()
    assert coordinator.data.session.current is not None
    await data_of(hass).manager.settle(PRINTER_ID)
    assert events.names == []
    await switch(on=True)
    job = await events.wait_for("job_started")
    assert job["customer_info"]["discovered_on_startup"] is False
    assert entry.runtime_data is coordinator


async def test_rules_of_a_printer(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A printer's own rules come on top of those of all."""
    await set_printer_options(
        hass,
        entry,
        ignore_patterns=["secret*"],
        ignore_shorter_minutes=2.0,
        record_system_prints=True,
    )
    watch = data_of(hass).manager.watch(PRINTER_ID)
    assert watch is not None
    assert watch.policy.ignore_patterns == ("secret*",)
    assert watch.policy.ignore_shorter_s == 120
    assert watch.policy.record_system
    events = BusEvents(hass)
    peer.start_print("secret plan.gcode", 600)
    await entry.runtime_data.async_refresh()
    await data_of(hass).manager.settle(PRINTER_ID)
    assert events.names == []


async def test_options_of_a_disabled_job_log_hold(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Recording depends on no entry's state, and options of a disabled one apply."""
    log = job_log(hass)
    await hass.config_entries.async_set_disabled_by(
        log.entry_id, ConfigEntryDisabler.USER
    )
    hass.config_entries.async_update_entry(
        log, options={**log.options, CONF_MONITORING_INTERVAL: 77}
    )
    assert data_of(hass).settings.monitoring_interval_s == 77
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await events.wait_for("job_started")


async def test_job_log_that_is_removed_comes_back(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Its options survive while a printer is there; with the last printer it goes."""
    log = job_log(hass)
    options = {CONF_AUTO_CREATE: False, CONF_MONITORING_INTERVAL: 99}
    hass.config_entries.async_update_entry(log, options=options)
    await hass.config_entries.async_remove(log.entry_id)
    await hass.async_block_till_done()
    assert job_log(hass).entry_id != log.entry_id
    assert dict(job_log(hass).options) == options
    assert data_of(hass).settings.monitoring_interval_s == 99
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_two_printers_share_one_job_log(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Set up at once, two printers make one Job log."""
    first = octoprint_entry(peer)
    second = octoprint_entry(peer, unique_id=None, title="Second")
    first.add_to_hass(hass)
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(first.entry_id)
    await hass.async_block_till_done()
    entries = hass.config_entries.async_entries(DOMAIN)
    assert sorted(each.title for each in entries) == ["Job log", "Peer", "Second"]
    assert len(data_of(hass).coordinators) == 2
