"""The printer's own record of its prints, and what it proves."""

from datetime import datetime, timedelta
from itertools import takewhile, zip_longest

from .end_states import why_other_end
from .frozen import replace
from .identity import START_SLACK
from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .names import match_path
from .outcome import STATUS_OF, reported
from .session import LONG_AGO, Moment
from .snapshot import Activity, PastPrint, Snapshot
from .transitions import Print

# State and record of one look are asked for one after the other, with 10 s for each.
SLOW_LOOK = timedelta(seconds=20)


def weigh_history(judge: Judge, snapshot: Snapshot) -> None:
    """Take the rows of the record, oldest first."""
    rows = sorted(snapshot.history, key=lambda row: row.start_time)
    if judge.mark.since is None:
        old = rows
        if is_overtaken(snapshot):
            old = list(takewhile(lambda row: not _is_own(row, snapshot), rows))
        _take_bearings(judge, old)
    for row, later in zip_longest(rows, rows[1:]):
        _weigh(judge, row, snapshot, later)


def is_overtaken(snapshot: Snapshot) -> bool:
    """Tell whether the state shows a print that the look's record has ended or left.

    The record is asked for after the state, and a slow answer lies between them.
    """
    own = [row for row in snapshot.history if _is_own(row, snapshot)]
    return any(
        row.ended is not False and later.start_time > row.start_time
        for row in own
        for later in snapshot.history
    )


def keep_record(judge: Judge, snapshot: Snapshot) -> None:
    """Remember what the record says of the current print, and which rows are judged."""
    for row in snapshot.history:
        if judge.current is not None and _is_about(judge, judge.current, row):
            _keep(judge, row)
        elif judge.mark.knows(row.print_id):
            _advance(judge, row)


def _is_own(row: PastPrint, snapshot: Snapshot) -> bool:
    """Tell whether a row is that of the print that the state shows."""
    return row.print_id == snapshot.print_id


def _take_bearings(judge: Judge, rows: list[PastPrint]) -> None:
    """Skip all prints that were over before this printer was watched (row O6)."""
    since = LONG_AGO
    for row in rows:
        if row.ended is not False:
            judge.mark = judge.mark.with_id(row.print_id, ended=True)
            since = max(since, row.start_time)
    judge.mark = replace(judge.mark, since=since)


def _weigh(
    judge: Judge, row: PastPrint, snapshot: Snapshot, later: PastPrint | None
) -> None:
    """Judge one row: the current print's, the last one's, an old or an unseen one."""
    last = judge.last
    if judge.current is not None and _is_about(judge, judge.current, row):
        _keep(judge, row)
    elif last is not None and _is_about(judge, last.print, row):
        _advance(judge, row)
        if row.told is not None and last.inferred:
            judge.correct(
                STATUS_OF[row.told],
                OutcomeSource.HISTORY,
                why="the printer's record tells",
                end_time=_end_of(last.print, row),
                reason=row.reason,
                material_g=row.material_g,
            )
    elif _is_unseen(judge, row) and (
        not _is_own(row, snapshot) or is_overtaken(snapshot)
    ):
        if judge.current is not None and _is_newer(judge, row, snapshot):
            _close_overtaken(judge, row, snapshot)
        _record(judge, row, later)


def _is_newer(judge: Judge, row: PastPrint, snapshot: Snapshot) -> bool:
    """Tell whether a row's print is younger than ours, by its row if it has or had one.

    The start at first sight may have been that of another print. One whose row was
    gone by the first look was looked at beside it, and what is older was judged then.
    """
    known, live = judge.current, judge.live
    assert known is not None
    assert live is not None
    own = [one for one in snapshot.history if one.print_id == known.print_id]
    if live.row is not None and known.print_id is not None:
        own.append(live.row)
    if own:
        return row.start_time > own[0].start_time
    return known.print_id is not None or row.began_at > known.began_at


def _is_unseen(judge: Judge, row: PastPrint) -> bool:
    """Tell whether a row is over and newer than all that has been judged."""
    return (
        row.ended is not False
        and not judge.mark.knows(row.print_id)
        and row.start_time > (judge.mark.since or LONG_AGO)
    )


