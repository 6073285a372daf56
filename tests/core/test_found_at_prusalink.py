"""Counter-examples that the simulation found at PrusaLink, each in a sentence."""

from custom_components.printernizer.core.jobs import JobStatus

from .watching import Watching

RUNNING, UNKNOWN = JobStatus.RUNNING, JobStatus.UNKNOWN


def test_a_print_at_its_very_beginning_may_have_begun_at_any_time() -> None:
    """MK3 was looked at again so soon that not even its step of 8 s had passed."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(10, "a.gcode", 0.0, print_id="47")
    printer.printing(15, "a.gcode", 0.0, print_id="48", remaining_s=60.0)
    assert printer.jobs == [UNKNOWN, RUNNING]
