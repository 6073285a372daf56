"""Open the job of a print, find it, or let a job that waits be it."""

from collections.abc import Callable
import math

from ..core.frozen import frozen, replace
from ..core.jobs import Job, JobStatus
from ..core.names import MAX_NAME, job_name, match_name
from ..core.transitions import Print, PrintBegan
from .codec import Stored
from .ends import end_lost
from .models import JobEvent, Result
from .statements import storable_key
from .transaction import Transaction

_LONGEST_ESTIMATE_S = 10 * 365 * 86400


def print_name(filename: str | None, title: str | None) -> str:
    """Return what a job is called after its print."""
    if title and title.strip():
        # A title is no path: "1/2 inch nut" has no folder.
        return title.strip()[:MAX_NAME] if "/" in title else job_name(title)
    return job_name(filename)


@frozen()
class Opener:
    """Carries out the order to open the job of a print."""

    work: Transaction
    printer_id: str
    printer_type: str
    new_id: Callable[[], str]

    def begin(self, order: PrintBegan) -> tuple[Result, Stored | None]:
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
        end_lost(self.work, other, seen.began_at)
        return self.printer_id

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
            if name == match_name(stored.job.filename or stored.job.job_name)
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
        new = self.work.change(stored, new, seen_at=order.seen_at)
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
            updated_at=self.work.at(order.seen_at, since=discovered),
            start_time=told_start or discovered,
            estimated_duration=_seconds(seen.estimated_s),
            auto_created=True,
            discovery_time=discovered,
            printer_start_time=told_start,
            discovered_on_startup=seen.on_startup,
            discovered_afterwards=seen.afterwards,
            print_key=storable_key(seen.key),
            print_id=seen.print_id,
            progress=order.progress,
            elapsed_s=order.elapsed_s,
        )


def _standing(stored: Stored) -> Result:
    """Tell where the job of a print stands that is said to begin."""
    if stored.detached:
        return Result.DETACHED
    return Result.EXISTING if stored.job.is_open else Result.ENDED


def _seconds(value: float | None) -> int | None:
    """Return an estimate in whole seconds, None where it is none."""
    if value is None or not math.isfinite(value) or value < 0:
        return None
    return min(int(value), _LONGEST_ESTIMATE_S)
