"""Ends of prints that nobody looked at, and ends that are none (O6, O14)."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded

from .watching import Watching, ended, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
PRINTER, INFERRED = OutcomeSource.PRINTER, OutcomeSource.INFERRED
PRINTING = Activity.PRINTING
DONE, CANCEL, FAIL = Outcome.COMPLETED, Outcome.CANCELLED, Outcome.FAILED
LATE: dict[str, Any] = {"late_identity": True}


def idle(**always: Any) -> Watching:
    """Watch a printer that is idle."""
    printer = Watching(**always)
    printer.idle(0)
    return printer


@pytest.mark.parametrize(
    ("shown", "start", "end"),
    [
        ({"start_time": utc(10), "end_time": utc(40)}, utc(10), utc(40)),
        ({"end_time": utc(40), "elapsed_s": 25.0}, utc(15), utc(40)),
        (
            {"start_time": utc(10), "end_time": utc(40), "elapsed_s": 25.0},
            utc(10),
            utc(40),
        ),
        ({"elapsed_s": 25.0}, utc(35), utc(60)),
        ({"end_time": utc(900), "start_time": utc(10)}, utc(10), utc(60)),
        ({"end_time": utc(9), "start_time": utc(10)}, utc(10), utc(10)),
        ({"end_time": utc(40)}, None, utc(40)),
        ({"end_time": utc(900)}, None, utc(60)),
        ({}, None, utc(60)),
    ],
)
def test_o14_an_unseen_print_has_the_printers_times(
    shown: dict[str, Any], start: datetime | None, end: datetime
) -> None:
    """As far as the printer tells them, or they follow."""
    printer = idle()
    began, over = printer.ended(
        60, DONE, filename="a.gcode", print_id="1", material_g=2.5, **shown
    )
    assert isinstance(began, PrintBegan)
    assert isinstance(over, PrintEnded)
    assert began.print.afterwards
    assert began.print.start_time == start
    assert (over.status, over.source, over.end_time) == (COMPLETED, PRINTER, end)
    assert over.material_g == 2.5
    assert printer.session.mark.ends_of("1") == 1


def test_o14_an_unseen_end_may_not_tell_how() -> None:
    """It is a print all the same."""
    printer = idle()
    printer.ended(60, None, filename="a.gcode", print_id="1")
    assert printer.ends == [(UNKNOWN, INFERRED)]


@pytest.mark.parametrize("unbroken", [True, False])
def test_o6_the_end_at_the_first_look_is_known_from_then_on(unbroken: bool) -> None:
    """Its id is nobody else's, whether its end was seen or may be that of a next."""
    printer = Watching()
    printer.ended(0, DONE, print_id="5", unbroken=unbroken)
    assert printer.orders == []
    assert printer.session.mark.knows("5")
    assert printer.session.mark.ends_of("5") == (0 if unbroken else 1)
    printer.ended(30, DONE, print_id="5", unbroken=unbroken)
    assert printer.session.mark.ends_of("5") == (0 if unbroken else 1)
    assert printer.orders == []


def test_o14_a_push_that_was_never_broken_misses_no_print() -> None:
    """An id that shows up beside the end is that of the next one."""
    printer = idle(unbroken=True)
    printer.ended(60, DONE, filename="a.gcode", print_id="1")
    assert printer.orders == []


def test_o14_a_restart_is_no_first_look() -> None:
    """What ended while Home Assistant was down is news."""
    printer = idle()
    printer.restart(30)
    printer.ended(60, DONE, filename="a.gcode", print_id="1")
    assert printer.jobs == [COMPLETED]


def test_o14_what_ended_while_the_printer_was_removed_is_no_news() -> None:
    """It is an import, and the look that found it was the first."""
    printer = idle()
    printer.remove(30)
    printer.ended(60, DONE, filename="a.gcode", print_id="1")
    assert printer.orders == []


