"""A print that has begun and whose name is awaited: how long, and what ends it."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import PrintBegan

from .watching import Watching, kinds, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
PREPARING, PRINTING = Activity.PREPARING, Activity.PRINTING
OLD: dict[str, Any] = {"title": "Old", "filename": "old.3mf"}


def polled() -> Watching:
    """Watch a printer that is idle."""
    printer = Watching()
    printer.idle(0)
    return printer


def pushed(**always: Any) -> Watching:
    """Watch a printer whose names come late, after a print that left its own."""
    printer = Watching(late_identity=True, **({"unbroken": True} | always))
    printer.idle(0)
    printer.look(10, PRINTING, progress=50.0, **OLD)
    printer.ended(60, Outcome.COMPLETED, progress=100.0, **OLD)
    assert printer.jobs == [COMPLETED]
    printer.orders.clear()
    return printer


def test_o2_a_wait_lasts_twenty_seconds_whatever_comes_meanwhile() -> None:
    """Reports without a name neither prolong nor shorten it."""
    printer = polled()
    for at in (30, 40, 49.9):
        printer.printing(at)
        assert printer.decision.wake_at == pytest.approx(1050)
    assert printer.jobs == []
    printer.printing(50)
    assert printer.jobs == [RUNNING]
    assert printer.decision.wake_at is None


def test_o2_a_job_tells_of_the_first_look_and_shows_the_last() -> None:
    """Found at the first look, and named at a later one."""
    printer = Watching()
    printer.printing(30, progress=1.0, elapsed_s=20.0)
    printer.printing(40, progress=5.0, elapsed_s=90.0)
    (order,) = printer.wake(50)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(30)
    assert order.print.start_time == utc(10)
    assert order.print.on_startup
    assert (order.progress, order.elapsed_s) == (5.0, 90.0)


def test_o2_an_id_is_a_name_as_well() -> None:
    """And so is a title: nothing more is waited for."""
    for name in ({"print_id": "1"}, {"title": "A"}, {"filename": "a.gcode"}):
        printer = polled()
        printer.look(30, PRINTING, **name)
        assert printer.jobs == [RUNNING]


def test_o1_what_only_prepares_waits_though_it_has_a_name() -> None:
    """It has time to turn back; then it counts as going ahead."""
    printer = polled()
    printer.look(30, PREPARING, filename="a.gcode")
    printer.idle(40)
    assert printer.jobs == []
    printer.look(50, PREPARING, filename="a.gcode")
    assert printer.decision.wake_at == pytest.approx(1070)
    (order,) = printer.wake(70)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(50)


def test_o1_what_prepares_without_a_name_waits_until_it_prints() -> None:
    """For as long as that takes; then it has been waited for long enough."""
    printer = polled()
    printer.look(30, PREPARING)
    assert not printer.wake(50)
    assert printer.decision.wake_at is None
    assert not printer.look(80, PREPARING)
    (order,) = printer.printing(90)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(30)


def test_o2_what_prints_soon_after_preparing_waits_for_its_name_to_the_end() -> None:
    """Twenty seconds in all."""
    printer = polled()
    printer.look(30, PREPARING)
    printer.printing(35)
    assert printer.decision.wake_at == pytest.approx(1050)
    assert kinds(printer.wake(50)) == ["PrintBegan"]


def test_o4_a_question_waits_without_end_and_its_answer_as_usual() -> None:
    """What may be refused decides itself."""
    printer = polled()
    printer.look(30, PREPARING, filename="a.gcode", tentative=True)
    assert printer.decision.wake_at is None
    assert not printer.wake(500)
    printer.look(600, PREPARING, filename="a.gcode")
    assert printer.decision.wake_at == pytest.approx(1620)
    assert kinds(printer.wake(620)) == ["PrintBegan"]


@pytest.mark.parametrize(
    ("first", "second", "opened"),
    [
        ({"progress": 1.0}, {"progress": 2.0}, True),
        ({"progress": 1.0}, {"progress": 1.0}, False),
        ({"progress": None}, {"progress": None}, False),
        ({"progress": 1.0}, {"progress": None}, False),
        ({"progress": 1.0}, {"progress": 2.0, "cancelling": True}, False),
    ],
)
def test_o3_a_name_is_in_use_where_the_progress_beside_it_goes_up(
    first: dict[str, Any], second: dict[str, Any], opened: bool
) -> None:
    """The same model once more: nothing else has to come."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, **OLD)
    printer.ended(60, Outcome.COMPLETED, **OLD)
    printer.look(100, PRINTING, **OLD, **first)
    printer.look(103, PRINTING, **OLD, **second)
    assert printer.jobs == ([COMPLETED, RUNNING] if opened else [COMPLETED])


