"""OctoPrint's push socket: starts and ends as they happen, and when to look."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from itertools import count
import json
import logging

import aiohttp

from ...core.frozen import replace
from ...core.snapshot import PrintEvent
from ..backoff import Backoff
from ..base import OnNews, PrinterAuthError, PrinterError, PrinterProtocolError
from ..http import parse_object, raise_for_status
from ..parsing import as_mapping, as_text
from ..websocket import SILENCE_S, connect, texts
from .parser import EVENT_TYPES, parse_event
from .rest import Rest

_LOGGER = logging.getLogger(__name__)

MAX_EVENTS = 500

# All that a connection gets before it is signed in (1.11).
_BEFORE_SIGN_IN = frozenset({"connected", "reauthRequired"})


class EventQueue:
    """Announced starts and ends that wait for the next look, oldest first.

    ``line`` is the number of the connection over which they come, None without one.
    """

    def __init__(self) -> None:
        """Start empty, and without a connection."""
        self._events: deque[PrintEvent] = deque(maxlen=MAX_EVENTS)
        self._lines = count(1)
        self._looked_on: int | None = None
        self.line: int | None = None

    def landed(self) -> None:
        """Hear all that is announced from now on."""
        self.line = next(self._lines)

    def lost(self) -> None:
        """Hear nothing from now on."""
        self.line = None

    def looked(self, line: int | None) -> None:
        """Note a look that began while this connection stood."""
        self._looked_on = line

    def add(self, event: PrintEvent) -> PrintEvent:
        """Append the newest one; beyond ``MAX_EVENTS`` the oldest is forgotten.

        Returns it with whether none was missed since the last look.
        """
        followed = self.line is not None and self.line == self._looked_on
        event = replace(event, followed=followed)
        self._events.append(event)
        return event

    def drain(self) -> tuple[PrintEvent, ...]:
        """Take all."""
        events = tuple(self._events)
        self._events.clear()
        return events

    def put_back(self, events: tuple[PrintEvent, ...]) -> None:
        """Return what was drained, in front of what has come since."""
        since = self.drain()
        self._events.extend(events + since)


class Push:
    """One subscription to OctoPrint's events, kept up until closed.

    The socket is SockJS over plain WebSocket, signed in with a session that the key
    opens. Events that are missed while it is down are never sent again (1.11).
    """

    def __init__(
        self,
        rest: Rest,
        events: EventQueue,
        clock: Callable[[], datetime],
        backoff: Backoff | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        """Prepare a subscription that puts what it hears into a queue."""
        self._rest = rest
        self._events = events
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._silence_s = silence_s
        self._closed = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def run(self, on_news: OnNews) -> None:
        """Stay subscribed until cancelled or closed; raises PrinterAuthError alone."""
        while not self._closed.is_set():
            try:
                await self._follow(on_news)
            except PrinterAuthError:
                raise
            except (PrinterError, aiohttp.ClientError, OSError, ValueError) as err:
                # The exception's text may hold an address with a key in it.
                _LOGGER.debug("Push of OctoPrint is down: %s", type(err).__name__)
            await self._pause(self._backoff.next())

    async def close(self) -> None:
        """Close the connection and let ``run`` come to its end."""
        self._closed.set()
        if self._socket is not None:
            await self._socket.close()

    async def _pause(self, wait_s: float) -> None:
        """Wait, but not when closed."""
        try:
            async with asyncio.timeout(wait_s):
                await self._closed.wait()
        except TimeoutError:
            return

    async def _follow(self, on_news: OnNews) -> None:
        """Connect once and listen until the connection ends."""
        async with asyncio.timeout(self._rest.timeout_s):
            sign_in = await self._sign_in()
            self._socket = await connect(
                self._rest.session,
                self._rest.address("sockjs/websocket"),
                autoping=False,
            )
        try:
            if not self._closed.is_set():
                # In this order nothing but the wanted events is ever sent.
                await self._socket.send_str(_SUBSCRIPTION)
                await self._socket.send_str(sign_in)
                await self._receive(self._socket, on_news)
        finally:
            self._events.lost()
            await self._socket.close()
            self._socket = None

    async def _receive(
        self, socket: aiohttp.ClientWebSocketResponse, on_news: OnNews
    ) -> None:
        """Take messages until the connection ends or has to be signed in again."""
        landed = False
        async with aclosing(texts(socket, self._silence_s)) as messages:
            async for message in messages:
                told = _parse_message(message)
                if "reauthRequired" in told:
                    break
                if not landed and told.keys() - _BEFORE_SIGN_IN:
                    landed = True
                    self._events.landed()
                    self._backoff.landed()
                    on_news(None)
                self._hear(told, on_news)
        if landed:
            on_news(None)

    async def _sign_in(self) -> str:
        """Open a session with the key; returns the message that signs a socket in."""
        status, body = await self._rest.send(
            "POST", "api/login", json={"passive": True}
        )
        if status == 400:
            # To a key that it does not know it says "CSRF validation failed" (1.11).
            await self._rest.get("api/version")
        raise_for_status(status)
        answer = parse_object(body)
        name, session = as_text(answer.get("name")), as_text(answer.get("session"))
        if name is None or session is None:
            raise PrinterProtocolError("the login opens no session")
        return json.dumps({"auth": f"{name}:{session}"})

    def _hear(self, told: dict[str, object], on_news: OnNews) -> None:
        """Take an event, and ask for a look at what changed."""
        event = as_mapping(told.get("event"))
        type_ = as_text(event.get("type"))
        if type_ not in EVENT_TYPES:
            return
        proof = parse_event(type_, event.get("payload"), self._clock())
        if proof is not None:
            self._events.add(proof)
        on_news(None)


_SUBSCRIPTION = json.dumps(
    {"subscribe": {"state": False, "plugins": False, "events": list(EVENT_TYPES)}}
)


def _parse_message(data: str) -> dict[str, object]:
    """Return the JSON object of a message, an empty one where it is none."""
    try:
        value = json.loads(data)
    except ValueError, RecursionError:
        return {}
    return value if isinstance(value, dict) else {}
