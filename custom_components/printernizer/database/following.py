"""What is known of jobs in memory follows the database: readers catch up with writers.

Whoever writes notes which jobs were changed, and commits under a lock. Whoever reads
a list begins a snapshot under the same lock, and takes the notes: they are exactly
what this snapshot shows and the one before did not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock

from ..core.frozen import frozen
from ..core.jobs import Job
from .models import Wanted
from .places import Changed, Places
from .remembered import Remembered
from .sql import Cursor, Row

# A commit may wait for its disk; a list can be read without the places.
_PATIENCE_S = 0.1
# So many notes are better taken, even if nobody asks for a list.
_MANY = 256


@frozen()
class Found:
    """The numbers of the jobs on a page, the list's length, and the rows known then."""

    numbers: Sequence[int]
    total: int
    rows: dict[int, Row]
    turn: int


class Following:
    """The places of all jobs, some jobs, and which have changed since."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._committing = Lock()
        self._catching_up = Lock()
        self._reading = Lock()
        self._changed: dict[int, Job | None] | None = None
        self._places: Places | None = None
        self._remembered = Remembered()

    @property
    def is_wanting(self) -> bool:
        """Tell whether nobody knows the places, nor reads them right now."""
        return self._changed is None

    @property
    def is_behind(self) -> bool:
        """Tell whether much has changed since somebody looked."""
        return len(self._changed or ()) > _MANY

    @contextmanager
    def committing(self, changed: Changed) -> Iterator[None]:
        """Note jobs that were changed, and let nobody look before the commit.

        If that fails, the notes do no harm: the jobs are found as they were.
        """
        with self._committing:
            if self._changed is not None:
                for number, job in changed.items():
                    self._changed.setdefault(number, job)
            yield

    def read(self, reading: Callable[[], AbstractContextManager[Cursor]]) -> None:
        """Read the places of all jobs, where nobody has; return when they are known."""
        with self._reading, ExitStack() as stack:
            with self._committing:
                if self._changed is not None:
                    return
                cursor = stack.enter_context(reading())
                self._changed = {}
            try:
                self._places = Places(cursor)
            except BaseException:
                self._forget()
                raise

    def find(
        self, wanted: Wanted, begin: Callable[[], Cursor]
    ) -> tuple[Cursor, Found | None]:
        """Begin a snapshot, and find a page in it, where that is known in memory."""
        with self._catching_up:
            places = self._places
            if places is None or not self._committing.acquire(timeout=_PATIENCE_S):
                return begin(), None
            try:
                cursor = begin()
                changed, self._changed = self._changed or {}, {}
            finally:
                self._committing.release()
            try:
                self._catch_up(places, cursor, changed)
            except LookupError:
                self._forget()
                return cursor, None
            except BaseException:
                self._forget()
                raise
            page = places.page(wanted)
            if page is None:
                return cursor, None
            rows = self._remembered.known(page[0])
            return cursor, Found(*page, rows, self._remembered.turn)

    def _catch_up(self, places: Places, cursor: Cursor, changed: Changed) -> None:
        """Know what a snapshot shows."""
        if changed:
            self._remembered.forget(changed)
            places.follow(cursor, changed)

    def remember(self, turn: int, rows: Mapping[int, Row]) -> None:
        """Keep the rows of jobs that were found at this turn."""
        with self._catching_up:
            if self._places is not None:
                self._remembered.add(turn, self._places.newest, rows)

    def _forget(self) -> None:
        """Let everything be read anew."""
        with self._committing:
            self._places = self._changed = None
            self._remembered.clear()
