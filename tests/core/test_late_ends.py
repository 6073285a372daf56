"""Ends that show late, again, or without having been seen (C4 to C6, C10, C11)."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Activity, Outcome, PastPrint
from custom_components.printernizer.core.transitions import PrintEnded

from .watching import Watching, ended, kinds, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
PRINTER, INFERRED = OutcomeSource.PRINTER, OutcomeSource.INFERRED
PRINTING = Activity.PRINTING
DONE = Outcome.COMPLETED
LATE: dict[str, Any] = {"late_identity": True}


def idle(**always: Any) -> Watching:
    """Watch a printer that is idle."""
    printer = Watching(**always)
    printer.idle(0)
    return printer


def lost(**fields: Any) -> Watching:
    """Watch a printer whose print went without a word over a gap, at 60 s."""
    printer = idle()
    printer.look(30, PRINTING, **({"filename": "a", "progress": 50.0} | fields))
    printer.wake(51)
    printer.silent(55)
    printer.idle(60, **{key: fields[key] for key in fields if key in LATE})
    assert printer.jobs == [UNKNOWN]
    return printer


@pytest.mark.parametrize(
    ("before", "shown", "jobs"),
    [
        ({"print_id": "1"}, {"print_id": "1"}, [FAILED]),
        ({"print_id": "1"}, {"print_id": "2"}, [UNKNOWN, FAILED]),
        ({"title": "A"} | LATE, {"title": "A"} | LATE, [FAILED]),
        ({"title": "A", "print_id": "1"} | LATE, {"title": "A"} | LATE, [FAILED]),
        ({"title": "A"} | LATE, {"title": "B"} | LATE, [UNKNOWN, FAILED]),
        # Idle lies between them, so that by its name alone it is another.
        ({}, {"filename": "a"}, [UNKNOWN, FAILED]),
        ({}, {"filename": "b"}, [UNKNOWN, FAILED]),
    ],
)
def test_c10_an_end_that_is_seen_late_is_the_last_ones_by_its_id_or_late_name(
    before: dict[str, Any], shown: dict[str, Any], jobs: list[JobStatus]
) -> None:
    """It corrects what was inferred, with its time and its reason."""
    printer = lost(**before)
    orders = printer.ended(90, Outcome.FAILED, reason="Jam", end_time=utc(58), **shown)
    assert printer.jobs == jobs
    if jobs == [FAILED]:
        (order,) = orders
        assert isinstance(order, PrintEnded)
        assert order.corrects
        assert (order.end_time, order.reason, order.source) == (utc(58), "Jam", PRINTER)
        assert order.why
        assert not printer.ended(95, Outcome.FAILED, **shown)


def test_c10_an_end_is_not_the_last_ones_where_another_name_stood_since() -> None:
    """The same file was printed again, after the one whose name stood."""
    printer = lost(title="A", **LATE)
    printer.idle(70, title="B", **LATE)
    printer.ended(90, Outcome.FAILED, title="A", **LATE)
    assert printer.jobs == [UNKNOWN, FAILED]
    pushed = lost(title="A", **LATE)
    pushed.idle(70, title="B", **LATE)
    pushed.ended(90, Outcome.FAILED, title="A", unbroken=True, **LATE)
    assert pushed.jobs == [FAILED]


def test_c10_an_id_that_is_known_is_no_sign_of_another_print() -> None:
    """It was left by the one before, and the last one had none."""
    printer = idle(**LATE)
    printer.look(10, PRINTING, title="A", print_id="1", progress=1.0)
    printer.ended(50, DONE, title="A", print_id="1")
    printer.look(100, PRINTING, title="A", progress=50.0)
    printer.wake(121)
    printer.silent(200)
    printer.idle(300, title="A")
    assert printer.jobs == [COMPLETED, UNKNOWN]
    printer.ended(310, Outcome.FAILED, title="A", print_id="1")
    assert printer.jobs == [COMPLETED, FAILED]


def test_an_id_that_came_no_sooner_than_the_end_is_no_sign_of_another_print() -> None:
    """The same end still stands after a gap."""
    printer = idle(**LATE)
    for at in (10, 50):
        printer.look(at, PRINTING, title="A", progress=50.0, unbroken=True)
    shown = {"title": "A", "print_id": "1"}
    printer.ended(100, DONE, unbroken=True, **shown)
    printer.silent(150)
    printer.ended(200, DONE, **shown)
    assert printer.jobs == [COMPLETED]


def test_c10_a_print_that_was_given_up_is_the_one_whose_end_is_seen_at_last() -> None:
    """Its id came while the printer was silent."""
    printer = idle(**LATE)
    for at in (10, 30):
        printer.look(at, PRINTING, title="A", progress=1.0)
    printer.silent(60)
    printer.give_up(700)
    assert printer.jobs == [UNKNOWN]
    printer.ended(800, Outcome.FAILED, title="A", print_id="1")
    assert printer.jobs == [FAILED]


def test_c10_a_corrected_end_lies_between_its_start_and_now() -> None:
    """Without a time it stays when it was."""
    for told, end in ((-900, 30), (900, 90), (None, 60)):
        printer = lost(print_id="1")
        when = None if told is None else utc(told)
        (order,) = printer.ended(90, Outcome.FAILED, print_id="1", end_time=when)
        assert isinstance(order, PrintEnded)
        assert order.end_time == utc(end)


def test_c10_an_end_that_does_not_tell_how_corrects_nothing() -> None:
    """Nor is it another print."""
    assert not lost(print_id="1").ended(90, None, print_id="1")


def test_c6_an_end_that_was_seen_late_is_a_seen_end() -> None:
    """What prints under its id after that is the next print."""
    printer = lost(print_id="1")
    printer.ended(90, Outcome.FAILED, print_id="1")
    printer.look(95, PRINTING, filename="a", progress=60.0, print_id="1")
    assert printer.jobs == [FAILED, RUNNING]
    assert printer.began[-1].print.key.startswith("1#1@")


def test_c11_a_removed_printers_print_that_ended_meanwhile_is_corrected() -> None:
    """It was we who lost it, so that the end that stands is its own."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0)
    printer.remove(60)
    printer.ended(90, DONE, filename="a.gcode")
    assert printer.jobs == [COMPLETED]
    other = idle()
    other.printing(30, "a.gcode", 50.0)
    other.remove(60)
    other.ended(90, DONE, filename="b.gcode")
    assert other.jobs == [UNKNOWN]


