"""The threads of the database: one that writes, some that read.

Nothing here blocks the event loop.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event

from sqlalchemy import URL

from .connection import READERS, Connections, parsed_url
from .errors import DatabaseDamaged, DatabaseError
from .following import Following
from .models import OpenResult, Page, Wanted
from .reading import Reader
from .schema import migrate
from .sql import Build, Row
from .transaction import Transaction
from .upkeep import probe, prune


def _utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class DatabaseThreads:
    """Opens and closes a database, and runs in its threads what is asked of it."""

    def __init__(
        self, url: str | URL, *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        """Take any SQLAlchemy URL; ``clock`` gives the time of changes by hand."""
        self._connections = Connections(parsed_url(url))
        self._clock = clock
        self._following = Following()
        self._writer: ThreadPoolExecutor | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._hold: Event | None = None
        self.on_damage: Callable[[], None] | None = None
        """Called in the event loop when a read or a write finds damage."""

    # -- life ------------------------------------------------------------------------

    async def open(self) -> OpenResult:
        """Open the database, created or migrated where needed.

        A damaged SQLite file is moved aside and a new one begun. Raises
        DatabaseTooNew, and other DatabaseErrors after which it may be called again.
        """
        if self._writer is None:
            self._writer = ThreadPoolExecutor(1, "printernizer_write")
            self._readers = ThreadPoolExecutor(READERS, "printernizer_read")
        try:
            opened = await self._in_writer(self._open)
        except BaseException:
            await self.close()
            raise
        self._follow()
        return opened

    async def close(self) -> None:
        """Finish what was asked for, and close the database."""
        self.release()
        writer, readers = self._writer, self._readers
        self._writer = self._readers = None
        if writer is None or readers is None:
            return
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, readers.shutdown)
        await loop.run_in_executor(writer, self._connections.close)
        await loop.run_in_executor(None, writer.shutdown)

    async def recover(self) -> OpenResult:
        """Open again after DatabaseDamaged: what is damaged is moved aside.

        Meanwhile reading raises DatabaseError.
        """
        readers, self._readers = self._readers, None
        if readers is None:
            raise DatabaseError("not open")
        # A connection to a file that was renamed must not outlive it.
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, readers.shutdown)
        try:
            return await self._in_writer(lambda: self._open(thorough=True))
        finally:
            self._readers = ThreadPoolExecutor(READERS, "printernizer_read")

    def _open(self, *, thorough: bool = False) -> OpenResult:
        """Open the file, or a new one where it is damaged."""
        thorough = thorough or self._connections.is_left_open()
        is_new = self._connections.is_missing()
        try:
            self._open_file(thorough)
        except DatabaseDamaged:
            moved_aside = self._connections.move_aside()
            self._open_file(thorough=False)
            return OpenResult(moved_aside=moved_aside)
        return OpenResult(is_new=is_new)

    def _open_file(self, thorough: bool) -> None:
        """Open the file, as new or after a look whether it is sound."""
        self._connections.close()
        self._following = Following()
        with self._connections.translating():
            self._connections.connect()
            if thorough:
                self._connections.check()
            with self._connections.preparing() as connection:
                migrate(connection)
                probe(connection)
                prune(connection, self._clock())

    # -- threads ---------------------------------------------------------------------

    async def _in_writer[T](self, work: Callable[[], T]) -> T:
        """Run in the thread that writes."""
        if self._writer is None:
            raise DatabaseError("not open")
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def _write[T](
        self, work: Callable[[Transaction], T], now: datetime | None = None
    ) -> T:
        """Carry out a change in one transaction."""

        def run() -> T:
            with self._connections.translating():
                return self._transact(work, now or self._clock())

        with self._noticing_damage():
            result = await self._in_writer(run)
        self._follow()
        return result

    @contextmanager
    def _noticing_damage(self) -> Iterator[None]:
        """Tell of damage, whoever meets it first."""
        try:
            yield
        except DatabaseDamaged:
            if self.on_damage is not None:
                self.on_damage()
            raise

    def _transact[T](self, work: Callable[[Transaction], T], now: datetime) -> T:
        """Carry out a change and commit it."""
        with ExitStack() as until_committed, self._connections.writing() as cursor:
            transaction = Transaction(cursor, now)
            result = work(transaction)
            if changed := transaction.changed:
                until_committed.enter_context(self._following.committing(changed))
        return result

    async def _read[T](self, work: Callable[[Reader], T]) -> T:
        """Ask in one read transaction."""

        def run() -> T:
            with self._connections.reading() as cursor:
                return work(Reader(cursor, self._connections.dialect))

        return await self._in_reader(run)

    async def _read_page[T](self, wanted: Wanted, build: Build[T]) -> Page[T]:
        """Read a page of a list, and build something of its rows."""

        def run() -> Page[T]:
            page = self._page(wanted)
            return Page(jobs=tuple(map(build, page.jobs)), total=page.total)

        self._follow()
        return await self._in_reader(run)

    def _page(self, wanted: Wanted) -> Page[Row]:
        """Read a page whose jobs were found in memory, where they are known there."""
        with ExitStack() as stack:
            cursor, found = self._following.find(
                wanted, lambda: stack.enter_context(self._connections.reading())
            )
            reader = Reader(cursor, self._connections.dialect)
            if found is None:
                return reader.page(wanted)
            new = [number for number in found.numbers if number not in found.rows]
            rows = reader.numbered(new) if new else {}
        if rows:
            self._following.remember(found.turn, rows)
            found.rows.update(rows)
        jobs = (found.rows[each] for each in found.numbers if each in found.rows)
        return Page(jobs=tuple(jobs), total=found.total)

    def _follow(self) -> None:
        """See to it that the places of all jobs are known, if not at once."""
        # A server's database may have other writers, which note nothing here.
        if self._connections.path is None or self._readers is None:
            return
        if self._following.is_wanting:
            self._readers.submit(self._following.read, self._connections.reading)
        elif self._following.is_behind:
            self._readers.submit(self._page, Wanted(limit=1))

    async def _in_reader[T](self, work: Callable[[], T]) -> T:
        """Run in one of the threads that read."""
        if self._readers is None:
            raise DatabaseError("not open")

        def run() -> T:
            with self._connections.translating():
                return work()

        loop = asyncio.get_running_loop()
        with self._noticing_damage():
            return await loop.run_in_executor(self._readers, run)

    # -- backup ------------------------------------------------------------------------

    async def checkpoint_and_hold(self, timeout: float) -> bool:
        """Bring the file up to date and hold all writes until ``release``.

        Writes wait, and go on by themselves after ``timeout`` seconds. Returns
        whether the main file has everything: a long reader may keep it in the log.
        """
        self.release()
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[bool] = loop.create_future()
        hold = self._hold = Event()

        def run() -> None:
            with self._connections.translating():
                complete = self._connections.checkpoint()
            loop.call_soon_threadsafe(_resolve, ready, complete)
            hold.wait(timeout)

        held = asyncio.ensure_future(self._in_writer(run))
        held.add_done_callback(lambda done: _fail(ready, done))
        return await ready

    def release(self) -> None:
        """Let writes go on."""
        if self._hold is not None:
            self._hold.set()
            self._hold = None


def _resolve(future: asyncio.Future[bool], value: bool) -> None:
    """Give a future its value, if anybody still waits for it."""
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[bool], done: asyncio.Future[None]) -> None:
    """Let a future fail as the work did that was to resolve it."""
    error = None if done.cancelled() else done.exception()
    if error is not None and not future.done():
        future.set_exception(error)
