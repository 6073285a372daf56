"""What users see of a printer and of their jobs."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer

from .support import BusEvents, state


async def test_a_print_shows(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Every entity follows a print from its start to its end."""
    events = BusEvents(hass)
    assert state(hass, "sensor", "status").state == "idle"
    assert state(hass, "binary_sensor", "printing").state == "off"
    assert state(hass, "sensor", "active_jobs").state == "0"
    assert state(hass, "sensor", "jobs_today").state == "0"
    peer.start_print("folder/Cube.gcode", 600)
    job = await events.wait_for("job_started")
    assert state(hass, "sensor", "status").state == "printing"
    assert state(hass, "sensor", "current_job").state == "Cube"
    assert state(hass, "sensor", "current_job").attributes["job_id"] == job["id"]
