"""How a print ended that nobody saw end, or that the printer tells (C1 to C4, C7)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.outcome import inferred, reported
from custom_components.printernizer.core.session import Live, Moment
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot

from .watching import utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN = JobStatus.FAILED, JobStatus.UNKNOWN
PRINTER, INFERRED = OutcomeSource.PRINTER, OutcomeSource.INFERRED
# Half a minute after the last look.
NOW = Moment(utc(100), 1100.0)


def live(**fields: Any) -> Live:
    """Return what a print showed half a minute ago."""
    return Live(seen_at=Moment(utc(70), 1070.0), **fields)


@pytest.mark.parametrize(
    ("before", "rebooted", "status", "source"),
    [
        ({"cancelling": True, "progress": 99.9}, False, CANCELLED, PRINTER),
        ({"cancelling": True}, True, CANCELLED, PRINTER),
        ({"progress": 99.9}, True, UNKNOWN, INFERRED),
        ({"progress": 99.0}, False, COMPLETED, INFERRED),
        ({"progress": 98.9}, False, UNKNOWN, INFERRED),
        ({}, False, UNKNOWN, INFERRED),
    ],
)
def test_c4_a_cancel_weighs_more_than_a_reboot_and_that_more_than_progress(
    before: dict[str, Any], rebooted: bool, status: JobStatus, source: OutcomeSource
) -> None:
    """Never completed after a reboot (C7), completed from 99 % on."""
    assert inferred(live(**before), NOW, rebooted=rebooted)[:2] == (status, source)


@pytest.mark.parametrize(
    ("before", "status"),
    [
        ({"remaining_s": 30.0, "progress": 90.0, "elapsed_s": 1.0}, COMPLETED),
        ({"remaining_s": 30.1, "progress": 90.0, "elapsed_s": 1.0}, UNKNOWN),
        ({"remaining_s": 30.0, "progress": 89.9, "elapsed_s": 900.0}, UNKNOWN),
        ({"remaining_s": 30.0, "progress": 98.0, "paused": True}, UNKNOWN),
        ({"progress": 98.0}, UNKNOWN),
        # Without a time that is counted, whole minutes that are left tell nothing.
        ({"remaining_s": 0.0, "progress": 98.9}, UNKNOWN),
        # Without a progress, a tenth of the time may be left.
        ({"remaining_s": 30.0, "elapsed_s": 270.0}, COMPLETED),
        ({"remaining_s": 30.0, "elapsed_s": 269.9}, UNKNOWN),
        ({"remaining_s": 30.0}, UNKNOWN),
    ],
)
def test_c4_time_that_ran_out_near_the_end_completes(
    before: dict[str, Any], status: JobStatus
) -> None:
    """Where more than a tenth was left, too many such prints had been cancelled."""
    assert inferred(live(**before), NOW)[:2] == (status, INFERRED)


@pytest.mark.parametrize(
    ("outcome", "before", "shown", "status"),
    [
        (Outcome.COMPLETED, {}, {}, COMPLETED),
        (Outcome.COMPLETED, {"cancelling": True}, {"cancelling": True}, COMPLETED),
        (Outcome.CANCELLED, {}, {}, CANCELLED),
        (Outcome.FAILED, {}, {}, FAILED),
        (Outcome.FAILED, {"cancelling": True}, {}, CANCELLED),
        (Outcome.FAILED, {}, {"cancelling": True}, CANCELLED),
    ],
)
def test_c2_a_failure_beside_a_cancel_is_a_cancel(
    outcome: Outcome, before: dict[str, Any], shown: dict[str, Any], status: JobStatus
) -> None:
    """Else the printer's word counts, whatever was seen before."""
    snapshot = Snapshot(activity=Activity.ENDED, outcome=outcome, **shown)
    assert reported(snapshot, live(**before), NOW)[:2] == (status, PRINTER)


@pytest.mark.parametrize(("rebooted", "status"), [(True, UNKNOWN), (False, COMPLETED)])
def test_c7_an_end_without_a_word_is_inferred(
    rebooted: bool, status: JobStatus
) -> None:
    """An ended state may tell that it is over and not how."""
    snapshot = Snapshot(activity=Activity.ENDED, rebooted=rebooted)
    for before in (
        live(progress=99.0),
        live(progress=96.0, elapsed_s=9.0, remaining_s=30.0),
    ):
        assert reported(snapshot, before, NOW)[:2] == (status, INFERRED)
