"""What users see of a printer and of their jobs."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.printernizer.api.printers import all_printers_json
from custom_components.printernizer.const import DOMAIN, JOB_EVENTS
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import (
    NO_NEWS,
    Activity,
    Snapshot,
    Telemetry,
)
from custom_components.printernizer.watching import DatabaseReplaced
from homeassistant.components.sensor import SensorStateClass
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
from tests.peers.octoprint import OctoPrintPeer

from .support import (
    PRINTER_ID,
    BusEvents,
    Clock,
    add_entry,
    data_of,
    entity_id,
    state,
    until,
)


def show(entry: MockConfigEntry, snapshot: Snapshot) -> None:
    """Let a printer push what OctoPrint cannot say."""
    entry.runtime_data.async_news(snapshot)


async def test_a_print_shows(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Every entity follows a print from its start to its end."""
    events = BusEvents(hass)
    assert state(hass, "sensor", "status").state == "idle"
    assert state(hass, "binary_sensor", "printing").state == "off"
    assert state(hass, "sensor", "current_job").state == STATE_UNKNOWN
    assert state(hass, "sensor", "active_jobs").state == "0"
    assert state(hass, "sensor", "jobs_today").state == "0"
    peer.start_print("folder/Cube.gcode", 600)
    job = await events.wait_for("job_started")
    assert state(hass, "sensor", "status").state == "printing"
    assert state(hass, "binary_sensor", "printing").state == "on"
    current = state(hass, "sensor", "current_job")
    assert current.state == "Cube"
    assert current.attributes["job_id"] == job["id"]
    assert current.attributes["filename"] == "folder/Cube.gcode"
    await until(hass, lambda: state(hass, "sensor", "active_jobs").state == "1")
    await until(hass, lambda: state(hass, "sensor", "jobs_today").state == "1")
    peer.pause()
    await events.wait_for("job_paused")
    assert state(hass, "sensor", "status").state == "paused"
    assert state(hass, "binary_sensor", "printing").state == "on"
    peer.resume()
    await events.wait_for("job_resumed")
    peer.finish()
    await events.wait_for("job_completed")
    await until(hass, lambda: state(hass, "sensor", "status").state == "idle")
    assert state(hass, "binary_sensor", "printing").state == "off"
    await until(hass, lambda: state(hass, "sensor", "active_jobs").state == "0")
    assert state(hass, "sensor", "jobs_today").state == "1"
    assert state(hass, "sensor", "current_job").state == STATE_UNKNOWN
    assert state(hass, "sensor", "progress").state == STATE_UNKNOWN
    assert state(hass, "sensor", "remaining_time").state == STATE_UNKNOWN


@pytest.mark.parametrize(
    ("snapshot", "status"),
    [
        (Snapshot(activity=Activity.PREPARING, filename="a"), "preparing"),
        (Snapshot(activity=Activity.ENDED, filename="a"), "idle"),
        (Snapshot(activity=Activity.IDLE, fault=True), "error"),
        (Snapshot(activity=Activity.NO_NEWS, fault=True), "error"),
        (NO_NEWS, STATE_UNAVAILABLE),
    ],
)
async def test_status(
    hass: HomeAssistant, entry: MockConfigEntry, snapshot: Snapshot, status: str
) -> None:
    """Each state of a printer has a word, and no news is none."""
    show(entry, snapshot)
    assert state(hass, "sensor", "status").state == status


@pytest.mark.parametrize(
    ("left_s", "minutes"),
    [(3600, "60.0"), (3541, "60.0"), (2, "1.0"), (0, "0.0"), (-3, "0.0")],
)
async def test_numbers_are_coarse(
    hass: HomeAssistant, entry: MockConfigEntry, left_s: float, minutes: str
) -> None:
    """A second less, or a thousandth more, is no news to anybody."""
    show(
        entry,
        Snapshot(
            activity=Activity.PRINTING,
            filename="a.gcode",
            progress=12.345,
            remaining_s=left_s,
        ),
    )
    assert state(hass, "sensor", "remaining_time").state == minutes
    assert state(hass, "sensor", "progress").state == "12"


