"""What the logbook tells of jobs."""

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from homeassistant.components.logbook.helpers import async_determine_event_types
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.peers.octoprint import OctoPrintPeer

from .support import BusEvents, add_entry, entity_id


@pytest.fixture
async def mock_recorder_before_hass(
    async_test_recorder: RecorderInstanceContextManager,
) -> None:
    """Have the recorder prepared first, as its fixture demands."""


async def test_one_line_for_each_event(
    recorder_mock: Recorder, hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """It is that of the printer's event entity, in the language of who reads it."""
    assert await async_setup_component(hass, "logbook", {})
    await add_entry(hass, peer)
    begun, events = dt_util.utcnow(), BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    await events.wait_for("job_started")
    peer.cancel()
    await events.wait_for("job_cancelled")
    await async_wait_recording_done(hass)
    processor = EventProcessor(hass, async_determine_event_types(hass, None, None))
    lines = await recorder_mock.async_add_executor_job(
        processor.get_events, begun, dt_util.utcnow()
    )
    entity = entity_id(hass, "event", "job")
    of_jobs = [
        line for line in lines if line.get("entity_id") == entity or "domain" in line
    ]
    shown = [line.get("attributes", {}).get("event_type") for line in of_jobs]
    assert shown == events.names
