"""What the counts of a file's ended prints tell (OctoPrint: O12, O14, C4)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.session import Mark
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded

from .watching import Watching, ended, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
HISTORY, INFERRED = OutcomeSource.HISTORY, OutcomeSource.INFERRED
PRINTER = OutcomeSource.PRINTER


def counts(
    success: int = 0,
    failure: int = 0,
    end: float | None = None,
    last: bool | None = None,
    length_s: float | None = None,
    *,
    filename: str = "a.gcode",
) -> FileCounters:
    """Return how often a file's prints ended, and when the last one did."""
    return FileCounters(
        filename=filename,
        success=success,
        failure=failure,
        last_end=None if end is None else utc(end),
        last_success=last,
        last_duration_s=length_s,
    )


def idle(first: FileCounters | None = None) -> Watching:
    """Watch an idle printer whose counts are known."""
    printer = Watching()
    printer.idle(0, counters=first)
    return printer


def printing(**fields: Any) -> Watching:
    """Watch a printer that prints, with counts of its file at 0."""
    printer = idle(counts())
    shown = {"progress": 10.0, "elapsed_s": 5.0, "counters": counts()}
    printer.look(10, Activity.PRINTING, filename="a.gcode", **(shown | fields))
    return printer


def test_o6_what_was_counted_before_the_first_look_is_history() -> None:
    """Whenever it ended, by whatever clock."""
    assert idle(counts(3, 1, end=-10, last=True)).orders == []
    assert idle(counts(3, 1, end=10, last=True)).orders == []


@pytest.mark.parametrize(
    ("before", "after", "jobs"),
    [
        (None, counts(1, 0, 20, True), [COMPLETED]),
        (None, counts(0, 1, 20, False), [CANCELLED]),
        (None, counts(5, 0, 20, True), [COMPLETED]),
        (None, counts(1, 0, -10, True), []),
        (None, counts(1, 0, 0, True), []),
        # By our clock it may be up to 5 s ahead of now.
        (None, counts(1, 0, 35, True), [COMPLETED]),
        (None, counts(1, 0, 35.1, True), []),
        (None, counts(1, 0), []),
        # Uploaded again, which drops its counts.
        (counts(3, 1, -100, True), counts(1, 0, 20, True), [COMPLETED]),
        (counts(3, 1, -100, True), counts(3, 0, 20, False), [CANCELLED]),
        (counts(3, 1, -100, True), counts(0, 0, -100), []),
        (counts(3, 1, -100, True), counts(0, 0), []),
        (counts(3, 1, 20, True), counts(1, 0, 15, True), []),
        (counts(3, 1), counts(1, 0, 20, True), [COMPLETED]),
        (counts(3, 1), counts(1, 0, -10, True), []),
        # Uploaded again and printed as often as before.
        (counts(1, 0, -100, True), counts(1, 0, 20, True), [COMPLETED]),
        (counts(1, 0, -100, True), counts(1, 0, -100, True, 5.0), []),
        (counts(1, 0, -100, True), counts(2, 0, -100, True), [COMPLETED]),
    ],
)
def test_o14_an_end_that_is_counted_is_a_print(
    before: FileCounters | None, after: FileCounters, jobs: list[JobStatus]
) -> None:
    """Of a file without known counts, only its newest end can be told to be news."""
    printer = idle(before)
    printer.idle(30, counters=after)
    assert printer.jobs == jobs
    printer.idle(60, counters=after)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("success", "failure", "last", "jobs"),
    [
        (2, 0, True, [COMPLETED, COMPLETED]),
        (2, 0, None, [COMPLETED, COMPLETED]),
        (0, 2, False, [UNKNOWN, CANCELLED]),
        (1, 1, True, [UNKNOWN, COMPLETED]),
        (1, 1, False, [COMPLETED, CANCELLED]),
        (1, 1, None, [UNKNOWN, UNKNOWN]),
        (2, 1, True, [UNKNOWN, UNKNOWN, COMPLETED]),
        (1, 2, False, [UNKNOWN, UNKNOWN, CANCELLED]),
    ],
)
def test_o14_of_several_ends_the_newest_is_told_and_the_rest_where_it_is_sure(
    success: int, failure: int, last: bool | None, jobs: list[JobStatus]
) -> None:
    """A failure with the connection up is a cancel, where it is the last thing seen."""
    printer = idle(counts())
    printer.idle(30, counters=counts(success, failure, 20, last))
    assert printer.jobs == jobs
    sources = [HISTORY if job is COMPLETED else INFERRED for job in jobs]
    assert printer.ends == list(zip(jobs, sources, strict=True))


