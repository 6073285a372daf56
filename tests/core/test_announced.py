"""Starts and ends that a printer announces between two looks (OctoPrint)."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    PastPrint,
    PrintEvent,
)
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded

from .watching import Watching, ended, kinds, started, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
PRINTER, INFERRED = OutcomeSource.PRINTER, OutcomeSource.INFERRED
IDLE, PRINTING = Activity.IDLE, Activity.PRINTING


def printing(**fields: Any) -> Watching:
    """Watch a printer that was found printing 30 s into the story."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 5.0, **fields)
    return printer


def lost(**fields: Any) -> Watching:
    """Watch a printer whose print went without a word, over a gap."""
    printer = printing(**fields)
    printer.silent(50)
    printer.idle(60)
    assert printer.ends == [(UNKNOWN, INFERRED)]
    return printer


def without_name(event: PrintEvent) -> PrintEvent:
    """Return an announcement that names no file."""
    return replace(event, filename=None)


@pytest.mark.parametrize(("at", "when"), [(29, 29), (900, 30)])
def test_o1_an_announced_start_is_a_print(at: float, when: float) -> None:
    """It began when the announcement came, and not in the future."""
    printer = Watching()
    printer.idle(0)
    (order,) = printer.events(30, Activity.NO_NEWS, started(at, "a.gcode"))
    assert isinstance(order, PrintBegan)
    assert order.print.filename == "a.gcode"
    assert order.print.discovered_at == order.print.start_time == utc(when)
    assert not order.print.on_startup
    assert not order.paused


@pytest.mark.parametrize(
    ("event", "jobs"),
    [
        (started(29, "a.gcode"), [RUNNING]),
        (started(35, "A.gcode"), [RUNNING]),
        (without_name(started(31, "")), [RUNNING]),
        (started(35.1, "a.gcode"), [UNKNOWN, RUNNING]),
        (started(31, "b.gcode"), [UNKNOWN, RUNNING]),
    ],
)
def test_o12_a_start_that_comes_soon_is_that_of_the_print_that_was_seen(
    event: PrintEvent, jobs: list[JobStatus]
) -> None:
    """A poll may be faster than the push, but no more than by some seconds."""
    printer = printing()
    printer.events(36, Activity.NO_NEWS, event)
    assert printer.jobs == jobs


def test_c5_another_start_ends_the_print_before_it() -> None:
    """The old one ended when the new one began, at the latest."""
    printer = printing()
    end, began = printer.events(60, Activity.NO_NEWS, started(50, "a.gcode"))
    assert isinstance(end, PrintEnded)
    assert isinstance(began, PrintBegan)
    assert end.end_time == began.print.start_time == utc(50)


def test_o12_a_start_is_announced_once() -> None:
    """The second announcement is that of a second print, however soon it comes."""
    printer = printing()
    printer.events(32, PRINTING, started(31, "a.gcode"), filename="a.gcode")
    assert printer.jobs == [RUNNING]
    printer.events(33, PRINTING, started(32, "a.gcode"), filename="a.gcode")
    assert printer.jobs == [UNKNOWN, RUNNING]
    announced = Watching()
    announced.idle(0)
    two = started(28, "a.gcode"), started(29, "a.gcode")
    announced.events(30, Activity.NO_NEWS, *two)
    assert announced.jobs == [UNKNOWN, RUNNING]


def test_o12_a_start_after_an_end_is_a_second_print() -> None:
    """Seen, ended and started again within seconds."""
    printer = printing()
    printer.events(32, IDLE, ended(31, "a.gcode", Outcome.CANCELLED))
    printer.events(34, Activity.NO_NEWS, started(33, "a.gcode"))
    assert printer.jobs == [CANCELLED, RUNNING]


def test_o12_a_start_beside_the_count_of_an_end_is_a_second_print() -> None:
    """The start of the one that was counted had been announced already."""
    printer = Watching()
    none = FileCounters(filename="a.gcode")
    printer.idle(0, counters=none)
    printer.events(
        30, PRINTING, started(29, "a.gcode"), filename="a.gcode", counters=none
    )
    one = FileCounters(
        filename="a.gcode", success=1, last_end=utc(31), last_success=True
    )
    printer.events(
        33, PRINTING, started(32, "a.gcode"), filename="a.gcode", counters=one
    )
    assert printer.jobs == [COMPLETED, RUNNING]


@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        (Outcome.COMPLETED, (COMPLETED, PRINTER)),
        (Outcome.CANCELLED, (CANCELLED, PRINTER)),
        (Outcome.FAILED, (FAILED, PRINTER)),
        (None, (UNKNOWN, INFERRED)),
    ],
)
@pytest.mark.parametrize("name", ["A.gcode", ""])
def test_c1_an_announced_end_is_that_of_the_print_that_runs(
    outcome: Outcome | None, end: tuple[JobStatus, OutcomeSource], name: str
) -> None:
    """With its outcome, where it tells one; a look that still shows it is residue."""
    printer = printing()
    event = ended(40, name, outcome, "Jam")
    order = printer.events(45, PRINTING, event, filename="a.gcode", elapsed_s=20.0)[0]
    assert isinstance(order, PrintEnded)
    assert (order.status, order.source) == end
    assert (order.end_time, order.reason) == (utc(40), "Jam")
    assert len(printer.jobs) == 1


