"""How a job ends: its events, its time, and the end of a print that was lost."""

from datetime import datetime

from ..core.frozen import replace
from ..core.jobs import Job, JobStatus, OutcomeSource, whole_seconds
from .codec import Stored
from .models import JobEvent
from .transaction import Transaction

_END_EVENTS = {
    JobStatus.COMPLETED: (JobEvent.ENDED, JobEvent.COMPLETED),
    JobStatus.FAILED: (JobEvent.ENDED, JobEvent.FAILED),
    JobStatus.CANCELLED: (JobEvent.ENDED, JobEvent.CANCELLED),
}


def end_events(status: JobStatus) -> tuple[JobEvent, ...]:
    """Return the events that tell of an end."""
    return _END_EVENTS.get(status, (JobEvent.ENDED,))


def within(job: Job, end: datetime, now: datetime) -> datetime:
    """Return an end that is not in the future, nor before the start."""
    end = min(end, now)
    if is_start_unknown(job):
        return end
    return max(job.start_time or job.created_at, end)


def is_start_unknown(job: Job) -> bool:
    """Tell whether the print was over when it was discovered, and nothing tells more."""
    return job.discovered_afterwards and job.printer_start_time is None


def close(work: Transaction, stored: Stored, closed: Job) -> Stored:
    """Write an end and announce it."""
    new = work.change(stored, replace(stored, job=closed, open_slot=None))
    previous = stored.job.status
    work.announce(new.job, *end_events(closed.status), previous=previous)
    return new


def end_lost(work: Transaction, stored: Stored, latest: datetime) -> Stored:
    """Close a job whose print was lost sight of before another one began."""
    job = stored.job
    end = within(job, latest, work.now)
    closed = replace(
        job,
        status=JobStatus.UNKNOWN,
        outcome_source=OutcomeSource.INFERRED,
        end_time=end,
        actual_duration=whole_seconds(job.start_time, end),
    )
    return close(work, stored, closed)
