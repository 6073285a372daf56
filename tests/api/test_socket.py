"""The documented WebSocket (section 4 of the contract)."""

from dataclasses import replace

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.api import hub as hub_module
from custom_components.printernizer.api.hub import HUB
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import BusEvents, data_of

from .sockets import Socket, messages_until, next_message, pong, until_left
from .support import PRINTER_ID, Api, matches, printed


@pytest.mark.parametrize("path", ["/api/printernizer/ws", "/ws"])
async def test_a_new_print(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, path: str
) -> None:
    """The whole job is announced once it is on disk, directly followed by its update."""
    socket = await api.socket(path)
    await printed(hass, peer)
    first, second = await next_message(socket), await next_message(socket)
    assert set(first) == {"type", "data"} and first["type"] == "job_auto_created"
    job = first["data"]
    assert matches("Job", job)
    assert (await api.get(f"jobs/{job['id']}")).content["created_at"] == job[
        "created_at"
    ]
    assert set(second) == {"type", "job_id", "data"} and second["type"] == "job_update"
    assert second["job_id"] == job["id"]
    assert second["data"] == {
        "id": job["id"],
        "status": "running",
        "progress": second["data"]["progress"],
        "job_name": "Cube",
        "file_name": "folder/Cube.gcode",
        "printer_id": PRINTER_ID,
    }
    await socket.close()


