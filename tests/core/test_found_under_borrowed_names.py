"""Counter-examples that the simulation found where names come late (Bambu Lab)."""

from dataclasses import replace

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.reconcile import Recorded, reconcile
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .watching import Watching, after_a_print, utc

PREPARING, PRINTING = Activity.PREPARING, Activity.PRINTING
COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
CANCELLED, RUNNING = JobStatus.CANCELLED, JobStatus.RUNNING


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


@pytest.mark.parametrize(
    ("first", "jobs"),
    [
        (True, [COMPLETED, UNKNOWN, RUNNING]),
        (False, [COMPLETED, RUNNING]),
    ],
)
def test_what_came_with_a_name_in_a_gap_was_not_left_by_the_print_before(
    first: bool, jobs: list[JobStatus]
) -> None:
    """Unless nobody saw it begin, and the name may be that of one before it."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0, unbroken=first)
    printer.wake(221)
    printer.look(224, PRINTING, title="New", progress=81.0, unbroken=False)
    printer.look(900, PRINTING, title="New", progress=24.0, unbroken=False)
    printer.wake(921)
    assert printer.jobs == jobs


def test_what_came_with_a_name_in_a_gap_may_be_of_one_that_was_found_before() -> None:
    """That it was seen to begin was forgotten by the restart."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.wake(221)
    printer.restart(222, uptime=1000.0)
    printer.look(224, PRINTING, title="New", progress=81.0, unbroken=False)
    printer.look(900, PRINTING, title="New", progress=24.0, unbroken=False)
    printer.wake(921)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_a_name_that_came_in_sight_may_still_change() -> None:
    """It may come in pieces."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.wake(221)
    printer.look(224, PRINTING, title="Newer", progress=1.0)
    printer.look(225, PRINTING, title="New", print_id="7", progress=1.0)
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.session.current is not None
    assert printer.session.current.title == "New"


def test_a_borrowed_name_that_stays_is_the_print_s_own() -> None:
    """Another one after a gap is that of another print then."""
    printer = after_a_print()
    for at, progress in ((200, 100.0), (230, 5.0)):
        printer.look(at, PRINTING, title="Old", progress=progress)
        printer.wake(at + 21)
    assert printer.session.mark.borrowed is False
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


def test_what_prepares_at_the_percentage_that_ours_came_to_is_the_next_print() -> None:
    """Ours had only just begun; one that has shown none may have borrowed it."""
    for began, jobs in ((0.0, [UNKNOWN, RUNNING]), (None, [RUNNING])):
        printer = after_a_print()
        printer.look(200, PRINTING, title="New", progress=began)
        printer.silent(205)
        printer.look(220, PREPARING, title="New", progress=100.0, unbroken=False)
        printer.look(222, PREPARING, title="New", progress=0.0)
        printer.look(225, PRINTING, title="New", progress=0.0)
        printer.wake(241)
        assert printer.jobs == [COMPLETED, *jobs]


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


def test_a_name_that_comes_soon_after_a_gap_is_that_of_a_print_begun_in_it() -> None:
    """A name comes within half a minute, and ours had come long before."""
    for at, jobs in ((428, [COMPLETED, UNKNOWN, RUNNING]), (429, [COMPLETED, RUNNING])):
        printer = after_a_print()
        printer.look(200, PRINTING, title="New", progress=1.0)
        printer.silent(300)
        printer.look(400, PRINTING, title="New", progress=2.0, unbroken=False)
        printer.look(415, PRINTING, title="New", progress=2.0)
        printer.look(at, PRINTING, title="Next", progress=3.0)
        assert printer.jobs == jobs


def test_a_name_that_stood_for_long_when_it_was_taken_is_the_print_s_own() -> None:
    """What only prepared for so long has got its name, and is remembered by it."""
    printer = after_a_print()
    printer.look(200, PREPARING, title="Old", progress=0.0)
    printer.look(230, PRINTING, title="Old", progress=0.0)
    printer.ended(400, Outcome.FAILED, title="Next", unbroken=False)
    assert printer.jobs[1:] == [UNKNOWN, JobStatus.FAILED]


def test_a_percentage_that_rose_in_a_gap_does_not_tell_whose_the_name_is() -> None:
    """It is what the print before left, as is the name."""
    printer = after_a_print()
    printer.look(200, PREPARING, title="Old", progress=0.0)
    printer.silent(210)
    printer.look(215, PRINTING, title="Old", progress=100.0, unbroken=False)
    assert printer.jobs == [COMPLETED]
    printer.look(216, PRINTING, title="Next", progress=0.0)
    assert printer.session.current is not None
    assert printer.session.current.title == "Next"


def test_a_name_that_stands_no_more_is_not_left_over() -> None:
    """The print before got its own only when it was over; what prepares is news."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.ended(202, Outcome.COMPLETED, title="Own", progress=100.0)
    printer.look(300, PREPARING, title="Old", progress=0.0)
    printer.wake(321)
    assert printer.jobs == [COMPLETED, COMPLETED, RUNNING]


def test_an_id_that_the_print_before_bore_is_left_over_though_nobody_saw_its_end() -> (
    None
):
    """The next one prepares under it; the same look twice is no lost line."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", print_id="2", progress=50.0)
    printer.silent(300)
    for _ in range(2):
        printer.look(400, PREPARING, title="New", print_id="2", unbroken=False)
    printer.look(401, PRINTING, title="New", print_id="3", progress=0.0)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def cancelled_unseen() -> Watching:
    """Return a printer that was found idle, the id of its print still standing."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", print_id="2", progress=50.0)
    printer.silent(300)
    printer.look(400, Activity.IDLE, title="New", print_id="2", unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN]
    return printer


