"""What the printer's own record of its prints tells (Moonraker: O6, O14, C5, C10)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Outcome, PastPrint
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded

from .watching import Watching, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
HISTORY, INFERRED = OutcomeSource.HISTORY, OutcomeSource.INFERRED


def row(
    print_id: str, start: float, end: float | None = None, **fields: Any
) -> PastPrint:
    """Return a row that is over, with a failure of which all is told."""
    told: dict[str, Any] = {
        "filename": "a.gcode",
        "start_time": utc(start),
        "end_time": None if end is None else utc(end),
        "ended": True,
        "outcome": Outcome.FAILED,
        "reason": "Jam",
        "material_g": 1.5,
    }
    return PastPrint(print_id=print_id, **(told | fields))


def printing(print_id: str | None = "1", **fields: Any) -> Watching:
    """Watch a printer that keeps a record and prints since 30 s into the story."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id=print_id, **fields)
    return printer


def the_end(orders: list[Any]) -> tuple[Any, ...]:
    """Return what the only end among some orders tells."""
    (end,) = [order for order in orders if isinstance(order, PrintEnded)]
    return end.status, end.source, end.end_time, end.reason, end.material_g


def test_o6_what_is_on_record_at_the_first_look_is_history() -> None:
    """Rows that come to light later are not older than that."""
    printer = Watching()
    printer.idle(0, history=(row("2", -50), row("1", -90)))
    printer.idle(30, history=(row("0", -60), row("1", -90), row("2", -50)))
    assert printer.orders == []
    assert printer.session.mark.since == utc(-50)
    assert printer.session.mark.ends_of("1") == 1


def test_o6_a_print_in_progress_at_the_first_look_is_none_of_them() -> None:
    """Its row may end while nobody looks."""
    printer = Watching()
    printer.idle(0, history=(row("1", -90, ended=False, outcome=None),))
    printer.idle(30, history=(row("1", -90, 20),))
    assert printer.jobs == [FAILED]


def test_o6_an_abandoned_row_is_history_as_well() -> None:
    """Its writer stopped, and will never end it."""
    printer = Watching()
    abandoned = row("1", -90, ended=None, outcome=None)
    printer.idle(0, history=(abandoned,))
    printer.idle(30, history=(abandoned,))
    assert printer.orders == []


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        (row("2", 10, 20), (FAILED, HISTORY)),
        (row("2", 10, 20, outcome=None), (UNKNOWN, INFERRED)),
        (row("2", 10, 20, ended=None), (UNKNOWN, INFERRED)),
    ],
)
def test_o14_a_newer_row_is_a_print_with_all_that_the_record_tells(
    seen: PastPrint, end: tuple[JobStatus, OutcomeSource]
) -> None:
    """How it ended is told only by a row that is over."""
    printer = Watching()
    printer.idle(0, history=())
    began, over = printer.idle(30, history=(seen,))
    assert isinstance(began, PrintBegan)
    assert isinstance(over, PrintEnded)
    assert began.print.print_id == "2"
    assert began.print.filename == "a.gcode"
    assert began.print.start_time == utc(10)
    assert (over.status, over.source) == end
    assert (over.end_time, over.reason, over.material_g) == (utc(20), "Jam", 1.5)


def test_o14_a_row_in_progress_or_of_the_future_is_judged_with_care() -> None:
    """The first is no end; the second began now at the latest."""
    printer = Watching()
    printer.idle(0, history=())
    printer.idle(10, history=(row("1", 5, ended=False),))
    assert printer.orders == []
    began, _ = printer.idle(30, history=(row("1", 900, 950),))
    assert isinstance(began, PrintBegan)
    assert began.print.start_time == utc(30)