@pytest.mark.parametrize(
    ("activity", "fields", "end"),
    [
        (Activity.IDLE, {}, (CANCELLED, INFERRED)),
        (Activity.IDLE, {"rebooted": True}, (FAILED, INFERRED)),
        (Activity.IDLE, {"reason": "Jam"}, (FAILED, HISTORY)),
        (Activity.PRINTING, {"filename": "b.gcode"}, (UNKNOWN, INFERRED)),
    ],
)
@pytest.mark.parametrize("seen", [True, False])
def test_c4_what_a_counted_failure_means_shows_by_what_stands_beside_it(
    activity: Activity,
    fields: dict[str, Any],
    end: tuple[JobStatus, OutcomeSource],
    seen: bool,
) -> None:
    """A cancel leaves the printer idle; an error or a lost connection is a failure.

    Of a print that nobody saw run, it may be another file's print that failed.
    """
    printer = printing() if seen else idle(counts())
    failure = counts(0, 1, 20, False)
    printer.look(30, activity, counters=failure, **fields)
    assert printer.ends == [end if seen else (end[0], INFERRED)]


@pytest.mark.parametrize("seen", [True, False])
def test_c3_the_reason_of_a_counted_failure_is_kept(seen: bool) -> None:
    """But it says nothing about a print that succeeded."""
    for after, reason in ((counts(0, 1, 20, False), "Jam"), (counts(1, 0, 20), None)):
        printer = printing() if seen else idle(counts())
        *_, end = printer.idle(30, counters=after, reason="Jam")
        assert isinstance(end, PrintEnded)
        assert end.reason == reason


@pytest.mark.parametrize(
    ("after", "start"),
    [
        (counts(1, 0, 20, True, 5.0), utc(15)),
        (counts(1, 0, 900, True, 5.0), utc(30)),
        (counts(1, 0, 20, True), None),
        (counts(0, 1, 20, False, 5.0), None),
        (counts(2, 0, None, None, 5.0), None),
    ],
)
def test_o14_a_counted_print_began_its_length_before_its_end(
    after: FileCounters, start: datetime | None
) -> None:
    """Only of a success is the length told, and nothing lies in the future."""
    *_, began, end = idle(counts()).idle(30, counters=after)
    assert isinstance(began, PrintBegan)
    assert isinstance(end, PrintEnded)
    assert began.print.start_time == start
    assert began.print.afterwards
    assert began.print.filename == "a.gcode"
    assert end.end_time <= utc(30)


def test_o14_older_ends_have_no_times_of_their_own() -> None:
    """The newest alone is told with its time."""
    printer = idle(counts())
    printer.idle(30, counters=counts(2, 0, 20, True, 5.0))
    starts = [order.print.start_time for order in printer.began]
    ends = [one.end_time for one in printer.orders if isinstance(one, PrintEnded)]
    assert starts == [None, utc(15)]
    assert ends == [utc(30), utc(20)]


def test_c5_a_count_that_rose_ends_the_print_that_was_seen() -> None:
    """What runs now, under the same name and further on, is the next one (O12)."""
    printer = printing()
    printer.printing(30, "a.gcode", 20.0, 9.0, counters=counts(1, 0, 25, True))
    assert printer.jobs == [COMPLETED, RUNNING]
    (end,) = [order for order in printer.orders if isinstance(order, PrintEnded)]
    assert (end.source, end.end_time) == (HISTORY, utc(25))


def test_another_file_that_is_counted_is_another_print() -> None:
    """The current one goes on, with its job."""
    printer = printing()
    other = counts(0, 0, filename="b.gcode")
    printer.printing(20, "a.gcode", 12.0, 15.0, counters=other)
    other = counts(1, 0, 25, True, filename="b.gcode")
    printer.printing(30, "a.gcode", 20.0, 25.0, counters=other)
    assert printer.jobs == [RUNNING, COMPLETED]
    assert printer.session.current is not None
    assert printer.session.current.filename == "a.gcode"