async def test_what_only_some_printers_report(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """A sensor comes with its first value, disabled, and stays after a reload."""
    registry = er.async_get(hass)
    assert not registry.async_get_entity_id("sensor", DOMAIN, f"{PRINTER_ID}_layer")
    layers = Telemetry(layer=3, layers=100)
    running = Snapshot(activity=Activity.PRINTING, filename="a", telemetry=layers)
    show(entry, running)
    await hass.async_block_till_done()
    layer = entity_id(hass, "sensor", "layer")
    found = registry.async_get(layer)
    assert found is not None
    assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    registry.async_update_entity(layer, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "sensor", "layer").state == STATE_UNKNOWN
    show(entry, running)
    assert state(hass, "sensor", "layer").state == "3"


async def test_filament_and_layers(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """They are of the print that runs and of no other, which some printers keep."""
    running = Snapshot(
        activity=Activity.PRINTING,
        filename="a",
        material_g=12.345,
        telemetry=Telemetry(filament_used_mm=4139.7, layer=50, layers=50),
    )
    show(entry, running)
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    keys = ("filament_used", "filament_length", "layer", "layers")
    for key in keys:
        registry.async_update_entity(entity_id(hass, "sensor", key), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    show(entry, running)
    shown = [float(state(hass, "sensor", key).state) for key in keys]
    assert shown == [12.3, 4.14, 50, 50]
    show(entry, replace(running, activity=Activity.ENDED))
    assert {state(hass, "sensor", key).state for key in keys} == {STATE_UNKNOWN}


async def test_numbers_of_the_print_before(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Bambu Lab that heats up may still show what the last print left."""
    first = Snapshot(
        activity=Activity.PRINTING,
        title="first",
        print_id="1",
        late_identity=True,
        unbroken=True,
        progress=100.0,
        remaining_s=0.0,
        telemetry=Telemetry(layer=50, layers=50),
    )
    show(entry, first)
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    for key in ("layer", "layers"):
        registry.async_update_entity(entity_id(hass, "sensor", key), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    events = BusEvents(hass)
    show(entry, replace(first, activity=Activity.ENDED))
    await events.wait_for("job_ended")
    second = replace(first, activity=Activity.PREPARING, title="second", print_id="2")
    show(entry, second)
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "time", lambda now=loop.time: now() + 21)
    await events.wait_for("job_started")
    assert state(hass, "sensor", "current_job").state == "second"
    numbers = ("progress", "remaining_time", "layer", "layers")
    assert {state(hass, "sensor", key).state for key in numbers} == {STATE_UNKNOWN}
    (shown,) = all_printers_json(hass, await data_of(hass).database.active_jobs())
    left = {"estimated_remaining", "layer_current", "layer_total"}
    assert shown["current_job"].keys().isdisjoint(left)
    own = replace(
        second,
        activity=Activity.PRINTING,
        progress=1.0,
        remaining_s=5940.0,
        telemetry=Telemetry(layer=1),
    )
    show(entry, own)
    shown_now = [state(hass, "sensor", key).state for key in numbers]
    assert shown_now == ["1", "99.0", "1", STATE_UNKNOWN]


async def test_temperatures(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Temperatures change with every look: they are there, but disabled."""
    registry = er.async_get(hass)
    for key in ("nozzle", "nozzle_target", "bed", "bed_target"):
        found = registry.async_get(entity_id(hass, "sensor", key))
        assert found is not None
        assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_jobs_today_ends_at_midnight(
    hass: HomeAssistant, peer: OctoPrintPeer, clock: Clock
) -> None:
    """A new day begins with no job, in the house's own time."""
    await hass.config.async_set_time_zone("Pacific/Auckland")
    await add_entry(hass, peer)
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 2 * 24 * 3600)
    await events.wait_for("job_started")
    await until(hass, lambda: state(hass, "sensor", "jobs_today").state == "1")
    today = state(hass, "sensor", "jobs_today").attributes
    assert today["last_reset"] == dt_util.start_of_local_day().isoformat()
    midnight = dt_util.start_of_local_day() + timedelta(days=1)
    clock.shift = midnight - dt_util.utcnow() + timedelta(seconds=1)
    async_fire_time_changed(hass, midnight)
    await until(hass, lambda: state(hass, "sensor", "jobs_today").state == "0")
    today = state(hass, "sensor", "jobs_today").attributes
    assert today["last_reset"] == midnight.isoformat()
    assert state(hass, "sensor", "active_jobs").state == "1"


async def test_jobs_today_ends_where_midnight_is_skipped(
    hass: HomeAssistant, peer: OctoPrintPeer, clock: Clock
) -> None:
    """Clocks in Chile go forward at midnight: the day begins at one."""
    zone = ZoneInfo("America/Santiago")
    await hass.config.async_set_time_zone(zone.key)
    day = datetime(2040, 9, 2, tzinfo=zone)
    clock.shift = day - timedelta(hours=2) - dt_util.utcnow()
    await add_entry(hass, peer)
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 50 * 365 * 24 * 3600)
    await events.wait_for("job_started")
    await until(hass, lambda: state(hass, "sensor", "jobs_today").state == "1")
    clock.shift += timedelta(hours=2)
    one = day.replace(hour=1)
    async_fire_time_changed(hass, one)
    await until(hass, lambda: state(hass, "sensor", "jobs_today").state == "0")
    today = state(hass, "sensor", "jobs_today").attributes["last_reset"]
    assert datetime.fromisoformat(today).astimezone(zone) == one


async def test_counts_without_a_database(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Where the database cannot tell, the counts are unavailable, and come back."""
    data = data_of(hass)
    await data.database.close()
    data.manager._teller.tell(DatabaseReplaced(None))
    await until(
        hass,
        lambda: state(hass, "sensor", "active_jobs").state == STATE_UNAVAILABLE,
    )
    await data.database.open()
    data.manager._teller.tell(DatabaseReplaced(None))
    await until(hass, lambda: state(hass, "sensor", "active_jobs").state == "0")


async def test_job_renamed_by_hand(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """What the user calls a job is shown, while it runs and after a reload."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_started")
    assert state(hass, "sensor", "current_job").state == "Cube"
    data = data_of(hass)
    await data.manager.edit(data.database.update(job["id"], {"job_name": "For Eva"}))
    assert state(hass, "sensor", "current_job").state == "For Eva"
    await hass.config_entries.async_reload(entry.entry_id)
    assert state(hass, "sensor", "current_job").state == "For Eva"
    peer.finish()
    await until(
        hass, lambda: state(hass, "sensor", "current_job").state == STATE_UNKNOWN
    )


async def test_job_deleted_by_hand(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """What becomes of a job between two looks shows at once."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_started")
    data = data_of(hass)
    await data.manager.edit(data.database.delete(job["id"], force=True))
    current = state(hass, "sensor", "current_job")
    assert (current.state, current.attributes["job_id"]) == ("Cube", None)
    await until(hass, lambda: state(hass, "sensor", "active_jobs").state == "0")
    await until(hass, lambda: state(hass, "sensor", "jobs_today").state == "0")
    may_fall = {SensorStateClass.MEASUREMENT, SensorStateClass.TOTAL}
    for key in ("active_jobs", "jobs_today"):
        assert state(hass, "sensor", key).attributes["state_class"] in may_fall


def shown_events(hass: HomeAssistant) -> list[str]:
    """Return a list that the events of the entity are added to."""
    seen: list[str] = []
    entity = entity_id(hass, "event", "job")

    @callback
    def notice(event: Event[EventStateChangedData]) -> None:
        """Take the next one."""
        if event.data["new_state"] is not None:
            seen.append(str(event.data["new_state"].attributes.get("event_type")))

    async_track_state_change_event(hass, entity, notice)
    return seen


async def test_event_entity(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """It tells every event, and nothing of whose job it is."""
    assert state(hass, "event", "job").attributes["event_types"] == JOB_EVENTS
    seen = shown_events(hass)
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_started")
    assert seen == ["job_auto_created", "job_started"]
    data = data_of(hass)
    await data.manager.edit(
        data.database.update(
            job["id"],
            {
                "customer_name": "Ada",
                "order_id": "order one",
                "notes": "call her",
                "details": {"phone": "her number"},
            },
        )
    )
    peer.cancel()
    ended = await events.wait_for("job_cancelled")
    assert ended["customer_name"] == "Ada"
    assert ended["customer_info"]["name"] == "Ada"
    assert seen[2:] == ["job_ended", "job_cancelled"]
    attributes = state(hass, "event", "job").attributes
    assert attributes["id"] == job["id"]
    assert attributes["status"] == "cancelled"
    assert attributes["customer_info"]["auto_created"] is True
    for private in ("Ada", "order one", "call her", "her number"):
        assert private not in str(attributes)


async def test_event_entity_without_the_printer(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """It does not go with the printer: its return would look like an event."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    job = await events.wait_for("job_started")
    await peer.stop()
    await entry.runtime_data.async_refresh()
    assert state(hass, "sensor", "status").state == STATE_UNAVAILABLE
    assert state(hass, "event", "job").attributes["event_type"] == "job_started"
    data = data_of(hass)
    await data.manager.edit(data.database.set_status(job["id"], JobStatus.COMPLETED))
    assert state(hass, "event", "job").attributes["event_type"] == "job_completed"
