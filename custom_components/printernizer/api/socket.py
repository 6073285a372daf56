"""The WebSocket of the documented API.

A message is written to each connection at once. What the client has not read waits in
the connection's own buffer, and a client that lets it grow too long is dropped:
nobody waits for anybody.
"""

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from homeassistant.components.http.const import KEY_HASS_REFRESH_TOKEN_ID
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.util.json import json_loads

from ..settings import entry_printer_id, printer_entries
from .encoding import Message
from .errors import bad_request
from .hub import Hub
from .views import refusal

MAX_FRAME = 64 * 1024
MAX_BEHIND = 512 * 1024
HEARTBEAT_S = 30.0
_CLOSE_TIMEOUT_S = 1.0
_GOING_AWAY = b"\x88\x02" + WSCloseCode.GOING_AWAY.to_bytes(2)


class SocketClient:
    """One client on the socket."""

    def __init__(
        self, hass: HomeAssistant, hub: Hub, transport: asyncio.Transport
    ) -> None:
        """Serve the client at the other end of a connection."""
        self._hass = hass
        self._hub = hub
        self._transport = transport
        self._printers: set[str] = set()

    def send(self, message: Message) -> None:
        """Send a message without waiting; drop the client where it is behind."""
        transport = self._transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > MAX_BEHIND:
            self.drop()
            return
        transport.write(message.frame)

    def follows(self, printer_id: str) -> bool:
        """Tell whether the client wants this printer's status."""
        return printer_id in self._printers

    @callback
    def drop(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    @callback
    def say_goodbye(self) -> None:
        """End the connection because Home Assistant stops."""
        if self._transport.is_closing():
            return
        self._transport.write(_GOING_AWAY)
        if self._transport.get_write_buffer_size():
            self.drop()
        else:
            self._transport.close()

    @callback
    def answer(self, text: str) -> None:
        """Answer what the client said."""
        try:
            said = json_loads(text)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self._refuse("Invalid JSON format")
            return
        match said.get("type"):
            case "ping":
                self.send(Message({"type": "pong"}))
            case "subscribe_printer":
                self._subscribe(said.get("printer_id"))
            case "unsubscribe_printer":
                self._unsubscribe(said.get("printer_id"))
            case other:
                self._refuse(f"Unknown message type: {_short(other)}")

    def _subscribe(self, printer_id: Any) -> None:
        """Tell the client of a printer's status, now and from now on."""
        known = {entry_printer_id(entry) for entry in printer_entries(self._hass)}
        if not isinstance(printer_id, str) or printer_id not in known:
            self._refuse(f"Unknown printer: {_short(printer_id)}")
            return
        self._printers.add(printer_id)
        self.send(Message({"type": "subscribed", "printer_id": printer_id}))
        self.send(self._hub.first_status(printer_id))

    def _unsubscribe(self, printer_id: Any) -> None:
        """Tell the client of a printer's status no more."""
        if not isinstance(printer_id, str):
            self._refuse(f"Unknown printer: {_short(printer_id)}")
            return
        self._printers.discard(printer_id)
        self.send(Message({"type": "unsubscribed", "printer_id": printer_id[:64]}))

    def _refuse(self, reason: str) -> None:
        """Say that the client was not understood."""
        self.send(Message({"type": "error", "message": reason}))


class SocketView(HomeAssistantView):
    """The socket under both its paths."""

    url = "/api/printernizer/ws"
    name = "api:printernizer:ws"

    def __init__(self, hass: HomeAssistant, hub: Hub) -> None:
        """Serve the clients of one hub until Home Assistant stops."""
        self._hass = hass
        self._hub = hub
        self._clients: set[SocketClient] = set()
        self.extra_urls = ["/ws"]
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._stop)

    @callback
    def _stop(self, _event: Event) -> None:
        """End all connections: Home Assistant would wait for them."""
        for client in tuple(self._clients):
            client.say_goodbye()

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Serve a client until it leaves."""
        # Without compression frames are the same for all clients.
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S,
            max_msg_size=MAX_FRAME + 1,
            compress=False,
            timeout=_CLOSE_TIMEOUT_S,
        )
        if not socket.can_prepare(request):
            return refusal(
                bad_request("not_a_websocket", "This address is a WebSocket")
            )
        with suppress(ConnectionResetError):
            await socket.prepare(request)
            await self._serve(request, socket)
        return socket

    async def _serve(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        """Let a client listen, and answer what it says."""
        transport = request.transport
        if transport is None:
            return
        client = SocketClient(self._hass, self._hub, transport)
        # A token that is revoked must not go on listening.
        stop_watching = None
        if (token := request.get(KEY_HASS_REFRESH_TOKEN_ID)) is not None:
            stop_watching = self._hass.auth.async_register_revoke_token_callback(
                token, client.drop
            )
        self._clients.add(client)
        self._hub.add(client)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    client.answer(message.data)
                else:
                    client.answer("")
        finally:
            self._hub.remove(client)
            self._clients.discard(client)
            if stop_watching is not None:
                stop_watching()
            # Whoever loses the connection is cancelled, and leaves a timer behind.
            await socket.close(drain=False)


def _short(value: Any) -> str:
    """Return what a client sent, but not all of it."""
    return str(value)[:100]
