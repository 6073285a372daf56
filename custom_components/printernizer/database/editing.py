"""Changes by hand: create, edit, set the status, delete."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from ..core.frozen import frozen, replace
from ..core.jobs import (
    ENDED_STATUSES,
    OPEN_STATUSES,
    Job,
    JobStatus,
    OutcomeSource,
    may_change,
    whole_seconds,
)
from .codec import Stored
from .ends import end_events
from .errors import EditConflict, JobActive, JobNotFound, TransitionForbidden
from .models import Edited, JobChanges, JobEvent, NewJob
from .texts import with_note
from .transaction import Transaction

type Check = Callable[[Job, Job], None]
"""Called with the job before and after an edit; raises to refuse it."""


@frozen()
class Editor:
    """Carries out one change by hand in one transaction."""

    work: Transaction

    def create(self, wanted: NewJob, job_id: str) -> Edited:
        """Add a pending job."""
        now = self.work.now
        job = Job(
            id=job_id,
            status=JobStatus.PENDING,
            created_at=now,
            updated_at=now,
            **asdict(wanted),
        )
        stored = Stored(job=job, name_edited=True, file_edited=bool(job.filename))
        stored = self.work.insert(stored)
        return self._edited(None, stored)

    def update(
        self,
        job_id: str,
        changes: JobChanges,
        if_match: int | None,
        check: Check | None,
    ) -> Edited:
        """Change fields, and the status where one is named.

        A running print is on its own printer: its job moves when it is over.
        """
        before = self._find(job_id, if_match)
        wanted: dict[str, Any] = {**changes}
        status: JobStatus | None = wanted.pop("status", None)
        if "details" in wanted:
            wanted["details"] = _merged(before.job.details, wanted["details"])
        job = replace(before.job, **wanted)
        # A client that sends back all that it read has chosen no name.
        stored = replace(
            before,
            job=job,
            name_edited=before.name_edited or job.job_name != before.job.job_name,
            file_edited=before.file_edited or job.filename != before.job.filename,
        )
        moves = job.printer_id != before.job.printer_id
        if moves:
            stored = self._moved(before, stored)
        if status is not None and status is not before.job.status:
            stored = self._with_status(stored, status, force=False)
        if moves and _follows_print(before) and stored.job.is_open:
            raise JobActive(job_id)
        if check is not None:
            check(before.job, stored.job)
        return self._write(before, stored)

    def set_status(
        self,
        job_id: str,
        status: JobStatus,
        *,
        note: str | None,
        force: bool,
        if_match: int | None,
        check: Check | None,
    ) -> Edited:
        """Set the status; a running print goes on without its job if that ends it."""
        before = self._find(job_id, if_match)
        job = replace(before.job, notes=with_note(before.job.notes, note))
        stored = replace(before, job=job)
        if status is not before.job.status:
            stored = self._with_status(stored, status, force)
        if check is not None:
            check(before.job, stored.job)
        return self._write(before, stored)

    def delete(self, job_id: str, force: bool, if_match: int | None) -> Edited:
        """Remove a job; its print is not recorded again."""
        stored = self._find(job_id, if_match)
        if stored.job.is_open and not force:
            raise JobActive(job_id)
        self.work.bury(stored.job)
        self.work.remove(stored)
        self.work.announce_removal(stored.job)
        return Edited(
            job=stored.job,
            previous=stored.job,
            version=stored.version,
            detached=_follows_print(stored),
            announcements=tuple(self.work.announcements),
        )

    # -- parts -----------------------------------------------------------------------

    def _find(self, job_id: str, if_match: int | None) -> Stored:
        """Return the job, if it is the version that the caller knows."""
        stored = self.work.by_id(job_id)
        if stored is None:
            raise JobNotFound(job_id)
        if if_match is not None and if_match != stored.version:
            raise EditConflict(job_id)
        return stored

    def _moved(self, before: Stored, stored: Stored) -> Stored:
        """Let a job belong to another printer: its print is no longer its own."""
        self.work.bury(before.job)
        job = replace(stored.job, print_key=None, print_id=None)
        return replace(stored, job=job, open_slot=None, detached=False)

    def _with_status(self, stored: Stored, status: JobStatus, force: bool) -> Stored:
        """Return the job with a status set by hand; raises TransitionForbidden."""
        old = stored.job.status
        if not force and not may_change(old, status):
            raise TransitionForbidden(old, status)
        if status in ENDED_STATUSES:
            return self._ended(stored, status)
        if status in OPEN_STATUSES:
            return self._opened(stored, status)
        self.work.bury(stored.job)
        job = replace(
            stored.job,
            status=status,
            outcome_source=None,
            start_time=None,
            end_time=None,
            actual_duration=None,
            progress=None,
            elapsed_s=None,
            print_key=None,
            print_id=None,
        )
        return replace(stored, job=job, open_slot=None, detached=False)

    def _ended(self, stored: Stored, status: JobStatus) -> Stored:
        """Return the job ended by hand, detached from its print."""
        job = stored.job
        end = job.end_time or max(self.work.now, job.start_time or self.work.now)
        ended = replace(
            job,
            status=status,
            outcome_source=OutcomeSource.USER,
            end_time=end,
            actual_duration=whole_seconds(job.start_time, end),
            progress=_progress_at_end(job, status),
        )
        has_print = job.print_key is not None
        return replace(stored, job=ended, open_slot=None, detached=has_print)

    def _opened(self, stored: Stored, status: JobStatus) -> Stored:
        """Return the job running or paused by hand."""
        job = replace(
            stored.job,
            status=status,
            outcome_source=None,
            start_time=stored.job.start_time or self.work.now,
            end_time=None,
            actual_duration=None,
        )
        # A print that is over has no say any more in a job reopened by hand.
        detached = stored.detached or (
            job.print_key is not None and not stored.job.is_open
        )
        return replace(stored, job=job, detached=detached)

    def _write(self, before: Stored, stored: Stored) -> Edited:
        """Write what changed and announce it."""
        if stored != before:
            stored = self.work.change(before, stored)
        events = _events(before.job.status, stored.job.status)
        if events:
            self.work.announce(stored.job, *events, previous=before.job.status)
        return self._edited(before, stored)

    def _edited(self, before: Stored | None, stored: Stored) -> Edited:
        """Return what the caller is told."""
        was = before is not None and _follows_print(before)
        return Edited(
            job=stored.job,
            previous=before.job if before else None,
            version=stored.version,
            detached=was and not _follows_print(stored),
            announcements=tuple(self.work.announcements),
        )


def _progress_at_end(job: Job, status: JobStatus) -> float | None:
    """Return how far a job came that is ended by hand, None where nobody knows.

    The 100 of one that was completed by hand is nobody's reading.
    """
    if status is JobStatus.COMPLETED:
        return 100.0
    by_hand = job.outcome_source is OutcomeSource.USER
    return None if by_hand and job.status is JobStatus.COMPLETED else job.progress


def _follows_print(stored: Stored) -> bool:
    """Tell whether a print that still runs is recorded in the job."""
    return stored.job.is_open and stored.open_slot is not None


def _merged(
    old: Mapping[str, Any] | None, changes: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return the further keys with the changes; None removes a key, or all of them."""
    if changes is None:
        return None
    merged = {**(old or {}), **changes}
    return {key: value for key, value in merged.items() if value is not None} or None


def _events(old: JobStatus, new: JobStatus) -> tuple[JobEvent, ...]:
    """Return the events that tell of a status set by hand."""
    if old is new or new is JobStatus.PENDING:
        return ()
    if new in ENDED_STATUSES:
        return end_events(new)
    if old is JobStatus.PENDING:
        return (JobEvent.STARTED,)
    return (JobEvent.PAUSED if new is JobStatus.PAUSED else JobEvent.RESUMED,)
