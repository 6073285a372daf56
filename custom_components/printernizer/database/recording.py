"""Carry out what the detector ordered about the prints of one printer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
import math
from typing import assert_never

from ..core.jobs import Job, JobStatus, OutcomeSource, whole_seconds
from ..core.names import MAX_NAME, job_name, match_name
from ..core.transitions import (
    Print,
    PrintBegan,
    PrintDropped,
    PrintEnded,
    PrintNamed,
    PrintReopened,
    PrintStatusChanged,
    Transition,
)
from .codec import Stored
from .models import JobEvent, Recording, Result
from .texts import with_note
from .transaction import Transaction, storable_key

_LONGEST_ESTIMATE_S = 10 * 365 * 86400
_END_EVENTS = {
    JobStatus.COMPLETED: (JobEvent.ENDED, JobEvent.COMPLETED),
    JobStatus.FAILED: (JobEvent.ENDED, JobEvent.FAILED),
    JobStatus.CANCELLED: (JobEvent.ENDED, JobEvent.CANCELLED),
}


def end_events(status: JobStatus) -> tuple[JobEvent, ...]:
    """Return the events that tell of an end."""
    return _END_EVENTS.get(status, (JobEvent.ENDED,))


def print_name(filename: str | None, title: str | None) -> str:
    """Return what a job is called after its print."""
    if title and title.strip():
        # A title is no path: "1/2 inch nut" has no folder.
        return title.strip()[:MAX_NAME] if "/" in title else job_name(title)
    return job_name(filename)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Carries out the orders of one look at one printer, in one transaction."""

    work: Transaction
    printer_id: str
    printer_type: str
    new_id: Callable[[], str]

    def carry_out(self, transitions: Sequence[Transition]) -> tuple[Recording, ...]:
        """Carry out all orders in their sequence."""
        return tuple(self._one(transition) for transition in transitions)

    def _one(self, order: Transition) -> Recording:
        """Carry out one order."""
        if isinstance(order, PrintBegan):
            result, stored = self._begin(order)
        else:
            result, stored = self._follow(order)
        job = stored.job if stored else None
        return Recording(transition=order, result=result, job=job)

    # -- the begin -------------------------------------------------------------------

    def _begin(self, order: PrintBegan) -> tuple[Result, Stored | None]:
        """Open the job of a print, or find it."""
        seen = order.print
        found = self.work.situation(self.printer_id, seen.key)
        if found.known is not None:
            return _standing(found.known), found.known
        if found.is_deleted:
            return Result.DELETED, None
        waiting = self._waiting(seen, found.waiting)
        if waiting is None and not order.record:
            return Result.NOT_RECORDED, None
        slot: str | None = self.printer_id
        if found.in_slot is not None:
            slot = self._freed(found.in_slot, seen)
        if waiting is not None:
            return Result.ADOPTED, self._adopt(waiting, order, slot)
        return Result.CREATED, self._create(order, slot)

    def _freed(self, other: Stored, seen: Print) -> str | None:
        """Make room for the printer's one open print, where this one is open."""
        if seen.afterwards:
            # It ended before the open one began, and ends in this transaction.
            return None
        self._end_lost(other, seen.began_at)
        return self.printer_id

    def _end_lost(self, stored: Stored, latest: datetime) -> Stored:
        """Close a job whose print was lost sight of before another one began."""
        end = _within(stored.job, latest, self.work.now)
        return self._close(
            stored,
            JobStatus.UNKNOWN,
            replace(
                stored.job,
                status=JobStatus.UNKNOWN,
                outcome_source=OutcomeSource.INFERRED,
                end_time=end,
                actual_duration=whole_seconds(stored.job.start_time, end),
            ),
        )

    def _waiting(self, seen: Print, number: int) -> Stored | None:
        """Return the pending job, of so many, that this print is of (row O10)."""
        if not number:
            return None
        if number == 1:
            only = self.work.waiting(self.printer_id, None)[0]
            if not only.job.filename:
                return only
        names = {match_name(seen.filename), match_name(seen.title)} - {""}
        found = [
            stored
            for name in names
            for stored in self.work.waiting(self.printer_id, name)
            if name
            in (match_name(stored.job.filename), match_name(stored.job.job_name))
        ]
        return min(found, key=lambda stored: stored.seq, default=None)

    def _adopt(self, stored: Stored, order: PrintBegan, slot: str | None) -> Stored:
        """Let a job made by hand be the job of a print; what the user wrote stays."""
        seen, job = order.print, stored.job
        began = self._begun(order)
        adopted = replace(
            job,
            status=began.status,
            start_time=began.start_time,
            filename=job.filename or began.filename,
            estimated_duration=job.estimated_duration or began.estimated_duration,
            discovery_time=began.discovery_time,
            printer_start_time=began.printer_start_time,
            discovered_on_startup=began.discovered_on_startup,
            discovered_afterwards=began.discovered_afterwards,
            print_key=storable_key(seen.key),
            print_id=seen.print_id,
        )
        new = replace(stored, job=adopted, open_slot=slot)
        new = self.work.change(stored, new)
        self.work.announce(new.job, JobEvent.STARTED, previous=job.status)
        return new

    def _create(self, order: PrintBegan, slot: str | None) -> Stored:
        """Open a job of its own for a print."""
        stored = self.work.insert(Stored(job=self._begun(order), open_slot=slot))
        self.work.announce(stored.job, JobEvent.AUTO_CREATED, JobEvent.STARTED)
        return stored

    def _begun(self, order: PrintBegan) -> Job:
        """Return the job of a print that just began."""
        seen, now = order.print, self.work.now
        discovered = min(seen.discovered_at, now)
        told_start = seen.start_time and min(seen.start_time, discovered)
        return Job(
            id=self.new_id(),
            printer_id=self.printer_id,
            printer_type=self.printer_type,
            job_name=print_name(seen.filename, seen.title),
            filename=seen.filename,
            status=JobStatus.PAUSED if order.paused else JobStatus.RUNNING,
            created_at=discovered,
            updated_at=now,
            start_time=told_start or discovered,
            estimated_duration=_seconds(seen.estimated_s),
            auto_created=True,
            discovery_time=discovered,
            printer_start_time=told_start,
            discovered_on_startup=seen.on_startup,
            discovered_afterwards=seen.afterwards,
            print_key=storable_key(seen.key),
            print_id=seen.print_id,
        )

    # -- what follows ------------------------------------------------------------------

    def _follow(
        self,
        order: PrintStatusChanged
        | PrintNamed
        | PrintEnded
        | PrintReopened
        | PrintDropped,
    ) -> tuple[Result, Stored | None]:
        """Carry out an order about a print that has begun."""
        stored = self.work.by_key(self.printer_id, order.key)
        if stored is None:
            gone = self.work.is_deleted(self.printer_id, order.key)
            return (Result.DELETED if gone else Result.MISSING), None
        if stored.detached:
            return Result.DETACHED, stored
        match order:
            case PrintStatusChanged():
                return self._set_paused(stored, order)
            case PrintNamed():
                return self._name(stored, order)
            case PrintEnded():
                return self._end(stored, order)
            case PrintReopened():
                return self._reopen(stored, order)
            case PrintDropped():
                return self._drop(stored)
            case _:
                assert_never(order)

    def _set_paused(
        self, stored: Stored, order: PrintStatusChanged
    ) -> tuple[Result, Stored]:
        """Pause a job or let it go on."""
        if not stored.job.is_open:
            return Result.ENDED, stored
        status = JobStatus.PAUSED if order.paused else JobStatus.RUNNING
        if stored.job.status is status:
            return Result.UNCHANGED, stored
        job = replace(
            stored.job,
            status=status,
            progress=_known(order.progress, stored.job.progress),
            elapsed_s=_known(order.elapsed_s, stored.job.elapsed_s),
        )
        new = self.work.change(stored, replace(stored, job=job))
        event = JobEvent.PAUSED if order.paused else JobEvent.RESUMED
        self.work.announce(new.job, event, previous=stored.job.status)
        return Result.CHANGED, new

    def _name(self, stored: Stored, order: PrintNamed) -> tuple[Result, Stored]:
        """Fill in name and id that came late, where the user chose no other."""
        job = stored.job
        filename = order.filename or job.filename
        if stored.file_edited or (job.filename and not job.auto_created):
            filename = job.filename
        name = job.job_name
        if job.auto_created and not stored.name_edited:
            name = print_name(order.filename or job.filename, order.title)
        named = replace(
            job,
            filename=filename,
            job_name=name,
            print_id=order.print_id or job.print_id,
        )
        if named == job:
            return Result.UNCHANGED, stored
        return Result.CHANGED, self.work.change(stored, replace(stored, job=named))

    def _end(self, stored: Stored, order: PrintEnded) -> tuple[Result, Stored]:
        """Close a job, or correct how it was closed."""
        job = stored.job
        if not job.is_open and not (order.corrects and _is_unsure(job)):
            return Result.ENDED, stored
        end = _within(job, order.end_time, self.work.now)
        done = order.status is JobStatus.COMPLETED
        closed = replace(
            job,
            status=order.status,
            outcome_source=order.source,
            end_time=end,
            actual_duration=whole_seconds(job.start_time, end),
            progress=100.0 if done else _known(order.progress, job.progress),
            material_used=_known(order.material_g, job.material_used),
            notes=with_note(job.notes, order.reason),
        )
        if closed == job:
            return Result.UNCHANGED, stored
        return Result.CHANGED, self._close(stored, order.status, closed)

    def _close(self, stored: Stored, status: JobStatus, closed: Job) -> Stored:
        """Write an end and announce it."""
        new = self.work.change(stored, replace(stored, job=closed, open_slot=None))
        previous = stored.job.status
        self.work.announce(new.job, *end_events(status), previous=previous)
        return new

    def _reopen(self, stored: Stored, order: PrintReopened) -> tuple[Result, Stored]:
        """Let a job go on that was closed without a seen end (row C11)."""
        job = stored.job
        if job.is_open:
            return Result.UNCHANGED, stored
        if not _is_unsure(job):
            return Result.ENDED, stored
        other = self.work.by_slot(self.printer_id)
        if other is not None:
            self._end_lost(other, self.work.now)
        reopened = replace(
            job,
            status=JobStatus.PAUSED if order.paused else JobStatus.RUNNING,
            outcome_source=None,
            end_time=None,
            actual_duration=None,
        )
        new = replace(stored, job=reopened, open_slot=self.printer_id)
        new = self.work.change(stored, new)
        self.work.announce(new.job, JobEvent.RESUMED, previous=job.status)
        return Result.CHANGED, new

    def _drop(self, stored: Stored) -> tuple[Result, Stored]:
        """Remove the job of a print that the user's rules ignore.

        A job made by hand goes back to where it was: what the user wrote is theirs.
        """
        job = stored.job
        self.work.bury(job)
        if job.auto_created:
            self.work.remove(stored)
            self.work.announce_removal(job)
            return Result.DROPPED, stored
        waiting = replace(
            job,
            status=JobStatus.PENDING,
            outcome_source=None,
            start_time=None,
            end_time=None,
            actual_duration=None,
            progress=None,
            elapsed_s=None,
            discovery_time=None,
            printer_start_time=None,
            discovered_on_startup=False,
            discovered_afterwards=False,
            print_key=None,
            print_id=None,
        )
        new = replace(stored, job=waiting, open_slot=None)
        return Result.RETURNED, self.work.change(stored, new)


def _standing(stored: Stored) -> Result:
    """Tell where the job of a print stands that is said to begin."""
    if stored.detached:
        return Result.DETACHED
    return Result.EXISTING if stored.job.is_open else Result.ENDED


def _is_unsure(job: Job) -> bool:
    """Tell whether nobody saw how the job ended."""
    if job.outcome_source is OutcomeSource.USER:
        return False
    return (
        job.status is JobStatus.UNKNOWN or job.outcome_source is OutcomeSource.INFERRED
    )


def _within(job: Job, end: datetime, now: datetime) -> datetime:
    """Return an end that is not in the future, nor before the start."""
    return max(job.start_time or job.created_at, min(end, now))


def _known[T](new: T | None, old: T | None) -> T | None:
    """Return the newer value where there is one."""
    return old if new is None else new


def _seconds(value: float | None) -> int | None:
    """Return an estimate in whole seconds, None where it is none."""
    if value is None or not math.isfinite(value) or value < 0:
        return None
    return min(int(value), _LONGEST_ESTIMATE_S)
