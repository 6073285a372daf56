"""Carry out what the detector ordered about the prints of one printer."""

from collections.abc import Callable, Sequence
from typing import assert_never

from ..core.frozen import frozen, replace
from ..core.jobs import Job, JobStatus, OutcomeSource, whole_seconds
from ..core.transitions import (
    PrintBegan,
    PrintDropped,
    PrintEnded,
    PrintNamed,
    PrintReopened,
    PrintStatusChanged,
    Transition,
)
from .codec import Stored
from .ends import close, end_lost, within
from .models import JobEvent, Recording, Result
from .opening import Opener, print_name
from .texts import with_note
from .transaction import Transaction


@frozen()
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
            opener = Opener(self.work, self.printer_id, self.printer_type, self.new_id)
            result, stored = opener.begin(order)
        else:
            result, stored = self._follow(order)
        job = stored.job if stored else None
        return Recording(transition=order, result=result, job=job)

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
        new = replace(stored, job=job)
        new = self.work.change(stored, new, seen_at=order.seen_at)
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
            print_id=order.print_id,
            progress=_known(order.progress, job.progress),
            elapsed_s=_known(order.elapsed_s, job.elapsed_s),
        )
        if named == job:
            return Result.UNCHANGED, stored
        new = replace(stored, job=named)
        return Result.CHANGED, self.work.change(stored, new, seen_at=order.seen_at)

    def _end(self, stored: Stored, order: PrintEnded) -> tuple[Result, Stored]:
        """Close a job, or correct how it was closed."""
        job = stored.job
        if not job.is_open and not (order.corrects and _is_unsure(job)):
            return Result.ENDED, stored
        end = within(job, order.end_time, self.work.now)
        start = min(job.start_time, end) if job.start_time else None
        done = order.status is JobStatus.COMPLETED
        closed = replace(
            job,
            status=order.status,
            outcome_source=order.source,
            start_time=start,
            end_time=end,
            actual_duration=whole_seconds(start, end),
            progress=100.0 if done else _known(order.progress, job.progress),
            elapsed_s=_known(order.elapsed_s, job.elapsed_s),
            material_used=_known(order.material_g, job.material_used),
            notes=with_note(job.notes, order.reason),
        )
        if closed == job:
            return Result.UNCHANGED, stored
        return Result.CHANGED, close(self.work, stored, closed)

    def _reopen(self, stored: Stored, order: PrintReopened) -> tuple[Result, Stored]:
        """Let a job go on that was closed without a seen end (row C11)."""
        job = stored.job
        if job.is_open:
            return Result.UNCHANGED, stored
        if not _is_unsure(job):
            return Result.ENDED, stored
        other = self.work.by_slot(self.printer_id)
        if other is not None:
            end_lost(self.work, other, self.work.now)
        reopened = replace(
            job,
            status=JobStatus.PAUSED if order.paused else JobStatus.RUNNING,
            outcome_source=None,
            end_time=None,
            actual_duration=None,
            progress=_known(order.progress, job.progress),
            elapsed_s=_known(order.elapsed_s, job.elapsed_s),
        )
        new = replace(stored, job=reopened, open_slot=self.printer_id)
        new = self.work.change(stored, new, seen_at=order.seen_at)
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


def _is_unsure(job: Job) -> bool:
    """Tell whether nobody saw how the job ended."""
    if job.outcome_source is OutcomeSource.USER:
        return False
    return (
        job.status is JobStatus.UNKNOWN or job.outcome_source is OutcomeSource.INFERRED
    )


def _known[T](new: T | None, old: T | None) -> T | None:
    """Return the newer value where there is one."""
    return old if new is None else new
