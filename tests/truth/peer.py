"""A printer of the world, and the client that looks at it."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import (
    NO_NEWS,
    Outcome,
    PrintEvent,
    Remembered,
    Snapshot,
)
from custom_components.printernizer.printers.base import PrinterError

from .course import Run
from .story import Story

WORLD_BEGAN = datetime(2026, 1, 5, 7, 30, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """The watcher's clock: ``ahead_s`` is by how much its wall clock is wrong."""

    ahead_s: float = 0.0

    def moment(self, at: float) -> Moment:
        """Return a time of the world on the watcher's two clocks."""
        return Moment(WORLD_BEGAN + timedelta(seconds=at + self.ahead_s), at)


@dataclass(slots=True, kw_only=True)
class Seen:
    """What one look brought, and what it really showed.

    ``shows`` is the number of the print whose state it shows, running or ended;
    ``begun`` how many prints had begun. ``tells`` is what this look alone tells of
    the end of that print. The last four say whose the single pieces of evidence are.
    """

    at: float
    snapshot: Snapshot
    begun: int
    shows: int | None = None
    tells: frozenset[Outcome] = frozenset()


class Client(ABC):
    """One life of a client: from a start of the watcher to its end."""

    at: float = 0.0
    shows: int | None = None
    """Which print the last look showed, running or ended."""
    heard: float = 0.0
    """Until when pushes were taken in."""
    hears: Callable[[float], bool] = staticmethod(lambda at: False)
    """Tells whether a push at a time comes through."""

    @abstractmethod
    async def look(self, remembered: Remembered) -> Snapshot:
        """Take one look, as the real client does."""

    def hear(self, until: float) -> None:  # noqa: B027 - most have no events
        """Take in what has been pushed until then."""

    def line_lost(self) -> None:  # noqa: B027 - most have none
        """Lose the line that pushes come over."""

    def carries(self) -> bool:
        """Tell whether a push carries the state itself."""
        return False


class Peer(ABC):
    """One printer, all of whose prints are known beforehand."""

    def __init__(self, story: Story) -> None:
        """Let the story happen."""
        self.story = story
        self.rng = Random(story.seed ^ 0x5EED)  # noqa: S311
        self.runs: list[Run] = []
        self.event_numbers: dict[PrintEvent, int] = {}
        self.id_numbers: dict[str, int] = {}
        self.counted: list[tuple[float, str, bool, int]] = []
        self.pushes: list[float] = []
        self._begins: list[float] = []

    def index(self) -> None:
        """Make what happened ready to be asked."""
        self._begins = [run.begin for run in self.runs]
        self.pushes.sort()

    def latest(self, at: float) -> Run | None:
        """Return the print that began last before a time."""
        found = bisect_right(self._begins, at) - 1
        return self.runs[found] if found >= 0 else None

    @abstractmethod
    def client(self, clock: Clock) -> Client:
        """Return a client of this printer, as it is after a start of the watcher."""

    def tells(self, number: int, at: float, snapshot: Snapshot) -> frozenset[Outcome]:
        """Return the outcomes that a look leaves possible; empty: it tells nothing."""
        if snapshot.outcome is not None or snapshot.cancelling:
            return self.runs[number].outcomes
        return frozenset()

    def look(
        self, client: Client, clock: Clock, at: float, remembered: Remembered
    ) -> Seen:
        """Take one look at a time; the answer may come a little later."""
        client.at, client.shows = at, None
        try:
            snapshot = at_once(client.look(remembered))
        except PrinterError:
            return Seen(at=client.at, snapshot=NO_NEWS, begun=self.begun(client.at))
        number = client.shows
        return Seen(
            at=client.at,
            snapshot=snapshot,
            begun=self.begun(client.at),
            shows=number,
            tells=frozenset() if number is None else self.tells(number, at, snapshot),
        )

    def begun(self, at: float) -> int:
        """Return how many prints have begun."""
        return bisect_right(self._begins, at)


def at_once[T](look: Coroutine[Any, Any, T]) -> T:
    """Run a look that waits for nothing but its turn."""
    while True:
        try:
            look.send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
