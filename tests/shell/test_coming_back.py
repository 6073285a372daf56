"""Printers that come back: after a reload, or after they were removed."""

import asyncio
import gc

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.coordinator import PrinterCoordinator
from custom_components.printernizer.database import JobFilter
from custom_components.printernizer.event import JobEventEntity
from custom_components.printernizer.printers.octoprint import OctoPrintClient
from custom_components.printernizer.sensors.printer import PrinterSensor
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer

from .support import PRINTER_ID, BusEvents, add_entry, data_of


async def listening(peer: OctoPrintPeer) -> None:
    """Wait until the peer has one listener, which has signed in."""
    async with asyncio.timeout(10):
        while [each.signed_in for each in peer.sockets.subscribers] != [True]:
            await asyncio.sleep(0.01)


async def test_reloads_leave_nothing_behind(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """What a printer had before a reload is gone: listeners, sockets and memory."""

    def alive() -> dict[str, int]:
        """Count what belongs to a loaded printer."""
        gc.collect()
        kinds = (PrinterCoordinator, OctoPrintClient, JobEventEntity, PrinterSensor)
        found = [type(each) for each in gc.get_objects() if isinstance(each, kinds)]
        return {
            **{kind.__name__: found.count(kind) for kind in kinds},
            "listeners": len(data_of(hass).manager._teller._listeners),
        }

    async def reload() -> None:
        """Unload the printer and set it up again."""
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        await listening(peer)

    await reload()
    before = alive()
    assert before["PrinterCoordinator"] == 1
    for _ in range(5):
        await reload()
    assert alive() == before


async def test_added_again_a_printer_has_its_history(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """The job that its removal closed goes on, beside the earlier ones."""
    events = BusEvents(hass)
    peer.start_print("Cube.gcode", 600)
    earlier = await events.wait_for("job_started")
    peer.finish()
    await events.wait_for("job_completed")
    peer.start_print("Vase.gcode", 600)
    job = await events.wait_for("job_started", 2)
    await hass.config_entries.async_remove(entry.entry_id)
    await events.wait_for("job_ended", 2)
    await add_entry(hass, peer)
    again = await events.wait_for("job_resumed")
    assert (again["id"], again["status"]) == (job["id"], "running")
    assert events.names.count("job_auto_created") == 2
    page = await data_of(hass).database.page(JobFilter(printer_id=PRINTER_ID))
    assert {each.id for each in page.jobs} == {earlier["id"], job["id"]}
