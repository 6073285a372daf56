"""Names that were seen to take the place of others, as the simulation found them."""

from dataclasses import replace

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import Policy
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import PrintBegan

from .watching import Watching, after_a_print

PREPARING, PRINTING = Activity.PREPARING, Activity.PRINTING
COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
RUNNING = JobStatus.RUNNING


def test_o3_no_print_gets_another_name_after_its_own_was_seen_to_come() -> None:
    """A restart lay between the two, and the next one had begun by then."""
    printer = after_a_print()
    printer.silent(150)
    printer.look(200, PREPARING, title="Old", progress=0.0, unbroken=False)
    printer.look(204, PRINTING, title="New", progress=11.0)
    printer.look(215, PRINTING, title="New", progress=80.0, unbroken=False)
    printer.look(216, PRINTING, title="Next", progress=5.0)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_o3_a_name_that_came_unseen_may_be_the_one_before() -> None:
    """The line was lost once more, so that its own may still come."""
    printer = after_a_print()
    printer.silent(150)
    printer.look(200, PREPARING, title="Old", progress=0.0, unbroken=False)
    printer.look(204, PRINTING, title="Next", progress=11.0, unbroken=False)
    printer.look(215, PRINTING, title="New", progress=12.0)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_c11_a_name_that_comes_to_one_without_any_may_be_that_of_a_lost_print() -> None:
    """It goes on, and what had no name took none from the print before."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", progress=50.0)
    printer.silent(300)
    printer.look(400, Activity.IDLE, title="New", rebooted=True, unbroken=False)
    printer.silent(410)
    printer.look(500, PRINTING, progress=50.0, unbroken=False)
    printer.look(505, PRINTING, title="New", progress=50.0)
    printer.wake(521)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_o3_an_id_may_come_after_the_name() -> None:
    """The print before has left one standing."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, title="Old", print_id="1", progress=1.0)
    printer.ended(100, Outcome.COMPLETED, title="Old", print_id="1", progress=100.0)
    printer.look(200, PRINTING, title="Old", print_id="1", progress=100.0)
    printer.look(202, PRINTING, title="New", print_id="1", progress=0.0)
    printer.look(203, PRINTING, title="New", print_id="2", progress=0.0)
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.session.current is not None
    assert printer.session.current.print_id == "2"


@pytest.mark.parametrize(
    "shown", [{"title": "New", "print_id": "1"}, {"print_id": "2"}]
)
def test_o3_an_id_that_was_used_before_may_have_been_left_as_well(
    shown: dict[str, str],
) -> None:
    """Not by the last print, whose the name is; or by that one without its name."""
    printer = after_a_print()
    for at, print_id in ((200, "1"), (400, "2")):
        printer.look(at, PRINTING, title="New", print_id=print_id, progress=1.0)
        printer.ended(at + 90, Outcome.COMPLETED, title="New", print_id=print_id)
    assert not printer.look(600, PRINTING, **shown)
    printer.look(605, PRINTING, title="Next", print_id="3", progress=1.0)
    assert printer.jobs == [COMPLETED] * 3 + [RUNNING]


def test_a_print_that_follows_at_once_is_not_the_last_one_on_its_way_out() -> None:
    """It shows what that one left, whose end the database alone remembers."""
    printer = after_a_print()
    assert printer.session.last is not None
    last = replace(printer.session.last, announced=True)
    printer.session = replace(printer.session, last=last)
    printer.look(105, PRINTING, title="Old", progress=100.0)
    printer.ended(106, Outcome.CANCELLED, title="Old", progress=3.0)
    assert printer.jobs == [COMPLETED, JobStatus.CANCELLED]


def test_o9_a_job_is_opened_under_its_own_name_where_creation_was_switched_on() -> None:
    """Since the print began, under the name before: until then it had none."""
    printer = after_a_print()
    printer.policy = Policy(auto_create=False)
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.wake(221)
    printer.policy = Policy()
    (order,) = printer.look(230, PRINTING, title="New", progress=1.0)
    assert isinstance(order, PrintBegan)
    assert order.record
    assert order.print.title == "New"
