"""Jobs as JSON: what is not simply a column."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.printernizer.api.serializers import job_to_json
from custom_components.printernizer.core.jobs import Job, JobStatus

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def utc(seconds: float) -> datetime:
    """Return a time after the start."""
    return START + timedelta(seconds=seconds)


def job(**fields: Any) -> Job:
    """Return a job with some fields."""
    plain: dict[str, Any] = {
        "id": "01",
        "printer_id": "octoprint_1",
        "printer_type": "octoprint",
        "job_name": "a",
        "status": JobStatus.RUNNING,
        "created_at": utc(0),
        "updated_at": utc(0),
    }
    return Job(**(plain | fields))


@pytest.mark.parametrize(
    ("material", "power", "together"),
    [(None, None, None), (1.5, None, 1.5), (None, 0.25, 0.25), (0.1, 0.2, 0.3)],
)
def test_costs_are_added_as_far_as_they_are_known(
    material: float | None, power: float | None, together: float | None
) -> None:
    """Rounded to a hundredth of a cent."""
    assert (
        job_to_json(job(material_cost=material, power_cost=power))["cost_eur"]
        == together
    )


def test_costs_are_rounded_to_a_hundredth_of_a_cent() -> None:
    """No more digits than money has."""
    assert job_to_json(job(material_cost=1 / 3, power_cost=0.0))["cost_eur"] == 0.3333


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
    assert job_to_json(seen)["customer_info"] == {
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
    assert job_to_json(job(discovery_time=utc(30)))["customer_info"] == {
        "discovery_time": "2026-11-22T12:00:30+00:00",
        "printer_start_time": None,
        "discovered_on_startup": False,
    }
    assert "customer_info" not in job_to_json(job())
