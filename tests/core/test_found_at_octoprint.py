"""Counter-examples that the simulation found in announcements and counts."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome
from custom_components.printernizer.core.transitions import PrintEnded

from .watching import Watching, ended, started, utc

RUNNING, COMPLETED = JobStatus.RUNNING, JobStatus.COMPLETED
UNKNOWN = JobStatus.UNKNOWN
CANCELLED, FAILED = JobStatus.CANCELLED, JobStatus.FAILED
PRINTER, INFERRED = OutcomeSource.PRINTER, OutcomeSource.INFERRED
IDLE, PRINTING = Activity.IDLE, Activity.PRINTING


@pytest.mark.parametrize("activity", [IDLE, Activity.NO_NEWS])
def test_a_second_announced_end_without_a_start_is_that_of_a_second_print(
    activity: Activity,
) -> None:
    """No printer announces the same end twice: the line was down at both starts."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, activity, ended(29, "a.gcode", Outcome.CANCELLED))
    printer.events(60, activity, ended(59, "a.gcode", Outcome.COMPLETED))
    assert printer.jobs == [CANCELLED, COMPLETED]


def test_a_start_after_an_end_that_nobody_saw_is_that_of_the_next_print() -> None:
    """All three were announced before the first look succeeded."""
    printer = Watching()
    ends = [
        ended(10, "a.gcode", Outcome.CANCELLED),
        ended(20, "a.gcode", Outcome.COMPLETED),
    ]
    printer.events(100, IDLE, ends[0], started(12, "a.gcode"), ends[1])
    assert printer.jobs == [CANCELLED, COMPLETED]


def test_what_prints_after_rest_is_not_the_print_on_its_way_out() -> None:
    """It was announced to be over, the printer rested, and another one began."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, IDLE, ended(29, "a.gcode", Outcome.COMPLETED))
    printer.printing(35, "a.gcode")
    assert printer.jobs == [COMPLETED, RUNNING]


def counts(success: int, failure: int, end: float, *, good: bool) -> FileCounters:
    """Return counts whose newest end was good or not."""
    return FileCounters(
        filename="a.gcode",
        success=success,
        failure=failure,
        last_end=utc(end),
        last_success=good,
    )


def test_the_reason_of_a_failure_that_only_its_count_saw_is_kept() -> None:
    """A short print failed between two looks, and its error still stands (C3)."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    one = counts(0, 1, 20, good=False)
    *_, end = printer.ended(30, Outcome.FAILED, counters=one, reason="Jam")
    assert isinstance(end, PrintEnded)
    assert (end.status, end.reason) == (FAILED, "Jam")


def test_an_error_after_a_print_that_only_its_count_saw_is_not_how_it_ended() -> None:
    """The printer had rested before it broke, and shows that at every look."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    printer.idle(30, counters=counts(0, 1, 20, good=False))
    printer.ended(300, Outcome.FAILED)
    printer.ended(330, Outcome.FAILED)
    assert printer.jobs == [CANCELLED]


def test_an_end_that_waited_for_the_print_to_wind_down_is_older_than_a_count() -> None:
    """The line was lost then; another print of the file failed before it was back."""
    printer = Watching()
    printer.idle(0)
    printer.printing(
        10, "a.gcode", 90.0, 5.0, counters=FileCounters(filename="a.gcode")
    )
    printer.printing(20, "a.gcode", 100.0, 9.0)
    printer.silent(50)
    both = counts(1, 1, 90, good=False)
    printer.events(100, IDLE, ended(19, "a.gcode", Outcome.COMPLETED), counters=both)
    assert printer.jobs == [COMPLETED, CANCELLED]


def test_a_count_beside_an_announced_end_corrects_no_print_before() -> None:
    """That was restarted from a pause, which counts nothing, over many failed looks."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 10.0, 9.0, counters=none)
    printer.events(
        300, PRINTING, started(100, "a.gcode"), filename="a.gcode", elapsed_s=199.0
    )
    one = counts(1, 0, 304, good=True)
    printer.events(305, IDLE, ended(304, "a.gcode", Outcome.COMPLETED), counters=one)
    assert printer.jobs == [UNKNOWN, COMPLETED]


