"""The push sockets: SockJS over plain WebSocket."""

import asyncio
from dataclasses import dataclass, field
import json
from typing import Any

from aiohttp import WSCloseCode, web


@dataclass(slots=True, eq=False)
class Subscriber:
    """One connected socket and what it wants to hear."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    signed_in: bool = False
    events: list[str] | None = None

    def hears(self, type_: str) -> bool:
        """Tell whether it gets an event."""
        return self.signed_in and (self.events is None or type_ in self.events)


@dataclass(slots=True)
class Sockets:
    """All push sockets of a peer. ``sessions`` are those that logins have opened."""

    enabled: bool = True
    sessions: set[str] = field(default_factory=set)
    subscribers: set[Subscriber] = field(default_factory=set)
    signed_in: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    def fire(self, type_: str, payload: dict[str, Any] | None) -> None:
        """Send an event to whoever wants it."""
        message = json.dumps({"event": {"type": type_, "payload": payload}})
        self._send_all(message, type_)

    def send_raw(self, message: str) -> None:
        """Send anything to everybody who is signed in."""
        self._send_all(message, None)

    async def drop(self) -> None:
        """Cut all connections without a word."""
        self.signed_in.clear()
        for subscriber in tuple(self.subscribers):
            if subscriber.transport is not None:
                subscriber.transport.abort()

    async def close(self) -> None:
        """Close all connections properly."""
        for subscriber in tuple(self.subscribers):
            await subscriber.socket.close(code=WSCloseCode.GOING_AWAY)
        for task in tuple(self._sending):
            task.cancel()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it closes."""
        if not self.enabled:
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        subscriber = Subscriber(socket, request.transport)
        self.subscribers.add(subscriber)
        try:
            await socket.send_json({"connected": {"version": "1.11.8"}})
            async for message in socket:
                await self._take(subscriber, json.loads(message.data))
        except ConnectionError:
            pass
        finally:
            self.subscribers.discard(subscriber)
        return socket

    async def _take(self, subscriber: Subscriber, message: dict[str, Any]) -> None:
        """Do as a client asks."""
        if "subscribe" in message:
            subscriber.events = list(message["subscribe"]["events"])
        elif "auth" in message:
            session = message["auth"].partition(":")[2]
            if session not in self.sessions:
                await subscriber.socket.send_json({"reauthRequired": "stale"})
                return
            subscriber.signed_in = True
            await subscriber.socket.send_json({"timelapse": None})
            self.signed_in.set()

    def _send_all(self, message: str, type_: str | None) -> None:
        """Send a message to those who hear an event, in the order of the calls."""
        for subscriber in self.subscribers:
            if subscriber.signed_in and (type_ is None or subscriber.hears(type_)):
                task = asyncio.create_task(self._send(subscriber, message))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _send(self, subscriber: Subscriber, message: str) -> None:
        """Send to one socket, which may be gone."""
        try:
            await subscriber.socket.send_str(message)
        except ConnectionError:
            return
