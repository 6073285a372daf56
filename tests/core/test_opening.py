"""When a print begins: rows O1 to O14 of the truth table."""

from datetime import timedelta

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import Policy, Verdict
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    PastPrint,
)
from custom_components.printernizer.core.transitions import (
    PrintBegan,
    PrintEnded,
    PrintNamed,
)

from .watching import Watching, ended, kinds, started, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
UNKNOWN = JobStatus.UNKNOWN
RUNNING, PAUSED = JobStatus.RUNNING, JobStatus.PAUSED


def test_o1_a_print_opens_one_job_with_its_discovery_time() -> None:
    """Printing after idle is a new job, running, created when it was seen."""
    printer = Watching()
    printer.idle(0)
    (order,) = printer.printing(30, "parts/cube.gcode", 2.0, 12.0)
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(30)
    assert order.print.start_time == utc(18)
    assert order.print.filename == "parts/cube.gcode"
    assert not order.paused
    assert not order.print.on_startup
    assert printer.jobs == [RUNNING]


def test_o1_a_print_found_paused_opens_a_paused_job() -> None:
    """Paused is a state of a print, so it is a print."""
    printer = Watching()
    printer.idle(0)
    printer.look(30, Activity.PAUSED, filename="a.gcode")
    assert printer.jobs == [PAUSED]


def test_o1_preparing_with_a_new_id_opens_after_the_settle_time() -> None:
    """Bambu Lab: PREPARE with a new id goes ahead, once it has stood for a while."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    assert not printer.look(10, Activity.PREPARING, print_id="7", title="Vase")
    assert printer.decision.wake_at is not None
    assert kinds(printer.wake(31)) == ["PrintBegan"]
    assert printer.began[0].print.discovered_at == utc(10)


def test_o1_preparing_that_fails_before_running_is_a_failed_job() -> None:
    """Bambu Lab goes from PREPARE to FAILED without RUNNING (BBY 1111)."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, Activity.PREPARING, print_id="7", title="Vase")
    printer.ended(15, Outcome.FAILED, print_id="7", title="Vase")
    assert printer.jobs == [JobStatus.FAILED]


def test_o1_preparing_that_turns_back_is_no_print() -> None:
    """Nothing was seen to print, nothing new stands there: no job."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.ended(0, Outcome.COMPLETED, print_id="6", title="Vase")
    printer.look(10, Activity.PREPARING, print_id="6", title="Vase")
    printer.wake(31)
    printer.ended(40, Outcome.COMPLETED, print_id="6", title="Vase")
    assert printer.jobs == []


def test_o2_a_nameless_print_waits_by_the_clock_not_by_the_next_report() -> None:
    """Without name and id the job waits 20 s, then opens as it is."""
    printer = Watching()
    printer.idle(0)
    assert not printer.printing(30)
    assert printer.decision.wake_at == pytest.approx(1050)
    printer.wake(49.9)
    assert printer.jobs == []
    (order,) = printer.wake(50)
    assert isinstance(order, PrintBegan)
    assert order.print.label is None
    assert order.print.discovered_at == utc(30)


def test_o2_the_name_is_filled_in_when_it_comes() -> None:
    """A job that was opened unnamed gets its name, and stays one job."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30)
    printer.wake(51)
    (order,) = printer.printing(60, "late.gcode")
    assert isinstance(order, PrintNamed)
    assert order.filename == "late.gcode"
    assert printer.jobs == [RUNNING]


def test_o2_the_wait_survives_a_lost_line() -> None:
    """The line drops while the name is awaited: the job is opened all the same."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30)
    printer.silent(35)
    assert kinds(printer.wake(50)) == ["PrintBegan"]


def test_o3_a_job_never_opens_under_the_name_of_the_print_before() -> None:
    """Bambu P1: the state changes first, name and id follow some reports later."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.printing(10, print_id="1", title="Old")
    printer.ended(100, Outcome.COMPLETED, print_id="1", title="Old")
    assert not printer.printing(200, print_id="1", title="Old")
    (order,) = printer.printing(203, print_id="2", title="New")
    assert isinstance(order, PrintBegan)
    assert (order.print.label, order.print.print_id) == ("New", "2")
    assert order.print.discovered_at == utc(200)


