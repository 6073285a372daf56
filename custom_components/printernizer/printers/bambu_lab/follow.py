"""Follow a printer over one connection: ask, listen, notice silence."""

import asyncio
from collections.abc import Callable
from datetime import datetime
import logging

from ...core.snapshot import Snapshot
from ..base import PrinterProtocolError, PrinterTimeout
from .connection import MqttConnection
from .parser import ACTIVITIES
from .report import Report, Version
from .timing import Timing
from .tracker import Tracker

_LOGGER = logging.getLogger(__name__)

MAX_UNKNOWN = 16


class Follower:
    """Turn the reports of one connection into snapshots.

    ``tell`` gets each snapshot that decides something, in order, and the others at most
    every ``quiet_s`` seconds. ``give_up`` is called once if no state is known when the
    time for the full report is over.
    """

    def __init__(
        self,
        connection: MqttConnection,
        tracker: Tracker,
        timing: Timing,
        clock: Callable[[], datetime],
        *,
        tell: Callable[[Snapshot], None],
        give_up: Callable[[], None],
    ) -> None:
        """Begin a connection's time; the tracker forgets the state before it."""
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._tracker = tracker
        self._timing = timing
        self._clock = clock
        self._tell = tell
        self._give_up = give_up
        self._overdue = False
        self.version: Version | None = None
        self.fault: PrinterProtocolError | None = None
        self.reported = False
        self._unbroken = False
        self._opened_s = self.heard_s = self._loop.time()
        self._asked_s = self._opened_s
        self._revived_s: float | None = None
        self._full = False
        self._told_s = 0.0
        self._told: tuple[object, ...] | None = None
        self._pending = False
        self._unknown: set[str] = set()
        tracker.connected()

    @property
    def ready(self) -> bool:
        """Tell whether the state is known."""
        return self._tracker.ready

    @property
    def stale(self) -> bool:
        """Tell whether the printer has fallen silent."""
        return self._loop.time() - self.heard_s >= self._timing.silence_s

    @property
    def steady(self) -> bool:
        """Tell whether the connection was good: two clients may drive each other out.

        One that ends soon, or brings nothing, must not be tried again every second.
        """
        lasted_s = self._loop.time() - self._opened_s
        return self.reported and lasted_s >= self._timing.steady_s

    def snapshot(self) -> Snapshot:
        """Return the state as it is now."""
        return self._tracker.snapshot(self._clock(), unbroken=self._unbroken)

    async def run(self) -> None:
        """Follow until the connection breaks; raises PrinterError."""
        self._connection.request("info", "get_version")
        self._ask_all()
        arrived, lost = self._connection.inbox.arrived, self._connection.lost
        lost.add_done_callback(lambda _: arrived.set())
        while True:
            try:
                async with asyncio.timeout_at(self._next_s()):
                    await arrived.wait()
            except TimeoutError:
                pass
            for item in self._connection.inbox.take():
                self._take(item)
            if lost.done():
                raise lost.result()
            self._tick()

    def _take(self, item: Report | PrinterProtocolError) -> None:
        """Take in one report, or note why it could not be read."""
        if isinstance(item, PrinterProtocolError):
            if self.fault is None:
                _LOGGER.debug("A report could not be read: %s", item)
            self.fault = item
            return
        self.heard_s = self._loop.time()
        self._revived_s = None
        self.fault = None
        self.reported = True
        self._full = self._full or item.full
        self.version = item.version or self.version
        self._tracker.apply(item, self.heard_s, self._clock())
        if self._tracker.ready:
            self._weigh()

    def _weigh(self) -> None:
        """Tell at once what decides something, and let the rest wait."""
        snapshot = self.snapshot()
        self._note_unknown(snapshot.message)
        if _decisive(snapshot) != self._told:
            self._deliver(snapshot)
        else:
            self._pending = True

    def _deliver(self, snapshot: Snapshot) -> None:
        """Tell a snapshot."""
        self._told = _decisive(snapshot)
        self._told_s = self._loop.time()
        self._pending = False
        self._unbroken = True
        self._tell(snapshot)

    def _note_unknown(self, state: str | None) -> None:
        """Log a state that nobody has seen before, once."""
        if not state or state in ACTIVITIES or state in self._unknown:
            return
        if len(self._unknown) < MAX_UNKNOWN:
            self._unknown.add(state)
            _LOGGER.debug("The printer reports the unknown state %r", state)

    # -- time ------------------------------------------------------------------------

    def _next_s(self) -> float:
        """Return when there is something to do without a report."""
        timing = self._timing
        due = [self.heard_s + timing.silence_s]
        if self._revived_s is not None:
            due = [self._revived_s + timing.revive_s]
        if not self._tracker.ready and (self.reported or not self._overdue):
            due.append(self._opened_s + timing.full_s)
        if not self._full:
            due.append(self._asked_s + timing.pushall_s)
        if self._pending:
            due.append(self._told_s + timing.quiet_s)
        return min(due)

    def _tick(self) -> None:
        """Do what time has made due; raises PrinterTimeout for a silent printer."""
        now_s = self._loop.time()
        timing = self._timing
        if not self._tracker.ready and now_s >= self._opened_s + timing.full_s:
            self._overdue = True
            if self.reported:
                self._tracker.take_bearings(now_s, self._clock())
                self._weigh()
            else:
                self._give_up()
        if self._pending and now_s >= self._told_s + timing.quiet_s:
            self._deliver(self.snapshot())
        if not self._full and now_s >= self._asked_s + timing.pushall_s:
            self._ask_all()
        self._revive(now_s)

    def _revive(self, now_s: float) -> None:
        """Ask a silent printer to go on, then give the connection up."""
        if self._revived_s is not None:
            if now_s >= self._revived_s + self._timing.revive_s:
                raise PrinterTimeout("the printer has fallen silent")
        elif now_s >= self.heard_s + self._timing.silence_s:
            self._revived_s = now_s
            self._connection.request("pushing", "start")

    def _ask_all(self) -> None:
        """Ask for a full report."""
        self._asked_s = self._loop.time()
        self._connection.request("pushing", "pushall")


def _decisive(snapshot: Snapshot) -> tuple[object, ...]:
    """Return the part of a snapshot whose every change has to be told."""
    return (
        snapshot.activity,
        snapshot.outcome,
        snapshot.print_id,
        snapshot.filename,
        snapshot.title,
        snapshot.start_time,
        snapshot.reason,
        snapshot.cancelling,
        snapshot.system,
        snapshot.rebooted,
        snapshot.fault,
        snapshot.message,
    )
