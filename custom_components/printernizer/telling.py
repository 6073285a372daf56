"""Tell those who listen what became of jobs: each change once, in its order."""

import asyncio
from collections.abc import Callable, Sequence
import logging

from .core.jobs import Job
from .database import Announcement, DatabaseError, JobDatabase
from .watching import Change, JobChanged, Listener

_LOGGER = logging.getLogger(__name__)


class Teller:
    """Tell every listener; events wait until somebody may listen to them."""

    def __init__(self, database: JobDatabase) -> None:
        """Mark in this database what was told."""
        self._database = database
        self._listeners: list[Listener] = []
        self._announcing = asyncio.Lock()
        self._may_announce = False
        self._found: frozenset[tuple[int | None, str]] = frozenset()
        self._unmarked: set[int] = set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on every change until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def start_announcing(self) -> None:
        """Send what was committed but never announced, and everything from now on."""
        async with self._announcing:
            self._may_announce = True
            pending = await self._database.pending_announcements()
            self._found = frozenset(map(_identity, pending))
            await self._announce(pending)

    def tell(self, change: Change) -> None:
        """Tell every listener, none of which may hinder the others."""
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception:
                _LOGGER.exception("A listener failed on %s", type(change).__name__)

    async def tell_of(
        self, announcements: Sequence[Announcement], changed: Sequence[Job]
    ) -> None:
        """Tell of what was just committed, and not yet found on disk and told."""
        async with self._announcing:
            untold = [each for each in announcements if self._is_untold(each)]
            await self._announce(untold, changed)

    def _is_untold(self, announcement: Announcement) -> bool:
        """Tell whether events of these may be sent, and were not."""
        return self._may_announce and _identity(announcement) not in self._found

    async def _announce(
        self, announcements: Sequence[Announcement], changed: Sequence[Job] = ()
    ) -> None:
        """Tell of committed changes in their order, and mark events as told.

        Nothing is awaited in between: newer changes would be told before these. What
        cannot be marked now is marked with the next ones.
        """
        for announcement in announcements:
            self.tell(announcement)
        for job in changed:
            self.tell(JobChanged(job))
        self._unmarked.update(each.id for each in announcements if each.id is not None)
        if self._unmarked:
            try:
                await self._database.announced(self._unmarked)
            except DatabaseError as err:
                _LOGGER.warning("Events may be repeated at the next start: %s", err)
            else:
                self._unmarked.clear()


def _identity(announcement: Announcement) -> tuple[int | None, str]:
    """Return what tells announcements apart; a new database numbers them anew."""
    return announcement.id, announcement.job.id
