"""The job record: its fields, its states, and which changes are allowed by hand."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from .frozen import frozen


class JobStatus(StrEnum):
    """Where a job stands; ``unknown`` ended while nobody could see how."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class OutcomeSource(StrEnum):
    """How the end of a job is known."""

    PRINTER = "printer"
    HISTORY = "history"
    INFERRED = "inferred"
    USER = "user"


OPEN_STATUSES = frozenset({JobStatus.RUNNING, JobStatus.PAUSED})
ENDED_STATUSES = frozenset(
    {
        JobStatus.COMPLETED,
        JobStatus.FAILED,
        JobStatus.CANCELLED,
        JobStatus.UNKNOWN,
    }
)

_BY_HAND: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset(
        {
            JobStatus.RUNNING,
            JobStatus.COMPLETED,
            JobStatus.FAILED,
            JobStatus.CANCELLED,
        }
    ),
    JobStatus.RUNNING: frozenset(
        {
            JobStatus.PAUSED,
            JobStatus.COMPLETED,
            JobStatus.FAILED,
            JobStatus.CANCELLED,
        }
    ),
    JobStatus.PAUSED: frozenset(
        {
            JobStatus.RUNNING,
            JobStatus.COMPLETED,
            JobStatus.FAILED,
            JobStatus.CANCELLED,
        }
    ),
    JobStatus.COMPLETED: ENDED_STATUSES,
    JobStatus.FAILED: ENDED_STATUSES,
    JobStatus.CANCELLED: ENDED_STATUSES,
    JobStatus.UNKNOWN: ENDED_STATUSES,
}


def may_change(old: JobStatus, new: JobStatus) -> bool:
    """Tell whether a user may set ``new`` where ``old`` stands (no change is fine)."""
    return old is new or new in _BY_HAND[old]


@frozen(kw_only=True)
class Job:
    """One job, as stored; times are aware UTC, durations whole seconds.

    ``print_key`` ties the job to one print of its printer and is None for a job made
    by hand that no print has taken over. ``details`` holds the keys of
    ``customer_info`` beyond those of automatic creation and ``name``.
    """

    id: str
    printer_id: str
    printer_type: str
    job_name: str
    status: JobStatus
    created_at: datetime
    updated_at: datetime
    filename: str | None = None
    outcome_source: OutcomeSource | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    estimated_duration: int | None = None
    actual_duration: int | None = None
    progress: float | None = None
    material_used: float | None = None
    material_cost: float | None = None
    power_cost: float | None = None
    is_business: bool = False
    customer_name: str | None = None
    order_id: str | None = None
    notes: str | None = None
    auto_created: bool = False
    discovery_time: datetime | None = None
    printer_start_time: datetime | None = None
    discovered_on_startup: bool = False
    discovered_afterwards: bool = False
    details: dict[str, Any] | None = None
    print_key: str | None = None
    print_id: str | None = None
    elapsed_s: float | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the job's print goes on."""
        return self.status in OPEN_STATUSES


def whole_seconds(start: datetime | None, end: datetime | None) -> int | None:
    """Return the whole seconds from ``start`` to ``end``, never negative."""
    if start is None or end is None:
        return None
    return max(0, int((end - start).total_seconds()))
