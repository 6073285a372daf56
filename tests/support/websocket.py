"""A connection to Home Assistant's WebSocket API."""

import asyncio
from collections import deque
from typing import Any

import aiohttp


class CommandRefusedError(Exception):
    """Home Assistant answered a command with an error."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code of the error."""
        super().__init__(f"{code}: {message}")
        self.code = code


class Connection:
    """Send commands and receive events, one task at a time."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Use a socket that nothing was said on yet."""
        self._socket = socket
        self._last_id = 0
        self._events: deque[dict[str, Any]] = deque()

    async def sign_in(self, access_token: str) -> None:
        """Prove who we are."""
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": access_token})
        answer = await self._socket.receive_json()
        if answer["type"] != "auth_ok":
            raise CommandRefusedError(answer["type"], answer["message"])

    async def command(self, type_: str, **fields: object) -> Any:
        """Send a command and return its result."""
        self._last_id += 1
        await self._socket.send_json({"id": self._last_id, "type": type_, **fields})
        while (answer := await self._receive())["id"] != self._last_id or (
            answer["type"] == "event"
        ):
            self._events.append(answer)
        if not answer["success"]:
            error = answer["error"]
            raise CommandRefusedError(error["code"], error["message"])
        return answer["result"]

    async def event(self, timeout_s: float | None = 10) -> Any:
        """Return the next event of any subscription."""
        async with asyncio.timeout(timeout_s):
            message = self._events.popleft() if self._events else await self._receive()
        return message["event"]

    async def _receive(self) -> dict[str, Any]:
        """Return the next message."""
        message: dict[str, Any] = await self._socket.receive_json()
        return message