async def test_the_life_of_a_print(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """Each change of the record is told once, the removal too."""
    events = BusEvents(hass)
    event = await printed(hass, peer)
    socket = await api.socket()
    peer.pause()
    await events.wait_for("job_paused")
    peer.resume()
    await events.wait_for("job_resumed")
    peer.finish()
    await events.wait_for("job_ended")
    await api.put(f"jobs/{event['id']}", {"notes": "n"})
    await api.put(f"jobs/{event['id']}", {"notes": "m"})
    await api.delete(f"jobs/{event['id']}")
    messages = await messages_until(socket, "job_deleted")
    assert messages.pop() == {"type": "job_deleted", "job_id": event["id"]}
    assert {each["type"] for each in messages} == {"job_update"}
    told = [each["data"]["status"] for each in messages]
    # The first may be the progress of the print that the client came late for.
    told = told[told.index("paused") :]
    assert told == ["paused", "running", "completed", "completed", "completed"]
    assert messages[-1]["data"]["progress"] == 100
    await socket.close()


async def test_jobs_by_hand(api: Api) -> None:
    """A job made by hand is told as an update, never as made automatically."""
    socket = await api.socket()
    job = await api.new_job()
    message = await next_message(socket)
    assert (message["type"], message["job_id"]) == ("job_update", job["id"])
    assert message["data"]["status"] == "pending"
    await socket.close()


def look(hass: HomeAssistant, progress: float) -> None:
    """Let the printer push a progress."""
    coordinator = data_of(hass).coordinators[PRINTER_ID]
    snapshot = coordinator.data.snapshot
    coordinator.async_news(replace(snapshot, progress=progress, events=()))


async def test_progress_is_told_now_and_then(
    hass: HomeAssistant,
    api: Api,
    peer: OctoPrintPeer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Progress comes at most once in an interval, and only where there is any."""
    await printed(hass, peer)
    socket = await api.socket()
    look(hass, 10)
    await pong(socket)
    for progress in range(20, 90, 10):
        look(hass, progress)
    assert [each for each in await pong(socket) if each["type"] == "job_update"] == []
    monkeypatch.setattr(hub_module, "PROGRESS_INTERVAL_S", 0)
    look(hass, 90)
    look(hass, 90)
    (message,) = await pong(socket)
    assert message["type"] == "job_update" and message["data"]["progress"] == 90
    await socket.close()


async def test_progress_is_told_in_whole_percent(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that counts so refuses a message with a fraction."""
    monkeypatch.setattr(hub_module, "PROGRESS_INTERVAL_S", 0)
    monkeypatch.setattr(hub_module, "STATUS_INTERVAL_S", 0)
    await printed(hass, peer)
    socket = await api.socket()
    await socket.send_json({"type": "subscribe_printer", "printer_id": PRINTER_ID})
    await pong(socket)
    look(hass, 99.96)
    told = {each["type"]: each["data"]["progress"] for each in await pong(socket)}
    assert told == {"job_update": 99, "printer_status": 99}
    assert {type(progress) for progress in told.values()} == {int}
    details = (await api.get(f"printers/{PRINTER_ID}/details")).content
    assert type(details["current_status"]["progress"]) is int
    await socket.close()


async def test_a_print_from_before(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The progress of a job that the hub has not seen begin is told as well."""
    monkeypatch.setattr(hub_module, "PROGRESS_INTERVAL_S", 0)
    event = await printed(hass, peer)
    hub = hass.data[HUB]
    hub._open.clear()
    socket = await api.socket()
    look(hass, 31)
    assert hub._loading is not None
    await hub._loading
    look(hass, 32)
    message = await next_message(socket)
    assert (message["type"], message["job_id"]) == ("job_update", event["id"])
    assert message["data"]["progress"] == 32
    await socket.close()


async def test_printer_status(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """A subscriber hears of its printer, until it does not want to any more."""
    socket, other = await api.socket(), await api.socket()
    await socket.send_json({"type": "subscribe_printer", "printer_id": PRINTER_ID})
    assert await next_message(socket) == {
        "type": "subscribed",
        "printer_id": PRINTER_ID,
    }
    status = await next_message(socket)
    assert status["type"] == "printer_status" and status["printer_id"] == PRINTER_ID
    assert status["data"] == {
        "printer_id": PRINTER_ID,
        "status": "online",
        "progress": status["data"]["progress"],
        "current_job": None,
        "remaining_time_minutes": None,
        "temperature_bed": status["data"]["temperature_bed"],
        "temperature_nozzle": status["data"]["temperature_nozzle"],
        "message": status["data"]["message"],
        "timestamp": status["data"]["timestamp"],
    }
    await printed(hass, peer)
    messages = await messages_until(socket, "printer_status")
    assert messages[-1]["data"]["status"] == "printing"
    assert messages[-1]["data"]["current_job"] == "Cube"
    await socket.send_json({"type": "unsubscribe_printer", "printer_id": PRINTER_ID})
    await messages_until(socket, "unsubscribed")
    await peer.stop()
    await data_of(hass).coordinators[PRINTER_ID].async_refresh()
    assert await pong(socket) == []
    assert "printer_status" not in {each["type"] for each in await pong(other)}
    await socket.close()
    await other.close()


async def test_answers(api: Api) -> None:
    """What is not understood is answered so, and the connection goes on."""
    socket = await api.socket()
    await socket.send_json({"type": "ping"})
    assert await next_message(socket) == {"type": "pong"}
    not_json = {"type": "error", "message": "Invalid JSON format"}
    for text in ("", "{", "[]", "nonsense", "NaN", "7", '"\\ud800"', "[" * 5000):
        await socket.send_str(text)
        assert await next_message(socket) == not_json, text
    await socket.send_bytes(b"\x00\xff")
    assert await next_message(socket) == not_json
    for said, named in (
        ({"type": "nonsense"}, "nonsense"),
        ({}, "None"),
        ({"type": {"a": 1}}, "{'a': 1}"),
        ({"type": "x" * 1000}, "x" * 100),
    ):
        await socket.send_json(said)
        answer = await next_message(socket)
        assert answer == {"type": "error", "message": f"Unknown message type: {named}"}
    for wrong in ("nobody", 7, None, ["x"]):
        await socket.send_json({"type": "subscribe_printer", "printer_id": wrong})
        assert (await next_message(socket))["type"] == "error"
    await socket.close()


async def last_status(socket: Socket) -> str | None:
    """Return what has been told last of how the printer is, None for nothing."""
    told = [each for each in await pong(socket) if each["type"] == "printer_status"]
    return told[-1]["data"]["status"] if told else None


async def follow(api: Api) -> Socket:
    """Return a socket that is told of the printer, which is there."""
    socket = await api.socket()
    await socket.send_json({"type": "subscribe_printer", "printer_id": PRINTER_ID})
    assert await last_status(socket) == "online"
    return socket


async def test_a_printer_that_goes_and_comes(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """Whether it can be reached is told at once, and not at the next look."""
    coordinator = data_of(hass).coordinators[PRINTER_ID]
    socket = await follow(api)
    await peer.stop()
    await coordinator.async_refresh()
    assert await last_status(socket) == "offline"
    await peer.start(port=peer.port)
    await coordinator.async_refresh()
    assert await last_status(socket) == "online"
    switched_off = ConfigEntryDisabler.USER
    await hass.config_entries.async_set_disabled_by(entry.entry_id, switched_off)
    assert await last_status(socket) == "offline"
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    assert await last_status(socket) == "online"
    await socket.close()


async def test_what_others_were_told_before(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer
) -> None:
    """Whoever comes later is told the same again, where it has changed meanwhile."""
    coordinator = data_of(hass).coordinators[PRINTER_ID]
    for _ in range(2):
        socket = await follow(api)
        await peer.stop()
        await coordinator.async_refresh()
        assert await last_status(socket) == "offline"
        await socket.close()
        await peer.start(port=peer.port)
        await until_left(hass, 0)
        await coordinator.async_refresh()
