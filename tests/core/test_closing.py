"""How a print ends: rows C1 to C11 of the truth table."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    PastPrint,
)
from custom_components.printernizer.core.transitions import PrintEnded

from .watching import Watching, ended, kinds, started, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
PRINTER, INFERRED = OutcomeSource.PRINTER, OutcomeSource.INFERRED
HISTORY = OutcomeSource.HISTORY


def printing(**always: Any) -> Watching:
    """Watch a printer that began a print 30 s into the story."""
    printer = Watching(**always)
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id=always.get("print_id"))
    return printer


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.COMPLETED, COMPLETED),
        (Outcome.CANCELLED, CANCELLED),
        (Outcome.FAILED, FAILED),
    ],
)
def test_c1_c2_c3_the_printer_says_how(outcome: Outcome, status: JobStatus) -> None:
    """What the live state says is the outcome, with the printer as its source."""
    printer = printing()
    (order,) = printer.ended(90, outcome, filename="a.gcode", reason="Jam")
    assert isinstance(order, PrintEnded)
    assert (order.status, order.source) == (status, PRINTER)
    assert order.reason == "Jam"
    assert order.end_time == utc(90)


def test_c2_a_cancel_code_that_showed_for_a_moment_counts() -> None:
    """Bambu Lab: print_error shows the cancel for 2 s, then FAILED remains."""
    printer = printing(late_identity=True)
    printer.printing(60, "a.gcode", 12.0, 50.0, cancelling=True)
    printer.printing(62, "a.gcode", 12.0, 52.0)
    printer.ended(70, Outcome.FAILED, filename="a.gcode")
    assert printer.ends == [(CANCELLED, PRINTER)]


def test_c2_a_cancel_that_leaves_idle_is_a_cancel() -> None:
    """P1: IDLE without FAILED after a cancel (HAB 176)."""
    printer = printing()
    printer.printing(60, "a.gcode", 12.0, 50.0, cancelling=True)
    printer.idle(62)
    assert printer.ends == [(CANCELLED, PRINTER)]


def test_c3_the_announced_reason_is_kept() -> None:
    """OctoPrint's PrintFailed brings the error's text."""
    printer = printing()
    event = ended(60, "a.gcode", Outcome.FAILED, "Thermal runaway")
    (order,) = printer.events(61, Activity.IDLE, event)
    assert isinstance(order, PrintEnded)
    assert (order.status, order.reason) == (FAILED, "Thermal runaway")
    assert order.end_time == utc(60)


def test_c4_almost_done_when_it_went_idle_is_completed() -> None:
    """99 % and gone: inferred as completed."""
    printer = printing()
    printer.printing(60, "a.gcode", 99.0, 50.0)
    printer.idle(90)
    assert printer.ends == [(COMPLETED, INFERRED)]


def test_c4_time_that_had_run_out_is_completed() -> None:
    """20 s were left, and 30 s later it was idle."""
    printer = printing()
    printer.printing(60, "a.gcode", 90.0, 50.0, remaining_s=20.0)
    printer.idle(90)
    assert printer.ends == [(COMPLETED, INFERRED)]


def test_c4_without_any_sign_the_end_is_unknown() -> None:
    """Half done and idle: nobody can know."""
    printer = printing()
    printer.printing(60, "a.gcode", 50.0, 50.0, remaining_s=600.0)
    printer.idle(90)
    assert printer.ends == [(UNKNOWN, INFERRED)]


def test_c4_a_pause_does_not_run_out() -> None:
    """The remaining time stands still while it is paused."""
    printer = printing()
    printer.look(60, Activity.PAUSED, filename="a.gcode", remaining_s=20.0)
    printer.idle(600)
    assert printer.ends == [(UNKNOWN, INFERRED)]


def test_c4_a_counted_failure_with_the_connection_up_is_a_cancel() -> None:
    """OctoPrint's cancel leaves exactly this trace."""
    printer = Watching()
    counts = FileCounters(filename="a.gcode")
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 20.0, counters=counts)
    failure = FileCounters(
        filename="a.gcode", failure=1, last_end=utc(50), last_success=False
    )
    printer.idle(60, counters=failure)
    assert printer.ends == [(CANCELLED, INFERRED)]


def test_c4_a_counted_failure_with_the_connection_lost_is_a_failure() -> None:
    """The printer went away in mid-print, and its host counted a failure."""
    printer = Watching()
    printer.idle(0)
    printer.printing(
        30, "a.gcode", 10.0, 20.0, counters=FileCounters(filename="a.gcode")
    )
    failure = FileCounters(
        filename="a.gcode", failure=1, last_end=utc(50), last_success=False
    )
    printer.idle(60, counters=failure, rebooted=True)
    assert printer.ends == [(FAILED, INFERRED)]


