"""A print that waits under a name of its own when the line is lost (Bambu Lab)."""

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .watching import Watching, after_a_print

PREPARING, PRINTING = Activity.PREPARING, Activity.PRINTING
COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
RUNNING = JobStatus.RUNNING


def test_what_settled_under_its_own_name_is_not_the_print_found_after_a_gap() -> None:
    """It prepared when the line was lost, and another one ended meanwhile."""
    printer = after_a_print()
    printer.look(200, PREPARING, title="New", progress=0.0)
    printer.silent(210)
    assert printer.jobs == [COMPLETED]
    printer.ended(400, Outcome.COMPLETED, title="Next", unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN, COMPLETED]


def test_what_is_found_after_one_that_settled_was_not_found_at_startup() -> None:
    """The line was lost between the two, and we were not stopped."""
    printer = after_a_print()
    printer.look(200, PREPARING, title="New", progress=0.0)
    printer.silent(210)
    printer.look(400, PRINTING, title="Next", progress=5.0, unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]
    assert not printer.began[-1].print.on_startup


def test_c11_what_settled_under_its_own_name_may_go_on_after_a_gap() -> None:
    """It was found idle only because the line was lost."""
    printer = after_a_print()
    printer.look(200, PREPARING, title="New", progress=0.0)
    printer.silent(210)
    printer.idle(400, title="New", unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN]
    printer.look(500, Activity.PAUSED, title="New", progress=5.0, unbroken=False)
    assert printer.jobs == [COMPLETED, JobStatus.PAUSED]


def test_o1_what_still_prepares_after_a_gap_is_the_one_that_settled() -> None:
    """We had just started, and did not know that its percentage was left standing."""
    printer = Watching(late_identity=True, unbroken=True)
    left = {"title": "A", "progress": 100.0, "remaining_s": 0.0}
    printer.look(200, PREPARING, **left)
    printer.silent(210)
    printer.look(215, PREPARING, **left, unbroken=False)
    printer.look(216, PREPARING, title="A", progress=0.0)
    printer.look(220, PRINTING, title="A", progress=0.0)
    assert printer.jobs == [RUNNING]


def test_what_prepared_under_the_name_before_is_no_print_after_a_gap() -> None:
    """Though the printer has shown no name meanwhile."""
    printer = after_a_print()
    printer.idle(150)
    printer.look(200, PREPARING, title="Old", progress=100.0)
    printer.silent(210)
    printer.idle(400, unbroken=False)
    assert printer.jobs == [COMPLETED]


def test_o1_what_prepares_under_its_own_name_has_time_to_turn_back() -> None:
    """It was seen to, for the line was never lost."""
    printer = after_a_print()
    printer.look(200, PREPARING, title="New", progress=0.0)
    printer.idle(205, title="New")
    assert printer.jobs == [COMPLETED]
