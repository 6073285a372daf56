"""What a job tells, and which changes of its status are allowed by hand."""

from datetime import datetime, timedelta

import pytest

from custom_components.printernizer.core.jobs import (
    Job,
    JobStatus,
    may_change,
    whole_seconds,
)

from .watching import utc

PENDING, RUNNING, PAUSED = JobStatus.PENDING, JobStatus.RUNNING, JobStatus.PAUSED
COMPLETED, FAILED = JobStatus.COMPLETED, JobStatus.FAILED
CANCELLED, UNKNOWN = JobStatus.CANCELLED, JobStatus.UNKNOWN
ENDS = {COMPLETED, FAILED, CANCELLED}
# Where a user may lead a job from each status; staying is always fine.
BY_HAND = {
    PENDING: {RUNNING, *ENDS},
    RUNNING: {PAUSED, *ENDS},
    PAUSED: {RUNNING, *ENDS},
    COMPLETED: {*ENDS, UNKNOWN},
    FAILED: {*ENDS, UNKNOWN},
    CANCELLED: {*ENDS, UNKNOWN},
    UNKNOWN: ENDS,
}


@pytest.mark.parametrize("old", list(JobStatus))
@pytest.mark.parametrize("new", list(JobStatus))
def test_a_status_changes_by_hand_only_forward(old: JobStatus, new: JobStatus) -> None:
    """What has ended never runs again by hand, and only a printer knows nothing."""
    assert may_change(old, new) is (new is old or new in BY_HAND[old])


def job(**fields: object) -> Job:
    """Return a job with some fields."""
    plain: dict[str, object] = {
        "id": "01",
        "printer_id": "octoprint_1",
        "printer_type": "octoprint",
        "job_name": "a",
        "status": RUNNING,
        "created_at": utc(0),
        "updated_at": utc(0),
    }
    return Job(**(plain | fields))  # type: ignore[arg-type]


def test_a_job_is_open_while_its_print_goes_on() -> None:
    """Running or paused; a pending one has no print yet."""
    assert {status for status in JobStatus if job(status=status).is_open} == {
        RUNNING,
        PAUSED,
    }


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        (utc(0), utc(90.9), 90),
        (utc(90), utc(0), 0),
        (None, utc(0), None),
        (utc(0), None, None),
        (utc(0), utc(0) + timedelta(days=2), 172_800),
    ],
)
def test_durations_are_whole_seconds_and_never_negative(
    start: datetime | None, end: datetime | None, seconds: int | None
) -> None:
    """A clock that was set back makes no negative print."""
    assert whole_seconds(start, end) == seconds
