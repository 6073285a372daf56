"""Counts of a file that was sent anew, or that are seen for the first time."""

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome

from .test_counting import counts
from .watching import Watching, ended, started

CANCELLED, COMPLETED = JobStatus.CANCELLED, JobStatus.COMPLETED
FAILED = JobStatus.FAILED
UNKNOWN, RUNNING = JobStatus.UNKNOWN, JobStatus.RUNNING
IDLE = Activity.IDLE
KNOWN = counts(1, 1, -5, False)


@pytest.mark.parametrize(
    ("known", "sent", "jobs"),
    [
        ([KNOWN], counts(0, 1), [UNKNOWN, UNKNOWN, RUNNING]),
        ([KNOWN], counts(1, 0), [UNKNOWN, UNKNOWN, RUNNING]),
        ([KNOWN], KNOWN, [UNKNOWN, RUNNING]),
        ([], KNOWN, [UNKNOWN, RUNNING]),
    ],
)
def test_the_end_before_a_file_was_sent_anew_is_counted_no_more(
    known: list[FileCounters], sent: FileCounters, jobs: list[JobStatus]
) -> None:
    """It was, and dropped with the others; the first count is that of the print after."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 10.0, 31.0, counters=known)
    printer.printing(20, "a.gcode", 1.0, 0.0, counters=sent)
    failed = counts(sent.success, sent.failure + 1, 29, False)
    printer.printing(30, "a.gcode", 1.0, 9.0, counters=failed)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("sent", "jobs"),
    [
        (counts(0, 1), [CANCELLED, UNKNOWN, RUNNING]),
        (KNOWN, [CANCELLED, RUNNING]),
    ],
)
def test_the_cancel_before_a_file_was_sent_anew_is_counted_no_more(
    sent: FileCounters, jobs: list[JobStatus]
) -> None:
    """It was seen, and the first count is that of the print after."""
    printer = Watching()
    printer.idle(0)
    shown = {"counters": KNOWN, "cancelling": True}
    printer.printing(10, "a.gcode", 10.0, 31.0, **shown)
    printer.printing(20, "a.gcode", 1.0, 0.0, counters=sent)
    failed = counts(sent.success, sent.failure + 1, 29, False)
    printer.printing(30, "a.gcode", 1.0, 9.0, counters=failed)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("end", "jobs"),
    [(34, [FAILED, CANCELLED]), (35, [FAILED, CANCELLED]), (36, [FAILED])],
)
def test_an_end_that_is_the_newest_of_the_first_counts_is_awaited_no_more(
    end: float, jobs: list[JobStatus]
) -> None:
    """The clocks are about as far apart as they may be; the next count is of another."""
    printer = Watching()
    printer.idle(0)
    two = started(20, "a.gcode"), ended(30, "a.gcode", Outcome.FAILED)
    printer.events(41, IDLE, *two)
    printer.idle(42, counters=counts(0, 1, end, False))
    printer.silent(50)
    printer.idle(60, counters=counts(0, 2, 44, False))
    assert printer.jobs == jobs


def test_an_end_is_counted_once_where_the_first_counts_are_news() -> None:
    """It was announced at the look before, and the clocks are apart."""
    printer = Watching()
    printer.idle(0)
    two = started(20, "a.gcode"), ended(39, "a.gcode", Outcome.FAILED)
    printer.events(41, IDLE, *two)
    printer.idle(43, counters=counts(0, 1, 42, False))
    assert printer.jobs == [FAILED]


def test_an_end_that_is_announced_at_the_first_look_is_the_one_counted_with_it() -> (
    None
):
    """By either clock; the next count is that of another print."""
    printer = Watching()
    event = ended(30, "a.gcode", Outcome.FAILED)
    printer.events(41, IDLE, event, counters=counts(0, 1, 26, False))
    printer.idle(60, counters=counts(0, 2, 44, False))
    assert printer.jobs == [FAILED, CANCELLED]


@pytest.mark.parametrize(
    ("filename", "known", "sent", "jobs"),
    [
        ("a.gcode", [KNOWN], counts(0, 1), [UNKNOWN, UNKNOWN, RUNNING]),
        ("a.gcode", [KNOWN], KNOWN, [UNKNOWN, RUNNING]),
        ("a.gcode", [], counts(0, 1), [UNKNOWN, RUNNING]),
        ("b.gcode", [KNOWN], counts(0, 1), [RUNNING, UNKNOWN]),
    ],
)
def test_c5_a_print_was_over_when_its_file_was_sent_anew(
    filename: str, known: list[FileCounters], sent: FileCounters, jobs: list[JobStatus]
) -> None:
    """The next one shows no numbers yet, and the first count is its own."""
    printer = Watching()
    printer.idle(0, counters=KNOWN)
    printer.printing(10, filename, 10.0, 1.0, counters=known)
    printer.look(15, Activity.PRINTING, filename=filename, counters=sent)
    printer.printing(20, filename, 40.0, 1.0, counters=sent)
    failed = counts(sent.success, sent.failure + 1, 24, False)
    printer.printing(25, filename, 6.0, 5.0, counters=failed)
    assert printer.jobs == jobs


def test_c3_an_end_that_was_announced_before_its_file_was_sent_anew_is_known() -> None:
    """Its count was dropped with the others."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 10.0, 1.0, counters=KNOWN)
    shown = {"filename": "a.gcode", "counters": counts()}
    event = ended(14, "a.gcode", Outcome.FAILED)
    printer.events(15, Activity.PRINTING, event, **shown)
    assert printer.ends == [(FAILED, OutcomeSource.PRINTER)]
    assert printer.jobs == [FAILED]