@pytest.mark.parametrize(
    ("outcome", "jobs"),
    [
        (Outcome.COMPLETED, [COMPLETED, CANCELLED]),
        (Outcome.CANCELLED, [CANCELLED]),
        (Outcome.FAILED, [FAILED]),
    ],
)
def test_c2_a_cancel_that_is_seen_after_a_success_is_that_of_the_next_print(
    outcome: Outcome, jobs: list[JobStatus]
) -> None:
    """Any other end may be seen once more on its way out."""
    printer = printing()
    event = ended(40, "a.gcode", outcome)
    printer.events(41, PRINTING, event, filename="a.gcode")
    printer.printing(43, "a.gcode", cancelling=True)
    printer.idle(45)
    assert printer.jobs == jobs


def test_c6_what_prints_after_its_end_was_shown_is_the_next_print() -> None:
    """Until then it may be the one that was announced to be over, on its way out."""
    printer = printing()
    printer.events(
        40, PRINTING, ended(40, "a.gcode", Outcome.FAILED), filename="a.gcode"
    )
    printer.printing(41, "a.gcode")
    assert printer.jobs == [FAILED]
    printer.ended(42, Outcome.FAILED, filename="a.gcode")
    printer.printing(43, "a.gcode")
    assert printer.jobs == [FAILED, RUNNING]


