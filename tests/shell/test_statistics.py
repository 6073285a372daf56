"""What Home Assistant's statistics make of the numbers of prints."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from custom_components.printernizer.core.snapshot import Activity, Snapshot, Telemetry
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.statistics import get_last_short_term_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from tests.peers.octoprint import OctoPrintPeer

from .support import add_entry, entity_id

PERIOD = timedelta(minutes=5)
KEYS = ("filament_used", "filament_length")


@pytest.fixture
async def mock_recorder_before_hass(
    async_test_recorder: RecorderInstanceContextManager,
) -> None:
    """Have the recorder prepared first, as its fixture demands."""


def show(entry: MockConfigEntry, filename: str, used: float, elapsed_s: float) -> None:
    """Let a print show what it has taken, in grams and metres."""
    entry.runtime_data.data = entry.runtime_data._take(
        Snapshot(
            activity=Activity.PRINTING,
            filename=filename,
            print_id=filename,
            elapsed_s=elapsed_s,
            material_g=used,
            telemetry=Telemetry(filament_used_mm=1000 * used),
        )
    )
    entry.runtime_data.async_update_listeners()


async def summed(hass: HomeAssistant, recorder: Recorder, key: str) -> float:
    """Return the sum that the statistics have come to."""
    entity = entity_id(hass, "sensor", key)
    found = await recorder.async_add_executor_job(
        get_last_short_term_statistics, hass, 1, entity, False, {"sum"}
    )
    total = found[entity][0]["sum"]
    assert total is not None
    return total


async def test_filament_of_prints(
    recorder_mock: Recorder, hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Retractions count backwards, and each print counts from nothing."""
    entry = await add_entry(hass, peer)
    show(entry, "first.gcode", 0, 1)
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    for key in KEYS:
        registry.async_update_entity(entity_id(hass, "sensor", key), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    now = dt_util.utcnow()
    period = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    show(entry, "first.gcode", 0, 2)
    for elapsed_s, used in enumerate((20, 19, 10, 30)):
        show(entry, "first.gcode", used, 3 + elapsed_s)
    show(entry, "second.gcode", 40, 1)
    show(entry, "second.gcode", 50, 2)
    await async_wait_recording_done(hass)
    for start in (period, period + PERIOD):
        do_adhoc_statistics(hass, start=start)
    await async_wait_recording_done(hass)
    for key in KEYS:
        assert await summed(hass, recorder_mock, key) == 80