def _is_about(judge: Judge, known: Print, row: PastPrint) -> bool:
    """Tell whether a row is about a known print.

    One without an id may have begun right after another, whose row is known.
    """
    if known.print_id is not None:
        return known.print_id == row.print_id
    if known.is_start_unknown or judge.mark.knows(row.print_id):
        return False
    if match_path(known.filename) != match_path(row.filename):
        return False
    return abs(row.began_at - known.began_at) <= START_SLACK


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
    if judge.live.row != row:
        judge.live = replace(judge.live, row=row)


def close_current(judge: Judge, why: str, before: datetime | None = None) -> None:
    """End the current print by its row where that tells, else by what was seen.

    ``before`` is when the next one began, where that is known.
    """
    assert judge.current is not None
    assert judge.live is not None
    row = judge.live.row
    if row is None or row.told is None:
        at = Moment(before, judge.now.monotonic) if before else None
        judge.close_unseen(why, before=at)
        return
    judge.close(
        STATUS_OF[row.told],
        OutcomeSource.HISTORY,
        why=f"{why}; the printer's record tells",
        end_time=_end_of(judge.current, row),
        reason=row.reason,
        material_g=row.material_g,
    )


def _end_of(known: Print, row: PastPrint) -> datetime | None:
    """Return when a print ended by its row, on our clock.

    The clock of the printer's host may be wrong, but how long it took is right.
    """
    start = known.start_time
    if row.end_time is None or start is None:
        return row.ended_at
    apart = start - row.start_time
    return row.end_time + apart if abs(apart) > START_SLACK else row.ended_at


def _close_overtaken(judge: Judge, newer: PastPrint, snapshot: Snapshot) -> None:
    """End the current print, which a newer one on record followed.

    The state, which is asked for before the record, may still show its end.
    """
    assert judge.current is not None
    assert judge.live is not None
    row = judge.live.row
    ended = snapshot.activity is Activity.ENDED and not (row and row.told)
    # The user may have deleted its row.
    may_be_own = snapshot.print_id in (None, judge.current.print_id)
    may_be_own = may_be_own and _fits_a_look(newer) and _just_began(judge, newer)
    other = why_other_end(judge.current, judge.live, judge.mark, snapshot)
    if ended and may_be_own and other is None:
        close_reported(judge, snapshot)
    else:
        close_current(judge, "C5 a newer print is on record", newer.began_at)


def _fits_a_look(newer: PastPrint) -> bool:
    """Tell whether a print can have come and gone between state and record."""
    end, start = newer.end_time, newer.start_time
    return end is None or end - start <= SLOW_LOOK


def _just_began(judge: Judge, newer: PastPrint) -> bool:
    """Tell whether a print may have begun since the state was asked for.

    By the clock of the record itself, as far as the current print's own row tells it.
    """
    live = judge.live
    assert live is not None
    if live.row is None:
        return True
    known_s = judge.now.monotonic - live.seen_at.monotonic
    ran = timedelta(seconds=(live.elapsed_s or 0.0) + known_s)
    return live.row.start_time + ran - newer.start_time <= SLOW_LOOK


def close_reported(judge: Judge, snapshot: Snapshot) -> None:
    """Close the current print as the printer's live state says (C1 to C3)."""
    assert judge.current is not None
    assert judge.live is not None
    judge.end_taken = True
    status, source, why = reported(snapshot, judge.live, judge.now)
    row = judge.live.row
    agrees = row and row.told and STATUS_OF[row.told] is status
    told = row if agrees else None
    judge.close(
        status,
        source,
        why=why,
        end_time=(_end_of(judge.current, told) if told else None) or snapshot.end_time,
        reason=snapshot.reason or (told.reason if told else None),
        material_g=told.material_g if told else snapshot.material_g,
        seen_end=True,
    )


def _record(judge: Judge, row: PastPrint, later: PastPrint | None) -> None:
    """Record a print that only the printer's history saw (row O14).

    One whose end is not on record was over when the ``later`` one began.
    """
    judge.afterwards(
        Snapshot(
            activity=Activity.ENDED,
            print_id=row.print_id,
            filename=row.filename,
            reason=row.reason,
            material_g=row.material_g,
        ),
        STATUS_OF[row.told] if row.told else JobStatus.UNKNOWN,
        OutcomeSource.HISTORY if row.told else OutcomeSource.INFERRED,
        why="on the printer's record",
        start_time=min(row.began_at, judge.now.utc),
        end_time=row.ended_at or (later.began_at if later else None),
        seen_end=bool(row.told),
    )
    _advance(judge, row)
