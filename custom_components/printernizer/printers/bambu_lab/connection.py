"""One connection to a printer's MQTT broker: opened once, closed once.

paho runs its network thread; everything it has to say reaches the event loop through
``Inbox`` and two futures. MQTT 3.1.1, clean session, a client id of its own, since
printers drop a client whose id connects twice.
"""

import asyncio
from collections.abc import Callable
import json
import logging
import secrets
import socket
from typing import Any, override

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from ..base import (
    PrinterAuthError,
    PrinterError,
    PrinterProtocolError,
    PrinterStarting,
    PrinterTimeout,
    PrinterUnreachable,
)
from .errors import WrongSerial
from .inbox import Inbox, post
from .timing import Timing
from .tls import PrinterContext, connect_error

_LOGGER = logging.getLogger(__name__)

USER = "bblp"
# A printer without power breaks no connection: it is missed after once to twice this.
KEEPALIVE_S = 15
# Reports have some KB. What is larger is no report, or no MQTT any more.
MAX_PACKET_BYTES = 32 * 1024 * 1024
STOP_S = 2.0

# paho's numbers for CONNACK 4, 5 and 3.
BAD_PASSWORD = 134
NOT_AUTHORISED = 135
NOT_AVAILABLE = 136


class MqttConnection:
    """Follow one printer's reports and send it requests."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        access_code: str,
        context: PrinterContext,
        timing: Timing,
    ) -> None:
        """Prepare a connection; must be called in the event loop."""
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._host = host
        self._port = port
        self._serial = context.serial_number
        self.inbox = Inbox(self._loop)
        self._subscribed: asyncio.Future[None] = self._loop.create_future()
        self.lost: asyncio.Future[PrinterError] = self._loop.create_future()
        self._connecting: asyncio.Future[Any] | None = None
        self._client = self._make_client(access_code, context)

    def _make_client(self, access_code: str, context: PrinterContext) -> mqtt.Client:
        """Return a client that never reconnects by itself: that is decided elsewhere."""
        client = _Client(
            self._on_end,
            CallbackAPIVersion.VERSION2,
            client_id=f"printernizer_{secrets.token_hex(6)}",
            clean_session=True,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        client.suppress_exceptions = True
        client.connect_timeout = self._timing.connect_s
        client.username_pw_set(USER, access_code)
        client.tls_set_context(context)
        # The context compares the name; paho's way of doing so left Python in 3.12.
        client.tls_insecure_set(True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        no_filters: Any = _NoFilters()
        client._on_message_filtered = no_filters  # noqa: SLF001
        return client

    async def open(self) -> None:
        """Connect and subscribe; raises PrinterError."""
        self._connecting = self._loop.run_in_executor(
            None, self._client.connect, self._host, self._port, KEEPALIVE_S
        )
        # Whoever waits for it may be cancelled, and its error is nobody's then.
        self._connecting.add_done_callback(_collect)
        await asyncio.wait({self._connecting})
        try:
            self._connecting.result()
        except (OSError, ValueError) as err:
            raise connect_error(err) from err
        self._client.loop_start()
        answers: set[asyncio.Future[Any]] = {self._subscribed, self.lost}
        try:
            async with asyncio.timeout(self._timing.login_s):
                await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError as err:
            raise PrinterTimeout("no answer to the login") from err
        if self.lost.done():
            raise self.lost.result()

    def request(self, topic: str, command: str) -> None:
        """Send a request that changes nothing; a busy printer ignores QoS 0."""
        body = {topic: {"sequence_id": "0", "command": command}}
        self._client.publish(f"device/{self._serial}/request", json.dumps(body), qos=1)

    async def close(self) -> None:
        """Disconnect and end the network thread."""
        self.inbox.close()
        if self._connecting is None:
            return
        _done, late = await asyncio.wait({self._connecting}, timeout=STOP_S)
        if late:
            # Name resolution cannot be interrupted: whatever comes of it is closed.
            self._connecting.add_done_callback(lambda _: self._stop_soon())
            return
        stopping = self._stop_soon()
        _done, late = await asyncio.wait({stopping}, timeout=STOP_S)
        if late:
            self._cut()
            await stopping

    def _stop_soon(self) -> asyncio.Future[None]:
        """Begin to disconnect, which may take its time."""
        return self._loop.run_in_executor(None, self._stop)

    def _stop(self) -> None:
        """Say goodbye and wait for the network thread's end."""
        self._client.disconnect()
        self._client.loop_stop()
        if (left := self._client.socket()) is not None:
            left.close()

    def _cut(self) -> None:
        """Break the connection to a printer that takes no goodbye."""
        left = self._client.socket()
        if isinstance(left, socket.socket):
            try:
                left.shutdown(socket.SHUT_RDWR)
            except OSError:
                left.close()

    # -- called in the network thread ------------------------------------------------

    def _on_connect(
        self,
        client: mqtt.Client,
        _data: Any,
        _flags: Any,
        code: ReasonCode,
        _props: Any,
    ) -> None:
        """Subscribe to the reports and nothing else: P1 drops who asks for more."""
        if code.is_failure:
            self._give_up(_login_error(code.value))
        else:
            client.subscribe(f"device/{self._serial}/report")

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _data: Any,
        _mid: int,
        codes: list[ReasonCode],
        _p: Any,
    ) -> None:
        """Notice that the subscription has landed."""
        if any(code.is_failure for code in codes):
            self._give_up(WrongSerial("the printer refuses the subscription"))
        else:
            post(self._loop, lambda: _resolve(self._subscribed, None))

    def _on_message(
        self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage
    ) -> None:
        """Pass a report on; one proves the subscription as well."""
        if not self._subscribed.done():
            post(self._loop, lambda: _resolve(self._subscribed, None))
        self.inbox.put(message.payload)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: Any,
        _flags: Any,
        code: ReasonCode,
        _props: Any,
    ) -> None:
        """Notice the end of the connection; paho does not tell a breach of protocol."""
        self._give_up(PrinterUnreachable(f"the connection broke ({code.value})"))

    def _on_end(self) -> None:
        """Notice the end of the network thread, where nothing else has told of it."""
        self._give_up(PrinterUnreachable("the network thread has ended"))

    def _give_up(self, error: PrinterError) -> None:
        """Tell the loop why the connection is of no use; the first reason counts."""
        post(self._loop, lambda: _resolve(self.lost, error))


