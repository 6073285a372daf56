"""The documented WebSocket (section 4 of the contract)."""

import asyncio
from contextlib import suppress
from dataclasses import replace
import socket
from typing import Any

from aiohttp import (
    ClientSession,
    ClientWebSocketResponse,
    TCPConnector,
    WSCloseCode,
    WSMsgType,
    WSServerHandshakeError,
)
import pytest

from custom_components.printernizer.api import (
    hub as hub_module,
    socket as socket_module,
)
from custom_components.printernizer.api.hub import HUB
from custom_components.printernizer.api.socket import SocketClient
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import BusEvents, data_of

from .support import PRINTER_ID, Api, matches, printed

type Socket = ClientWebSocketResponse[Any]


async def next_message(socket: Socket) -> dict[str, Any]:
    """Return the next message."""
    message: dict[str, Any] = await socket.receive_json(timeout=10)
    return message


async def messages_until(socket: Socket, kind: str) -> list[dict[str, Any]]:
    """Return all messages up to the first of a kind."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["type"] != kind:
        found.append(await next_message(socket))
    return found


async def until_left(hass: HomeAssistant, count: int) -> None:
    """Wait until no more than so many clients are there."""
    async with asyncio.timeout(10):
        while len(hass.data[HUB]) > count:
            await asyncio.sleep(0.01)


async def pong(socket: Socket) -> list[dict[str, Any]]:
    """Return all that was sent before the answer to a ping of now."""
    await socket.send_json({"type": "ping"})
    return (await messages_until(socket, "pong"))[:-1]


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


async def test_frames_have_a_limit(api: Api) -> None:
    """A frame of 64 KiB is read, a larger one closes the connection."""
    socket = await api.socket()
    await socket.send_str("x" * 64 * 1024)
    assert (await next_message(socket))["type"] == "error"
    await socket.send_str("x" * (64 * 1024 + 1))
    message = await socket.receive(timeout=10)
    assert message.type is WSMsgType.CLOSE
    assert socket.close_code == WSCloseCode.MESSAGE_TOO_BIG
    await socket.close()


async def test_long_messages(hass: HomeAssistant, api: Api) -> None:
    """Messages of every length arrive whole."""
    socket = await api.socket()
    for size in (10, 60, 80, 100, 126, 200, 65400, 65536, 70000, 200000):
        hass.data[HUB].send({"type": "x" * size})
        assert await next_message(socket) == {"type": "x" * size}
    await socket.close()


async def test_who_may_listen(
    hass: HomeAssistant, api: Api, reader_api: Api, anonymous_api: Api
) -> None:
    """Any authenticated user may, nobody else, and nobody whose token is revoked."""
    with pytest.raises(WSServerHandshakeError) as refusal:
        await anonymous_api.socket()
    assert refusal.value.status == 401
    socket = await reader_api.socket()
    await pong(socket)
    assert (await api.get("/api/printernizer/ws")).error == (400, "not_a_websocket")
    token = hass.auth.async_validate_access_token(
        reader_api.headers["Authorization"].removeprefix("Bearer ")
    )
    assert token is not None
    hass.auth.async_remove_refresh_token(token)
    message = await socket.receive(timeout=10)
    assert message.type in (WSMsgType.CLOSED, WSMsgType.ERROR)
    await until_left(hass, 0)


async def test_stopping(hass: HomeAssistant, api: Api) -> None:
    """Home Assistant does not wait for those who listen."""
    socket = await api.socket()
    await pong(socket)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    message = await socket.receive(timeout=2)
    assert message.type is WSMsgType.CLOSE
    assert message.data == WSCloseCode.GOING_AWAY
    await until_left(hass, 0)


@pytest.mark.slow
async def test_many_sockets_and_a_slow_one(
    hass: HomeAssistant, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 clients hear of a job; one that never reads is dropped, nobody waits."""
    monkeypatch.setattr(socket_module, "MAX_BEHIND", 64 * 1024)
    hub = hass.data[HUB]
    _, writer = await _never_reading(api)
    (client,) = hub._subscribers
    assert isinstance(client, SocketClient)
    # A small buffer of the system's own: the limit is reached with fewer bytes.
    connection = client._transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    session = ClientSession(connector=TCPConnector(limit=0), headers=api.headers)
    url = api.client.make_url("/ws")
    sockets = [await session.ws_connect(url) for _ in range(499)]
    assert len(hub) == 500
    text = "x" * 20_000
    rounds = 0
    while len(hub) == 500:
        rounds += 1
        assert rounds < 20
        hub.send({"type": text})
        heard = await asyncio.gather(*(next_message(each) for each in sockets))
        assert all(each["type"] == text for each in heard)
    assert rounds > 3
    job = await api.new_job("after")
    for each in sockets:
        assert (await next_message(each))["job_id"] == job["id"]
    await asyncio.gather(*(each.close() for each in sockets))
    await session.close()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def _never_reading(
    api: Api,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a socket by hand whose client reads nothing after the handshake."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    port = api.client.port
    assert port is not None
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    head = [
        "GET /api/printernizer/ws HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {api.headers['Authorization']}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "",
        "",
    ]
    writer.write("\r\n".join(head).encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    transport = writer.transport
    assert isinstance(transport, asyncio.ReadTransport)
    transport.pause_reading()
    return reader, writer


async def test_a_silent_peer_is_noticed(
    hass: HomeAssistant, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that answers no heartbeat is dropped."""
    monkeypatch.setattr(socket_module, "HEARTBEAT_S", 0.1)
    _, writer = await _never_reading(api)
    assert len(hass.data[HUB]) == 1
    await until_left(hass, 0)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
