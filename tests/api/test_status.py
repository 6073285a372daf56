"""Statuses by hand, cancel and delete over REST (section 3 of the contract)."""

import asyncio
from itertools import product

import pytest

from custom_components.printernizer.core.jobs import ENDED_STATUSES, JobStatus
from custom_components.printernizer.database import Announcement, JobEvent
from custom_components.printernizer.watching import Change
from homeassistant.core import HomeAssistant, callback
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import BusEvents, data_of

from .support import PRINTER_ID, Api, printed

ENDED = sorted(ENDED_STATUSES - {JobStatus.UNKNOWN})
OPEN = ["running", "paused"]
ALLOWED = {
    *product(["pending"], ["running", *ENDED]),
    *product(OPEN, [*OPEN, *ENDED]),
    *product(ENDED, [*ENDED, "unknown"]),
}
WAYS: dict[str, list[str]] = {
    "pending": [],
    "running": ["running"],
    "paused": ["running", "paused"],
    **{status.value: [status.value] for status in ENDED},
}


async def job_in(api: Api, status: str) -> str:
    """Return the path of a job that stands there, by allowed steps."""
    path = f"jobs/{(await api.new_job())['id']}"
    for step in WAYS[status]:
        answer = await api.put(f"{path}/status", {"status": step})
        assert answer.status == 200
    return path


@pytest.mark.parametrize("old", WAYS)
async def test_transitions(api: Api, old: str) -> None:
    """Exactly the documented steps are allowed, through either call."""
    for new in JobStatus:
        path = await job_in(api, old)
        allowed = (old, new) in ALLOWED or old == new
        answer = await api.put(f"{path}/status", {"status": new})
        if allowed:
            assert answer.status == 200, (old, new)
            assert answer.content["previous_status"] == old
            job = (await api.get(path)).content
            assert {name: job[name] for name in answer.content if name in job} == {
                name: value
                for name, value in answer.content.items()
                if name != "previous_status"
            }
        else:
            assert answer.error == (400, "transition_forbidden"), (old, new)
            right = answer.content["detail"].partition(": ")[2].split(", ")
            assert {(old, step) for step in right} == {
                step for step in ALLOWED if step[0] == old != step[1]
            }
        other = await job_in(api, old)
        answer = await api.put(other, {"status": new})
        assert answer.status == (200 if allowed else 400), (old, new)


async def test_times_follow(api: Api) -> None:
    """A start and an end by hand set times, duration and source."""
    path = await job_in(api, "running")
    started = (await api.get(path)).content
    assert started["started_at"] and started["completed_at"] is None
    answer = await api.put(f"{path}/status", {"status": "completed"})
    assert set(answer.content) == {
        "id",
        "status",
        "previous_status",
        "started_at",
        "completed_at",
        "updated_at",
    }
    job = (await api.get(path)).content
    assert job["outcome_source"] == "user" and job["progress"] == 100
    assert isinstance(job["actual_duration"], int)


async def test_notes_are_appended(api: Api) -> None:
    """Each note comes with its time, after what stands there."""
    path = f"jobs/{(await api.new_job(notes='first'))['id']}"
    body = {"status": "running", "completion_notes": "second"}
    assert (await api.put(f"{path}/status", body)).status == 200
    notes = (await api.get(path)).content["notes"].split("\n")
    assert notes[0] == "first" and notes[1].endswith("] second")
    assert notes[1].startswith("[20")
    assert (await api.put(path, {"notes": "x" * 990})).status == 200
    assert (await api.put(f"{path}/status", body)).error == (422, "validation_error")
    body["completion_notes"] = "x" * 501
    assert (await api.put(f"{path}/status", body)).error == (422, "validation_error")
    assert (await api.get(path)).content["notes"] == "x" * 990


async def test_force(api: Api, user_api: Api) -> None:
    """An administrator may set any status, others may not."""
    path = await job_in(api, "completed")
    body = {"status": "pending", "force": True}
    assert (await user_api.put(f"{path}/status", body)).error == (403, "forbidden")
    assert (await api.get(path)).content["status"] == "completed"
    assert (await api.put(f"{path}/status", body)).status == 200
    job = (await api.get(path)).content
    assert job["status"] == "pending" and job["completed_at"] is None
    for wrong in ({}, {"status": "x"}, {"status": "running", "force": "yes"}):
        answer = await api.put(f"{path}/status", wrong)
        assert answer.error == (422, "validation_error")


async def test_cancel(api: Api, hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """A cancel changes the record, and sends nothing to the printer."""
    event = await printed(hass, peer)
    path = f"jobs/{event['id']}"
    sent = len(peer.requests)
    answer = await api.post(f"{path}/cancel")
    assert answer.status == 200 and answer.content["status"] == "success"
    assert answer.content["data"] == (await api.get(path)).content
    assert answer.content["data"]["status"] == "cancelled"
    assert all("POST" not in request for request in peer.requests[sent:])
    answer = await api.post(f"{path}/cancel")
    assert answer.error == (400, "job_ended")
    waiting = (await api.new_job("waits"))["id"]
    assert (await api.post(f"jobs/{waiting}/cancel")).status == 200
    assert (await api.post("jobs/none/cancel")).error == (404, "job_not_found")


async def test_an_ended_print_stays_as_it_was_ended(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """A running print that was ended by hand goes on without its job."""
    event = await printed(hass, peer)
    path = f"jobs/{event['id']}"
    await api.put(f"{path}/status", {"status": "failed"})
    peer.pause()
    peer.resume()
    coordinator = data_of(hass).coordinators[PRINTER_ID]
    await coordinator.async_refresh()
    peer.finish()
    await coordinator.async_refresh()
    await data_of(hass).manager.settle(PRINTER_ID)
    assert (await api.get(path)).content["status"] == "failed"
    assert (await api.get("jobs")).content["total_count"] == 1


async def test_delete(hass: HomeAssistant, api: Api, peer: OctoPrintPeer) -> None:
    """An active job goes by force only, and its print is not recorded again."""
    event = await printed(hass, peer)
    path = f"jobs/{event['id']}"
    assert (await api.delete(path)).error == (409, "job_active")
    peer.pause()
    await BusEvents(hass).wait_for("job_paused")
    assert (await api.delete(path, force="false")).error == (409, "job_active")
    answer = await api.delete(path, force="true")
    assert (answer.status, answer.content) == (204, "")
    assert (await api.delete(path)).error == (404, "job_not_found")
    peer.resume()
    coordinator = data_of(hass).coordinators[PRINTER_ID]
    await coordinator.async_refresh()
    await data_of(hass).manager.settle(PRINTER_ID)
    assert (await api.get("jobs")).content["total_count"] == 0
    assert (await api.delete("jobs/x", force="maybe")).error == (
        422,
        "validation_error",
    )


async def test_a_client_that_does_not_wait(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """A change whose client leaves is carried out to its end."""
    event = await printed(hass, peer)
    told = hass.loop.create_future()

    @callback
    def take(change: Change) -> None:
        """Wait for the removal."""
        if isinstance(change, Announcement) and not told.done():
            told.set_result(change.events)

    data_of(hass).manager.listen(take)
    _, writer = await asyncio.open_connection("127.0.0.1", api.client.port)
    head = (
        f"DELETE /api/v1/jobs/{event['id']}?force=true HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {api.headers['Authorization']}",
    )
    writer.write("\r\n".join((*head, "", "")).encode())
    await writer.drain()
    writer.transport.abort()
    async with asyncio.timeout(10):
        assert await told == (JobEvent.DELETED,)
    watch = data_of(hass).manager.watch(PRINTER_ID)
    assert watch is not None and watch.session.job_id is None
