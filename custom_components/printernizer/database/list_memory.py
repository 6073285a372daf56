"""What is remembered of lists until a job changes: their lengths, places in them.

To reach a page a database passes over every row before it. A dashboard asks for the
same page again and again, and a reader for the next: both begin where they were.
"""

from bisect import bisect_right
from collections import OrderedDict
from threading import Lock
from typing import Any

from .models import JobFilter
from .queries import Shape

_TOTALS = 128
_LISTS = 64
_ANCHORS = 256

type Anchor = tuple[int, Any, int]
"""A row's place in its list, the value that it is ordered by, and its number."""


class Generation:
    """Counts the changes, so that what was learnt before one is not used after it.

    The number is odd while a change is being committed. A reader whose snapshot was
    taken between two equal even numbers sees exactly that generation.
    """

    def __init__(self) -> None:
        """Start with no change."""
        self.number = 0

    def begin(self) -> None:
        """Count that a change is about to be committed."""
        self.number += 1

    def end(self) -> None:
        """Count that it was, or failed to be; nothing where none had begun."""
        self.number += self.number % 2


class Anchors:
    """Rows of one list whose places are known, at one generation."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._generation = -1
        self._anchors: list[Anchor] = []
        self._lock = Lock()

    def before(self, generation: int, place: int) -> Anchor | None:
        """Return the nearest known row at this place or before it."""
        with self._lock:
            if self._generation != generation:
                return None
            at = bisect_right(self._anchors, place, key=_place)
            return self._anchors[at - 1] if at else None

    def add(self, generation: int, anchor: Anchor) -> None:
        """Remember a row."""
        with self._lock:
            if self._generation > generation:
                return
            if self._generation != generation or len(self._anchors) >= _ANCHORS:
                self._generation = generation
                self._anchors.clear()
            at = bisect_right(self._anchors, anchor[0], key=_place)
            if not at or _place(self._anchors[at - 1]) != _place(anchor):
                self._anchors.insert(at, anchor)


def _place(anchor: Anchor) -> int:
    """Return where in its list a row is."""
    return anchor[0]


class ListMemory:
    """Lengths of lists that had to be counted, and places in lists."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._totals: OrderedDict[JobFilter, tuple[int, int]] = OrderedDict()
        self._lists: OrderedDict[tuple[JobFilter, Shape], Anchors] = OrderedDict()
        self._lock = Lock()

    def total(self, generation: int, wanted: JobFilter) -> int | None:
        """Return the length of a list, if nothing has changed since."""
        with self._lock:
            known = self._totals.get(wanted)
        return known[1] if known is not None and known[0] == generation else None

    def add_total(self, generation: int, wanted: JobFilter, total: int) -> None:
        """Remember the length of a list."""
        with self._lock:
            self._totals[wanted] = (generation, total)
            self._totals.move_to_end(wanted)
            while len(self._totals) > _TOTALS:
                self._totals.popitem(last=False)

    def anchors(self, wanted: JobFilter, shape: Shape) -> Anchors:
        """Return what is known of the places in a list."""
        key = (wanted, shape)
        with self._lock:
            found = self._lists.get(key)
            if found is None:
                found = self._lists[key] = Anchors()
            self._lists.move_to_end(key)
            while len(self._lists) > _LISTS:
                self._lists.popitem(last=False)
        return found
