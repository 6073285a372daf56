"""What the printer's own record adds to ends that were seen or inferred (C10)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Outcome, PastPrint

from .test_history import printing, row, the_end
from .watching import Watching, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
HISTORY, INFERRED = OutcomeSource.HISTORY, OutcomeSource.INFERRED


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        (row("1", 10, 50), (FAILED, HISTORY, utc(50), "Jam", 1.5)),
        (row("1", 10), (FAILED, HISTORY, utc(60), "Jam", 1.5)),
    ],
)
def test_c10_a_row_that_comes_late_brings_all_it_tells(
    seen: PastPrint, end: tuple[Any, ...]
) -> None:
    """And the mark moves on to it."""
    printer = printing()
    printer.idle(60)
    assert the_end(printer.idle(90, history=(seen,))) == end
    assert printer.session.mark.since == utc(10)


def test_c10_a_row_tells_how_the_print_of_a_printer_that_was_removed_ended() -> None:
    """All that is on record when it comes back is history, but that is its job's."""
    printer = printing()
    printer.remove(40)
    assert printer.jobs == [UNKNOWN]
    rows = row("1", 10, 50), row("2", 55, 60)
    assert the_end(printer.idle(900, history=rows)) == (
        (FAILED, HISTORY, utc(50), "Jam", 1.5)
    )
    assert printer.jobs == [FAILED]


@pytest.mark.parametrize(
    "fields", [{"ended": None}, {"ended": False}, {"outcome": None}]
)
def test_c10_a_row_that_tells_no_end_corrects_none(fields: dict[str, Any]) -> None:
    """It is not over, was abandoned, or does not tell how."""
    printer = printing()
    printer.idle(60)
    assert not printer.idle(90, history=(row("1", 10, 50, **fields),))


def test_c10_what_the_printer_told_is_not_corrected_by_its_record() -> None:
    """The live state is the better witness, and the mark moves on all the same."""
    printer = printing()
    printer.ended(60, Outcome.COMPLETED, print_id="1")
    assert not printer.idle(90, history=(row("1", 10, 50),))
    assert printer.session.mark.since == utc(10)
    assert not printer.idle(120, history=(row("9", 10, 50),))


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome.FAILED, (utc(50), "Jam", 1.5)),
        (Outcome.COMPLETED, (utc(90), None, 9.0)),
    ],
)
def test_a_row_adds_to_a_live_end_only_where_both_agree(
    outcome: Outcome, told: tuple[datetime, str | None, float]
) -> None:
    """Else the row is of an end that was written early."""
    printer = printing()
    printer.printing(
        60, "a.gcode", 20.0, 50.0, print_id="1", history=(row("1", 10, 50),)
    )
    orders = printer.ended(90, outcome, print_id="1", material_g=9.0)
    assert the_end(orders)[2:] == told


def test_a_live_end_keeps_its_own_reason_and_time_where_the_row_has_none() -> None:
    """The printer's words come first, the row's time does."""
    printer = printing()
    less = replace(row("1", 10), reason="written")
    printer.printing(60, "a.gcode", 20.0, 50.0, print_id="1", history=(less,))
    orders = printer.ended(
        90, Outcome.FAILED, print_id="1", reason="shown", end_time=utc(80)
    )
    assert the_end(orders)[2:] == (utc(80), "shown", 1.5)


def test_o14_a_late_row_of_an_id_that_was_seen_is_no_other_print() -> None:
    """Others were printed since, and the mark moves on to it."""
    printer = printing()
    printer.printing(60, "b.gcode", 1.0, print_id="2")
    printer.printing(75, "c.gcode", 1.0, print_id="3")
    late = (row("1", 10, 50),)
    assert not printer.printing(90, "c.gcode", 9.0, print_id="3", history=late)
    assert printer.session.mark.since == utc(10)


def test_the_mark_never_goes_back() -> None:
    """The record has a row that is younger, by a clock that was wrong."""
    printer = Watching()
    printer.idle(0, history=(row("0", 50),))
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id="1")
    printer.idle(60)
    printer.idle(90, history=(row("1", 10, 50),))
    assert printer.jobs == [FAILED]
    assert printer.session.mark.since == utc(50)


def test_c6_a_seen_end_stays_one_when_the_record_tells_how_it_came() -> None:
    """It was counted once, and what prints under its id is the next print."""
    printer = printing()
    printer.idle(60)
    printer.idle(90, history=(row("1", 10, 50),))
    assert printer.session.mark.ends_of("1") == 1
    printer.printing(120, "a.gcode", 60.0, print_id="1")
    assert printer.jobs == [FAILED, RUNNING]
