"""Counter-examples that the simulation found in announcements and counts."""

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .watching import Watching, ended, started

RUNNING, COMPLETED = JobStatus.RUNNING, JobStatus.COMPLETED
CANCELLED, FAILED = JobStatus.CANCELLED, JobStatus.FAILED
IDLE, PRINTING = Activity.IDLE, Activity.PRINTING


def test_a_second_announced_end_without_a_start_is_that_of_a_second_print() -> None:
    """No printer announces the same end twice: the line was down at both starts."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, IDLE, ended(29, "a.gcode", Outcome.CANCELLED))
    printer.events(60, IDLE, ended(59, "a.gcode", Outcome.COMPLETED))
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