def test_o3_a_reprint_keeps_its_name_after_the_wait() -> None:
    """No other name comes within the wait: it is the same model once more."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.printing(10, title="Clip")
    printer.ended(100, Outcome.COMPLETED, title="Clip")
    printer.printing(200, title="Clip")
    printer.wake(220)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_o4_attention_with_a_new_id_is_no_job_until_it_prints() -> None:
    """PrusaLink takes the id before its questions; the print may be refused."""
    printer = Watching()
    printer.idle(0)
    printer.look(30, Activity.PREPARING, print_id="8", tentative=True)
    printer.idle(60)
    assert printer.orders == []
    printer.look(90, Activity.PREPARING, print_id="9", tentative=True)
    printer.printing(120, "a.bgcode", print_id="9")
    assert printer.jobs == [RUNNING]


def test_o5_a_print_found_at_the_first_look_was_discovered_on_startup() -> None:
    """The first conclusive look finds it printing: on_startup."""
    printer = Watching()
    printer.silent(0)
    printer.printing(30, "a.gcode", 40.0, 600.0)
    assert printer.began[0].print.on_startup


def test_o5_a_new_print_after_a_restart_was_discovered_on_startup() -> None:
    """A restart looks for the first time again, whatever was remembered."""
    printer = Watching()
    printer.idle(0)
    printer.restart(100)
    printer.printing(130, "a.gcode", 40.0, 60.0)
    assert printer.began[0].print.on_startup


def test_o5_a_reload_is_no_startup() -> None:
    """The session stays in memory over a reload."""
    printer = Watching()
    printer.idle(0)
    printer.reload()
    printer.printing(30, "a.gcode")
    assert not printer.began[0].print.on_startup


def test_o6_an_end_at_the_first_look_is_history() -> None:
    """What ended before anybody watched is no job."""
    printer = Watching()
    printer.ended(0, Outcome.COMPLETED, print_id="5", filename="a.gcode")
    printer.ended(30, Outcome.COMPLETED, print_id="5", filename="a.gcode")
    assert printer.orders == []


def test_o7_a_system_print_is_no_job_unless_wished() -> None:
    """Calibration is the printer's own affair; an option records it."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "auto_cali.gcode", system=True)
    printer.idle(60)
    assert printer.orders == []
    wished = Watching(Policy(record_system=True))
    wished.idle(0)
    wished.printing(30, "auto_cali.gcode", system=True)
    assert wished.jobs == [RUNNING]


def test_o8_a_name_that_the_user_ignores_is_no_job() -> None:
    """A glob on the file name, in any case."""
    printer = Watching(Policy(ignore_patterns=("*purge*",)))
    printer.idle(0)
    printer.printing(30, "tests/Purge_Line.gcode")
    printer.idle(60)
    assert printer.orders == []
    printer.printing(90, "cube.gcode")
    assert printer.jobs == [RUNNING]


def test_o8_a_print_shorter_than_wished_is_removed_at_its_end() -> None:
    """Only the end tells how long it took."""
    printer = Watching(Policy(ignore_shorter_s=120))
    printer.idle(0)
    printer.printing(30, "short.gcode", print_id="1")
    assert printer.jobs == [RUNNING]
    printer.ended(149, Outcome.COMPLETED, print_id="1")
    assert printer.jobs == []
    printer.printing(200, "long.gcode", print_id="2")
    printer.ended(320, Outcome.COMPLETED, print_id="2")
    assert printer.jobs == [COMPLETED]


def test_o9_creation_switched_on_in_mid_print_opens_the_job_at_the_next_look() -> None:
    """Off is off; on counts at once, with the time the print was first seen."""
    printer = Watching(Policy(auto_create=False))
    printer.idle(0)
    (order,) = printer.printing(30, "a.gcode")
    assert isinstance(order, PrintBegan)
    assert not order.record
    assert printer.jobs == []
    printer.policy = Policy()
    printer.printing(60, "a.gcode")
    assert printer.began[0].print.discovered_at == utc(30)
    assert printer.jobs == [RUNNING]
    assert printer.session.verdict is Verdict.RECORDED


def test_o10_with_creation_off_a_print_still_asks_for_a_pending_job() -> None:
    """The order says not to record, so that only a job made by hand is taken over."""
    printer = Watching(Policy(auto_create=False))
    printer.idle(0)
    printer.printing(30, "a.gcode", print_id="1")
    printer.ended(90, Outcome.COMPLETED, print_id="1")
    assert kinds(printer.orders) == ["PrintBegan", "PrintEnded"]
    assert not printer.began


def test_o11_the_discovery_time_is_frozen_in_the_order() -> None:
    """An order that is tried again later still tells when the print was seen."""
    printer = Watching()
    printer.idle(0)
    (order,) = printer.printing(30, "a.gcode")
    assert not printer.printing(60, "a.gcode")
    assert isinstance(order, PrintBegan)
    assert order.print.discovered_at == utc(30)


def test_o12_a_second_start_within_the_minute_continues_the_first() -> None:
    """A state that flaps is one print."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 1.0, 5.0)
    printer.idle(40)
    printer.printing(50, "a.gcode", 3.0, 25.0)
    assert printer.jobs == [RUNNING]


def test_o12_elapsed_that_fell_proves_two_prints() -> None:
    """The same name within a minute, but its time began anew."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 50.0, 20.0)
    printer.idle(40)
    printer.printing(50, "a.gcode", 1.0, 2.0)
    assert len(printer.jobs) == 2