@pytest.mark.parametrize(
    ("stood", "shown", "jobs"),
    [
        # By its id.
        ({"print_id": "1"}, {"print_id": "1"}, 0),
        ({"print_id": "1"}, {"print_id": "2"}, 1),
        # By its name, by its time, or else by its outcome.
        ({"filename": "a"}, {"filename": "a"}, 0),
        ({"filename": "a"}, {"filename": "b"}, 1),
        ({"filename": "a"}, {"filename": "a", "outcome": Outcome.FAILED}, 1),
        ({"filename": "a", "elapsed_s": 9.0}, {"filename": "a", "elapsed_s": 9.0}, 0),
        ({"filename": "a", "elapsed_s": 9.0}, {"filename": "a", "elapsed_s": 8.0}, 1),
        ({"filename": "a", "elapsed_s": 9.0}, {"filename": "b", "elapsed_s": 9.0}, 1),
        ({"filename": "a", "elapsed_s": 9.0}, {"filename": "a"}, 0),
        ({"filename": "a"}, {"filename": "a", "elapsed_s": 9.0}, 0),
        (
            {"filename": "a", "elapsed_s": 9.0},
            {"filename": "a", "elapsed_s": 9.0, "outcome": Outcome.FAILED},
            0,
        ),
        ({"filename": "a"}, {"filename": "parts/a"}, 1),
        ({"title": "A"} | LATE, {"title": "A"} | LATE, 0),
        ({"title": "A"} | LATE, {"title": "B"} | LATE, 1),
        # A failure may be a cancel whose code nobody has seen (Bambu Lab P1).
        (
            {"title": "A", "outcome": CANCEL} | LATE,
            {"title": "A", "outcome": FAIL} | LATE,
            0,
        ),
        (
            {"title": "A", "outcome": FAIL} | LATE,
            {"title": "A", "outcome": CANCEL} | LATE,
            1,
        ),
        (
            {"title": "A", "outcome": CANCEL} | LATE,
            {"title": "A", "progress": 9.0, "outcome": FAIL} | LATE,
            1,
        ),
        ({"filename": "a", "outcome": CANCEL}, {"filename": "a", "outcome": FAIL}, 1),
        # Without a name, only another outcome, and not a failure.
        ({}, {}, 0),
        ({}, {"outcome": Outcome.CANCELLED}, 1),
        ({}, {"outcome": Outcome.FAILED}, 0),
        ({}, {"outcome": None}, 0),
        ({"late_identity": True}, {"outcome": Outcome.CANCELLED} | LATE, 0),
    ],
)
def test_o14_an_end_is_another_where_it_differs_from_the_one_that_stood(
    stood: dict[str, Any], shown: dict[str, Any], jobs: int
) -> None:
    """A printer may break without a print, and shows a failure then (PrusaLink)."""
    printer = Watching()
    printer.look(0, Activity.ENDED, **({"outcome": DONE} | stood))
    printer.look(60, Activity.ENDED, **({"outcome": DONE} | shown))
    assert len(printer.jobs) == jobs


@pytest.mark.parametrize(
    ("shown", "jobs"),
    [
        ({"filename": "a"}, 1),
        ({"outcome": DONE}, 1),
        ({"outcome": Outcome.FAILED}, 0),
        ({"title": "A"} | LATE, 0),
    ],
)
def test_o14_an_end_where_none_stood_is_a_print(
    shown: dict[str, Any], jobs: int
) -> None:
    """Unless names come late: then it may be what stood before it was watched."""
    printer = idle()
    printer.look(60, Activity.ENDED, **({"outcome": DONE} | shown))
    assert len(printer.jobs) == jobs


def test_o14_a_late_name_that_is_not_the_last_ones_is_a_print() -> None:
    """The last one is known, and this is another."""
    printer = Watching(late_identity=True)
    printer.idle(0)
    printer.look(10, PRINTING, title="A", progress=50.0)
    printer.wake(31)
    printer.events(60, Activity.NO_NEWS, ended(60, "", DONE))
    printer.ended(90, DONE, title="B")
    assert printer.jobs == [COMPLETED, COMPLETED]


