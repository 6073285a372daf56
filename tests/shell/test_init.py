"""The life of entries: set-up, reload, removal, stop."""

import asyncio
from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.printernizer import async_remove_config_entry_device
from custom_components.printernizer.const import DOMAIN
from custom_components.printernizer.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.peers.octoprint import OctoPrintPeer

from .support import (
    PRINTER_ID,
    UUID,
    BusEvents,
    add_entry,
    assert_state,
    data_of,
    job_log,
    octoprint_data,
    state,
    until,
)


async def closed(peer: OctoPrintPeer) -> None:
    """Wait until the peer has noticed that its sockets are closed."""
    async with asyncio.timeout(2):
        while peer.sockets.subscribers:
            await asyncio.sleep(0.01)


async def test_all_entities_disabled(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """Jobs are created with every entity of the printer disabled."""
    entry = await add_entry(hass, peer)
    registry = er.async_get(hass)
    for each in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(
            each.entity_id, disabled_by=er.RegistryEntryDisabler.USER
        )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert not [each for each in hass.states.async_all() if "peer" in each.entity_id]
    events = BusEvents(hass)
    await peer.sockets.drop()
    peer.start_print("Cube.gcode", 600)
    assert entry.runtime_data._listeners
    await entry.runtime_data.async_refresh()
    await events.wait_for("job_started")


async def test_polling_alone_finds_prints(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Push lost costs latency, never correctness."""
    peer.sockets.enabled = False
    entry = await add_entry(hass, peer)
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await entry.runtime_data.async_refresh()
    await events.wait_for("job_started")


async def test_reload_and_restart_keep_the_job(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A reload in mid-print makes no second job, and is no start-up."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_started")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "sensor", "current_job").attributes["job_id"] == job["id"]
    peer.finish()
    ended = await events.wait_for("job_ended")
    assert (ended["id"], ended["status"]) == (job["id"], "completed")
    assert events.names.count("job_auto_created") == 1


async def test_running_print_is_recorded_at_once(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """What prints while the printer is added is a job from the first look."""
    peer.start_print("Cube.gcode", 600)
    await async_setup_component(hass, DOMAIN, {})
    events = BusEvents(hass)
    await add_entry(hass, peer)
    job = await events.wait_for("job_auto_created")
    assert job["customer_info"]["discovered_on_startup"] is True


async def test_removal_closes_the_job(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A removed printer's open job is closed as unknown; the history stays."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_started")
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    ended = await events.wait_for("job_ended")
    assert (ended["id"], ended["status"]) == (job["id"], "unknown")
    assert (await data_of(hass).database.job(job["id"])).status == "unknown"


async def test_removal_while_nothing_can_be_written(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """The job is closed later; nobody else would ever do so."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_started")
    database = data_of(hass).database
    await database.close()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    await database.open()
    assert (await database.job(job["id"])).status == "running"
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(hours=1, minutes=1))
    ended = await events.wait_for("job_ended")
    assert (ended["id"], ended["status"]) == (job["id"], "unknown")