def test_o3_a_print_that_was_found_starting_was_not_found_at_startup() -> None:
    """Only the first look after a start finds one."""
    printer = pushed()
    printer.look(100, PRINTING, progress=100.0, elapsed_s=5.0, **OLD)
    (order,) = printer.wake(120)
    assert isinstance(order, PrintBegan)
    assert not order.print.on_startup
    assert order.print.start_time == utc(95)


def test_o1_a_print_that_prepares_under_the_old_name_waits_until_it_prints() -> None:
    """It may still turn back; with the first sign of printing it is one."""
    printer = pushed()
    printer.look(100, PREPARING, progress=100.0, **OLD)
    assert not printer.wake(120)
    assert printer.decision.wake_at is None
    (order,) = printer.look(150, PRINTING, progress=100.0, **OLD)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(100)


def test_a_wait_goes_on_after_a_restart_only_with_the_first_look() -> None:
    """What was awaited may be over."""
    printer = polled()
    printer.printing(30)
    printer.restart(40)
    assert not printer.wake(60)
    assert printer.decision.wake_at is None
    (order,) = printer.printing(70)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(30)
    assert not order.print.on_startup


def test_o3_a_name_is_in_use_where_another_progress_stands_beside_it() -> None:
    """100 % were left standing, and 1 % is the next print's."""
    printer = pushed()
    (order,) = printer.look(100, PRINTING, progress=1.0, **OLD)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(100)


@pytest.mark.parametrize("shown", [{"filename": "a.gcode"}, {}])
def test_o5_a_wait_that_has_no_end_keeps_how_it_began(shown: dict[str, str]) -> None:
    """Found preparing at the first look, it prints long after that."""
    printer = Watching(late_identity=True)
    printer.look(30, PREPARING, elapsed_s=5.0)
    printer.wake(50)
    (order,) = printer.look(90, PRINTING, **shown)
    assert isinstance(order, PrintBegan)
    assert order.print.on_startup
    assert order.print.discovered_at == utc(30)
    assert order.print.start_time == utc(25)


def test_o4_a_question_in_mid_print_waits_for_a_name_no_longer_than_others() -> None:
    """The print counts already, so that it cannot be refused."""
    printer = polled()
    printer.look(30, PREPARING, tentative=True, progress=5.0)
    assert printer.decision.wake_at == pytest.approx(1050)
    assert kinds(printer.wake(50)) == ["PrintBegan"]
    assert printer.jobs == [JobStatus.PAUSED]


def test_o3_the_name_before_is_known_though_it_stands_no_more() -> None:
    """An idle report without a name lies between; the next takes the old one up."""
    printer = pushed()
    printer.idle(80)
    printer.look(100, PREPARING, **OLD)
    assert not printer.wake(120)
    assert kinds(printer.look(125, PRINTING, **OLD)) == ["PrintBegan"]
    assert kinds(printer.look(400, PRINTING, title="New")) == ["PrintNamed"]


@pytest.mark.parametrize("first", [{"print_id": "1"}, {"filename": "a.gcode"}])
def test_o1_a_print_that_prepares_and_prints_with_half_an_identity_is_one(
    first: dict[str, str],
) -> None:
    """Only two ids that differ are two prints."""
    printer = polled()
    printer.look(30, PREPARING, **first)
    second = {"filename": "a.gcode"} if "print_id" in first else {"print_id": "1"}
    (order,) = printer.look(35, PRINTING, **second)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(30)


@pytest.mark.parametrize(("at", "progress"), [(128, None), (128.1, 100.0)])
def test_o3_a_name_that_was_borrowed_is_a_print_s_own_where_no_other_came_in_time(
    at: float, progress: float | None
) -> None:
    """A name comes within 28 s, and the numbers beside it are its own from then on."""
    printer = pushed()
    printer.look(100, PREPARING, progress=100.0, **OLD)
    printer.wake(120)
    (order,) = printer.look(at, PRINTING, progress=100.0, **OLD)
    assert isinstance(order, PrintBegan)
    assert order.progress == progress
