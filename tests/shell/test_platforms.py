"""Backup and system health."""

import asyncio
from pathlib import Path
import sqlite3

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer import backup
from custom_components.printernizer.backup import async_post_backup, async_pre_backup
from custom_components.printernizer.const import DATABASE_FILE, DOMAIN
from custom_components.printernizer.system_health import (
    async_register,
    system_health_info,
)
from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer

from .support import PRINTER_ID, BusEvents, data_of


def jobs_in_copy(folder: str) -> int:
    """Copy the main file alone, as a backup does, and count its jobs."""
    copy = Path(folder, "copy.db")
    copy.write_bytes(Path(folder, DATABASE_FILE).read_bytes())
    connection = sqlite3.connect(copy)
    try:
        (count,) = connection.execute("SELECT count(*) FROM jobs").fetchone()
    finally:
        connection.close()
    return int(count)


async def test_backup(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    hass_config_dir: str,
) -> None:
    """The file is whole while it is copied; what happens meanwhile is not lost."""
    events = BusEvents(hass)
    peer.start_print("First.gcode", 600)
    await events.wait_for("job_started")
    await async_pre_backup(hass)
    assert jobs_in_copy(hass_config_dir) == 1
    peer.finish()
    peer.start_print("Second.gcode", 600)
    await entry.runtime_data.async_refresh()
    assert jobs_in_copy(hass_config_dir) == 1
    assert "job_ended" not in events.names
    await async_post_backup(hass)
    await events.wait_for("job_started", 2)
    assert events.names.count("job_ended") == 1


async def test_backup_that_never_ends(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Recording goes on by itself after a time."""
    monkeypatch.setattr(backup, "HOLD_S", 0.2)
    events = BusEvents(hass)
    await async_pre_backup(hass)
    peer.start_print("First.gcode", 600)
    async with asyncio.timeout(5):
        await events.wait_for("job_started")
    await async_post_backup(hass)


async def test_backup_cut_short_by_a_stop(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    hass_config_dir: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What waits for the end of the backup is on disk before Home Assistant ends."""
    monkeypatch.setattr(backup, "HOLD_S", 15.0)
    await async_pre_backup(hass)
    peer.start_print("First.gcode", 600)
    await entry.runtime_data.async_refresh()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    async with asyncio.timeout(10):
        await hass.async_block_till_done(wait_background_tasks=True)
    assert jobs_in_copy(hass_config_dir) == 1


async def test_backup_without_a_database(
    hass: HomeAssistant, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """A backup without the newest jobs is better than none."""
    data = data_of(hass)
    await data.database.close()
    await async_pre_backup(hass)
    assert "may lack the newest jobs" in caplog.text
    await data.database.open()
    await async_post_backup(hass)


async def test_backup_without_printers(hass: HomeAssistant) -> None:
    """Where nothing was set up there is nothing to hold."""
    await async_pre_backup(hass)
    await async_post_backup(hass)


async def test_system_health(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """It tells of printers and jobs, and whether the history can be read."""
    registration = SystemHealthRegistration(hass, DOMAIN)
    async_register(hass, registration)
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await events.wait_for("job_started")
    assert await system_health_info(hass) == {
        "printers": 1,
        "printers_loaded": 1,
        "printers_reachable": 1,
        "auto_create": True,
        "monitoring_interval": 30,
        "database": "ok",
        "active_jobs": 1,
        "jobs_today": 1,
    }
    await data_of(hass).manager.settle(PRINTER_ID)
    await data_of(hass).database.close()
    info = await system_health_info(hass)
    assert info["database"]["type"] == "failed"
    await data_of(hass).database.open()
