"""What the orders to the job manager tell, and to which prints they are given."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.session import Policy, Verdict
from custom_components.printernizer.core.snapshot import Activity, Outcome, PastPrint
from custom_components.printernizer.core.transitions import (
    Print,
    PrintBegan,
    PrintEnded,
    PrintStatusChanged,
    Transition,
    key_of,
)

from .watching import Watching, ended, kinds, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
PRINTER, INFERRED = OutcomeSource.PRINTER, OutcomeSource.INFERRED


def idle(policy: Policy | None = None, **always: Any) -> Watching:
    """Watch a printer that is idle."""
    printer = Watching(policy or Policy(), **always)
    printer.idle(0)
    return printer


def the(kind: type[Transition], orders: list[Transition]) -> Any:
    """Return the only order of a kind."""
    (order,) = [each for each in orders if isinstance(each, kind)]
    return order


def test_o1_a_job_begins_with_all_that_the_first_look_shows() -> None:
    """Later looks change none of it but the progress."""
    (order,) = idle().printing(
        30,
        "parts/a.gcode",
        10.0,
        20.0,
        title="A",
        print_id="7",
        estimated_s=600.0,
    )
    assert isinstance(order, PrintBegan)
    assert replace(order.print, key="") == Print(
        key="",
        discovered_at=utc(30),
        print_id="7",
        filename="parts/a.gcode",
        title="A",
        start_time=utc(10),
        estimated_s=600.0,
    )
    assert (order.progress, order.elapsed_s) == (10.0, 20.0)
    assert order.seen_at == utc(30)
    assert order.record
    assert order.why
    assert key_of(order) == order.print.key
    (order,) = idle().printing(30, "parts/Cube.gcode", 10.0, 20.0)
    assert key_of(order) == f"cube@{int(utc(10).timestamp())}"


@pytest.mark.parametrize(
    ("shown", "start"),
    [
        ({"start_time": utc(5)}, utc(5)),
        ({"start_time": utc(5), "elapsed_s": 20.0}, utc(5)),
        ({"start_time": utc(900)}, utc(30)),
        ({"elapsed_s": -20.0}, utc(30)),
        ({"elapsed_s": 1e12}, None),
        ({}, None),
    ],
)
def test_a_print_began_when_the_printer_says_or_as_it_follows(
    shown: dict[str, Any], start: datetime | None
) -> None:
    """Never in the future, and not before the calendar begins."""
    (order,) = idle().look(30, Activity.PRINTING, filename="a.gcode", **shown)
    assert isinstance(order, PrintBegan)
    assert order.print.start_time == start


def test_s1_a_pause_tells_how_far_the_print_is() -> None:
    """What a look does not show stays as it was."""
    printer = idle()
    printer.printing(30, "a.gcode", 10.0, 20.0)
    (order,) = printer.look(40, Activity.PAUSED, filename="a.gcode")
    assert isinstance(order, PrintStatusChanged)
    assert (order.progress, order.elapsed_s) == (10.0, 20.0)
    assert order.seen_at == utc(40)
    assert order.paused
    assert order.why
    (order,) = printer.printing(50, "a.gcode", 11.0, 21.0)
    assert isinstance(order, PrintStatusChanged)
    assert (order.progress, order.elapsed_s) == (11.0, 21.0)
    assert order.key == key_of(order) == printer.began[0].print.key


@pytest.mark.parametrize(
    ("before", "shown", "paused"),
    [
        (Activity.PRINTING, {}, False),
        (Activity.PAUSED, {}, True),
        (Activity.PRINTING, {"tentative": True}, True),
        (Activity.PAUSED, {"tentative": True}, True),
    ],
)
def test_s1_a_printer_that_prepares_goes_on_as_it_was(
    before: Activity, shown: dict[str, Any], paused: bool
) -> None:
    """Heating up again is no change; a question on the screen is a pause."""
    printer = idle()
    printer.look(30, before, filename="a.gcode")
    printer.look(60, Activity.PREPARING, filename="a.gcode", **shown)
    assert printer.jobs == [JobStatus.PAUSED if paused else RUNNING]


def test_o4_a_question_in_mid_print_is_a_pause_of_a_print_that_is_found() -> None:
    """It counts already, so that it was not refused."""
    for shown in ({"progress": 5.0}, {"elapsed_s": 5.0}):
        printer = idle()
        printer.look(
            30, Activity.PREPARING, filename="a.gcode", tentative=True, **shown
        )
        assert printer.jobs == [JobStatus.PAUSED]
    printer = idle()
    printer.look(30, Activity.PREPARING, filename="a.gcode", progress=5.0)
    assert printer.jobs == []


def test_an_end_tells_the_last_progress_and_the_material() -> None:
    """Of the end itself where it shows that, else of the last look that did."""
    for shown, material in (({}, 2.5), ({"material_g": 3.0}, 3.0)):
        printer = idle()
        printer.printing(30, "a.gcode", 10.0, print_id="1", material_g=1.0)
        printer.printing(40, "a.gcode", 20.0, print_id="1", material_g=2.5)
        printer.printing(50, "a.gcode", print_id="1")
        end = the(PrintEnded, printer.ended(60, Outcome.FAILED, print_id="1", **shown))
        assert (end.progress, end.material_g) == (20.0, material)
        assert end.why
        assert not end.corrects


def test_c4_time_is_left_only_as_far_as_the_last_look_shows_it() -> None:
    """An estimate that the printer no longer gives has not run out."""
    printer = idle()
    printer.printing(30, "a.gcode", 95.0, remaining_s=5.0)
    printer.printing(40, "a.gcode", 95.0)
    printer.idle(60)
    assert printer.ends == [(UNKNOWN, INFERRED)]


@pytest.mark.parametrize(
    "names",
    [
        {"filename": "tests/Purge_Line.gcode"},
        {"filename": "1.gcode", "title": "A PURGE"},
        {"filename": "purge.gcode", "title": "A"},
    ],
)
def test_o8_a_pattern_matches_the_file_name_or_the_title(names: dict[str, str]) -> None:
    """In any case; such a print leads to no order, from beginning to end."""
    printer = idle(Policy(ignore_patterns=("nothing", "*Purge*")))
    printer.look(30, Activity.PRINTING, **names)
    printer.look(40, Activity.PAUSED, **names)
    printer.ended(60, Outcome.COMPLETED, **names)
    assert printer.orders == []


def test_o8_a_print_without_a_name_matches_no_pattern() -> None:
    """Not even the one that matches everything."""
    printer = idle(Policy(ignore_patterns=("*",)))
    printer.printing(30)
    printer.wake(51)
    assert printer.jobs == [RUNNING]


def test_o8_a_print_that_was_too_short_tells_why_it_is_gone() -> None:
    """Its order is that of no end."""
    printer = idle(Policy(ignore_shorter_s=60))
    printer.printing(30, "a.gcode", print_id="1")
    (order,) = printer.ended(89, Outcome.COMPLETED, print_id="1")
    assert kinds([order]) == ["PrintDropped"]
    assert key_of(order) == printer.began[0].print.key


def test_o8_nobody_knows_whether_a_print_without_a_start_was_too_short() -> None:
    """It was over when it was found."""
    printer = idle(Policy(ignore_shorter_s=60))
    printer.ended(30, Outcome.COMPLETED, filename="a.gcode", end_time=utc(20))
    assert printer.jobs == [JobStatus.COMPLETED]


@pytest.mark.parametrize("record", [True, False])
def test_o7_a_system_print_counts_where_the_user_wants_it(record: bool) -> None:
    """With creation off it has no job either."""
    for policy in (
        Policy(record_system=record),
        Policy(record_system=record, auto_create=False),
    ):
        printer = idle(policy)
        orders = printer.printing(30, "auto_cali.gcode", system=True)
        assert bool(orders) is record
        assert bool(printer.jobs) is (record and policy.auto_create)


def test_o9_nothing_is_reconsidered_that_the_user_does_not_want() -> None:
    """Creation is switched on, but this print is ignored."""
    printer = idle(Policy(auto_create=False, ignore_patterns=("a*",)))
    printer.printing(30, "a.gcode")
    printer.policy = Policy()
    printer.printing(60, "a.gcode")
    printer.wake(70)
    assert printer.orders == []


def test_o9_a_job_that_is_opened_late_tells_how_far_it_is_by_then() -> None:
    """And it is opened once, paused where it is."""
    printer = idle(Policy(auto_create=False))
    printer.printing(30, "a.gcode", 10.0, 20.0)
    printer.policy = Policy()
    orders = printer.look(60, Activity.PAUSED, filename="a.gcode", progress=20.0)
    began = the(PrintBegan, orders)
    assert began.paused
    assert began.record
    assert (began.progress, began.elapsed_s) == (20.0, 20.0)
    assert began.seen_at == utc(60)
    assert began.why
    assert not printer.idle(70, rebooted=True)[1:]
    assert printer.session.verdict is Verdict.RECORDED


def test_o14_with_creation_off_a_print_that_nobody_saw_leads_to_no_order() -> None:
    """Nor to one for a job made by hand: the print that runs keeps its own."""
    printer = idle(Policy(auto_create=False))
    printer.printing(30, "a.gcode", 10.0, print_id="1")
    before = printer.session
    row = PastPrint(
        print_id="0",
        filename="b.gcode",
        start_time=utc(10),
        end_time=utc(20),
        ended=True,
        outcome=Outcome.COMPLETED,
    )
    own = PastPrint(print_id="1", filename="a.gcode", start_time=utc(25))
    assert not printer.printing(40, "a.gcode", 10.0, print_id="1", history=(row, own))
    after = printer.session
    assert (after.current, after.verdict) == (before.current, before.verdict)
    assert after.mark.knows("0")


def test_o14_a_print_that_nobody_saw_leaves_the_one_that_runs_alone() -> None:
    """With its job, its verdict and what it showed last."""
    printer = idle()
    printer.printing(30, "a.gcode", 10.0, print_id="1")
    printer.session = replace(printer.session, job_id="01")
    row = PastPrint(print_id="0", filename="b.gcode", start_time=utc(10), ended=True)
    own = PastPrint(print_id="1", filename="a.gcode", start_time=utc(25))
    orders = printer.printing(40, "a.gcode", 12.0, print_id="1", history=(row, own))
    assert kinds(orders) == ["PrintBegan", "PrintEnded"]
    assert all(order.why for order in orders)
    after = printer.session
    assert after.job_id == "01"
    assert after.current is not None
    assert after.current.print_id == "1"
    assert after.live is not None
    assert after.live.progress == 12.0


def test_what_is_told_of_a_print_without_a_job_corrects_no_job() -> None:
    """An ignored one is not corrected; one that a job by hand took over is."""
    for policy, orders in (
        (Policy(ignore_patterns=("a*",)), 0),
        (Policy(auto_create=False), 1),
    ):
        printer = idle(policy)
        printer.printing(30, "a.gcode", 10.0)
        printer.idle(60)
        told = printer.events(65, Activity.IDLE, ended(62, "a.gcode", Outcome.FAILED))
        assert len(told) == orders


def test_a_print_that_was_seen_once_ends_by_what_that_look_showed() -> None:
    """Its material, and the time that it had left."""
    printer = idle()
    printer.printing(30, "a.gcode", 96.0, 9.0, remaining_s=20.0, material_g=2.5)
    end = the(PrintEnded, printer.idle(60))
    assert (end.status, end.material_g) == (COMPLETED, 2.5)


def test_o14_with_creation_off_only_the_unseen_print_leads_to_no_order() -> None:
    """The one before it may have taken over a job made by hand."""
    printer = idle(Policy(auto_create=False))
    printer.printing(30, "a.gcode", 50.0, print_id="1")
    orders = printer.ended(60, Outcome.COMPLETED, filename="b.gcode", print_id="2")
    assert kinds(orders) == ["PrintEnded"]