def test_an_id_that_stood_while_idle_is_no_sign_that_its_print_goes_on() -> None:
    """The next print was seen to begin under it, and got its own soon."""
    printer = cancelled_unseen()
    printer.look(500, PREPARING, title="New", print_id="2")
    assert not printer.look(501, PREPARING, title="New", print_id="3")
    printer.look(510, PRINTING, title="New", print_id="3", progress=1.0)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_an_id_that_stood_while_idle_is_still_no_sign_when_it_prints() -> None:
    """The next print prepares under it, which one that goes on does not."""
    printer = cancelled_unseen()
    printer.look(500, PREPARING, title="New", print_id="2")
    printer.look(510, PRINTING, title="New", print_id="2", progress=51.0)
    printer.wake(521)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_an_id_that_is_used_again_under_another_name_is_another_print() -> None:
    """Third-party senders repeat their ids."""
    printer = cancelled_unseen()
    printer.look(500, PRINTING, title="Other", print_id="2", progress=0.0)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_c11_an_id_that_stood_while_idle_decides_when_the_wait_is_over() -> None:
    """Its beginning was not seen, and no other id has come."""
    printer = cancelled_unseen()
    printer.silent(410)
    shown = {"title": "New", "print_id": "2", "progress": 51.0}
    assert not printer.look(500, PRINTING, **shown, unbroken=False)
    printer.wake(521)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_c11_an_id_that_comes_late_is_that_of_the_print_that_was_lost() -> None:
    """The printer forgot it, and calls it the same again before the wait is over."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", print_id="2", progress=50.0)
    printer.silent(300)
    printer.look(400, Activity.IDLE, title="New", rebooted=True, unbroken=False)
    printer.silent(410)
    printer.look(500, PRINTING, title="New", progress=50.0, unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN]
    printer.look(505, PRINTING, title="New", print_id="2", progress=51.0)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_what_stands_after_a_print_that_went_on_is_what_it_left() -> None:
    """Not what stood before it went on."""
    printer = cancelled_unseen()
    shown = {"title": "New", "print_id": "2", "progress": 51.0}
    printer.look(500, Activity.PAUSED, **shown)
    printer.ended(600, Outcome.COMPLETED, **shown | {"title": "Late"})
    assert printer.jobs == [COMPLETED, COMPLETED]
    state = printer.session.mark.end_state
    assert state is not None
    assert state.name == "late"


def test_a_borrowed_name_is_known_for_one_by_the_mark_alone() -> None:
    """The job was written, and the session was lost."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.wake(221)
    assert printer.session.mark.borrowed
    printer.look(222, PRINTING, title="New", progress=1.0)
    assert not printer.session.mark.borrowed


def test_an_ended_print_is_not_seen_on_its_way_out_under_another_id() -> None:
    """The database tells its end alone, and the next one began at once."""
    printer = Watching()
    printer.idle(100)
    printer.look(200, PRINTING, filename="new.gcode", print_id="2", progress=10.0)
    printer.ended(300, Outcome.CANCELLED, filename="new.gcode", print_id="2")
    assert printer.session.last is not None
    last = replace(printer.session.last, announced=True)
    printer.session = replace(printer.session, last=last)
    printer.look(305, PRINTING, filename="new.gcode", print_id="3", progress=20.0)
    assert printer.jobs == [CANCELLED, RUNNING]


def test_o14_an_end_with_an_id_is_news_where_one_without_stood_for_long() -> None:
    """The print before would have got its id by then, and soon after it began."""
    for back, jobs in ((38.1, [COMPLETED, COMPLETED]), (38.0, [COMPLETED])):
        printer = Watching(late_identity=True, unbroken=True)
        printer.idle(0)
        printer.look(10, PRINTING, title="Vase", progress=1.0)
        for at in (15, back - 1):
            printer.ended(at, Outcome.COMPLETED, title="Vase", progress=100.0)
        printer.ended(back, Outcome.COMPLETED, title="Vase", unbroken=False)
        shown = {"title": "Vase", "print_id": "9", "unbroken": False}
        printer.ended(back + 1, Outcome.COMPLETED, **shown)
        assert printer.jobs == jobs


def test_c11_a_print_that_was_less_far_is_not_the_lost_one_further_on() -> None:
    """We were stopped while its name was awaited."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, title="Vase", progress=75.0)
    printer.idle(100, title="Vase", rebooted=True, unbroken=False)
    printer.silent(110)
    printer.look(400, PRINTING, title="Vase", progress=59.0, unbroken=False)
    printer.restart(410)
    printer.look(500, PRINTING, title="Vase", progress=87.0, unbroken=False)
    printer.wake(521)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_o14_no_print_that_was_done_is_the_one_that_failed() -> None:
    """The own name of the one that was done never came, and none stands any more."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=0.0)
    printer.ended(205, Outcome.COMPLETED, title="Old", progress=100.0)
    printer.silent(210)
    printer.ended(270, Outcome.COMPLETED, title=None, progress=0.0, unbroken=False)
    assert printer.jobs == [COMPLETED, COMPLETED]
    printer.silent(300)
    printer.ended(330, Outcome.FAILED, title="New", progress=59.0, unbroken=False)
    assert printer.jobs == [COMPLETED, COMPLETED, JobStatus.FAILED]
