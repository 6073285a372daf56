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
    ("material", "power", "together"),
    [(None, None, None), (1.5, None, 1.5), (None, 0.25, 0.25), (0.1, 0.2, 0.3)],
)
def test_costs_are_added_as_far_as_they_are_known(
    material: float | None, power: float | None, together: float | None
) -> None:
    """Rounded to a hundredth of a cent."""
    assert job(material_cost=material, power_cost=power).cost_eur == together


def test_costs_are_rounded_to_a_hundredth_of_a_cent() -> None:
    """No more digits than money has."""
    assert job(material_cost=1 / 3, power_cost=0.0).cost_eur == 0.3333


def test_customer_info_tells_how_a_job_came_about() -> None:
    """The keys are those that clients of Printernizer read."""
    seen = job(
        auto_created=True,
        discovery_time=utc(30),
        printer_start_time=utc(10),
        discovered_on_startup=True,
        discovered_afterwards=True,
        customer_name="Ada",
        details={"colour": "red"},
    )
    assert seen.customer_info == {
        "colour": "red",
        "auto_created": True,
        "discovery_time": "2026-11-22T12:00:30+00:00",
        "printer_start_time": "2026-11-22T12:00:10+00:00",
        "discovered_on_startup": True,
        "discovered_afterwards": True,
        "name": "Ada",
    }


def test_o10_a_job_made_by_hand_is_not_auto_created() -> None:
    """The print that took it over left the times of its discovery, and no more."""
    assert job(discovery_time=utc(30)).customer_info == {
        "discovery_time": "2026-11-22T12:00:30+00:00",
        "printer_start_time": None,
        "discovered_on_startup": False,
    }
    assert job().customer_info is None


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
