"""The rows of Moonraker's history, and which of them is the print that is shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ...core.frozen import frozen, replace
from ...core.snapshot import Outcome, PastPrint
from ..clock import CLOCKS_AGREE
from ..parsing import as_float, as_list, as_mapping, as_text, as_time
from .metadata import NO_FACTS, FileFacts, parse_metadata
from .report import LONGEST_PRINT_S, MAX_PATH, Report

IN_PROGRESS = "in_progress"
LOST = frozenset({"klippy_shutdown", "klippy_disconnect"})
_OUTCOMES = {
    "completed": Outcome.COMPLETED,
    "cancelled": Outcome.CANCELLED,
    "error": Outcome.FAILED,
    **dict.fromkeys(LOST, Outcome.FAILED),
}

# A row starts up to 0.25 s after Klipper (measured), a busy host takes longer, and
# its clock is read from a header that counts whole seconds.
START_TOLERANCE = timedelta(seconds=5)
# A host's clock that is off by less is taken to be right.
CLOCK_TOLERANCE = CLOCKS_AGREE + timedelta(seconds=0.5)
# Klipper is away for about 3 s before it can print again (measured), so that half of
# that lies between what it lost and the next print by any clock that is nearly right.
RESTART_TOLERANCE = timedelta(seconds=1.5)
# A row is finished up to 0.25 s after the end (measured), a busy host takes longer.
ROW_LAG = timedelta(seconds=1)
# The row of a cancelled print holds the duration of one status period earlier.
DURATION_TOLERANCE_S = 0.5


@frozen(kw_only=True)
class Row:
    """One row of the history, with what only this protocol needs of it.

    ``status`` is Moonraker's word; ``total_s`` is frozen at the start while the
    print is in progress. ``is_outlived`` tells that another print has run under it.
    Times are by the clock of Moonraker's host.
    """

    past: PastPrint
    status: str
    total_s: float | None = None
    facts: FileFacts = NO_FACTS
    is_outlived: bool = False

    @property
    def is_lost(self) -> bool:
        """Tell whether Klipper stopped in the middle of this print."""
        return self.status in LOST


def print_id_of(job_id: str, start_time: datetime) -> str:
    """Return the identity of a print.

    The job id alone is not unique: a wiped history numbers from 000001 again, and a
    deleted newest row hands its id to the next print (measured, Moonraker 0.11).
    """
    return f"{job_id}@{start_time.timestamp():.3f}"


def start_of(print_id: str | None) -> datetime | None:
    """Return the start time within a print's identity."""
    _, found, start = (print_id or "").rpartition("@")
    try:
        return as_time(float(start)) if found else None
    except ValueError:
        return None


def parse_rows(answer: object) -> list[Row]:
    """Return the usable rows of the JSON answer of ``/server/history/list``."""
    jobs = as_list(as_mapping(as_mapping(answer).get("result")).get("jobs"))
    return [row for job in jobs if (row := _parse_row(as_mapping(job)))]


def merge(rows: Iterable[Row]) -> list[Row]:
    """Return the rows without doubles, oldest first; a later double counts."""
    unique = {row.past.print_id: row for row in rows}
    return sorted(unique.values(), key=lambda row: row.past.start_time)


def with_known_id(rows: Iterable[Row], print_id: str | None) -> list[Row]:
    """Return the rows, that of a known print under the id by which it is known.

    Moonraker 0.9 gave the rows of 0.8 new numbers; their starts stayed.
    """
    if print_id is None:
        return list(rows)
    at_its_start = f"@{print_id.rpartition('@')[2]}"
    return [
        replace(row, past=replace(row.past, print_id=print_id))
        if row.past.print_id != print_id and row.past.print_id.endswith(at_its_start)
        else row
        for row in rows
    ]


def _parse_row(job: Mapping[str, Any]) -> Row | None:
    """Return one row, None where it has no id or start."""
    job_id = as_text(job.get("job_id"), 50)
    start_time = as_time(job.get("start_time"))
    if job_id is None or start_time is None:
        return None
    status = as_text(job.get("status"), 50) or ""
    facts = parse_metadata(job.get("metadata"))
    filament_mm = as_float(job.get("filament_used"), 0)
    in_progress = status == IN_PROGRESS
    return Row(
        past=PastPrint(
            print_id=print_id_of(job_id, start_time),
            filename=as_text(job.get("filename"), MAX_PATH),
            start_time=start_time,
            end_time=None if in_progress else as_time(job.get("end_time")),
            ended=_ended(status),
            outcome=_OUTCOMES.get(status),
            reason=status if status in LOST else None,
            material_g=None if in_progress else facts.grams(filament_mm),
        ),
        status=status,
        total_s=as_float(job.get("total_duration"), 0, LONGEST_PRINT_S),
        facts=facts,
    )


