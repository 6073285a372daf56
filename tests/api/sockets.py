"""What the tests of the WebSocket share."""

import asyncio
from typing import Any

from aiohttp import ClientWebSocketResponse

from custom_components.printernizer.api.hub import HUB
from homeassistant.core import HomeAssistant

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
