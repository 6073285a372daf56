"""When events are sent: on disk first, and to those who can listen."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import DOMAIN
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.transitions import Print, PrintBegan
from custom_components.printernizer.database import JobDatabase
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now
from tests.peers.octoprint import OctoPrintPeer

from .support import PRINTER_ID, BusEvents, add_entry, data_of, state, until


async def test_nothing_before_home_assistant_has_started(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Records do not wait for the start, events do: no automation listens before."""
    hass.set_state(CoreState.starting)
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await add_entry(hass, peer)
    data = data_of(hass)
    await data.manager.settle(PRINTER_ID)
    (job,) = await data.database.active_jobs()
    assert events.names == []
    assert "event_type" not in _shown(hass)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    started = await events.wait_for("job_started")
    assert events.names == ["job_auto_created", "job_started"]
    assert started["id"] == job.id
    assert _shown(hass)["event_type"] == "job_started"


def _shown(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the event entity shows."""
    attributes = dict(state(hass, "event", "job").attributes)
    return {key: value for key, value in attributes.items() if value is not None}


async def test_start_without_a_database(
    hass: HomeAssistant, peer: OctoPrintPeer, caplog: pytest.LogCaptureFixture
) -> None:
    """A history that cannot be read when Home Assistant starts hinders nothing else."""
    hass.set_state(CoreState.starting)
    await add_entry(hass, peer)
    data = data_of(hass)
    await data.database.close()
    data.is_open = False
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert "cannot be sent now" in caplog.text
    await data.database.open()
    data.is_open = True
    assert state(hass, "sensor", "status").state == "idle"


async def test_killed_between_commit_and_announcement(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """What was committed but never announced is announced at the next start, once."""
    now = Moment(dt_util.utcnow(), 0.0)
    database = JobDatabase(f"sqlite:///{hass.config.path('printernizer.db')}")
    await database.open()
    known = Print(key="cube@1", discovered_at=now.utc, filename="Cube.gcode")
    recorded = await database.record(
        PRINTER_ID,
        "octoprint",
        (PrintBegan(print=known, why="test"),),
        {},
        now.utc,
        ulid_now,
    )
    await database.close()
    (recording,) = recorded.recordings
    assert recording.job is not None
    events = BusEvents(hass)
    entry = await add_entry(hass, peer)
    created = await events.wait_for("job_auto_created")
    assert created["id"] == recording.job.id
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await data_of(hass).manager.settle(PRINTER_ID)
    assert await data_of(hass).database.pending_announcements() == []
    assert events.names.count("job_auto_created") == 1


async def test_events_tell_the_device(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Events carry the whole job, the device and the entry."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_auto_created")
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, PRINTER_ID), entry.entry_id
    )
    assert device is not None
    assert job["device_id"] == device.id
    assert job["config_entry_id"] == entry.entry_id
    assert job["customer_info"].keys() == {
        "auto_created",
        "discovery_time",
        "printer_start_time",
        "discovered_on_startup",
    }
    peer.cancel()
    ended = await events.wait_for("job_ended")
    assert ended["previous_status"] == "running"


async def test_job_of_a_printer_that_is_gone(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A job outlives its printer, and so do its events."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await events.wait_for("job_started")
    await hass.config_entries.async_remove(entry.entry_id)
    ended = await events.wait_for("job_ended")
    assert ended["config_entry_id"] is None


@pytest.mark.parametrize("count", [50])
async def test_fifty_looks_at_once(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry, count: int
) -> None:
    """Fifty updates of the same print are one job."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    for _ in range(count):
        entry.runtime_data.async_news(None)
    await entry.runtime_data.async_refresh()
    await events.wait_for("job_started")
    await until(hass, lambda: state(hass, "sensor", "jobs_today").state == "1")
    assert events.names.count("job_auto_created") == 1
