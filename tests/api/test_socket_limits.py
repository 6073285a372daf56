"""Slow, hostile and silent clients of the WebSocket, and its end."""

import asyncio
from contextlib import suppress
import socket

from aiohttp import (
    ClientSession,
    TCPConnector,
    WSCloseCode,
    WSMsgType,
    WSServerHandshakeError,
)
import pytest

from custom_components.printernizer.api import socket as socket_module
from custom_components.printernizer.api.hub import HUB
from custom_components.printernizer.api.socket import SocketClient
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant

from .sockets import next_message, pong, until_left
from .support import Api


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
    await hass.async_block_till_done()


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
