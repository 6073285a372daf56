"""A print that has begun and whose name is awaited: how long, and what ends it."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded

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


@pytest.mark.parametrize(
    ("outcome", "jobs"),
    [(Outcome.COMPLETED, [COMPLETED]), (Outcome.CANCELLED, []), (None, [])],
)
def test_o4_nothing_that_was_refused_completes(
    outcome: Outcome | None, jobs: list[JobStatus]
) -> None:
    """The question was answered, and the print was over before the next look."""
    printer = polled()
    printer.look(30, PREPARING, filename="a.gcode", print_id="1", tentative=True)
    printer.ended(60, outcome, filename="a.gcode", print_id="1")
    assert [job for job in printer.jobs if job is COMPLETED] == jobs


@pytest.mark.parametrize(
    ("activity", "shown", "jobs"),
    [
        (PREPARING, {"outcome": Outcome.FAILED, "title": "New"}, [FAILED]),
        (PREPARING, {"outcome": None, "title": "New"}, []),
        (PREPARING, {"outcome": Outcome.FAILED, **OLD}, []),
        (PREPARING, {"outcome": Outcome.FAILED}, []),
        (PRINTING, {"outcome": Outcome.FAILED, "title": "New"}, [FAILED]),
        (PRINTING, {"outcome": None, "title": "New"}, [UNKNOWN]),
        (PRINTING, {"outcome": Outcome.FAILED, **OLD}, [FAILED]),
    ],
)
def test_o1_a_print_that_ends_before_its_name_is_sure_is_one_where_it_ran(
    activity: Activity, shown: dict[str, Any], jobs: list[JobStatus]
) -> None:
    """Or where the end tells a name of its own, and how it came."""
    printer = pushed()
    printer.look(100, activity, progress=100.0, elapsed_s=5.0, **OLD)
    orders = printer.look(110, Activity.ENDED, **shown)
    assert printer.jobs == jobs
    if jobs:
        began, end = orders
        assert isinstance(began, PrintBegan)
        assert isinstance(end, PrintEnded)
        assert began.print.discovered_at == utc(100)
        assert began.print.start_time == utc(95)
        name = shown["title"]
        assert began.print.label == (None if name == "Old" else name)


def test_o3_a_print_that_ended_under_a_borrowed_name_has_none() -> None:
    """Nor are the numbers beside that name its own, nor whose job it was."""
    printer = pushed()
    left = {"print_id": None, "remaining_s": 0.0, "system": True, "progress": 100.0}
    printer.look(100, PRINTING, **OLD, **left)
    began, end = printer.idle(110)
    assert isinstance(began, PrintBegan)
    assert isinstance(end, PrintEnded)
    assert began.print.label is None
    assert began.print.print_id is None
    assert (began.progress, end.progress) == (None, None)
    assert (end.status, end.source) == (UNKNOWN, OutcomeSource.INFERRED)


def test_o2_a_print_that_ended_before_its_name_came_takes_that_of_its_end() -> None:
    """Found at the first look, and over at the second."""
    printer = Watching()
    printer.printing(30)
    began, end = printer.ended(40, Outcome.COMPLETED, filename="a.gcode", progress=99.0)
    assert isinstance(began, PrintBegan)
    assert isinstance(end, PrintEnded)
    assert end.progress == 99.0
    assert began.print.label == "a.gcode"
    assert began.print.on_startup
    assert printer.jobs == [COMPLETED]
    assert end.why


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