def test_c3_a_cancel_that_was_seen_is_the_one_counted_after_a_file_was_sent_anew() -> (
    None
):
    """Nobody can tell whether another print was cancelled than the one before."""
    printer = Watching()
    printer.idle(0, counters=KNOWN)
    printer.printing(10, "a.gcode", 10.0, 1.0, counters=KNOWN)
    shown = {"filename": "a.gcode", "cancelling": True}
    printer.look(15, Activity.PRINTING, **shown)
    printer.printing(20, "a.gcode", 20.0, 4.0, counters=counts(0, 1, 15, False))
    assert printer.jobs == [CANCELLED, RUNNING]


def test_c3_an_end_that_is_shown_is_that_of_the_print_whose_file_was_sent_anew() -> (
    None
):
    """The next one has not begun yet."""
    printer = Watching()
    printer.idle(0, counters=KNOWN)
    printer.printing(10, "a.gcode", 10.0, 1.0, counters=KNOWN)
    printer.ended(20, Outcome.FAILED, counters=counts(), reason="Heater")
    assert printer.jobs == [FAILED]


def test_an_end_that_is_counted_since_a_file_was_sent_anew_is_another_print_s() -> None:
    """That one began and ended between two looks."""
    printer = Watching()
    printer.idle(0, counters=KNOWN)
    printer.printing(10, "a.gcode", 10.0, 1.0, counters=KNOWN)
    printer.printing(60, "a.gcode", 20.0, 9.0, counters=counts(1, 0, 50, True))
    assert printer.jobs == [UNKNOWN, COMPLETED, RUNNING]


@pytest.mark.parametrize(("end", "jobs"), [(11, [COMPLETED, RUNNING]), (10, [RUNNING])])
def test_an_end_that_no_look_counted_yet_is_news_since_its_print_began(
    end: float, jobs: list[JobStatus]
) -> None:
    """It was found to be over while the counts of another file were looked at."""
    printer = Watching()
    shown = counts(0, 0, filename="b.gcode")
    printer.idle(0, counters=shown)
    printer.events(18, IDLE, started(10, "a.gcode"), counters=shown)
    printer.printing(40, "a.gcode", 9.0, 20.0, counters=counts(1, 0, end, True))
    assert printer.jobs == jobs
