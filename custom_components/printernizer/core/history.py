"""The printer's own record of its prints, and what it proves."""

from dataclasses import replace
from datetime import timedelta

from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .names import match_name
from .outcome import STATUS_OF
from .session import LONG_AGO
from .snapshot import Activity, PastPrint, Snapshot
from .transitions import Print

JOIN_SLACK = timedelta(seconds=10)


def weigh_history(judge: Judge, snapshot: Snapshot) -> None:
    """Take the rows of the record, oldest first."""
    rows = sorted(snapshot.history, key=lambda row: row.start_time)
    if judge.mark.since is None:
        _take_bearings(judge, rows)
        return
    for row in rows:
        _weigh(judge, row, snapshot)


def _take_bearings(judge: Judge, rows: list[PastPrint]) -> None:
    """Skip all prints that were over before this printer was watched (row O6)."""
    since = LONG_AGO
    for row in rows:
        if row.ended is not False:
            judge.mark = judge.mark.with_id(row.print_id, ended=True)
            since = max(since, row.start_time)
    judge.mark = replace(judge.mark, since=since)


def _weigh(judge: Judge, row: PastPrint, snapshot: Snapshot) -> None:
    """Judge one row: the current print's, the last one's, an old or an unseen one."""
    last = judge.last
    if judge.current is not None and _is_about(judge.current, row):
        _keep(judge, row)
    elif last is not None and _is_about(last.print, row):
        _advance(judge, row)
        if row.ended and row.outcome is not None and last.inferred:
            judge.correct(
                STATUS_OF[row.outcome],
                OutcomeSource.HISTORY,
                why="the printer's record tells",
                end_time=row.end_time,
                reason=row.reason,
                material_g=row.material_g,
            )
    elif _is_unseen(judge, row) and row.print_id != snapshot.print_id:
        if judge.current is not None and row.start_time > judge.current.began_at:
            close_current(judge, "C5 a newer print is on record", row)
        _record(judge, row)


def _is_unseen(judge: Judge, row: PastPrint) -> bool:
    """Tell whether a row is over and newer than all that has been judged."""
    return (
        row.ended is not False
        and not judge.mark.knows(row.print_id)
        and row.start_time > (judge.mark.since or LONG_AGO)
    )


def _is_about(known: Print, row: PastPrint) -> bool:
    """Tell whether a row is about a known print."""
    if known.print_id is not None:
        return known.print_id == row.print_id
    if match_name(known.filename) != match_name(row.filename):
        return False
    return abs(row.start_time - known.began_at) <= JOIN_SLACK


def _advance(judge: Judge, row: PastPrint) -> None:
    """Move the mark to a row that has been judged."""
    since = max(judge.mark.since or LONG_AGO, row.start_time)
    if since != judge.mark.since:
        judge.mark = replace(judge.mark, since=since)


def _keep(judge: Judge, row: PastPrint) -> None:
    """Remember what the record says of the current print, for when it is over.

    The row alone never ends it: Moonraker writes early ends when it restarts.
    """
    assert judge.live is not None
    told = row if row.ended and row.outcome is not None else None
    if judge.live.row != told:
        judge.live = replace(judge.live, row=told)


def close_current(judge: Judge, why: str, newer: PastPrint | None = None) -> None:
    """End the current print by its row where that tells, else by what was seen."""
    assert judge.live is not None
    row = judge.live.row
    if row is None or row.outcome is None:
        judge.close_unseen(why, before=newer.start_time if newer else None)
        return
    judge.close(
        STATUS_OF[row.outcome],
        OutcomeSource.HISTORY,
        why=f"{why}; the printer's record tells",
        end_time=row.end_time,
        reason=row.reason,
        material_g=row.material_g,
    )


def _record(judge: Judge, row: PastPrint) -> None:
    """Record a print that only the printer's history saw (row O14)."""
    outcome = row.outcome if row.ended else None
    judge.afterwards(
        Snapshot(
            activity=Activity.ENDED,
            print_id=row.print_id,
            filename=row.filename,
            reason=row.reason,
            material_g=row.material_g,
        ),
        STATUS_OF[outcome] if outcome else JobStatus.UNKNOWN,
        OutcomeSource.HISTORY if outcome else OutcomeSource.INFERRED,
        why="on the printer's record",
        start_time=min(row.start_time, judge.now.utc),
        end_time=row.end_time,
        seen_end=bool(outcome),
    )
    _advance(judge, row)