def test_c1_an_end_may_come_before_any_name() -> None:
    """A print without a name is whoever's end is announced."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10)
    printer.wake(31)
    printer.events(40, IDLE, ended(39, "a.gcode", Outcome.COMPLETED))
    assert printer.jobs == [COMPLETED]


@pytest.mark.parametrize(
    ("outcome", "end"),
    [(Outcome.FAILED, (FAILED, PRINTER)), (None, (UNKNOWN, INFERRED))],
)
def test_c10_an_announced_end_corrects_an_inferred_one_once(
    outcome: Outcome | None, end: tuple[JobStatus, OutcomeSource]
) -> None:
    """The state was faster than the push."""
    printer = lost()
    (order,) = printer.events(65, IDLE, ended(58, "a.gcode", outcome, "Jam"))
    assert isinstance(order, PrintEnded)
    assert order.corrects
    assert order.why
    assert (order.status, order.source) == end
    assert order.reason == "Jam"
    last = printer.session.last
    assert last is not None
    assert (last.status, last.inferred) == (end[0], end[1] is INFERRED)
    assert not printer.idle(70)


@pytest.mark.parametrize(("at", "jobs"), [(62, [FAILED]), (62.1, [UNKNOWN, FAILED])])
def test_c10_an_end_is_announced_within_seconds_of_the_look_that_found_it_idle(
    at: float, jobs: list[JobStatus]
) -> None:
    """Later than that it is the end of another print."""
    printer = lost()
    printer.events(66, IDLE, ended(at, "a.gcode", Outcome.FAILED))
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("at", "jobs"),
    [(42, [COMPLETED, RUNNING]), (42.1, [UNKNOWN, UNKNOWN, COMPLETED])],
)
def test_o14_an_end_announced_long_after_another_start_is_that_of_a_third_print(
    at: float, jobs: list[JobStatus]
) -> None:
    """The one before had ended when that was announced; the line was down since."""
    printer = printing()
    events = started(40, "b.gcode"), ended(at, "a.gcode", Outcome.COMPLETED)
    printer.events(45, Activity.NO_NEWS, *events)
    assert printer.jobs == jobs


def test_o14_an_end_announced_long_after_an_idle_look_is_another_s_by_any_clock() -> (
    None
):
    """The one before began by a clock that was ahead, and ended no sooner by it."""
    printer = Watching()
    printer.idle(0)
    printer.clock_step = 3600
    printer.printing(30, "a.gcode", 10.0, 5.0)
    printer.clock_step = 0
    printer.idle(60)
    printer.events(66, IDLE, ended(65, "a.gcode", Outcome.COMPLETED))
    assert printer.jobs == [UNKNOWN, COMPLETED]


def test_c5_a_start_announced_long_after_is_another_s_by_any_clock() -> None:
    """The clock was put back since, so that it seems to be older than ours."""
    printer = printing()
    printer.clock_step = -3600
    shown = {"filename": "a.gcode", "progress": 10.0, "elapsed_s": 5.0}
    printer.events(60, PRINTING, started(59 - 3600, "a.gcode"), **shown)
    assert printer.jobs == [UNKNOWN, RUNNING]


@pytest.mark.parametrize(
    ("filename", "jobs"), [("b.gcode", [UNKNOWN, COMPLETED]), ("a.gcode", [COMPLETED])]
)
def test_c5_the_end_of_another_file_is_not_that_of_a_start_just_announced(
    filename: str, jobs: list[JobStatus]
) -> None:
    """The line was down at the end of the one, and when the other began."""
    printer = Watching()
    printer.idle(0)
    shown: dict[str, Any] = {"filename": filename, "outcome": Outcome.COMPLETED}
    told = started(20, "a.gcode")
    printer.events(90, Activity.ENDED, told, elapsed_s=48.0, progress=100.0, **shown)
    assert printer.jobs == jobs


def test_c10_what_the_printer_told_is_not_corrected() -> None:
    """The state told how it ended; the announcement is that of the same end."""
    printer = printing()
    printer.ended(60, Outcome.CANCELLED, filename="a.gcode")
    event = ended(58, "a.gcode", Outcome.FAILED)
    assert not printer.events(65, IDLE, event)
    assert printer.jobs == [CANCELLED]


def test_o14_a_second_announced_end_is_that_of_a_second_print() -> None:
    """Its start was lost, and so was its whole run."""
    printer = lost()
    printer.events(65, IDLE, ended(58, "a.gcode", Outcome.FAILED))
    printer.events(95, IDLE, ended(90, "a.gcode", Outcome.COMPLETED))
    assert printer.jobs == [FAILED, COMPLETED]


def test_c6_an_announced_end_is_a_seen_end_of_its_id() -> None:
    """The same id printing again is a new print, with a key of its own."""
    printer = lost(print_id="1")
    printer.events(65, IDLE, ended(58, "a.gcode", Outcome.FAILED))
    printer.printing(75, "a.gcode", 11.0, 6.0, print_id="1")
    assert printer.jobs == [FAILED, RUNNING]
    assert printer.began[-1].print.key.startswith("1#1@")
    told = printing(print_id="1")
    told.events(40, IDLE, ended(39, "a.gcode", Outcome.FAILED))
    told.printing(70, "a.gcode", 11.0, 6.0, print_id="1")
    assert told.jobs == [FAILED, RUNNING]
    assert told.began[-1].print.key.startswith("1#1@")


def test_c10_an_end_of_the_file_before_is_not_that_of_the_file_that_runs() -> None:
    """Each print has its own end, whichever is told first."""
    printer = lost()
    printer.printing(70, "b.gcode", 1.0, 1.0)
    printer.events(
        80, PRINTING, ended(58, "a.gcode", Outcome.FAILED), filename="b.gcode"
    )
    assert printer.jobs == [FAILED, RUNNING]
    same = lost()
    same.printing(200, "a.gcode", 1.0, 1.0)
    same.events(210, IDLE, ended(205, "a.gcode", Outcome.CANCELLED))
    assert same.jobs == [UNKNOWN, CANCELLED]


def test_c5_the_announced_end_of_another_file_ends_the_print_before() -> None:
    """Both are over: the one that ran unseen came after the one that was seen."""
    printer = printing()
    event = ended(50, "b.gcode", Outcome.FAILED, "Jam")
    orders = printer.events(60, IDLE, event)
    assert kinds(orders) == ["PrintEnded", "PrintBegan", "PrintEnded"]
    assert printer.ends == [(UNKNOWN, INFERRED), (FAILED, PRINTER)]
    began, end = orders[1:]
    assert isinstance(began, PrintBegan)
    assert isinstance(end, PrintEnded)
    assert began.print.afterwards
    assert began.print.filename == "b.gcode"
    assert end.reason == "Jam"


def test_an_end_that_tells_nothing_of_a_print_that_nobody_saw_is_none() -> None:
    """OctoPrint announces the end of a print that it could not even begin."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, IDLE, ended(29, "a.gcode", None))
    assert printer.jobs == []


def test_o14_the_id_of_an_end_that_was_announced_afterwards_counts() -> None:
    """An announced end is a seen one, also of a print that was not seen before."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, IDLE, ended(29, "a.gcode", Outcome.COMPLETED))
    printer.printing(40, "a.gcode", 50.0)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_c11_a_lost_print_whose_end_was_announced_goes_on_no_more() -> None:
    """The next one has the same name, and has run for longer than since."""
    printer = lost()
    printer.events(65, IDLE, ended(58, "a.gcode", Outcome.FAILED))
    printer.printing(100, "a.gcode", 60.0, 80.0)
    assert printer.jobs == [FAILED, RUNNING]


def test_c6_an_announced_end_of_a_print_that_its_record_ended_was_seen() -> None:
    """A record alone is no seen end."""
    row = PastPrint(
        print_id="1",
        filename="a.gcode",
        start_time=utc(25),
        ended=True,
        outcome=Outcome.FAILED,
    )
    for announced in (True, False):
        printer = printing(print_id="1")
        printer.idle(60, history=(row,))
        if announced:
            printer.events(62, IDLE, ended(58, "a.gcode", Outcome.FAILED))
        printer.printing(100, "a.gcode", 60.0, print_id="1")
        assert printer.jobs == ([FAILED, RUNNING] if announced else [RUNNING])