def test_o14_what_runs_beside_a_newer_row_is_not_that_print_on_its_way_out() -> None:
    """No end was announced; its own row is still to come."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", history=(row("1", 20, 29),))
    assert printer.jobs == [FAILED, RUNNING]


def test_o14_the_mark_is_the_start_of_the_newest_row() -> None:
    """What began no later is no news, whatever its id."""
    printer = Watching()
    printer.idle(0, history=())
    printer.idle(30, history=(row("2", 20), row("1", 10)))
    assert [order.print.print_id for order in printer.began] == ["1", "2"]
    assert printer.session.mark.since == utc(20)
    assert not printer.idle(60, history=(row("3", 20), row("4", 15)))
    printer.idle(90, history=(row("5", 20.1),))
    assert len(printer.jobs) == 3


def test_c6_an_id_that_the_record_has_ended_is_a_new_print_when_it_runs() -> None:
    """The printer counts from 1 again, or a row without an outcome is not its end."""
    printer = Watching()
    printer.idle(0, history=())
    printer.idle(30, history=(row("1", 10, 20), row("2", 15, outcome=None)))
    printer.printing(60, "a.gcode", 1.0, print_id="1")
    assert printer.began[-1].print.key.startswith("1#1@")
    assert len(printer.jobs) == 3
    printer.printing(90, "a.gcode", 1.0, print_id="2")
    assert printer.began[-1].print.key.startswith("2#0@")


def test_the_record_of_a_print_that_runs_ends_nothing() -> None:
    """Moonraker writes early ends when it restarts."""
    printer = printing()
    printer.printing(
        60, "a.gcode", 20.0, 50.0, print_id="1", history=(row("1", 10, 40),)
    )
    assert printer.jobs == [RUNNING]
    assert printer.session.live is not None
    assert printer.session.live.progress == 20.0
    later = row("1", 10, 40, ended=False, outcome=None)
    printer.printing(70, "a.gcode", 30.0, 60.0, print_id="1", history=(later,))
    printer.idle(90)
    assert printer.ends == [(UNKNOWN, INFERRED)]


@pytest.mark.parametrize(
    "fields", [{"ended": None}, {"ended": False}, {"outcome": None}]
)
def test_a_row_that_is_not_over_tells_nothing_of_its_end(
    fields: dict[str, Any],
) -> None:
    """Its print closes by what was seen."""
    printer = printing()
    printer.idle(60, history=(row("1", 10, 50, **fields),))
    assert printer.ends == [(UNKNOWN, INFERRED)]


def test_c4_a_print_that_went_without_a_word_ends_by_its_row() -> None:
    """With the time, the reason and the material that the record has."""
    orders = printing().idle(60, history=(row("1", 10, 50),))
    assert the_end(orders) == (FAILED, HISTORY, utc(50), "Jam", 1.5)


@pytest.mark.parametrize(
    ("ahead", "end"),
    [(0, 50), (5, 55), (5.1, 50), (-5, 45), (-5.1, 50), (-10_800, 50), (10_800, 50)],
)
def test_s6_a_row_tells_how_long_a_print_took_whatever_its_clock_tells(
    ahead: float, end: float
) -> None:
    """A host without a clock of its own may be hours off; by seconds nobody knows."""
    one = row("1", 10 + ahead, 50 + ahead)
    assert the_end(printing().idle(60, history=(one,)))[2] == utc(end)
    shown = printing().ended(60, Outcome.FAILED, print_id="1", history=(one,))
    assert the_end(shown)[2] == utc(end)


def test_a_row_tells_when_a_print_ended_whose_start_is_unknown() -> None:
    """That it was found later than it began tells nothing of a clock."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 10.0, print_id="1")
    orders = printer.idle(60, history=(row("1", 10, 50),))
    assert the_end(orders)[2] == utc(50)


def test_c5_a_newer_print_on_record_ends_the_one_that_was_seen() -> None:
    """By its own row where there is one, else by when the newer one began."""
    printer = printing(None, remaining_s=900.0)
    orders = printer.idle(90, history=(row("2", 50, 60, filename="b.gcode"),))
    ends = [order for order in orders if isinstance(order, PrintEnded)]
    assert [(end.status, end.end_time) for end in ends] == [
        (UNKNOWN, utc(50)),
        (FAILED, utc(60)),
    ]
    assert all(end.why for end in ends)
    rows = row("1", 10, 40), row("2", 50, 60)
    orders = printing().printing(90, "c", 1.0, print_id="3", history=rows)
    ends = [order for order in orders if isinstance(order, PrintEnded)]
    assert [(end.source, end.end_time) for end in ends] == [
        (HISTORY, utc(40)),
        (HISTORY, utc(60)),
    ]


@pytest.mark.parametrize(("start", "jobs"), [(10, 2), (9, 2), (10.1, 1)])
def test_an_older_row_ends_no_print_that_began_after_it(
    start: float, jobs: int
) -> None:
    """It came to the record late; the print that runs began at 10 s."""
    printer = printing(None)
    other = row("2", start, 60, filename="b.gcode")
    printer.printing(60, "a.gcode", 20.0, 50.0, history=(other,))
    assert printer.jobs.count(RUNNING) == 1
    assert sum(key in printer.statuses for key in [printer.began[0].print.key]) == 1
    assert (printer.statuses[printer.began[0].print.key] is RUNNING) == (jobs == 2)


@pytest.mark.parametrize(
    ("start", "name", "ours"),
    [
        (5, "A.gcode", True),
        (15, "/a.gcode", True),
        (4.9, "a.gcode", False),
        (15.1, "a.gcode", False),
        (10, "parts/a.gcode", False),
        (10, "b.gcode", False),
    ],
)
def test_a_row_is_about_a_print_without_an_id_by_its_name_and_its_start(
    start: float, name: str, ours: bool
) -> None:
    """The print began at 10 s, give or take as many seconds as clocks differ."""
    printer = printing(None)
    printer.idle(60, history=(row("1", start, 50, filename=name),))
    first = printer.began[0].print.key
    assert (printer.statuses[first] is FAILED) is ours


def test_a_row_of_another_id_is_not_about_the_print() -> None:
    """Whatever its name and its start."""
    printer = printing()
    printer.idle(60, history=(row("2", 10, 50),))
    assert printer.jobs[0] is UNKNOWN


def test_o6_all_that_was_over_before_the_first_look_is_old() -> None:
    """Also a row that was not among the newest then."""
    printer = Watching()
    printer.idle(0, history=(row("1", -50, -40), row("3", -30, -20)))
    printer.idle(30, history=(row("2", -35, -33),))
    assert printer.jobs == []
    printer.idle(60, history=(row("4", 35, 45),))
    assert printer.jobs == [FAILED]