async def test_disabled_printer(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A print that began while the printer was switched off here counts as found."""
    events = BusEvents(hass)
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert_state(entry, ConfigEntryState.NOT_LOADED)
    await closed(peer)
    peer.start_print("Cube.gcode", 600)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    job = await events.wait_for("job_auto_created")
    assert job["customer_info"]["discovered_on_startup"] is True


async def test_changed_address_reloads(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Changed data reload a printer, changed options do not."""
    coordinator = entry.runtime_data
    hass.config_entries.async_update_entry(entry, options={"any": 1})
    await hass.async_block_till_done()
    assert entry.runtime_data is coordinator
    data = octoprint_data(peer) | {"verify_ssl": False}
    hass.config_entries.async_update_entry(entry, data=data)
    await hass.async_block_till_done()
    assert entry.runtime_data is not coordinator


async def test_stop_closes_the_sockets(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Home Assistant stops quickly, with the sockets closed and all on disk."""
    async with asyncio.timeout(10):
        await peer.sockets.signed_in.wait()
    began = asyncio.get_running_loop().time()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asyncio.get_running_loop().time() - began < 2
    await closed(peer)
    count = len(peer.requests)
    await entry.runtime_data.async_refresh()
    assert len(peer.requests) == count


async def test_devices(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """The printer stands below the Job log, and old devices may be deleted."""
    registry = dr.async_get(hass)
    service = registry.async_get_device_by_identifier(
        (DOMAIN, "job_log"), job_log(hass).entry_id
    )
    device = registry.async_get_device_by_identifier(
        (DOMAIN, PRINTER_ID), entry.entry_id
    )
    assert service is not None
    assert device is not None
    assert service.entry_type is dr.DeviceEntryType.SERVICE
    assert device.via_device_id == service.id
    assert (device.name, device.manufacturer) == ("Peer", "OctoPrint")
    assert device.sw_version == "1.11.8"
    assert device.configuration_url == peer.url
    assert not await async_remove_config_entry_device(hass, entry, device)
    assert not await async_remove_config_entry_device(hass, job_log(hass), service)
    old = registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "octoprint_old")}
    )
    assert await async_remove_config_entry_device(hass, entry, old)


@pytest.mark.parametrize(("told", "shown"), [("1.12.0", "1.12.0"), (None, "1.11.8")])
async def test_updated_printer(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    told: str | None,
    shown: str,
) -> None:
    """A printer that comes back shows its new firmware, or the last that it told."""
    port = peer.port
    await peer.stop()
    await entry.runtime_data.async_refresh()
    peer.version = told
    await peer.start(port=port)
    await entry.runtime_data.async_refresh()
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, PRINTER_ID), entry.entry_id
    )
    assert device is not None
    assert device.sw_version == shown
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["connection"]["firmware"] == shown


async def test_printer_that_does_not_tell_its_firmware_now(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Set up again while Klipper is off, a printer keeps what it told before."""
    peer.version = None
    await hass.config_entries.async_reload(entry.entry_id)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, PRINTER_ID), entry.entry_id
    )
    assert device is not None
    assert device.sw_version == "1.11.8"


async def test_devices_stay_together(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A Job log that comes back takes the printers below it again."""
    await hass.config_entries.async_remove(job_log(hass).entry_id)
    await hass.async_block_till_done()
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier(
        (DOMAIN, PRINTER_ID), entry.entry_id
    )
    service = registry.async_get_device_by_identifier(
        (DOMAIN, "job_log"), job_log(hass).entry_id
    )
    assert device is not None
    assert service is not None
    assert device.via_device_id == service.id


async def test_without_identity(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """A printer that does not tell who it is has its entry's id."""
    peer.misbehave.describes_itself = False
    entry = await add_entry(hass, peer, unique_id=None)
    assert list(data_of(hass).coordinators) == [f"octoprint_{entry.entry_id}"]
    peer.misbehave.describes_itself = True
    await hass.config_entries.async_reload(entry.entry_id)
    assert list(data_of(hass).coordinators) == [f"octoprint_{entry.entry_id}"]


@pytest.mark.parametrize(
    ("version", "minor", "state"),
    [
        (1, 1, ConfigEntryState.LOADED),
        (1, 99, ConfigEntryState.LOADED),
        (2, 1, ConfigEntryState.MIGRATION_ERROR),
    ],
)
async def test_versions(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    version: int,
    minor: int,
    state: ConfigEntryState,
) -> None:
    """A newer minor version is readable, a newer major one is not."""
    entry = await add_entry(hass, peer, version=version, minor_version=minor)
    assert_state(entry, state)


async def test_moved_printer_is_the_same(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """In mid-print a printer may get another address without a second job."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await events.wait_for("job_started")
    moved = OctoPrintPeer(uuid=UUID)
    moved.machine = peer.machine
    await moved.start()
    hass.config_entries.async_update_entry(entry, data=octoprint_data(moved))
    await hass.async_block_till_done()
    await until(hass, lambda: state(hass, "sensor", "status").state == "printing")
    await data_of(hass).manager.settle(PRINTER_ID)
    assert events.names.count("job_auto_created") == 1
    await hass.config_entries.async_unload(entry.entry_id)
    await moved.stop()
