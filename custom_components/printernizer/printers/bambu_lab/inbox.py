"""Reports on their way from the network thread to the event loop: bounded, in order."""

import asyncio
from collections import deque
from collections.abc import Callable
import threading

from ...core.frozen import replace
from ..base import PrinterProtocolError
from .report import Report, read_report

MAX_WAITING = 256

type Item = Report | PrinterProtocolError


class Inbox:
    """Hand over reports, or why one could not be read.

    While the loop lags, reports that decide nothing new are merged. Those that do are
    all kept; when too many wait, the network thread waits too, and the printer with it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake this loop."""
        self._loop = loop
        self._items: deque[Item] = deque()
        self._room = threading.Condition()
        self._closed = False
        self.arrived = asyncio.Event()

    def put(self, payload: bytes) -> None:
        """Read one message and let it wait; called in the network thread."""
        try:
            item: Item = read_report(payload)
        except PrinterProtocolError as err:
            item = err.with_traceback(None)
        with self._room:
            if self._merge(item):
                return
            self._room.wait_for(lambda: self._closed or len(self._items) < MAX_WAITING)
            if self._closed:
                return
            self._items.append(item)
            first = len(self._items) == 1
        if first:
            post(self._loop, self.arrived.set)

    def take(self) -> list[Item]:
        """Return what waits, oldest first; called in the loop."""
        with self._room:
            items = list(self._items)
            self._items.clear()
            self.arrived.clear()
            self._room.notify_all()
        return items

    def close(self) -> None:
        """Let go of a waiting network thread, and take nothing more."""
        with self._room:
            self._closed = True
            self._items.clear()
            self._room.notify_all()

    def _merge(self, item: Item) -> bool:
        """Merge a report into the one that waits last, if it decides nothing new."""
        last = self._items[-1] if self._items else None
        if isinstance(item, PrinterProtocolError):
            return isinstance(last, PrinterProtocolError)
        if not isinstance(last, Report) or _decides(item, last):
            return False
        self._items[-1] = replace(
            item,
            fields=item.fields.over(last.fields),
            full=item.full or last.full,
            version=item.version or last.version,
        )
        return True


def post(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call something in the loop; a loop that has ended needs no news."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        if not loop.is_closed():
            raise


_DECIDING = (
    "state",
    "print_type",
    "subtask_name",
    "gcode_file",
    "subtask_id",
    "task_id",
    "print_error",
    "fail_reason",
    "start_time_s",
)


def _decides(report: Report, last: Report) -> bool:
    """Tell whether a report says anything of weight that the last one did not."""
    return any(
        (value := getattr(report.fields, name)) is not None
        and value != getattr(last.fields, name)
        for name in _DECIDING
    )