@pytest.mark.parametrize(
    ("outcome", "shown", "job"),
    [(DONE, {}, COMPLETED), (Outcome.FAILED, {"filename": "a.gcode"}, FAILED)],
)
def test_c11_an_end_without_a_file_or_an_error_with_one_may_be_the_lost_prints(
    outcome: Outcome, shown: dict[str, str], job: JobStatus
) -> None:
    """An error alone may come without a print."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0)
    printer.remove(60)
    printer.ended(90, outcome, **shown)
    assert printer.jobs == [job]


@pytest.mark.parametrize("seen", [None, 50])
def test_an_error_without_a_file_is_not_how_the_print_before_ended(
    seen: float | None,
) -> None:
    """A printer that prints nothing may break as well, and shows that on and on."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0)
    if seen:
        printer.idle(seen)
        assert printer.session.last is not None
        # Of an end that the database alone knows, it does not know what was seen.
        last = replace(printer.session.last, idle=False)
        printer.session = replace(printer.session, last=last)
    else:
        printer.remove(60)
    for at in (90, 100):
        printer.ended(at, Outcome.FAILED)
    assert printer.jobs == [UNKNOWN]


def test_an_end_that_stands_on_is_told_once() -> None:
    """With its name, its time and its outcome, look after look."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0, 10.0)
    for at in (60, 90):
        printer.ended(at, DONE, filename="a.gcode", elapsed_s=40.0)
    assert printer.jobs == [COMPLETED]
    printer.ended(120, DONE, filename="a.gcode", elapsed_s=41.0)
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_c6_an_end_that_was_seen_before_ends_no_other_print() -> None:
    """A Bambu Lab printer still shows it while the next print begins."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.printing(30, "a.gcode", print_id="1")
    printer.ended(60, DONE, print_id="1")
    printer.printing(90, "b.gcode", print_id="2")
    assert not printer.ended(95, DONE, print_id="1")
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.decision.trace
    assert printer.session.mark.end_state is None