def test_c5_another_id_runs_so_the_old_print_is_over() -> None:
    """Back-to-back prints: the id is the only sign (PrusaLink)."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 99.5, 20.0, print_id="1")
    printer.printing(60, "a.gcode", 1.0, 2.0, print_id="2")
    assert printer.jobs == [COMPLETED, RUNNING]


def test_c5_the_printers_record_tells_how_the_old_one_ended() -> None:
    """Moonraker: the row of the old print is there when the new one runs."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id="1")
    row = PastPrint(
        print_id="1",
        filename="a.gcode",
        start_time=utc(10),
        end_time=utc(50),
        ended=True,
        outcome=Outcome.CANCELLED,
    )
    printer.printing(60, "a.gcode", 1.0, 2.0, print_id="2", history=(row,))
    assert printer.ends == [(CANCELLED, HISTORY)]
    assert printer.jobs == [CANCELLED, RUNNING]


def test_c5_restart_from_paused_is_a_new_print() -> None:
    """OctoPrint announces the start again and counts nothing."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, Activity.PRINTING, started(29, "a.gcode"), filename="a.gcode")
    printer.look(60, Activity.PAUSED, filename="a.gcode", progress=40.0, elapsed_s=30.0)
    event = started(70, "a.gcode")
    printer.events(71, Activity.PRINTING, event, filename="a.gcode", elapsed_s=0.0)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_c6_the_same_id_after_a_seen_end_is_a_new_print() -> None:
    """A third-party sender repeats its ids."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", print_id="1")
    printer.ended(60, Outcome.COMPLETED, print_id="1")
    printer.printing(90, "a.gcode", print_id="1")
    assert printer.jobs == [COMPLETED, RUNNING]
    keys = [order.print.key.partition("@")[0] for order in printer.began]
    assert keys == ["1#0", "1#1"]


def test_c7_a_reboot_in_mid_print_is_unknown_and_never_completed() -> None:
    """99 % or not: it lost its print."""
    printer = printing()
    printer.printing(60, "a.gcode", 99.9, 50.0, remaining_s=1.0)
    printer.silent(90)
    printer.idle(120, rebooted=True)
    assert printer.ends == [(UNKNOWN, INFERRED)]
    printer.idle(150)
    assert kinds(printer.orders) == ["PrintBegan", "PrintEnded"]


def test_c8_a_removed_printers_job_closes_as_unknown() -> None:
    """Nobody will see how it ends."""
    printer = printing()
    assert kinds(printer.remove(60)) == ["PrintEnded"]
    assert printer.ends == [(UNKNOWN, INFERRED)]


def test_c9_a_short_end_state_that_was_missed_is_inferred() -> None:
    """MK3 shows FINISHED for 11 s only; then it is idle."""
    printer = printing(print_id="3")
    printer.printing(60, "a.gcode", 95.0, 50.0, print_id="3", remaining_s=15.0)
    printer.idle(90, print_id=None)
    assert printer.ends == [(COMPLETED, INFERRED)]


def test_c10_a_row_that_comes_late_corrects_the_end_once() -> None:
    """The printer's record arrives after the job was closed as unknown."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(30, "a.gcode", 50.0, 20.0, print_id="1")
    printer.idle(60)
    row = PastPrint(
        print_id="1",
        filename="a.gcode",
        start_time=utc(10),
        end_time=utc(50),
        ended=True,
        outcome=Outcome.COMPLETED,
    )
    (order,) = printer.idle(90, history=(row,))
    assert isinstance(order, PrintEnded)
    assert order.corrects
    assert order.end_time == utc(50)
    assert not printer.idle(120, history=(row,))
    assert printer.ends == [(UNKNOWN, INFERRED), (COMPLETED, HISTORY)]


def test_c10_an_end_seen_after_a_reconnect_corrects() -> None:
    """A gap, idle for a moment, then the end state of the same id."""
    printer = Watching(late_identity=True)
    printer.idle(0)
    printer.printing(30, print_id="1", title="Vase", progress=50.0)
    printer.silent(60)
    printer.idle(90)
    printer.ended(120, Outcome.FAILED, print_id="1", title="Vase")
    assert printer.ends == [(UNKNOWN, INFERRED), (FAILED, PRINTER)]


def test_c11_power_loss_resume_reopens_the_job() -> None:
    """Lost by a reboot, then seen printing on: no second job."""
    printer = printing()
    printer.printing(60, "a.gcode", 50.0, 50.0)
    printer.silent(90)
    printer.idle(120, rebooted=True)
    assert printer.jobs == [UNKNOWN]
    printer.printing(150, "a.gcode", 51.0, 55.0)
    assert printer.jobs == [RUNNING]


def test_c11_a_printer_added_again_in_mid_print_goes_on_with_its_job() -> None:
    """Removed and added again: the same print, the same job."""
    printer = printing()
    printer.printing(60, "a.gcode", 50.0, 50.0)
    printer.remove(70)
    printer.printing(90, "a.gcode", 55.0, 60.0)
    assert printer.jobs == [RUNNING]


def test_an_end_never_lies_in_the_future_nor_before_the_start() -> None:
    """The printer's clock is wrong; the record is not."""
    printer = printing()
    (order,) = printer.ended(
        90, Outcome.COMPLETED, filename="a.gcode", end_time=utc(9999)
    )
    assert isinstance(order, PrintEnded)
    assert order.end_time == utc(90)
    early = printing()
    (order,) = early.ended(
        90, Outcome.COMPLETED, filename="a.gcode", end_time=utc(-9999)
    )
    assert isinstance(order, PrintEnded)
    assert order.end_time == utc(10)