def _ended(status: str) -> bool | None:
    """Tell what a status proves about the end.

    Moonraker stops writing where it is stopped (``server_exit``) or killed
    (``interrupted``) while Klipper prints on, and never takes the row up again; an
    unknown word proves nothing either.
    """
    if status == IN_PROGRESS:
        return False
    return True if status in _OUTCOMES else None


def find_running(
    report: Report, rows: Sequence[Row], host_now: datetime, host_told: datetime
) -> Row | None:
    """Return the row of the print whose time runs, whatever the row's status.

    ``host_now`` and ``host_told`` are when the report and the rows came, by the clock
    of Moonraker's host.
    """
    if report.total_s is None:
        return None
    began = host_now - timedelta(seconds=report.total_s)
    same = [row for row in rows if row.past.filename == report.filename]
    near = [
        row
        for row in same
        if is_near(row, began)
        and row.past.start_time <= host_now + CLOCK_TOLERANCE
        and _may_have_run(row, report.total_s)
        and not _is_over_before(row, began)
    ]
    if near:
        # One that began later than clocks allow may be that of the next print.
        return min(
            near,
            key=lambda row: (
                row.past.ended is not False
                or row.past.start_time - began > CLOCK_TOLERANCE,
                abs(row.past.start_time - began),
            ),
        )
    # A host without a hardware clock may have set it since the print began; a row
    # that has only just begun is that of the next print, which this report misses.
    earliest, latest = host_now - START_TOLERANCE, host_told + START_TOLERANCE
    return next(
        (
            row
            for row in reversed(same)
            if row.past.ended is False and not earliest <= row.past.start_time <= latest
        ),
        None,
    )


def is_near(row: Row, began: datetime) -> bool:
    """Tell whether a row may be that of a print that began then, by the host's clock."""
    return abs(row.past.start_time - began) <= START_TOLERANCE


def _is_over_before(row: Row, began: datetime) -> bool:
    """Tell whether a row ended before a print began, be it the same file's."""
    past = row.past
    if not past.ended or past.end_time is None:
        return False
    return past.end_time <= began - (
        RESTART_TOLERANCE if row.is_lost else CLOCK_TOLERANCE
    )


def _may_have_run(row: Row, total_s: float) -> bool:
    """Tell whether a print of this row can have lasted so long."""
    if not row.past.ended or row.is_lost or row.total_s is None:
        return True
    return row.total_s + DURATION_TOLERANCE_S >= total_s


def find_ended(report: Report, rows: Sequence[Row], host_now: datetime) -> Row | None:
    """Return the row of the print that ended last and is still shown."""
    outcome = ENDED_STATES.get(report.state or "")
    total_s = report.total_s
    if outcome is None or total_s is None:
        return None
    same = [row for row in rows if row.past.filename == report.filename]
    alike = [
        (abs(row.total_s - total_s), row)
        for row in _since_abandoned(same)
        if row.total_s is not None and row.past.outcome is outcome and not row.is_lost
    ]
    if alike:
        difference, row = min(alike, key=lambda pair: pair[0])
        if difference <= DURATION_TOLERANCE_S:
            return row
    newest = [row for row in same[-1:] if not _is_followed(row, rows, host_now)]
    return _find_unfinished(newest, total_s, host_now)


def _is_followed(row: Row, rows: Sequence[Row], host_now: datetime) -> bool:
    """Tell whether another print began later, and before the report was made."""
    start, latest = row.past.start_time, host_now - CLOCK_TOLERANCE
    return any(start < other.past.start_time < latest for other in rows)


def _since_abandoned(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the newest rows down to one that Moonraker never finished, newest first.

    That print began after those before it, so that they are not shown any more.
    """
    for row in reversed(rows):
        yield row
        if row.past.ended is None:
            return


def _find_unfinished(
    newest: Sequence[Row], total_s: float, host_now: datetime
) -> Row | None:
    """Return the newest row of the file where it can be the ended print's.

    Moonraker never finishes the row of a print that outlived it, and finishes any
    other up to a status period after the end was to be seen.
    """
    for row in newest:
        latest_start = host_now - timedelta(seconds=total_s) + CLOCK_TOLERANCE
        lasted_longer = total_s + DURATION_TOLERANCE_S >= (row.total_s or 0)
        if not row.past.ended and lasted_longer:
            return row if row.past.start_time <= latest_start else None
    return None


ENDED_STATES = {
    "complete": Outcome.COMPLETED,
    "cancelled": Outcome.CANCELLED,
    "error": Outcome.FAILED,
}
