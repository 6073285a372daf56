"""A print that ends while its name is awaited (O1 to O4)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.session import Policy
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded

from .test_waiting import polled, pushed
from .watching import Watching, after_a_print, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
PREPARING, PRINTING = Activity.PREPARING, Activity.PRINTING
OLD: dict[str, Any] = {"title": "Old", "filename": "old.3mf"}


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


def test_o4_a_print_that_was_answered_and_completed_was_seen_to_begin() -> None:
    """Its end names nothing, and it is the print that asked."""
    printer = polled()
    printer.look(30, PREPARING, filename="a.gcode", tentative=True)
    began, _ = printer.ended(60, Outcome.COMPLETED)
    assert isinstance(began, PrintBegan)
    assert began.print.discovered_at == utc(30)
    assert began.print.filename == "a.gcode"
    assert printer.jobs == [COMPLETED]


@pytest.mark.parametrize("stood", [[], [CANCELLED]])
def test_o4_a_print_that_was_stopped_between_two_looks_is_the_one_that_asked(
    stood: list[JobStatus],
) -> None:
    """Be it that an end stood before it asked."""
    printer = polled()
    if stood:
        printer.printing(10, "a.gcode", 5.0, print_id="1")
        printer.ended(20, Outcome.CANCELLED)
    printer.look(30, PREPARING, filename="b.gcode", print_id="2", tentative=True)
    printer.ended(60, Outcome.CANCELLED)
    assert printer.began[-1].print.filename == "b.gcode"
    assert printer.jobs == [*stood, CANCELLED]


def test_o4_a_printer_that_breaks_while_it_asks_has_printed_nothing() -> None:
    """It would break without a print as well."""
    printer = polled()
    printer.look(30, PREPARING, filename="b.gcode", print_id="2", tentative=True)
    printer.ended(60, Outcome.FAILED)
    assert printer.jobs == []


def test_o4_a_print_is_discovered_when_it_asks_and_not_when_the_one_before_did() -> (
    None
):
    """The one before was refused."""
    printer = polled()
    printer.look(30, PREPARING, filename="a.gcode", print_id="1", tentative=True)
    printer.look(60, PREPARING, filename="a.gcode", print_id="2", tentative=True)
    printer.printing(90, "a.gcode", 1.0, print_id="2")
    assert printer.began[0].print.discovered_at == utc(60)


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
    old: dict[str, Any] = {**OLD, "print_id": "1", "system": True}
    printer = Watching(Policy(record_system=True), late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, progress=50.0, **old)
    printer.ended(60, Outcome.COMPLETED, progress=100.0, **old)
    printer.idle(80, **old)
    printer.policy = Policy()
    left = {"progress": 100.0, "remaining_s": 0.0, "elapsed_s": 90.0}
    printer.look(100, PRINTING, **old, **left)
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


def test_o3_an_end_under_the_name_before_names_nothing() -> None:
    """Though an idle report without that name lay between."""
    printer = pushed()
    printer.idle(80)
    printer.look(100, PRINTING, **OLD)
    began, _ = printer.ended(110, Outcome.FAILED, **OLD)
    assert isinstance(began, PrintBegan)
    assert began.print.label is None
    assert printer.jobs == [FAILED]


@pytest.mark.parametrize(("at", "label"), [(128, None), (128.1, "Old")])
def test_o3_the_name_before_is_a_print_s_own_where_no_other_came_in_time(
    at: float, label: str | None
) -> None:
    """A name comes within 28 s."""
    printer = pushed()
    printer.look(100, PRINTING, progress=100.0, **OLD)
    printer.ended(at, Outcome.COMPLETED, **OLD)
    assert printer.jobs == [COMPLETED]
    assert printer.began[0].print.label == label


@pytest.mark.parametrize(
    ("rests", "outcome", "jobs"),
    [
        (True, Outcome.COMPLETED, 2),
        (True, Outcome.FAILED, 2),
        (False, Outcome.COMPLETED, 1),
    ],
)
def test_o3_an_end_after_none_that_stood_is_that_of_the_print_that_prepared(
    rests: bool, outcome: Outcome, jobs: int
) -> None:
    """It has the name of the one before; what stood may stand on where it did."""
    printer = after_a_print()
    shown = {"title": "Old", "unbroken": False}
    if rests:
        printer.idle(150, rebooted=True, **shown)
    printer.look(200, PREPARING, title="Old", progress=0.0)
    printer.silent(210)
    printer.ended(300, outcome, progress=100.0, **shown)
    assert len(printer.jobs) == jobs
