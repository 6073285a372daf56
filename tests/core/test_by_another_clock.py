"""What is on record by a clock that is wrong, or without an end (O14, C5, C10).

The host of Moonraker is three hours behind: not every one has a battery.
"""

from datetime import timedelta
from typing import Any

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import PastPrint
from custom_components.printernizer.core.transitions import PrintEnded

from .test_history import row
from .watching import Watching, utc

FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
BEHIND = timedelta(hours=-3)


def behind(
    print_id: str, start: float, end: float | None = None, **fields: Any
) -> PastPrint:
    """Return the row of a print that began and ended then, as the host has it."""
    hours = BEHIND.total_seconds()
    return row(print_id, start + hours, end and end + hours, **fields)


def watched() -> Watching:
    """Watch a printer whose host is behind from before its first print."""
    printer = Watching(history_ahead=BEHIND)
    printer.idle(0, history=())
    return printer


def ends(printer: Watching) -> list[Any]:
    """Return when each print ended, as was told last."""
    told = {
        each.key: each.end_time
        for each in printer.orders
        if isinstance(each, PrintEnded)
    }
    return list(told.values())


def test_o14_a_print_that_was_not_seen_has_its_times_by_our_clock() -> None:
    """Its job would be listed among those of three hours before."""
    printer = watched()
    printer.idle(100, history=(behind("1", 10, 50),))
    assert [order.print.start_time for order in printer.began] == [utc(10)]
    assert ends(printer) == [utc(50)]


def test_o14_a_print_without_an_end_was_over_when_the_next_one_began() -> None:
    """The next may run, or be over as well; without one the look is the end."""
    lost = behind("1", 10, ended=None, outcome=None)
    printer = watched()
    printer.idle(100, history=(lost, behind("2", 40, 60)))
    assert ends(printer) == [utc(40), utc(60)]
    assert printer.jobs == [UNKNOWN, FAILED]
    printer = watched()
    runs = behind("2", 40, ended=False, outcome=None)
    printer.printing(100, "a.gcode", 9.0, 60.0, print_id="2", history=(lost, runs))
    assert ends(printer) == [utc(40)]
    assert printer.jobs == [UNKNOWN, RUNNING]
    printer = watched()
    printer.idle(100, history=(lost,))
    assert ends(printer) == [utc(100)]


def test_c10_what_the_record_tells_later_is_by_our_clock() -> None:
    """The print would have ended as it began."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id="1", start_time=utc(10))
    printer.idle(60)
    printer.idle(90, history=(behind("1", 10, 50),))
    assert printer.jobs == [FAILED]
    assert ends(printer) == [utc(50)]


def test_c5_a_print_is_over_when_a_newer_one_on_record_began_by_our_clock() -> None:
    """How it ended nobody knows."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id="1", start_time=utc(10))
    printer.idle(
        90,
        history=(
            behind("1", 10, ended=None, outcome=None),
            behind("2", 50, 80),
        ),
    )
    assert ends(printer) == [utc(50), utc(80)]


def test_a_row_is_about_the_print_without_an_id_that_began_with_it() -> None:
    """By the other clock it would be one that nobody saw."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, start_time=utc(10))
    printer.idle(90, history=(behind("1", 10, 50),))
    assert printer.jobs == [FAILED]


def test_the_row_of_a_print_that_begins_without_an_id_is_kept() -> None:
    """The next look may have it no more."""
    printer = watched()
    mine = behind("1", 10, ended=False, outcome=None)
    printer.printing(30, "a.gcode", 10.0, 20.0, start_time=utc(10), history=(mine,))
    assert printer.session.live is not None
    assert printer.session.live.row == mine


def test_a_row_is_newer_than_a_print_without_one_by_our_clock() -> None:
    """By the other clock it would be older, and the print go on."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, start_time=utc(10))
    over = behind("2", 60, 80, filename="b.gcode")
    printer.idle(90, history=(over,))
    assert printer.jobs == [UNKNOWN, FAILED]
    assert ends(printer) == [utc(60), utc(80)]
