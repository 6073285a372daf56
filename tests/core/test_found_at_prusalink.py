"""Counter-examples that the simulation found at PrusaLink, each in a sentence."""

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity

from .watching import Watching

RUNNING, UNKNOWN = JobStatus.RUNNING, JobStatus.UNKNOWN


def test_a_print_at_its_very_beginning_may_have_begun_at_any_time() -> None:
    """MK3 was looked at again so soon that not even its step of 8 s had passed."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(10, "a.gcode", 0.0, print_id="47")
    printer.printing(15, "a.gcode", 0.0, print_id="48", remaining_s=60.0)
    assert printer.jobs == [UNKNOWN, RUNNING]


@pytest.mark.parametrize(
    ("at", "progress", "elapsed", "jobs"),
    [
        (100, 19.0, 10.0, [UNKNOWN, RUNNING]),
        (81, 19.0, None, [UNKNOWN, RUNNING]),
        (80, 19.0, None, [RUNNING]),
        (100, 0.5, 10.0, [RUNNING]),
        (100, None, 10.0, [RUNNING]),
        (100, 19.0, 25.0, [RUNNING]),
    ],
)
def test_time_that_stood_still_beside_progress_that_rose_is_another_print_s(
    at: float, progress: float | None, elapsed: float | None, jobs: list[JobStatus]
) -> None:
    """A long time to heat is no time to print: MK3 had come to 0.5 % in 10 s."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(10, "a.gcode", 0.0, print_id="8")
    printer.printing(70, "a.gcode", 0.5, 10.0, print_id="8")
    printer.printing(at, "a.gcode", progress, elapsed, print_id="9")
    assert printer.jobs == jobs


@pytest.mark.parametrize(("at", "jobs"), [(71, [UNKNOWN, RUNNING]), (70, [RUNNING])])
def test_no_print_took_longer_to_come_so_far_than_it_was_known(
    at: float, jobs: list[JobStatus]
) -> None:
    """MK3 tells the time in steps, which may be ahead of the clock."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(10, "a.gcode", 0.0, print_id="8")
    printer.printing(40, "a.gcode", 6.0, 35.0, print_id="8")
    printer.printing(at, "a.gcode", 22.0, print_id="9")
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("left", "jobs"), [(467, [UNKNOWN, RUNNING]), (468, [RUNNING])]
)
def test_no_print_gets_on_faster_than_time_goes_by(
    left: float, jobs: list[JobStatus]
) -> None:
    """MK3 had ten minutes left, and a minute later four under another id."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.look(10, Activity.PREPARING, print_id="6", remaining_s=660.0)
    printer.printing(370, None, 6.0, print_id="6", remaining_s=600.0)
    printer.printing(430, "a.gcode", 13.0, 30.0, print_id="7", remaining_s=left)
    assert printer.jobs == jobs


def test_no_clock_that_was_put_right_tells_how_much_a_print_got_on_meanwhile() -> None:
    """Our clock was ahead when we were stopped, so that no time seems to have passed."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.clock_step = 3600
    printer.printing(10, "a.gcode", 4.0, 10.0, print_id="9", remaining_s=360.0)
    printer.clock_step = 0
    printer.restart(300)
    printer.silent(305)
    printer.printing(340, None, 82.0, 330.0, print_id="10", remaining_s=60.0)
    assert printer.jobs == [RUNNING]
