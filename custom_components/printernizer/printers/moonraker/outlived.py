"""A row that goes on although its print is over.

Klipper reports to Moonraker every 0.25 s. Where a print ends and the next one begins
in between, Moonraker notices neither: the row goes on, and is finished with the end of
the next print, which has no row of its own (measured, Moonraker 0.11.0).
"""

from collections.abc import Iterable
from datetime import timedelta

from ...core.frozen import replace
from .history import CLOCK_TOLERANCE, Row
from .judge import Look, is_shorter, is_shown_running

# After two reports Moonraker has written what it noticed.
NOTICED = timedelta(seconds=0.5)


def find_outlived(look: Look) -> Row | None:
    """Return the row in progress that is not that of the print which is running."""
    report = look.report
    if report is None or report.total_s is None or not is_shown_running(report):
        return None
    began = look.host_now - timedelta(seconds=report.total_s)
    if look.host_told - began < NOTICED:
        return None
    return next(
        (
            row
            for row in look.rows
            if row.past.ended is False
            and row.past.start_time < began - CLOCK_TOLERANCE
            and _is_anothers(look, row)
        ),
        None,
    )


def _is_anothers(look: Look, row: Row) -> bool:
    """Tell whether a row is of another file, or of a print that had run for longer."""
    assert look.report is not None
    if row.past.filename != look.report.filename:
        return True
    return row.past.print_id == look.remembered.print_id and is_shorter(look)


def with_outlived(rows: Iterable[Row], print_id: str | None) -> list[Row]:
    """Return the rows, of which that of an outlived print proves nothing any more."""
    return [_abandoned(row) if row.past.print_id == print_id else row for row in rows]


def _abandoned(row: Row) -> Row:
    """Return a row without what it tells of an end."""
    past = replace(
        row.past, ended=None, outcome=None, end_time=None, reason=None, material_g=None
    )
    return replace(row, past=past, is_outlived=True)
