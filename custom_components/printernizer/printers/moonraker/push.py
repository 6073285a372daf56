"""Moonraker's notifications, which bring the next look forward."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import json
import logging
from typing import Any

import aiohttp

from ..base import (
    PrinterAuthError,
    PrinterProtocolError,
    PrinterTimeout,
    PrinterUnreachable,
)
from ..http import tls_error
from ..parsing import as_list, as_mapping, as_text
from ..websocket import connect

_LOGGER = logging.getLogger(__name__)

# After so long a silence Moonraker is asked whether it is still there, and accepts the
# key. (aiohttp's own heartbeat leaves its timer behind when it is closed.)
SILENCE_S = 30.0
# Klipper reports four times a second; fields that seldom change keep Moonraker quiet.
SUBSCRIBED: dict[str, list[str]] = {
    "webhooks": ["state"],
    "print_stats": ["state", "filename"],
}
NEWS = frozenset(
    {
        "notify_history_changed",
        "notify_klippy_shutdown",
        "notify_klippy_disconnected",
    }
)
IDENTITY = {
    "client_name": "Printernizer",
    "version": "1",
    "type": "other",
    "url": "https://www.home-assistant.io",
}


async def follow(
    session: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    on_news: Callable[[], None],
    *,
    landed: Callable[[], None],
    timeout_s: float,
    silence_s: float = SILENCE_S,
) -> None:
    """Follow one connection until it ends, which raises a PrinterError.

    ``landed`` is called when Moonraker has accepted the subscription, ``on_news``
    then and whenever something that concerns a job has changed.
    """
    try:
        async with asyncio.timeout(timeout_s):
            socket = await connect(session, url, headers=headers)
        async with socket:
            await _Subscriber(socket, on_news, landed, timeout_s, silence_s).run()
    except aiohttp.WSServerHandshakeError as err:
        if err.status in (401, 403):
            raise PrinterAuthError(f"HTTP {err.status}") from err
        raise PrinterUnreachable(f"HTTP {err.status}") from err
    except TimeoutError as err:
        raise PrinterTimeout(f"no answer within {timeout_s} s") from err
    except aiohttp.ClientSSLError as err:
        raise tls_error(err) from err
    except (aiohttp.ClientError, OSError, ValueError) as err:
        raise PrinterUnreachable(type(err).__name__) from err


@dataclass(slots=True)
class _Subscriber:
    """One connection: asks for the subscription and hears the notifications."""

    socket: aiohttp.ClientWebSocketResponse
    on_news: Callable[[], None]
    landed: Callable[[], None]
    timeout_s: float
    silence_s: float
    _calls: int = 0
    _is_stale: bool = True
    _seen: dict[tuple[str, str], str | None] = field(default_factory=dict)

    async def run(self) -> None:
        """Subscribe and hear; raises PrinterError at the end of the connection."""
        await self._call("server.connection.identify", IDENTITY)
        while True:
            if self._is_stale:
                self._is_stale = False
                await self._subscribe()
            else:
                await self._hear()

    async def _hear(self) -> None:
        """Act on the next notification, or make sure that there can be one."""
        try:
            async with asyncio.timeout(self.silence_s):
                message = await self._receive()
        except TimeoutError:
            await self._call("server.info", {})
        else:
            self._handle(message)

    async def _subscribe(self) -> None:
        """Ask for the objects that tell of a job.

        Fails while Klipper is away (Moonraker 0.11: -32601 until Klipper was there
        once, 503 later); ``notify_klippy_ready`` is the time to ask again.
        """
        answer = await self._call("printer.objects.subscribe", {"objects": SUBSCRIBED})
        if "error" not in answer:
            self.landed()
            self._seen.clear()
            self._has_changed(
                as_mapping(as_mapping(answer.get("result")).get("status"))
            )
        self.on_news()

    async def _call(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call a method and return its answer; raises PrinterError.

        The socket opens for anyone: a wrong key shows in the first answer only.
        """
        self._calls += 1
        request = {"jsonrpc": "2.0", "method": method, "params": params}
        await self.socket.send_json({**request, "id": self._calls})
        async with asyncio.timeout(self.timeout_s):
            while (message := await self._receive()).get("id") != self._calls:
                self._handle(message)
        error = as_mapping(message.get("error"))
        text = as_text(error.get("message"), 200) or ""
        if error.get("code") == 401 or text.strip().lower() == "unauthorized":
            raise PrinterAuthError("Moonraker refuses the key")
        if error:
            _LOGGER.debug("Moonraker refused %s: %s", method, text)
        return message

    async def _receive(self) -> Mapping[str, Any]:
        """Return the next message; raises PrinterError where there is none."""
        frame = await self.socket.receive()
        if frame.type in (aiohttp.WSMsgType.CLOSE, *_CLOSED):
            raise PrinterUnreachable("the connection was closed")
        if frame.type is aiohttp.WSMsgType.ERROR:
            raise PrinterUnreachable("the connection broke")
        try:
            return as_mapping(json.loads(frame.data))
        except (ValueError, TypeError, RecursionError) as err:
            raise PrinterProtocolError("a message is not JSON") from err

    def _handle(self, message: Mapping[str, Any]) -> None:
        """Act on one notification."""
        method = message.get("method")
        if method == "notify_klippy_ready":
            # Subscriptions are lost with Klipper.
            self._is_stale = True
        elif method == "notify_status_update":
            params = as_list(message.get("params"))
            if params and self._has_changed(as_mapping(params[0])):
                self.on_news()
        elif isinstance(method, str) and method in NEWS:
            self.on_news()

    def _has_changed(self, status: Mapping[str, Any]) -> bool:
        """Take in a report; tell whether it holds anything new."""
        changed = False
        for name, keys in SUBSCRIBED.items():
            told = as_mapping(status.get(name))
            for key in keys:
                if key not in told:
                    continue
                value = as_text(told[key])
                changed |= self._seen.get((name, key)) != value
                self._seen[name, key] = value
        return changed


_CLOSED = (aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)