class _Client(mqtt.Client):
    """A client that tells when its network thread ends.

    A packet that paho cannot take apart, like a PUBLISH without a topic, ends it with
    whatever exception, and without a call of ``on_disconnect`` (paho 2.1). One that is
    too large ends the connection before it fills the memory.
    """

    def __init__(self, on_end: Callable[[], None], *args: Any, **options: Any) -> None:
        """Prepare; ``on_end`` is called in the network thread."""
        super().__init__(*args, **options)
        self._on_end = on_end

    @override
    def loop_forever(self, *args: Any, **options: Any) -> MQTTErrorCode:
        """Run the network thread to its end."""
        try:
            return super().loop_forever(*args, **options)
        except Exception as err:  # noqa: BLE001 - the connection is lost in any case
            _LOGGER.debug("The network thread failed: %s", type(err).__name__)
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        finally:
            self._on_end()

    @override
    def _packet_read(self) -> MQTTErrorCode:
        """Read what is there of a packet."""
        code = super()._packet_read()
        if self._in_packet["to_process"] > MAX_PACKET_BYTES:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        return code


class _NoFilters:
    """Callbacks for single topics, of which there are none.

    paho looks for them at each message, and its way of looking leaves objects that only
    Python's garbage collector can free, while all of Home Assistant waits.
    """

    def iter_match(self, _topic: str) -> tuple[()]:
        """Find nothing."""
        return ()


def _resolve[T](future: asyncio.Future[T], result: T) -> None:
    """Give a future its result unless it has one."""
    if not future.done():
        future.set_result(result)


def _collect(future: asyncio.Future[Any]) -> None:
    """Take a future's error: asyncio reports those that nobody has taken."""
    if not future.cancelled():
        future.exception()


def _login_error(code: int) -> PrinterError:
    """Return what a refused login means."""
    kinds: dict[int, Callable[[str], PrinterError]] = {
        BAD_PASSWORD: PrinterAuthError,
        NOT_AUTHORISED: PrinterAuthError,
        NOT_AVAILABLE: PrinterStarting,
    }
    return kinds.get(code, PrinterProtocolError)(f"login refused ({code})")