@pytest.mark.parametrize(
    ("outcome", "jobs"),
    [
        (Outcome.COMPLETED, [COMPLETED, COMPLETED]),
        (Outcome.FAILED, [COMPLETED]),
        (None, [COMPLETED]),
    ],
)
def test_o14_a_success_where_none_stood_is_that_of_another_print(
    outcome: Outcome | None, jobs: list[JobStatus]
) -> None:
    """What a power cut left was of a print that nobody saw; a restart shows no success."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, Activity.PRINTING, progress=0.0)
    printer.ended(20, Outcome.COMPLETED, progress=100.0)
    printer.silent(50)
    printer.idle(100, title="A", unbroken=False)
    printer.silent(150)
    printer.ended(200, outcome, title="A", progress=100.0, unbroken=False)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("outcome", "title", "progress", "jobs"),
    [
        (DONE, "A", 93.0, [COMPLETED, FAILED]),
        (DONE, "A", 100.0, [COMPLETED]),
        (DONE, "A", 0.0, [COMPLETED]),
        (DONE, "A", None, [COMPLETED]),
        (DONE, "", 93.0, [COMPLETED]),
        (CANCEL, "A", 93.0, [CANCELLED]),
    ],
)
def test_o14_a_failure_in_the_midst_is_none_of_a_print_that_was_done(
    outcome: Outcome, title: str, progress: float | None, jobs: list[JobStatus]
) -> None:
    """It ended before its name came, and may have left the one that stood since."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, Activity.PRINTING, progress=0.0)
    printer.ended(20, outcome, progress=100.0)
    printer.silent(50)
    printer.idle(100, title="A", unbroken=False)
    printer.silent(150)
    failed = {"title": title, "progress": progress, "unbroken": False}
    printer.ended(200, FAIL, **failed)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("title", "progress", "jobs"),
    [
        ("B", 100.0, [COMPLETED, COMPLETED]),
        ("B", 0.0, [COMPLETED]),
        ("B", None, [COMPLETED]),
        ("", 100.0, [COMPLETED]),
    ],
)
def test_o14_a_name_beside_another_percentage_is_that_of_another_print(
    title: str, progress: float | None, jobs: list[JobStatus]
) -> None:
    """Where a print ended stands until the next one, also where its name was lost."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0, title="A")
    printer.look(10, Activity.PRINTING, title="A", progress=0.0)
    printer.ended(12, Outcome.COMPLETED, title="A", progress=100.0)
    printer.silent(50)
    shown: dict[str, Any] = {"outcome": Outcome.COMPLETED, "unbroken": False}
    printer.look(100, Activity.ENDED, progress=0.0, **shown)
    printer.silent(150)
    printer.look(200, Activity.ENDED, title=title, progress=progress, **shown)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("left_id", "stood", "progress", "jobs"),
    [
        (None, 88.0, 36.0, [FAILED, FAILED]),
        (None, 88.0, 88.0, [FAILED]),
        (None, 88.0, 0.0, [FAILED]),
        (None, None, 36.0, [FAILED]),
        ("7", 88.0, 36.0, [COMPLETED, FAILED, FAILED]),
        ("7", 88.0, 88.0, [COMPLETED, FAILED]),
        ("7", None, 36.0, [COMPLETED, FAILED]),
    ],
)
def test_o14_an_end_at_another_percentage_than_stood_is_that_of_another_print(
    left_id: str | None,
    stood: float | None,
    progress: float | None,
    jobs: list[JobStatus],
) -> None:
    """It has the name that the one before left, which stood beside an older id."""
    printer = Watching(late_identity=True, unbroken=True)
    if left_id:
        printer.idle(0, title="A")
        printer.look(10, Activity.PRINTING, print_id=left_id, title="A", progress=9.0)
        printer.ended(40, Outcome.COMPLETED, print_id="7", title="A", progress=100.0)
    else:
        printer.idle(0, title="B")
        printer.look(10, Activity.PRINTING, title="B", progress=9.0)
    printer.silent(50)
    shown: dict[str, Any] = {"title": "B", "outcome": Outcome.FAILED, "unbroken": False}
    printer.look(100, Activity.ENDED, print_id=left_id, progress=stood, **shown)
    printer.silent(150)
    printer.look(200, Activity.ENDED, progress=progress, **shown)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("progress", "jobs"),
    [
        (38.0, [CANCELLED, CANCELLED]),
        (83.0, [CANCELLED]),
        (0.0, [CANCELLED]),
        (None, [CANCELLED]),
    ],
)
def test_o14_an_id_beside_another_percentage_is_that_of_another_print(
    progress: float | None, jobs: list[JobStatus]
) -> None:
    """The one before was over so soon that its own might still have come."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, Activity.PRINTING, title="A", progress=0.0)
    printer.look(14, Activity.PRINTING, title="A", progress=83.0)
    shown: dict[str, Any] = {"outcome": Outcome.CANCELLED, "title": "A"}
    printer.look(16, Activity.ENDED, progress=83.0, **shown)
    printer.silent(20)
    shown |= {"print_id": "7", "unbroken": False}
    printer.look(30, Activity.ENDED, progress=progress, **shown)
    assert printer.jobs == jobs
