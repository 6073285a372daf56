"""The job history as the rest of the integration sees it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from ..core.jobs import Job, JobStatus
from ..core.transitions import Transition
from .codec import job_from_row
from .editing import Check, Editor
from .errors import JobNotFound
from .models import (
    EVERY_JOB,
    Announcement,
    Edited,
    JobChanges,
    JobCounts,
    JobFilter,
    JobPage,
    NewJob,
    OrderBy,
    Page,
    PrinterRecord,
    PrinterStatistics,
    Progress,
    Recorded,
    VersionedJob,
    Wanted,
)
from .progress import save_progress
from .reading import Reader
from .recording import Recorder
from .sql import Build
from .threads import DatabaseThreads
from .transaction import Transaction

_CHUNK = 500


class JobDatabase(DatabaseThreads):
    """All jobs, on disk.

    Nothing here blocks the event loop: one thread writes, some read. Every method may
    raise DatabaseError; nothing of a change that raised was kept.
    """

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

    async def save_progress(self, rows: Iterable[Progress], now: datetime) -> None:
        """Keep how far running prints are; jobs that no print follows are left alone."""
        kept = tuple(rows)
        await self._write(lambda transaction: save_progress(transaction, kept), now)

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
        wanted_page = Wanted(
            jobs=wanted,
            order_by=order_by,
            descending=descending,
            limit=limit,
            offset=offset,
        )
        return await self.page_of(wanted_page, job_from_row)

    async def page_of[T](self, wanted: Wanted, build: Build[T]) -> Page[T]:
        """Return a page of a list with what is built of each row.

        ``build`` is called in a reading thread, with a job's columns as they are
        stored, in the order of the fields of ``Job``; more may follow.
        """
        return await self._read_page(wanted, build)

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
    ) -> Edited:
        """Change a job.

        ``check`` is called in the writing thread with the job before and after, and
        may raise to refuse. Raises JobNotFound, EditConflict, TransitionForbidden.
        """
        return await self._write(
            lambda work: Editor(work).update(job_id, changes, if_match, check)
        )

    async def set_status(
        self,
        job_id: str,
        status: JobStatus,
        *,
        note: str | None = None,
        force: bool = False,
        if_match: int | None = None,
        check: Check | None = None,
    ) -> Edited:
        """Set a job's status, and add a line to its notes; ``check`` may refuse it.

        Raises JobNotFound, EditConflict, TransitionForbidden (never with ``force``).
        """
        return await self._write(
            lambda work: Editor(work).set_status(
                job_id,
                status,
                note=note,
                force=force,
                if_match=if_match,
                check=check,
            )
        )

    async def delete(
        self, job_id: str, *, force: bool = False, if_match: int | None = None
    ) -> Edited:
        """Remove a job; raises JobNotFound, EditConflict, JobActive."""
        return await self._write(
            lambda work: Editor(work).delete(job_id, force, if_match)
        )
