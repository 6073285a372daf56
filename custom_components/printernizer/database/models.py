"""What goes into the job history and what comes out of it."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict

from ..core.frozen import frozen
from ..core.jobs import Job, JobStatus
from ..core.transitions import Transition


class JobEvent(StrEnum):
    """What is announced of a job."""

    AUTO_CREATED = "job_auto_created"
    STARTED = "job_started"
    PAUSED = "job_paused"
    RESUMED = "job_resumed"
    ENDED = "job_ended"
    COMPLETED = "job_completed"
    FAILED = "job_failed"
    CANCELLED = "job_cancelled"
    DELETED = "job_deleted"


@frozen(kw_only=True)
class Announcement:
    """One change of a job and the events that tell of it, in their order.

    ``id`` goes to ``JobDatabase.announced`` after all events were sent; None where
    nothing is kept (a deletion is told to those who listen now). ``job`` is the job
    as it stood right after the change.
    """

    id: int | None
    events: tuple[JobEvent, ...]
    job: Job
    previous_status: JobStatus | None = None


class Result(StrEnum):
    """What became of one transition."""

    CREATED = "created"
    ADOPTED = "adopted"
    """A pending job made by hand became the print."""
    EXISTING = "existing"
    """The print's job is there and open: nothing new."""
    ENDED = "ended"
    """The print's job is there and has ended: nothing was changed."""
    DETACHED = "detached"
    """The user ended the print's job by hand: nothing was changed."""
    DELETED = "deleted"
    """The user, or a rule of theirs, deleted the print's job: nothing was changed."""
    NOT_RECORDED = "not_recorded"
    """The print is not to be recorded, and no pending job wanted it."""
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DROPPED = "dropped"
    RETURNED = "returned"
    """The dropped print's job had been made by hand and is pending again."""
    MISSING = "missing"
    """No job has this key."""


@frozen(kw_only=True)
class Recording:
    """What became of one transition, and the job as it stands after it."""

    transition: Transition
    result: Result
    job: Job | None = None


@frozen(kw_only=True)
class Recorded:
    """What became of all transitions of one look.

    ``recordings`` are in the order of the transitions; ``announcements`` may tell of
    further jobs (one left open by a lost session is closed).
    """

    recordings: tuple[Recording, ...]
    announcements: tuple[Announcement, ...]


@frozen(kw_only=True)
class Edited:
    """A job after a change by hand.

    ``detached`` tells that the job's print goes on without the job from now on.
    ``version`` is what the next edit may demand with ``if_match``.
    """

    job: Job
    previous: Job | None
    version: int
    detached: bool = False
    announcements: tuple[Announcement, ...] = ()


@frozen(kw_only=True)
class VersionedJob:
    """A job with the number of its changes; saved progress does not count."""

    job: Job
    version: int


@frozen(kw_only=True)
class OpenResult:
    """How the database was found; ``moved_aside`` is where a damaged file went.

    ``is_new`` tells that there was none.
    """

    moved_aside: Path | None = None
    is_new: bool = False


@frozen(kw_only=True)
class PrinterRecord:
    """What the history knows of one printer, to rebuild its session from.

    ``open_job`` is the job of the print that runs as far as recorded, ``latest`` the
    job of the newest print, ``tombstones`` the keys of deleted jobs' prints.
    """

    open_job: Job | None
    latest: Job | None
    tombstones: frozenset[str]
    mark: dict[str, Any] | None


@frozen(kw_only=True)
class Progress:
    """How far a running print is, and when that was seen."""

    printer_id: str
    key: str
    seen_at: datetime
    progress: float | None
    elapsed_s: float | None = None
    material_g: float | None = None


class OrderBy(StrEnum):
    """What a list may be ordered by; jobs alike are in the order of their creation.

    A job that has not started counts by its creation, one that has not ended as the
    latest. Names are compared without regard to case and accents.
    """

    CREATED_AT = "created_at"
    START_TIME = "start_time"
    END_TIME = "end_time"
    JOB_NAME = "job_name"
    STATUS = "status"


@frozen(kw_only=True)
class JobFilter:
    """Which jobs; None means any.

    ``start`` (inclusive) and ``end`` (exclusive) compare with the start time, or
    with the creation of a job that has not started. ``q`` is contained in the name
    or the file name, in any case; no character of it has a special meaning.
    """

    printer_id: str | None = None
    status: JobStatus | None = None
    is_business: bool | None = None
    auto_created: bool | None = None
    start: datetime | None = None
    end: datetime | None = None
    q: str | None = None
    job_id: str | None = None


EVERY_JOB = JobFilter()


@frozen(kw_only=True)
class Wanted:
    """Which page of which list: at most ``limit`` jobs after ``offset`` others."""

    jobs: JobFilter = EVERY_JOB
    order_by: OrderBy = OrderBy.CREATED_AT
    descending: bool = True
    limit: int = 50
    offset: int = 0


@frozen(kw_only=True)
class Page[T]:
    """What became of the jobs on one page, and how many jobs the whole list has."""

    jobs: tuple[T, ...]
    total: int


type JobPage = Page[Job]


@frozen(kw_only=True)
class JobCounts:
    """How many jobs are running or paused, and how many were created since."""

    active: int
    since: int


@frozen(kw_only=True)
class PrinterStatistics:
    """What one printer did; times in seconds, material in grams."""

    total_jobs: int = 0
    by_status: Mapping[JobStatus, int] = field(default_factory=dict)
    print_time_s: int = 0
    material_g: float = 0.0


class JobChanges(TypedDict, total=False):
    """What may be changed by hand; an absent key stays, None clears.

    ``details`` is merged key by key, a None in it removes the key, and None alone all
    of them. A new ``printer_id`` comes with its ``printer_type``. ``status`` follows the
    transitions that are allowed by hand.
    """

    job_name: str
    filename: str | None
    printer_id: str
    printer_type: str
    status: JobStatus
    is_business: bool
    customer_name: str | None
    order_id: str | None
    notes: str | None
    details: dict[str, Any] | None
    estimated_duration: int | None
    material_used: float | None
    material_cost: float | None
    power_cost: float | None


@frozen(kw_only=True)
class NewJob:
    """A job made by hand, which waits for its print."""

    printer_id: str
    printer_type: str
    job_name: str
    filename: str | None = None
    estimated_duration: int | None = None
    material_cost: float | None = None
    power_cost: float | None = None
    is_business: bool = False
    customer_name: str | None = None
    order_id: str | None = None
    notes: str | None = None
    details: dict[str, Any] | None = None