@pytest.mark.parametrize("ahead_s", [-90.0, 0.0, 3600.0])
@pytest.mark.parametrize("right_at", [40, 120])
def test_a_clock_that_is_put_right_makes_no_later_start_a_second_one(
    ahead_s: float, right_at: float
) -> None:
    """The print before had begun two minutes earlier; its server was killed (S6)."""
    printer = Watching()
    printer.idle(0)
    printer.clock_step = ahead_s
    for at, progress, elapsed_s in ((30, 70.0, 12.0), (60, 71.0, 13.0)):
        printer.clock_step = ahead_s if at < right_at else 0.0
        printer.printing(at, "a.gcode", progress, elapsed_s)
    printer.silent(70)
    printer.idle(90)
    printer.clock_step = 0.0
    printer.printing(150, "a.gcode", 90.0, 20.0)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_a_success_is_not_that_of_a_print_that_was_far_from_done() -> None:
    """A killed server counts nothing, and the print after it was seen winding down."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(30, "a.gcode", 30.0, 174.0, remaining_s=409.0, counters=none)
    printer.printing(60, "a.gcode", 100.0, 10.0, remaining_s=0.0)
    printer.idle(90, rebooted=True, counters=counts(1, 1, 70, good=False))
    assert printer.jobs == [UNKNOWN, COMPLETED, FAILED]


def test_an_error_is_not_that_of_a_print_counted_before_an_announced_end() -> None:
    """The error ended the print of another file, whose end was heard."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 1.0, 1.0, counters=none)
    event = ended(85, "b.gcode", Outcome.FAILED, "Jam")
    both = counts(1, 1, 60, good=False)
    printer.events(
        86, Activity.ENDED, event, outcome=Outcome.FAILED, reason="Jam", counters=both
    )
    assert printer.jobs == [COMPLETED, UNKNOWN, FAILED]


@pytest.mark.parametrize(
    ("seen", "after", "jobs"),
    [
        ({"cancelling": True}, counts(1, 1, 12, good=False), [CANCELLED, COMPLETED]),
        ({"cancelling": True}, counts(1, 0, 5, good=True), [CANCELLED, COMPLETED]),
        ({"progress": 100.0}, counts(1, 1, 12, good=True), [COMPLETED, UNKNOWN]),
        ({"progress": 100.0}, counts(0, 1, 12, good=False), [CANCELLED]),
    ],
)
def test_a_print_that_was_seen_on_its_way_out_alone_ended_as_it_showed(
    seen: dict[str, Any], after: FileCounters, jobs: list[JobStatus]
) -> None:
    """Its file is not counted while it winds down: another may have ended before it."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    printer.look(10, PRINTING, filename="a.gcode", **seen)
    printer.idle(20, counters=after)
    assert printer.jobs == jobs


def test_a_cancel_that_was_seen_later_is_that_of_the_next_print() -> None:
    """The one that was seen before had succeeded meanwhile."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 90.0, 9.0, counters=none)
    printer.printing(20, "a.gcode", cancelling=True)
    printer.silent(30)
    printer.printing(40, "b.gcode", counters=counts(1, 1, 22, good=False))
    assert printer.jobs == [COMPLETED, CANCELLED, RUNNING]


def test_a_print_whose_file_was_counted_as_it_began_ended_first() -> None:
    """It began without numbers, and the next one was seen being cancelled."""
    printer = Watching()
    one = counts(0, 1, -5, good=False)
    printer.idle(0, counters=one)
    printer.printing(10, "a.gcode", counters=one)
    printer.printing(20, "a.gcode", cancelling=True)
    printer.idle(30, counters=counts(1, 2, 22, good=False))
    assert printer.jobs == [COMPLETED, CANCELLED]


def test_what_prints_after_a_cancel_is_the_next_print() -> None:
    """Its file is the same, and its numbers have not come yet."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", cancelling=True)
    printer.printing(40, "a.gcode")
    assert printer.jobs == [CANCELLED, RUNNING]


def test_a_start_after_a_counted_end_is_that_of_the_next_print() -> None:
    """The one before had failed while the line was down."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    printer.idle(100)
    printer.events(
        110,
        PRINTING,
        started(109, "a.gcode"),
        filename="a.gcode",
        counters=counts(0, 1, 50, good=False),
    )
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_an_end_that_was_announced_is_counted_as_what_it_was() -> None:
    """Another print of the file had failed before, while the line was down."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    printer.printing(100, "a.gcode", 100.0, 40.0)
    both = counts(1, 1, 99, good=True)
    printer.events(102, IDLE, ended(99, "a.gcode", Outcome.COMPLETED), counters=both)
    assert printer.jobs == [COMPLETED, UNKNOWN]
    assert printer.ends == [(UNKNOWN, INFERRED), (COMPLETED, PRINTER)]


def test_a_cancel_that_was_announced_is_that_of_the_print_that_was_seen_cancelled() -> (
    None
):
    """The one before had succeeded while the line was down, and was counted since."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 92.0, 652.0, counters=none)
    printer.silent(50)
    printer.printing(90, "a.gcode", cancelling=True)
    event = ended(89.9, "a.gcode", Outcome.CANCELLED)
    printer.events(91, IDLE, event, counters=counts(1, 1, 89.8, good=False))
    assert printer.ends == [
        (COMPLETED, OutcomeSource.HISTORY),
        (CANCELLED, PRINTER),
    ]