def test_o12_announced_ends_and_starts_prove_two_prints() -> None:
    """Two starts within seconds, each announced, are two prints."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, Activity.PRINTING, started(29, "a.gcode"), filename="a.gcode")
    printer.events(
        40,
        Activity.PRINTING,
        ended(35, "a.gcode", Outcome.CANCELLED),
        started(38, "a.gcode"),
        filename="a.gcode",
    )
    assert printer.jobs == [CANCELLED, RUNNING]
    assert len({order.print.key for order in printer.began}) == 2


def test_o12_counts_that_rose_prove_two_prints() -> None:
    """OctoPrint counted an end in between, so the same name is another print.

    How it ended cannot be told: whether the connection stayed up was not seen.
    """
    printer = Watching()
    printer.idle(0)
    counts = FileCounters(filename="a.gcode", success=1, last_end=utc(-900))
    printer.printing(30, "a.gcode", 50.0, 20.0, counters=counts)
    rose = FileCounters(
        filename="a.gcode", success=1, failure=1, last_end=utc(40), last_success=False
    )
    printer.printing(60, "a.gcode", 60.0, 22.0, counters=rose)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_o13_fifty_updates_at_once_are_one_job() -> None:
    """The same print fifty times in one second."""
    printer = Watching()
    printer.idle(0)
    for number in range(50):
        printer.printing(30 + number / 50, "a.gcode", 1.0, 10.0)
    assert printer.jobs == [RUNNING]


def test_o14_history_brings_prints_that_nobody_saw() -> None:
    """Rows newer than the mark are prints; each is opened and closed at once."""
    printer = Watching()
    old = PastPrint(print_id="1", filename="old", start_time=utc(-500), ended=True)
    printer.idle(0, history=(old,))
    row = PastPrint(
        print_id="2",
        filename="b.gcode",
        start_time=utc(100),
        end_time=utc(160),
        ended=True,
        outcome=Outcome.COMPLETED,
    )
    began, end = printer.idle(300, history=(old, row))
    assert isinstance(began, PrintBegan)
    assert isinstance(end, PrintEnded)
    assert began.print.afterwards
    assert began.print.start_time == utc(100)
    assert end.end_time == utc(160)
    assert not printer.idle(330, history=(old, row))
    assert printer.jobs == [COMPLETED]


def test_o14_an_end_with_an_id_newer_than_the_mark_is_a_print() -> None:
    """Bambu Lab, after a gap: FINISH stands there with an id nobody saw run."""
    printer = Watching(late_identity=True)
    printer.ended(0, Outcome.COMPLETED, print_id="1", title="Old")
    printer.silent(100)
    printer.ended(900, Outcome.COMPLETED, print_id="2", title="New")
    printer.ended(930, Outcome.COMPLETED, print_id="2", title="New")
    assert printer.jobs == [COMPLETED]
    assert printer.began[0].print.label == "New"


def test_o14_an_end_whose_file_differs_from_the_last_look_is_a_print() -> None:
    """Klipper shows ``complete`` of a print that ran while Moonraker was down."""
    printer = Watching()
    printer.ended(0, Outcome.COMPLETED, filename="a.gcode", elapsed_s=90.0)
    printer.ended(30, Outcome.COMPLETED, filename="a.gcode", elapsed_s=90.0)
    assert printer.jobs == []
    printer.ended(60, Outcome.CANCELLED, filename="b.gcode", elapsed_s=12.0)
    assert printer.jobs == [CANCELLED]


def test_o14_the_mark_advances_while_creation_is_off() -> None:
    """What was skipped is not news when creation is switched on."""
    printer = Watching(Policy(auto_create=False))
    printer.idle(0, history=())
    row = PastPrint(
        print_id="2",
        filename="b.gcode",
        start_time=utc(100),
        ended=True,
        outcome=Outcome.COMPLETED,
    )
    printer.idle(300, history=(row,))
    printer.policy = Policy()
    printer.idle(330, history=(row,))
    assert printer.jobs == []


def test_o14_a_removed_and_added_printer_begins_with_new_bearings() -> None:
    """What it printed while it was away is an import, not news."""
    printer = Watching()
    printer.idle(0, history=())
    printer.remove(10)
    row = PastPrint(
        print_id="2",
        filename="b.gcode",
        start_time=utc(100),
        ended=True,
        outcome=Outcome.COMPLETED,
    )
    printer.idle(300, history=(row,))
    printer.idle(330, history=(row,))
    assert printer.jobs == []


def test_o14_one_look_finds_two_prints_by_their_counts() -> None:
    """Two prints of 2 s between two polls: the file's success rose by two."""
    printer = Watching()
    before = FileCounters(filename="a.gcode", success=3, last_end=utc(-10))
    printer.idle(0, counters=before)
    after = FileCounters(
        filename="a.gcode",
        success=5,
        last_end=utc(20),
        last_success=True,
        last_duration_s=2.0,
    )
    printer.idle(30, counters=after)
    assert printer.jobs == [COMPLETED, COMPLETED]
    newest = printer.began[-1].print
    assert newest.start_time == utc(20) - timedelta(seconds=2)
