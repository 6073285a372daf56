"""Counter-examples that the simulation found where names come late (Bambu Lab)."""

from dataclasses import replace

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.reconcile import Recorded, reconcile
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .watching import Watching, utc

PREPARING, PRINTING = Activity.PREPARING, Activity.PRINTING
COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
CANCELLED, RUNNING = JobStatus.CANCELLED, JobStatus.RUNNING


def after_a_print() -> Watching:
    """Return a watched printer whose print called Old ended at 100 s."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(0, Activity.IDLE, title="Older")
    printer.look(10, PRINTING, title="Old", progress=1.0)
    printer.ended(100, Outcome.COMPLETED, title="Old", progress=100.0)
    return printer


def test_what_settled_under_its_own_name_is_not_the_print_found_after_a_gap() -> None:
    """It prepared when the line was lost, and another one ended meanwhile."""
    printer = after_a_print()
    printer.look(200, PREPARING, title="New", progress=0.0)
    printer.silent(210)
    printer.ended(400, Outcome.COMPLETED, title="Next", unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN, COMPLETED]


def test_a_cancel_code_that_still_stands_over_an_idle_printer_is_its_end() -> None:
    """The line was lost in the second of the cancel."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", progress=1.0)
    printer.silent(210)
    printer.look(220, Activity.IDLE, title="New", cancelling=True, unbroken=False)
    assert printer.jobs == [COMPLETED, CANCELLED]


def test_a_name_that_came_in_a_gap_is_that_of_the_print_that_borrowed_one() -> None:
    """Whenever the line comes back, the name may have come long before."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.wake(221)
    printer.silent(222)
    printer.look(900, PRINTING, title="New", progress=11.0, unbroken=False)
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.session.current is not None
    assert printer.session.current.title == "New"


def test_a_borrowed_name_that_stays_is_the_print_s_own() -> None:
    """Another one after a gap is that of another print then."""
    printer = after_a_print()
    for at, progress in ((200, 100.0), (230, 5.0)):
        printer.look(at, PRINTING, title="Old", progress=progress)
        printer.wake(at + 21)
    printer.silent(260)
    printer.look(900, PRINTING, title="New", progress=11.0, unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_what_a_borrowed_name_brought_along_is_no_progress() -> None:
    """The print before was done, this one was lost as soon as it had begun."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0, remaining_s=0.0)
    printer.wake(221)
    printer.look(222, PRINTING, title="Old", progress=100.0, remaining_s=0.0)
    printer.silent(223)
    printer.look(300, Activity.IDLE, title="Old", unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN]


def test_a_name_that_stands_long_after_the_start_is_the_print_s_own() -> None:
    """It settled under the same name when we were stopped, and has ended since."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.restart(210)
    printer.ended(400, Outcome.COMPLETED, title="Old", unbroken=False)
    assert printer.jobs == [COMPLETED, COMPLETED]
    assert printer.began[-1].print.label == "Old"


def test_a_print_that_was_printing_never_prepares_again() -> None:
    """Name and progress are those of the first, and so the second waits for its own."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", progress=7.0)
    printer.silent(210)
    printer.look(220, PREPARING, title="New", progress=100.0, unbroken=False)
    printer.look(225, PREPARING, title="Next", progress=0.0)
    printer.look(230, PRINTING, title="Next", progress=0.0)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_a_print_that_was_lost_does_not_go_on_by_preparing() -> None:
    """It would have gone on from a pause."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", progress=0.0)
    printer.silent(210)
    printer.look(220, Activity.IDLE, title="New", unbroken=False)
    printer.look(300, PREPARING, title="New", progress=0.0, unbroken=False)
    printer.look(330, PRINTING, title="New", progress=0.0)
    printer.wake(351)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_a_name_that_came_before_our_eyes_does_not_come_again() -> None:
    """The next print began in a gap, under name and id of this one."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.look(201, PRINTING, title="New", print_id="2", progress=1.0)
    printer.silent(210)
    shown = {"title": "New", "print_id": "2", "progress": 1.0}
    printer.look(215, PRINTING, **shown, unbroken=False)
    printer.look(216, PRINTING, title="Next", print_id="3", progress=0.0)
    assert printer.jobs[1:] == [UNKNOWN, RUNNING]


def test_what_settled_is_over_where_the_database_knows_a_later_print() -> None:
    """We were killed between the record of its end and the session."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    session = printer.session
    assert session.settling is not None
    recorded = Recorded(mark=replace(session.mark, keys=("old@1", "old@2")))
    now = Moment(utc(900), 900.0)
    assert reconcile(session, recorded, now).session.settling is None
    known = Recorded(mark=session.mark)
    assert reconcile(session, known, now).session.settling is not None
