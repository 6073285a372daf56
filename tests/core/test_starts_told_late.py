"""Starts that are announced no sooner than an end is known (OctoPrint: O12, O14)."""

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .test_counting import counts, printing
from .watching import ended, started, utc

COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
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
