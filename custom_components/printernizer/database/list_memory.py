"""What is remembered of lists until a job changes: lengths, pages, places in them.

To reach a page a database passes over every row before it. A dashboard asks for the
same page again and again, and a reader for the next, which begins where that one ended.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

from .models import JobFilter, JobPage, OrderBy
from .queries import Shape

LONGEST_PAGE = 100
_PAGES = 16
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


class Answers[K: Hashable, V]:
    """The latest answers to questions, each true of one generation."""

    def __init__(self, most: int) -> None:
        """Keep so many."""
        self._most = most
        self._known: OrderedDict[K, tuple[int, V]] = OrderedDict()
        self._lock = Lock()

    def get(self, generation: int, question: K) -> V | None:
        """Return what was answered, if nothing has changed since."""
        with self._lock:
            known = self._known.get(question)
        return known[1] if known is not None and known[0] == generation else None

    def add(self, generation: int, question: K, answer: V) -> None:
        """Remember an answer."""
        with self._lock:
            self._known[question] = (generation, answer)
            self._known.move_to_end(question)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


type Wanted = tuple[JobFilter, OrderBy, bool, int, int]
"""A page: filter, order, whether descending, how many jobs at most, after how many."""


class ListMemory:
    """Lists' lengths that had to be counted, pages that were read, places in them."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.totals = Answers[JobFilter, int](_TOTALS)
        self.pages = Answers[Wanted, JobPage](_PAGES)
        self._lists: OrderedDict[tuple[JobFilter, Shape], Anchors] = OrderedDict()
        self._lock = Lock()

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
