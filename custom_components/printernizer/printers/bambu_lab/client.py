"""The client of one Bambu Lab printer in the local network."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
import logging
from typing import override

from ...core.snapshot import Remembered, Snapshot
from ..backoff import Backoff
from ..base import (
    OnNews,
    PrinterAuthError,
    PrinterCertificateError,
    PrinterClient,
    PrinterError,
    PrinterIdentity,
    PrinterTimeout,
    PrinterUnreachable,
)
from .connection import MqttConnection
from .errors import CertificateOfAnotherPrinter, UnknownCertificate
from .follow import Follower
from .identity import ask_version, identity_of
from .timing import DEFAULT_TIMING, Timing
from .tls import VENDOR_ROOTS, PrinterContext, fetch_fingerprint
from .tracker import Tracker

_LOGGER = logging.getLogger(__name__)

PORT = 8883
# Snapshots that wait for ``listen``: more than a printer tells during a set-up.
MAX_UNTOLD = 300


def _utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


class BambuLabClient(PrinterClient):
    """Follow one printer over its own MQTT broker, on one connection that is kept.

    The printer has few places for clients, so ``look`` and ``listen`` share the
    connection: whichever comes first opens it, ``close`` or the end of ``listen``
    closes it. Nothing is ever sent that changes anything on the printer.
    """

    def __init__(
        self,
        *,
        host: str,
        serial_number: str,
        access_code: str,
        port: int = PORT,
        pinned_fingerprint: str | None = None,
        trusted_roots: str = VENDOR_ROOTS,
        timing: Timing = DEFAULT_TIMING,
        backoff: Backoff | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Prepare; nothing is sent before the first look.

        ``pinned_fingerprint`` is the SHA-256 of the only certificate to trust, where
        the vendor's authorities (``trusted_roots``, PEM) did not sign it.
        """
        self._host = host
        self._port = port
        self._serial = serial_number.strip()
        self._access_code = access_code.strip()
        self._pinned = pinned_fingerprint
        self._roots = trusted_roots
        self._timing = timing
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._tracker = Tracker()
        self._task: asyncio.Task[None] | None = None
        self._spare: MqttConnection | None = None
        self._follower: Follower | None = None
        self._on_news: OnNews | None = None
        self._untold: deque[Snapshot] = deque(maxlen=MAX_UNTOLD)
        self._error: PrinterError | None = None
        self._settled = asyncio.Event()
        self._closed = False

    @override
    async def identify(self) -> PrinterIdentity:
        """Ask who it is; raises PrinterError.

        The connection is kept for the first look. WrongSerial: the printer lets us in
        but says nothing. UnknownCertificate carries the fingerprint to show and to pin.
        """
        follower = self._follower
        if self._task is not None:
            # Whoever answers there has a certificate of this serial number.
            return identity_of(self._serial, follower.version if follower else None)
        async with AsyncExitStack() as stack:
            connection = await self._open()
            stack.push_async_callback(connection.close)
            version = await ask_version(connection, self._timing.identify_s)
            if self._task is None and self._spare is None:
                self._spare = connection
                stack.pop_all()
        return identity_of(self._serial, version)

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        """Return the state as the printer last told it; asks nothing.

        The first look waits for the connection. Until ``listen`` begins, each look
        takes the next of what was told, so that no end is passed over. Raises
        PrinterUnreachable while there is no connection, PrinterTimeout when the printer
        has fallen silent, and what was wrong with its reports where none could be read.
        """
        self._start()
        await self._settled.wait()
        follower = self._follower
        if follower is None or not follower.ready:
            raise self._why_not_ready(follower)
        if follower.stale:
            raise PrinterTimeout("the printer has fallen silent")
        return self._untold.popleft() if self._untold else follower.snapshot()

    @override
    async def listen(self, on_news: OnNews) -> None:
        """Follow the printer until cancelled; raises PrinterAuthError alone."""
        self._on_news = on_news
        task = self._start()
        while self._untold:
            self._pass_on(on_news, self._untold.popleft())
        try:
            await asyncio.shield(task)
        finally:
            self._on_news = None
            await self._stop()
        if isinstance(self._error, PrinterAuthError):
            raise self._error

    @override
    async def close(self) -> None:
        """Close the connection; the client is of no use afterwards."""
        self._closed = True
        await self._stop()

    # -- the one connection ----------------------------------------------------------

    async def _open(self) -> MqttConnection:
        """Return a new connection; raises PrinterError."""
        context = PrinterContext(
            serial_number=self._serial,
            roots=self._roots,
            fingerprint=self._pinned,
            handshake_s=self._timing.connect_s,
        )
        connection = MqttConnection(
            host=self._host,
            port=self._port,
            access_code=self._access_code,
            context=context,
            timing=self._timing,
        )
        try:
            async with AsyncExitStack() as stack:
                stack.push_async_callback(connection.close)
                await connection.open()
                stack.pop_all()
        except UnknownCertificate, CertificateOfAnotherPrinter:
            raise
        except PrinterCertificateError as err:
            found = await fetch_fingerprint(
                self._host, self._port, self._serial, self._timing.connect_s
            )
            raise UnknownCertificate(found) from err
        return connection

    def _start(self) -> asyncio.Task[None]:
        """Return the task that keeps the connection, started where there is none."""
        if self._closed:
            raise PrinterUnreachable("the client is closed")
        if self._task is None or self._task.done():
            # A refused code is tried again at the next look: it may have been changed
            # back on the printer.
            self._settled.clear()
            self._task = asyncio.create_task(self._keep(), name="bambu_lab connection")
        return self._task

    def _why_not_ready(self, follower: Follower | None) -> PrinterError:
        """Return why the state is not known."""
        if follower is not None:
            return follower.fault or PrinterTimeout("the printer says nothing")
        return self._error or PrinterUnreachable("not connected")

    async def _stop(self) -> None:
        """End the connection and wait until it has ended."""
        task, self._task = self._task, None
        self._settled.set()
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        spare, self._spare = self._spare, None
        if spare is not None:
            await spare.close()
        self._error = self._error or PrinterUnreachable("not connected")

    async def _keep(self) -> None:
        """Keep the connection until cancelled, or until the printer refuses the code."""
        while True:
            try:
                await self._follow()
            except PrinterError as err:
                self._note(err)
                if isinstance(err, PrinterAuthError):
                    return
            except Exception:
                _LOGGER.exception("Following the printer failed")
                self._note(PrinterUnreachable("internal error"))
            await asyncio.sleep(self._backoff.next())

    async def _follow(self) -> None:
        """Connect once and follow; raises PrinterError when that has ended."""
        spare, self._spare = self._spare, None
        connection = spare or await self._open()
        try:
            follower = Follower(
                connection,
                self._tracker,
                self._timing,
                self._clock,
                tell=self._tell,
                give_up=self._settled.set,
            )
            self._follower = follower
            await follower.run()
        finally:
            if self._follower is not None and self._follower.steady:
                self._backoff.reset()
            self._follower = None
            await connection.close()

    def _note(self, error: PrinterError) -> None:
        """Remember why there is no connection; logged once until it is back.

        The first break is healed in a second, as a rule. A printer that cannot be
        reached again is looked at now: the next poll may be an hour away.
        """
        is_lasting = self._error is not None
        if type(error) is not type(self._error):
            _LOGGER.debug("No connection to the printer: %s", error)
        self._error = error.with_traceback(None)
        self._settled.set()
        if is_lasting and self._on_news is not None:
            self._pass_on(self._on_news, None)

    def _tell(self, snapshot: Snapshot) -> None:
        """Pass a snapshot on, or keep it until somebody listens."""
        self._error = None
        self._settled.set()
        if self._on_news is None:
            self._untold.append(snapshot)
        else:
            self._pass_on(self._on_news, snapshot)

    def _pass_on(self, on_news: OnNews, snapshot: Snapshot | None) -> None:
        """Pass a snapshot on; what the receiver does wrong must not end the line."""
        try:
            on_news(snapshot)
        except Exception:
            _LOGGER.exception("A snapshot could not be used")