@pytest.mark.parametrize(
    ("after", "rebooted", "jobs"),
    [
        (counts(0, 1, 20, False), False, [CANCELLED]),
        (counts(0, 1, 20, False), True, [CANCELLED]),
        (counts(1, 0, 20, True), False, [COMPLETED]),
        # The cancel that was seen of one that succeeded was that of the next.
        (counts(1, 1, 20, False), True, [COMPLETED, FAILED]),
        (counts(2, 0, 20, True), False, [COMPLETED, COMPLETED]),
        (counts(1, 2, 20, False), False, [UNKNOWN, UNKNOWN, CANCELLED]),
        (counts(0, 2, 20, False), False, [CANCELLED, CANCELLED]),
        (counts(1, 1, 20, None), False, [UNKNOWN, UNKNOWN]),
    ],
)
def test_c2_a_cancel_that_was_seen_is_that_of_the_first_failure(
    after: FileCounters, rebooted: bool, jobs: list[JobStatus]
) -> None:
    """Where it is not sure whose it was, nothing is known."""
    printer = printing(cancelling=True)
    printer.idle(30, counters=after, rebooted=rebooted)
    assert printer.jobs == jobs


def test_c2_a_cancel_of_the_next_print_is_known_while_another_runs() -> None:
    """Two ends were counted while a third print runs already."""
    printer = printing(cancelling=True)
    after = counts(1, 2, None, None)
    printer.printing(30, "b.gcode", 1.0, 1.0, counters=after)
    assert printer.jobs == [UNKNOWN, UNKNOWN, UNKNOWN, RUNNING]
    printer = printing(cancelling=True)
    after = counts(1, 1, 20, False)
    printer.printing(30, "b.gcode", 1.0, 1.0, counters=after)
    assert printer.jobs == [COMPLETED, CANCELLED, RUNNING]


@pytest.mark.parametrize(
    ("told", "after", "jobs"),
    [
        (Outcome.CANCELLED, counts(1, 1, 20, False), [COMPLETED, CANCELLED]),
        (Outcome.COMPLETED, counts(2, 1, 20, True), [UNKNOWN, UNKNOWN, COMPLETED]),
        (Outcome.COMPLETED, counts(1, 0, 20, True), [COMPLETED]),
        (Outcome.FAILED, counts(0, 1, 20, False), [FAILED]),
        # It was counted before, or is yet to be.
        (Outcome.COMPLETED, counts(0, 1, 20, False), [CANCELLED, COMPLETED]),
    ],
)
def test_ends_that_are_announced_and_counted_at_once_are_told_once(
    told: Outcome, after: FileCounters, jobs: list[JobStatus]
) -> None:
    """The rest of the rise ended before, while the push was down."""
    printer = idle(counts())
    other = ended(21, "b.gcode", Outcome.COMPLETED)
    printer.events(30, Activity.IDLE, ended(20, "A.gcode", told), other, counters=after)
    assert printer.jobs == [*jobs, COMPLETED]
    assert printer.ends[-1] == (COMPLETED, PRINTER)


def test_counts_that_come_first_beside_an_announced_end_may_lag_behind_it() -> None:
    """The rise that follows is its own, and no end of another print."""
    printer = idle()
    printer.look(10, Activity.PRINTING, filename="a.gcode", progress=90.0)
    end = ended(20, "a.gcode", Outcome.COMPLETED)
    printer.events(20, Activity.IDLE, end, counters=counts())
    assert printer.session.mark.owed == {"a.gcode": (printer.session.last,)}
    printer.idle(20.1, counters=counts(1, 0, 19.9, True))
    assert printer.jobs == [COMPLETED]


def test_o6_where_the_mark_is_lost_what_was_counted_is_history() -> None:
    """It cannot be told from what had been judged."""
    printer = idle()
    printer.session = replace(printer.session, mark=Mark())
    printer.idle(30, counters=counts(1, 0, 20, True))
    assert printer.orders == []


def test_s2_a_look_without_news_counts_nothing() -> None:
    """What it shows may be of any time."""
    printer = idle(counts())
    printer.look(30, Activity.NO_NEWS, counters=counts(1, 0, 20, True))
    assert printer.orders == []
    printer.idle(60, counters=counts(1, 0, 20, True))
    assert printer.jobs == [COMPLETED]
