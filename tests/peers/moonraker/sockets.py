"""Moonraker's WebSocket: JSON-RPC calls and notifications."""

import asyncio
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from .klipper import Klipper

UNAUTHORIZED = {"code": -32602, "message": "Unauthorized"}
NO_METHOD = {"code": -32601, "message": "Method not found"}


class Server(Protocol):
    """What the sockets need of the server that they belong to."""

    api_key: str
    connected: bool
    klipper: Klipper

    def is_allowed(self, request: web.Request) -> bool:
        """Tell whether a request's key, or the lack of one, is accepted."""


class _Client:
    """One connected client."""

    def __init__(self, socket: web.WebSocketResponse, *, allowed: bool) -> None:
        """Keep what is known of it."""
        self.socket = socket
        self.allowed = allowed
        self.wanted: dict[str, list[str] | None] = {}
        self.sent: dict[str, dict[str, Any]] = {}


class Sockets:
    """The clients that are connected.

    ``push`` off refuses new ones, and ``mute`` leaves calls without an answer;
    ``subscribed`` is set by every subscription, ``sent`` counts the notifications, and
    ``calls`` are the methods that were called.
    """

    def __init__(self, server: Server) -> None:
        """Start without clients."""
        self.push = True
        self.subscribed = asyncio.Event()
        self.mute = False
        self.sent = 0
        self.calls: list[str] = []
        self._server = server
        self._clients: set[_Client] = set()
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def count(self) -> int:
        """Return how many clients are connected."""
        return len(self._clients)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one client; the socket opens for anyone."""
        if not self.push:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        client = _Client(socket, allowed=self._server.is_allowed(request))
        self._clients.add(client)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._answer(client, message.json())
        finally:
            self._clients.discard(client)
        return socket

    async def close(self) -> None:
        """Close every client's connection."""
        for client in list(self._clients):
            await client.socket.close()
        for task in list(self._sending):
            task.cancel()

    def forget_subscriptions(self) -> None:
        """Forget what clients want, as happens when Klipper goes."""
        self.subscribed.clear()
        for client in self._clients:
            client.wanted.clear()

    def notify(self, method: str, params: list[Any] | None = None) -> None:
        """Tell every client."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        for client in self._clients:
            if client.allowed:
                self._send(client, message)

    def send_status(self, objects: dict[str, dict[str, Any]]) -> None:
        """Tell each client what has changed of what it wants."""
        for client in self._clients:
            changes = _changes(client, objects)
            if changes:
                self._send(
                    client,
                    {
                        "jsonrpc": "2.0",
                        "method": "notify_status_update",
                        "params": [changes, 1.0],
                    },
                )

    def send_text(self, text: str) -> None:
        """Send anything at all to every client."""
        for client in self._clients:
            self._start(client.socket.send_str(text))

    def _send(self, client: _Client, message: dict[str, Any]) -> None:
        """Send one message."""
        self.sent += 1
        self._start(client.socket.send_json(message))

    def _start(self, sending: Any) -> None:
        """Send in the background; a client that has gone is no error."""

        async def send() -> None:
            try:
                await sending
            except ConnectionError:
                return

        task = asyncio.create_task(send())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _answer(self, client: _Client, call: dict[str, Any]) -> None:
        """Answer one call."""
        self.calls.append(call["method"])
        if self.mute:
            return
        answer = self._result(client, call["method"], call.get("params") or {})
        await client.socket.send_json({"jsonrpc": "2.0", **answer, "id": call["id"]})

    def _result(
        self, client: _Client, method: str, params: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the result or error of a call."""
        if method == "server.connection.identify" and "api_key" in params:
            client.allowed = params["api_key"] == self._server.api_key
        if not client.allowed:
            return {"error": UNAUTHORIZED}
        if method == "server.connection.identify":
            return {"result": {"connection_id": id(client)}}
        if method == "server.info":
            return {"result": {"klippy_connected": self._server.connected}}
        if method != "printer.objects.subscribe":
            return {"error": NO_METHOD}
        if not self._server.connected:
            return {"error": NO_METHOD}
        client.wanted = params["objects"]
        client.sent = {}
        self.subscribed.set()
        status = _changes(client, self._server.klipper.objects())
        return {"result": {"eventtime": 1.0, "status": status}}


def _changes(
    client: _Client, objects: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return what has changed of what a client wants, and remember it as sent."""
    changes: dict[str, dict[str, Any]] = {}
    for name, keys in client.wanted.items():
        current = objects.get(name, {})
        known = client.sent.setdefault(name, {})
        fields = {
            key: value
            for key, value in current.items()
            if (keys is None or key in keys) and known.get(key, _NOTHING) != value
        }
        if fields:
            changes[name] = fields
            known.update(fields)
    return changes


_NOTHING = object()
