"""The places of all jobs follow the database: readers catch up with what was written.

Whoever writes notes which jobs may have moved, and commits under a lock. Whoever reads
a list begins a snapshot under the same lock, and takes the notes: they are exactly
what this snapshot shows and the one before did not.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock

from ..core.jobs import Job
from .places import Moved, Places
from .sql import Cursor

# A commit may wait for its disk; a list can be read without the places.
_PATIENCE_S = 0.1


class Following:
    """The places of all jobs, and who has moved since they were up to date."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._committing = Lock()
        self._catching_up = Lock()
        self._reading = Lock()
        self._moved: dict[int, Job | None] | None = None
        self._places: Places | None = None

    @property
    def is_wanting(self) -> bool:
        """Tell whether nobody knows the places, nor reads them right now."""
        return self._moved is None

    @contextmanager
    def committing(self, moved: Moved) -> Iterator[None]:
        """Note jobs that may have moved, and let nobody look before the commit.

        If that fails, the notes do no harm: the jobs are found where they were.
        """
        with self._committing:
            if self._moved is not None:
                for number, job in moved.items():
                    self._moved.setdefault(number, job)
            yield

    def read(self, reading: Callable[[], AbstractContextManager[Cursor]]) -> None:
        """Read the places of all jobs, where nobody has; return when they are known."""
        with self._reading, ExitStack() as stack:
            with self._committing:
                if self._moved is not None:
                    return
                cursor = stack.enter_context(reading())
                self._moved = {}
            try:
                self._places = Places(cursor)
            except BaseException:
                self._forget()
                raise

    def find[T](
        self, begin: Callable[[], Cursor], find: Callable[[Places], T]
    ) -> tuple[Cursor, T | None]:
        """Begin a snapshot, and find something in its places, where they are known."""
        with self._catching_up:
            places = self._places
            if places is None or not self._committing.acquire(timeout=_PATIENCE_S):
                return begin(), None
            try:
                cursor = begin()
                moved, self._moved = self._moved or {}, {}
            finally:
                self._committing.release()
            try:
                places.follow(cursor, moved)
            except LookupError:
                self._forget()
                return cursor, None
            except BaseException:
                self._forget()
                raise
            return cursor, find(places)

    def _forget(self) -> None:
        """Let the places be read anew."""
        with self._committing:
            self._places = self._moved = None
