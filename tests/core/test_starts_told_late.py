"""Starts that are announced no sooner than an end is known (OctoPrint: O12, O14)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome
from custom_components.printernizer.core.transitions import PrintBegan

from .test_counting import counts, printing
from .watching import Watching, ended, started, utc

COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
CANCELLED = JobStatus.CANCELLED
RUNNING = JobStatus.RUNNING
PRINTING, DONE = Activity.PRINTING, Outcome.COMPLETED


@pytest.mark.parametrize(
    ("at", "jobs"), [(12.0, [COMPLETED]), (12.1, [COMPLETED, UNKNOWN])]
)
def test_a_start_after_a_counted_end_is_a_second_print_however_soon(
    at: float, jobs: list[JobStatus]
) -> None:
    """One that is no later is that of the print that was counted."""
    printer = printing()
    event = started(at, "a.gcode")
    printer.events(14, Activity.IDLE, event, counters=counts(1, 0, 12, True))
    assert printer.jobs == jobs


def test_a_start_after_an_announced_end_is_a_second_print_however_soon() -> None:
    """The first one was found running, so that its own start may come yet."""
    printer = printing()
    two = ended(12, "a.gcode", DONE), started(13, "a.gcode")
    printer.events(14, PRINTING, *two, filename="a.gcode")
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.began[-1].print.start_time == utc(13)


def test_s6_a_start_is_that_of_the_next_print_though_the_clock_was_put_back() -> None:
    """The end of the print before had been judged at an earlier look."""
    printer = printing()
    printer.idle(20, counters=counts(1, 0, 19, True))
    printer.clock_step = -3600
    event = started(30 - 3600, "a.gcode")
    printer.events(30, PRINTING, event, filename="a.gcode")
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.began[-1].print.start_time == utc(30 - 3600)


@pytest.mark.parametrize("end", [30.1, 65.0])
def test_what_was_counted_after_an_announced_start_is_the_end_of_that_print(
    end: float,
) -> None:
    """The one before was lost, and a third one runs whose start nobody heard."""
    printer = printing(remaining_s=900.0)
    shown = {"filename": "a.gcode", "progress": 30.0, "elapsed_s": 9.0}
    one = counts(1, 0, end, True)
    printer.events(60, PRINTING, started(25, "a.gcode"), counters=one, **shown)
    assert printer.jobs == [UNKNOWN, COMPLETED, RUNNING]


@pytest.mark.parametrize("end", [30.0, 65.1])
def test_what_may_be_counted_before_an_announced_start_ended_the_print_before(
    end: float,
) -> None:
    """Clocks may be apart by 5 s, and ours may be wrong."""
    printer = printing()
    shown = {"filename": "a.gcode", "progress": 30.0, "elapsed_s": 35.0}
    one = counts(1, 0, end, True)
    printer.events(60, PRINTING, started(25, "a.gcode"), counters=one, **shown)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_a_start_whose_end_was_counted_comes_after_the_end_of_another_file() -> None:
    """Looks failed since, and now the printer is idle."""
    printer = printing()
    two = ended(12, "a.gcode", DONE), started(13, "b.gcode")
    after = counts(1, 0, 12, True), counts(1, 0, 50, True, filename="b.gcode")
    printer.events(60, Activity.IDLE, *two, counters=after)
    assert printer.jobs == [COMPLETED, COMPLETED]


@pytest.mark.parametrize(
    ("shown", "end", "jobs"),
    [
        ({"activity": Activity.IDLE}, 21.1, [UNKNOWN, COMPLETED]),
        ({"activity": Activity.IDLE}, 21.0, [COMPLETED, UNKNOWN]),
        ({"activity": Activity.ENDED}, 22, [UNKNOWN, COMPLETED]),
        ({"filename": "b.gcode"}, 22, [UNKNOWN, COMPLETED, RUNNING]),
        ({"filename": "a.gcode"}, 22, [COMPLETED, RUNNING]),
        ({"activity": Activity.IDLE, "rebooted": True}, 22, [COMPLETED, UNKNOWN]),
    ],
)
def test_the_only_count_is_that_of_the_print_whose_start_came_last_and_is_over(
    shown: dict[str, Any], end: float, jobs: list[JobStatus]
) -> None:
    """The one before was restarted from a pause, which counts none."""
    printer = printing()
    printer.look(20, Activity.PAUSED, filename="a.gcode", progress=50.0)
    look = {"activity": PRINTING, "events": (started(21, "a.gcode"),)} | shown
    printer.look(30, counters=counts(1, 0, end, True), **look)
    assert printer.jobs == jobs


def test_a_print_that_began_between_two_looks_is_written_as_the_second_shows_it() -> (
    None
):
    """A killed Home Assistant knows no more of it than that."""
    printer = Watching()
    printer.idle(0)
    shown = {"filename": "a.gcode", "progress": 45.6, "elapsed_s": 4.0}
    event = started(4, "a.gcode")
    (order,) = printer.events(8, PRINTING, event, **shown)
    assert isinstance(order, PrintBegan)
    assert (order.progress, order.elapsed_s) == (45.6, 4.0)


def test_the_numbers_of_another_file_are_not_those_of_what_was_just_announced() -> None:
    """It took less time than the next one has run already, and is counted later."""
    printer = Watching()
    printer.idle(0, counters=counts())
    other = {"filename": "b.gcode", "progress": 77.5, "elapsed_s": 6.0}
    printer.events(20, PRINTING, started(10, "a.gcode"), **other)
    assert printer.jobs == [RUNNING]
    one = counts(1, 0, 13, True, 3.3)
    printer.look(20.2, PRINTING, counters=one, **other)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_the_length_of_an_announced_print_is_not_that_of_the_one_before() -> None:
    """Both were counted while the line was down, and the second took less time."""
    printer = printing(progress=93.7, elapsed_s=119.0)
    two = started(20, "a.gcode"), ended(22, "a.gcode", DONE)
    printer.events(30, Activity.IDLE, *two, counters=counts(2, 0, 22, True, 1.5))
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_each_announced_end_is_counted_though_none_of_another_file_was() -> None:
    """No file was counted yet, and the first of these is not asked for."""
    printer = Watching()
    printer.idle(0)
    printer.events(10, PRINTING, started(9, "a.gcode"), filename="a.gcode")
    three = (
        ended(12, "a.gcode", DONE),
        started(13, "b.gcode"),
        ended(14, "b.gcode", DONE),
    )
    printer.events(20, Activity.NO_NEWS, *three)
    printer.idle(22, counters=counts(1, 0, 14, True, filename="b.gcode"))
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_c5_what_was_just_announced_is_over_when_another_file_is_seen_again() -> None:
    """The first look at it may be older than the announcement."""
    printer = Watching()
    printer.idle(0)
    printer.events(20, PRINTING, started(19, "a.gcode"), filename="b.gcode")
    assert printer.jobs == [RUNNING]
    printer.look(30, PRINTING, filename="b.gcode")
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_no_end_is_announced_twice() -> None:
    """The second one is that of a print that nobody saw begin."""
    printer = printing()
    printer.idle(20)
    printer.events(21, Activity.IDLE, ended(20, "a.gcode", DONE))
    assert printer.jobs == [COMPLETED]
    printer.events(22, Activity.IDLE, ended(21, "a.gcode", DONE))
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_the_cancel_that_was_seen_is_the_one_that_was_announced() -> None:
    """Another print of the file began at once, and was done before it was looked at."""
    printer = printing(cancelling=True)
    event = ended(12, "a.gcode", Outcome.CANCELLED)
    printer.events(20, Activity.IDLE, event, counters=counts(1, 1, 15, True))
    assert printer.jobs == [CANCELLED, COMPLETED]


def test_a_cancel_that_is_newer_than_a_success_is_that_of_the_next_print() -> None:
    """The look that showed the cancel first was one at the next print of the file."""
    printer = printing()
    printer.printing(13, "a.gcode", cancelling=True)
    event = ended(18, "a.gcode", Outcome.CANCELLED)
    printer.events(20, Activity.IDLE, event, counters=counts(1, 1, 18, False))
    assert printer.jobs == [COMPLETED, CANCELLED]


@pytest.mark.parametrize(
    ("told", "after", "jobs"),
    [
        (Outcome.CANCELLED, counts(1, 1, 21, True), [CANCELLED, COMPLETED]),
        (Outcome.CANCELLED, counts(1, 1, 21, False), [COMPLETED, CANCELLED]),
        (Outcome.CANCELLED, counts(2, 1, 21, True), [COMPLETED, COMPLETED, CANCELLED]),
        (DONE, counts(2, 0, 21, True), [COMPLETED, COMPLETED]),
    ],
)
def test_a_newest_end_of_a_kind_that_was_not_announced_is_younger_than_what_was(
    told: Outcome, after: FileCounters, jobs: list[JobStatus]
) -> None:
    """The line broke after the cancel, too near to the success for clocks to tell."""
    printer = printing(progress=62.0, elapsed_s=50.0)
    event = ended(18, "a.gcode", told)
    printer.events(90, Activity.IDLE, event, counters=after)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("heard", "jobs"),
    [
        (9.9, [UNKNOWN, CANCELLED]),
        (10.0, [UNKNOWN]),
    ],
)
def test_another_file_long_after_an_announced_start_is_that_of_the_next_print(
    heard: float, jobs: list[JobStatus]
) -> None:
    """It is seen on its way out, and was announced while the line was down."""
    printer = Watching()
    printer.idle(0, counters=counts())
    shown: dict[str, Any] = {"filename": "b.gcode", "cancelling": True}
    printer.events(20, PRINTING, started(heard, "a.gcode"), **shown)
    printer.idle(25)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("before", "jobs"),
    [
        ("b.gcode", [COMPLETED, UNKNOWN, JobStatus.FAILED]),
        (None, [JobStatus.FAILED, JobStatus.UNKNOWN]),
    ],
)
def test_a_print_that_followed_another_at_once_ended_first_of_those_counted(
    before: str | None, jobs: list[JobStatus]
) -> None:
    """Nothing had room before it; else what was not announced may have come first."""
    printer = Watching()
    printer.idle(0, counters=counts())
    heard = [started(19, "a.gcode"), ended(90, "a.gcode", Outcome.FAILED)]
    if before:
        printer.printing(10, before, 50.0, 5.0)
        heard.insert(0, ended(18, before, DONE))
    shown: dict[str, Any] = {"outcome": Outcome.FAILED, "reason": "Jam"}
    shown["counters"] = counts(0, 2, 90, False)
    printer.events(95, Activity.ENDED, *heard, **shown)
    assert printer.jobs == jobs


def test_the_cancel_that_was_seen_is_announced_though_another_failure_is_counted() -> (
    None
):
    """Which of them came first is not told, and ours is sure."""
    printer = printing(cancelling=True)
    event = ended(12, "a.gcode", Outcome.CANCELLED)
    printer.events(20, Activity.ENDED, event, counters=counts(0, 2, 15, False))
    assert printer.jobs == [CANCELLED, UNKNOWN]
    assert printer.ends[-1] == (CANCELLED, OutcomeSource.PRINTER)


def test_what_ended_otherwise_than_was_announced_came_before_the_announced_start() -> (
    None
):
    """Nobody had looked at the counts of that file for a while."""
    printer = Watching()
    printer.idle(0, counters=counts())
    printer.printing(1000, "b.gcode", 50.0, 5.0)
    heard = [
        ended(1010, "b.gcode", DONE),
        started(1011, "a.gcode"),
        ended(1090, "a.gcode", Outcome.CANCELLED),
    ]
    printer.events(1095, Activity.IDLE, *heard, counters=counts(1, 1, 1090, False))
    assert printer.jobs == [COMPLETED, JobStatus.CANCELLED, COMPLETED]


@pytest.mark.parametrize(
    ("end", "jobs"),
    [
        (13.1, [COMPLETED, COMPLETED, RUNNING]),
        (13.0, [COMPLETED, COMPLETED, UNKNOWN, RUNNING]),
    ],
)
def test_a_print_was_over_and_counted_before_the_next_start_of_its_file_was_announced(
    end: float, jobs: list[JobStatus]
) -> None:
    """Its end was not announced, and came soon after its start."""
    printer = printing()
    heard = [ended(12, "a.gcode", DONE), started(13, "b.gcode"), started(18, "b.gcode")]
    after = counts(1, 0, 12, True), counts(1, 0, end, True, filename="b.gcode")
    shown = {"filename": "b.gcode", "progress": 33.0, "elapsed_s": 4.0}
    printer.events(22, PRINTING, *heard, counters=after, **shown)
    assert printer.jobs == jobs
    assert len(printer.ends) == len(jobs) - 1


@pytest.mark.parametrize(
    ("heard", "jobs"),
    [
        (62, [COMPLETED, UNKNOWN]),
        (62.1, [UNKNOWN, UNKNOWN, COMPLETED]),
    ],
)
def test_an_end_that_is_announced_while_another_file_prints_is_that_of_a_third(
    heard: float, jobs: list[JobStatus]
) -> None:
    """The first was over when the second was seen, but for the time a push takes."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 60.0, 14.0)
    printer.printing(60, "b.gcode", 34.0, 21.0)
    printer.events(70, Activity.IDLE, ended(heard, "a.gcode", DONE))
    assert printer.jobs == jobs
