"""Printers over REST (section 5 of the contract)."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.core.snapshot import Activity, Snapshot
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import BusEvents, data_of

from .support import PRINTER_ID, Api, matches, printed


async def test_idle(api: Api, peer: OctoPrintPeer) -> None:
    """An idle printer has all that is always there, and nothing invented."""
    answer = await api.get("printers")
    assert matches("Printers", answer.content)
    (printer,) = answer.content["printers"]
    assert printer == (await api.get(f"printers/{PRINTER_ID}")).content
    assert (printer["id"], printer["name"]) == (PRINTER_ID, "Peer")
    assert printer["printer_type"] == "octoprint"
    assert printer["status"] == "online" and printer["is_enabled"] is True
    assert printer["ip_address"] == "127.0.0.1"
    assert set(printer["temperatures"]) == {"bed", "nozzle"}
    assert "current_job" not in printer
    assert answer.content["total_count"] == 1
    assert answer.content["pagination"]["total_pages"] == 1
    second = (await api.get("printers", page=2)).content
    assert second["printers"] == [] and second["total_count"] == 1
    assert (await api.get("printers", page="x")).error == (422, "validation_error")


async def test_printing(hass: HomeAssistant, api: Api, peer: OctoPrintPeer) -> None:
    """A printing printer has its job, its figures and its last jobs."""
    event = await printed(hass, peer)
    answer = await api.get(f"printers/{PRINTER_ID}/details")
    printer = answer.content
    assert matches("PrinterDetails", printer)
    assert printer["status"] == "printing"
    current = printer["current_job"]
    assert (current["job_id"], current["name"]) == (event["id"], "Cube")
    assert current["status"] == "running"
    assert isinstance(current["progress"], int)
    assert printer["connection"] == {"is_connected": True, "connection_type": "http"}
    assert [job["id"] for job in printer["recent_jobs"]] == [event["id"]]
    status = printer["current_status"]
    assert status["current_job"] == "Cube" and status["status"] == "printing"
    assert printer["statistics"]["total_jobs"] == 1
    events = BusEvents(hass)
    peer.finish()
    await events.wait_for("job_completed")
    printer = (await api.get(f"printers/{PRINTER_ID}/details")).content
    assert printer["statistics"]["completed_jobs"] == 1
    assert printer["statistics"]["success_rate"] == 100
    assert "current_job" not in printer


async def test_unreachable(hass: HomeAssistant, api: Api, peer: OctoPrintPeer) -> None:
    """A printer that does not answer is offline, and its job goes on."""
    event = await printed(hass, peer)
    await peer.stop()
    await data_of(hass).coordinators[PRINTER_ID].async_refresh()
    printer = (await api.get(f"printers/{PRINTER_ID}/details")).content
    assert matches("PrinterDetails", printer)
    assert printer["status"] == "offline"
    assert printer["connection"]["is_connected"] is False
    assert printer["current_job"]["job_id"] == event["id"]


@pytest.mark.parametrize("activity", [Activity.IDLE, Activity.NO_NEWS])
async def test_faulty(hass: HomeAssistant, api: Api, activity: Activity) -> None:
    """A printer that complains can be reached, whatever else it tells."""
    complaint = Snapshot(activity=activity, fault=True, message="ERROR")
    data_of(hass).coordinators[PRINTER_ID].async_news(complaint)
    printer = (await api.get(f"printers/{PRINTER_ID}/details")).content
    assert printer["status"] == printer["current_status"]["status"] == "error"
    assert printer["connection"]["is_connected"]


async def test_disabled(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A printer that is disabled is still listed, as that, and may get jobs.

    What it showed last is not shown as if it were so still.
    """
    event = await printed(hass, peer)
    assert (await api.get(f"printers/{PRINTER_ID}")).content["temperatures"]
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    answer = await api.get("printers")
    assert matches("Printers", answer.content)
    (printer,) = answer.content["printers"]
    assert (printer["id"], printer["status"]) == (PRINTER_ID, "offline")
    assert printer["is_enabled"] is False
    details = (await api.get(f"printers/{PRINTER_ID}/details")).content
    assert matches("PrinterDetails", details)
    assert details["current_job"]["job_id"] == event["id"]
    assert "temperatures" not in details
    assert details["current_status"]["message"] is None
    assert (await api.new_job())["printer_id"] == PRINTER_ID


async def test_removed(hass: HomeAssistant, api: Api, entry: MockConfigEntry) -> None:
    """A printer that is removed is gone; its jobs stay, and can be edited."""
    job = await api.new_job()
    await hass.config_entries.async_remove(entry.entry_id)
    assert (await api.get("printers")).content["printers"] == []
    assert (await api.get(f"printers/{PRINTER_ID}")).error == (
        404,
        "printer_not_found",
    )
    answer = await api.put(f"jobs/{job['id']}", job | {"notes": "late"})
    assert answer.status == 200 and answer.content["notes"] == "late"
    assert (await api.delete(f"jobs/{job['id']}")).status == 204
    assert (await api.get("jobs")).content["total_count"] == 0


async def test_unknown(api: Api) -> None:
    """A printer that is not set up is not found."""
    for path in ("printers/nobody", "printers/nobody/details"):
        assert (await api.get(path)).error == (404, "printer_not_found")
