"""What the user is told, and asked."""

import asyncio
from contextlib import closing
from datetime import timedelta
from pathlib import Path
import sqlite3

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.printernizer.const import DATABASE_FILE, DOMAIN
from custom_components.printernizer.repairs import (
    SilentPrinterFlow,
    async_check_silence,
    async_create_fix_flow,
    async_report_damage,
    damage_id,
    no_news_id,
)
from custom_components.printernizer.watching import DatabaseReplaced
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.peers.octoprint import OctoPrintPeer

from .support import (
    PRINTER_ID,
    BusEvents,
    Clock,
    add_entry,
    assert_state,
    data_of,
    octoprint_entry,
    state,
)

NO_NEWS = no_news_id(PRINTER_ID)
GARBAGE = b"this is no database"


def issue(hass: HomeAssistant, issue_id: str) -> ir.IssueEntry | None:
    """Return an issue of ours."""
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


def write_garbage(path: Path) -> None:
    """Write what is no database."""
    path.write_bytes(GARBAGE * 1000)


def is_garbage(path: Path) -> bool:
    """Tell whether a file is what was written in place of a database."""
    return path.read_bytes() == GARBAGE * 1000


def write_newer(path: Path) -> None:
    """Write a database of the future."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO schema_version VALUES (999)")
        connection.commit()


def remove(path: Path) -> None:
    """Remove a database."""
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def damage(hass: HomeAssistant) -> list[str]:
    """Return the damaged files that the user is told of, but those on request alone."""
    return [
        (each.translation_placeholders or {})["file"]
        for each in ir.async_get(hass).issues.values()
        if each.translation_key == "database_damaged" and not each.dismissed_version
    ]


async def test_damaged_database(
    hass: HomeAssistant, peer: OctoPrintPeer, hass_config_dir: str
) -> None:
    """A damaged history is put aside and told of; recording goes on."""
    write_garbage(Path(hass_config_dir, DATABASE_FILE))
    peer.start_print("Cube.gcode", 600)
    await async_setup_component(hass, DOMAIN, {})
    events = BusEvents(hass)
    await add_entry(hass, peer)
    await events.wait_for("job_started")
    (file,) = damage(hass)
    assert is_garbage(Path(hass_config_dir, file))


async def test_damage_at_run_time(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The user is told of damage that shows later, too, and of each that follows."""
    tell = data_of(hass).manager._teller.tell
    tell(DatabaseReplaced(Path("printernizer.db.damaged-1")))
    assert damage(hass) == ["printernizer.db.damaged-1"]
    ir.async_ignore_issue(hass, DOMAIN, damage_id("printernizer.db.damaged-1"), True)
    tell(DatabaseReplaced(Path("printernizer.db.damaged-2")))
    assert damage(hass) == ["printernizer.db.damaged-2"]


async def test_damage_that_was_cleared_away(
    hass: HomeAssistant, hass_config_dir: str
) -> None:
    """What was told of a damaged file goes with it."""
    for name in ("printernizer.db.damaged-1", "printernizer.db.damaged-2"):
        async_report_damage(hass, Path(name))
    write_garbage(Path(hass_config_dir, "printernizer.db.damaged-2"))
    await async_setup_component(hass, DOMAIN, {})
    assert damage(hass) == ["printernizer.db.damaged-2"]


async def test_database_of_a_newer_version(
    hass: HomeAssistant, peer: OctoPrintPeer, hass_config_dir: str
) -> None:
    """A newer history is left alone, and told of until it can be read."""
    path = Path(hass_config_dir, DATABASE_FILE)
    entry = octoprint_entry(peer)
    entry.add_to_hass(hass)
    write_newer(path)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert entry.error_reason_translation_key == "database_unavailable"
    assert issue(hass, "database_too_new") is not None
    remove(path)
    await hass.config_entries.async_reload(entry.entry_id)
    assert_state(entry, ConfigEntryState.LOADED)
    assert issue(hass, "database_too_new") is None
    await hass.async_block_till_done()


@pytest.fixture
async def silent(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    clock: Clock,
) -> str:
    """Let a printer vanish in mid-print for a week; return the job's id."""
    assert await async_setup_component(hass, "repairs", {})
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 6000)
    job = await events.wait_for("job_started")
    await hass.config_entries.async_unload(entry.entry_id)
    clock.shift = timedelta(days=7)
    id_: str = job["id"]
    return id_


async def test_silent_printer(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    silent: str,
) -> None:
    """After a week the user may close the job; the printer may prove them wrong."""
    events = BusEvents(hass)
    await async_check_silence(hass)
    found = issue(hass, NO_NEWS)
    assert found is not None
    assert found.is_fixable
    flow = await async_create_fix_flow(hass, NO_NEWS, found.data)
    assert isinstance(flow, SilentPrinterFlow)
    flow.hass, flow.handler, flow.flow_id = hass, DOMAIN, "flow"
    form = await flow.async_step_init()
    assert form["type"] is FlowResultType.FORM
    assert form["description_placeholders"] == {"printer": "Peer"}
    result = await flow.async_step_confirm({})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    ended = await events.wait_for("job_ended")
    assert (ended["id"], ended["status"]) == (silent, "unknown")
    await async_check_silence(hass)
    assert issue(hass, NO_NEWS) is None
    assert peer.machine.run is not None
    peer.machine.run.done_s = 3000
    await hass.config_entries.async_setup(entry.entry_id)
    resumed = await events.wait_for("job_resumed")
    assert resumed["id"] == silent
    assert state(hass, "sensor", "current_job").attributes["job_id"] == silent


async def test_silent_printer_that_speaks_again(
    hass: HomeAssistant, entry: MockConfigEntry, silent: str
) -> None:
    """The offer is taken back, and an open form does no harm any more."""
    await async_check_silence(hass)
    assert issue(hass, NO_NEWS) is not None
    flow = SilentPrinterFlow(PRINTER_ID, "Peer")
    flow.hass, flow.handler, flow.flow_id = hass, DOMAIN, "flow"
    await hass.config_entries.async_setup(entry.entry_id)
    assert issue(hass, NO_NEWS) is None
    await flow.async_step_confirm({})
    (job,) = await data_of(hass).database.active_jobs()
    assert job.id == silent
    await hass.async_block_till_done()


async def test_silent_printer_that_is_removed(
    hass: HomeAssistant, entry: MockConfigEntry, silent: str
) -> None:
    """With the printer the offer goes."""
    await async_check_silence(hass)
    assert issue(hass, NO_NEWS) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue(hass, NO_NEWS) is None
    await hass.async_block_till_done()


async def test_printer_that_was_never_set_up(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A disabled printer without a job is nothing to ask about."""
    disabled = octoprint_entry(
        peer, unique_id="octoprint_other", disabled_by=ConfigEntryDisabler.USER
    )
    disabled.add_to_hass(hass)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(hours=1, minutes=1))
    async with asyncio.timeout(5):
        while data_of(hass).manager.watch("octoprint_other") is None:
            await asyncio.sleep(0.01)
    assert issue(hass, no_news_id("octoprint_other")) is None