def test_c5_the_end_of_another_id_ends_the_print_before_it() -> None:
    """Both are over: one was seen, the other came after it."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0, print_id="1")
    orders = printer.ended(60, DONE, filename="b.gcode", print_id="2")
    assert kinds(orders) == ["PrintEnded", "PrintBegan", "PrintEnded"]
    assert printer.jobs == [UNKNOWN, COMPLETED]
    assert all(order.why for order in orders)


def test_c5_the_end_of_a_shorter_print_ends_the_print_before_it() -> None:
    """The same file was printed again, and was over sooner."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0, 60.0)
    printer.ended(90, DONE, filename="a.gcode", elapsed_s=10.0)
    assert printer.jobs == [UNKNOWN, COMPLETED]


def test_a_failure_after_an_announced_end_is_no_print() -> None:
    """The printer broke, and names nothing."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0, 10.0)
    printer.events(60, Activity.NO_NEWS, ended(60, "a.gcode", Outcome.CANCELLED))
    assert not printer.ended(90, Outcome.FAILED)


@pytest.mark.parametrize(
    ("gap", "rebooted", "seen"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_c4_an_end_was_seen_only_where_the_line_was_up(
    gap: bool, rebooted: bool, seen: bool
) -> None:
    """Else the print may go on after all (C11)."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0, print_id="1")
    if gap:
        printer.silent(40)
    printer.idle(60, rebooted=rebooted)
    last = printer.session.last
    assert last is not None
    assert (last.seen_end, last.resumable, last.idle) == (seen, not seen, True)
    assert printer.session.mark.ends_of("1") == int(seen)


@pytest.mark.parametrize(
    ("at", "shown", "jobs"),
    [
        (70, {"filename": "a.gcode"}, 1),
        (70, {"filename": "a.gcode", "elapsed_s": 40.0}, 1),
        (70, {}, 1),
        (70.1, {"filename": "a.gcode"}, 2),
        (65, {"filename": "b.gcode"}, 2),
        (65, {"filename": "a.gcode", "elapsed_s": 1.0}, 2),
    ],
)
def test_an_announced_end_may_be_followed_by_what_still_shows_the_print(
    at: float, shown: dict[str, Any], jobs: int
) -> None:
    """OctoPrint winds down for some seconds; another print shows by itself."""
    printer = idle()
    printer.printing(30, "a.gcode", 50.0, 10.0)
    printer.events(60, Activity.NO_NEWS, ended(60, "a.gcode", Outcome.CANCELLED))
    printer.look(at, PRINTING, **shown)
    printer.wake(at + 21)
    assert len(printer.jobs) == jobs


def test_a_record_that_is_younger_than_the_state_needs_an_id() -> None:
    """Without one, what still prints is the next print."""
    row = PastPrint(
        print_id="1",
        filename="b.gcode",
        start_time=utc(50),
        end_time=utc(55),
        ended=True,
        outcome=DONE,
    )
    printer = idle(history=())
    printer.printing(30, "a.gcode", 50.0, 10.0)
    printer.printing(60, "a.gcode", 60.0, 40.0, history=(row,))
    assert printer.jobs == [UNKNOWN, COMPLETED, RUNNING]


@pytest.mark.parametrize(("elapsed_s", "jobs"), [(3.0, 2), (3.1, 1)])
def test_what_began_after_an_announced_end_is_not_what_still_winds_down(
    elapsed_s: float, jobs: int
) -> None:
    """It has run for 2 s less than has passed since then, as the print before had."""
    printer = idle()
    printer.printing(59, "a.gcode", 0.0, 1.0)
    printer.events(60, Activity.NO_NEWS, ended(60, "a.gcode", Outcome.CANCELLED))
    printer.printing(65, "a.gcode", None, elapsed_s)
    assert len(printer.jobs) == jobs