def test_a_late_count_is_no_end_of_the_print_after_it_by_a_wrong_clock() -> None:
    """The printer's clock is an hour ahead of ours."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 32.0, 9.0, counters=none)
    two = ended(20, "a.gcode", Outcome.CANCELLED), started(20.3, "a.gcode")
    printer.events(20.4, PRINTING, *two, filename="a.gcode", counters=none)
    late = counts(0, 1, 3620, good=False)
    printer.printing(21, "a.gcode", 1.0, 0.0, counters=late)
    assert printer.jobs == [CANCELLED, RUNNING]


def test_what_prints_after_a_restart_is_not_the_print_on_its_way_out() -> None:
    """By a wrong clock the print before has only just ended."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, Activity.NO_NEWS, ended(29, "a.gcode", Outcome.COMPLETED))
    printer.restart(33)
    printer.printing(35, "a.gcode")
    assert printer.jobs == [COMPLETED, RUNNING]


def test_an_end_tells_the_database_how_long_the_print_had_run() -> None:
    """A print that shows less after the store was lost is another one."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 2.0, 1.0)
    printer.printing(30, "a.gcode", 40.0, 21.0)
    (end,) = printer.idle(50, rebooted=True)
    assert isinstance(end, PrintEnded)
    assert end.elapsed_s == 21.0


@pytest.mark.parametrize(
    ("first_s", "then_s", "jobs"),
    [(0.0, 28.0, 2), (0.0, 27.9, 3), (1.0, 31.0, 3), (None, 30.0, 3)],
)
def test_a_count_may_be_later_than_the_first_look_at_the_next_print(
    first_s: float | None, then_s: float, jobs: int
) -> None:
    """Which came at once, and goes on by the second since."""
    printer = Watching()
    old = counts(1, 0, -10, good=True)
    printer.idle(0, counters=old)
    printer.printing(10, "a.gcode", 50.0, 40.0, counters=old)
    printer.printing(40, "a.gcode", 0.0, first_s, counters=old)
    printer.printing(70, "a.gcode", 40.0, then_s, counters=counts(2, 0, 40, good=True))
    assert printer.jobs[0] is (COMPLETED if jobs == 2 else UNKNOWN)
    assert len(printer.jobs) == jobs


def test_the_first_look_at_a_print_of_another_file_awaits_no_late_count() -> None:
    """That file is not asked about again until another of its prints is seen."""
    printer = Watching()
    old = counts(1, 0, -10, good=True)
    printer.idle(0, counters=old)
    printer.printing(10, "a.gcode", 50.0, 40.0, counters=old)
    printer.printing(40, "b.gcode", 0.0, 0.0, counters=old)
    printer.idle(90, counters=counts(2, 0, 80, good=True))
    assert printer.jobs == [UNKNOWN, UNKNOWN, COMPLETED]


def test_a_late_count_is_that_of_what_came_at_once_by_any_clock() -> None:
    """Ours was put back before, so that the one before seems to end when it began."""
    printer = Watching()
    old = counts(1, 0, -10, good=True)
    printer.idle(0, counters=old)
    printer.printing(10, "a.gcode", 50.0, 40.0, counters=old)
    printer.clock_step = -3600.0
    printer.printing(40, "a.gcode", 0.0, 0.0, counters=old)
    printer.idle(70, counters=counts(2, 0, 60 - 3600, good=True))
    assert printer.jobs == [UNKNOWN, COMPLETED]


@pytest.mark.parametrize(
    ("ahead_s", "jobs"),
    [(3600, [COMPLETED, COMPLETED]), (180, [UNKNOWN, COMPLETED, COMPLETED])],
)
def test_how_long_a_print_had_is_not_known_where_the_clock_was_put_back(
    ahead_s: float, jobs: list[JobStatus]
) -> None:
    """While we were stopped: it was seen later than it ended by that clock."""
    printer = Watching()
    printer.idle(0)
    printer.clock_step = ahead_s
    none = FileCounters(filename="a.gcode")
    printer.printing(30, "a.gcode", 40.0, 12.0, remaining_s=80.0, counters=none)
    printer.clock_step = 0
    printer.restart(200)
    printer.printing(210, "a.gcode", 100.0, 5.0)
    printer.idle(211, counters=counts(2, 0, 209, good=True))
    assert printer.jobs == jobs
