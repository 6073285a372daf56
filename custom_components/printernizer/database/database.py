"""The job history as the rest of the integration sees it."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import Any

from sqlalchemy import URL

from ..core.jobs import Job, JobStatus
from ..core.transitions import Transition
from .connection import READERS, Connections, parsed_url
from .editing import Check, Editor
from .errors import DatabaseDamaged, DatabaseError, JobNotFound
from .list_memory import Generation, ListMemory
from .models import (
    EVERY_JOB,
    Announcement,
    Edited,
    JobChanges,
    JobCounts,
    JobFilter,
    JobPage,
    NewJob,
    OpenResult,
    OrderBy,
    PrinterRecord,
    PrinterStatistics,
    Progress,
    Recorded,
    VersionedJob,
)
from .reading import Reader
from .recording import Recorder
from .schema import migrate
from .transaction import Transaction
from .upkeep import probe, prune

_CHUNK = 500


def _utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class JobDatabase:
    """All jobs, on disk.

    Nothing here blocks the event loop: one thread writes, some read. Every method may
    raise DatabaseError; nothing of a change that raised was kept.
    """

    def __init__(
        self, url: str | URL, *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        """Take any SQLAlchemy URL; ``clock`` gives the time of changes by hand."""
        self._connections = Connections(parsed_url(url))
        self._clock = clock
        self._generation = Generation()
        self._memory = ListMemory()
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
            return await self._in_writer(self._open)
        except BaseException:
            await self.close()
            raise

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
        """Open again after DatabaseDamaged: what is damaged is moved aside."""
        return await self._in_writer(lambda: self._open(thorough=True))

    def _open(self, *, thorough: bool = False) -> OpenResult:
        """Open the file, or a new one where it is damaged."""
        thorough = thorough or self._connections.is_left_open()
        try:
            self._open_file(thorough)
        except DatabaseDamaged:
            moved_aside = self._connections.move_aside()
            self._open_file(thorough=False)
            return OpenResult(moved_aside=moved_aside)
        return OpenResult()

    def _open_file(self, thorough: bool) -> None:
        """Open the file, as new or after a look whether it is sound."""
        self._connections.close()
        with self._connections.translating(), self._generation.changing():
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
            return await self._in_writer(run)

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
        with ExitStack() as until_committed:
            with self._connections.writing() as cursor:
                transaction = Transaction(cursor, now)
                result = work(transaction)
                if transaction.lists_changed:
                    until_committed.enter_context(self._generation.changing())
            return result

    async def _read[T](self, work: Callable[[Reader], T]) -> T:
        """Ask in one read transaction."""
        if self._readers is None:
            raise DatabaseError("not open")

        def run() -> T:
            generation = self._generation.number
            with self._connections.translating(), self._connections.reading() as cursor:
                seen = self._seen(generation)
                dialect = self._connections.dialect
                return work(Reader(cursor, dialect, self._memory, seen))

        loop = asyncio.get_running_loop()
        with self._noticing_damage():
            return await loop.run_in_executor(self._readers, run)

    def _seen(self, generation: int) -> int | None:
        """Return the generation that a snapshot shows which was taken since this one."""
        # A server's database may have other writers, which count nothing here.
        if self._connections.path is None or generation % 2:
            return None
        return generation if generation == self._generation.number else None

    # -- prints ----------------------------------------------------------------------

    async def record(  # noqa: PLR0917 - one look, in the order it came about
        self,
        printer_id: str,
        printer_type: str,
        transitions: Sequence[Transition],
        mark: Mapping[str, Any] | None,
        now: datetime,
        new_id: Callable[[], str],
    ) -> Recorded:
        """Carry out all orders of one look, and keep the mark, in one transaction.

        ``new_id`` is called in the writing thread.
        """

        def work(transaction: Transaction) -> Recorded:
            recorder = Recorder(transaction, printer_id, printer_type, new_id)
            recordings = recorder.carry_out(transitions)
            if mark is not None:
                transaction.save_mark(printer_id, mark)
            announcements = tuple(transaction.announcements)
            return Recorded(recordings=recordings, announcements=announcements)

        return await self._write(work, now)

    async def save_progress(self, rows: Iterable[Progress]) -> None:
        """Keep how far running prints are; jobs that no print follows are left alone."""
        kept = tuple(rows)
        await self._write(lambda transaction: _save_progress(transaction, kept))

    async def printer_record(self, printer_id: str) -> PrinterRecord:
        """Return what is known of a printer, to rebuild its session from."""
        now = self._clock()
        return await self._read(lambda reader: reader.printer_record(printer_id, now))

    async def job_of_print(self, printer_id: str, key: str) -> Job | None:
        """Return the job of a print, None where it has none."""
        return await self._read(lambda reader: reader.job_of_print(printer_id, key))

    async def pending_announcements(self) -> list[Announcement]:
        """Return what was committed and never announced, oldest first."""
        return await self._read(lambda reader: reader.announcements())

    async def announced(self, numbers: Iterable[int]) -> None:
        """Forget announcements all of whose events were sent."""
        kept = tuple(numbers)
        await self._write(lambda transaction: transaction.announced(kept))

    # -- questions -------------------------------------------------------------------

    async def job(self, job_id: str) -> Job:
        """Return a job; raises JobNotFound."""
        return (await self.versioned_job(job_id)).job

    async def versioned_job(self, job_id: str) -> VersionedJob:
        """Return a job and its version; raises JobNotFound."""
        found = await self._read(lambda reader: reader.job(job_id))
        if found is None:
            raise JobNotFound(job_id)
        return found

    async def page(
        self,
        wanted: JobFilter = EVERY_JOB,
        *,
        order_by: OrderBy = OrderBy.CREATED_AT,
        descending: bool = True,
        limit: int = 50,
        offset: int = 0,
    ) -> JobPage:
        """Return some jobs of a list, and the length of the list."""
        return await self._read(
            lambda reader: reader.page(wanted, order_by, descending, limit, offset)
        )

    async def stream(
        self,
        wanted: JobFilter = EVERY_JOB,
        *,
        order_by: OrderBy = OrderBy.CREATED_AT,
        descending: bool = True,
        chunk: int = _CHUNK,
    ) -> AsyncIterator[list[Job]]:
        """Yield a whole list in parts, at constant memory.

        A job that is changed meanwhile may move past the reader or before it.
        """
        last: tuple[Any, int] | None = None
        while True:
            ask = partial(
                Reader.after,
                wanted=wanted,
                order_by=order_by,
                descending=descending,
                limit=chunk,
                last=last,
            )
            jobs, last = await self._read(ask)
            if jobs:
                yield jobs
            if len(jobs) < chunk:
                return

    async def active_jobs(self) -> list[Job]:
        """Return all jobs that are running or paused, oldest first."""
        return await self._read(lambda reader: reader.active())

    async def counts(self, since: datetime) -> JobCounts:
        """Return how many jobs are running or paused, and were created since."""
        return await self._read(lambda reader: reader.counts(since))

    async def statistics(self, printer_id: str) -> PrinterStatistics:
        """Return what a printer did."""
        return await self._read(lambda reader: reader.statistics(printer_id))

    # -- changes by hand ---------------------------------------------------------------

    async def create(self, wanted: NewJob, job_id: str) -> Edited:
        """Add a pending job."""
        return await self._write(lambda work: Editor(work).create(wanted, job_id))

    async def update(
        self,
        job_id: str,
        changes: JobChanges,
        *,
        if_match: int | None = None,
        check: Check | None = None,
        force: bool = False,
    ) -> Edited:
        """Change a job.

        ``check`` is called in the writing thread with the job before and after, and
        may raise to refuse. Raises JobNotFound, EditConflict, TransitionForbidden.
        """
        return await self._write(
            lambda work: Editor(work).update(job_id, changes, if_match, check, force)
        )

    async def set_status(
        self,
        job_id: str,
        status: JobStatus,
        *,
        note: str | None = None,
        force: bool = False,
        if_match: int | None = None,
    ) -> Edited:
        """Set a job's status, and add a line to its notes.

        Raises JobNotFound, EditConflict, TransitionForbidden (never with ``force``).
        """
        return await self._write(
            lambda work: Editor(work).set_status(job_id, status, note, force, if_match)
        )

    async def delete(
        self, job_id: str, *, force: bool = False, if_match: int | None = None
    ) -> Edited:
        """Remove a job; raises JobNotFound, EditConflict, JobActive."""
        return await self._write(
            lambda work: Editor(work).delete(job_id, force, if_match)
        )

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


def _save_progress(transaction: Transaction, rows: Sequence[Progress]) -> None:
    """Keep the progress of jobs that follow a print."""
    for row in rows:
        stored = transaction.by_key(row.printer_id, row.key)
        if stored is None or stored.detached or not stored.job.is_open:
            continue
        job = stored.job
        new = replace(
            job,
            progress=job.progress if row.progress is None else row.progress,
            elapsed_s=job.elapsed_s if row.elapsed_s is None else row.elapsed_s,
            material_used=(
                job.material_used if row.material_g is None else row.material_g
            ),
            updated_at=transaction.now,
        )
        transaction.change(stored, replace(stored, job=new), touch=False)
