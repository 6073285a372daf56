"""A printer that prints nothing: how the print ended that it ran (rows C1 to C10)."""

from datetime import timedelta

from .due import CLOCKS_APART
from .end_states import is_end_of_last, note_end_state, proves_a_print, why_other_end
from .frozen import replace
from .history import close_current, close_reported
from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .late_names import come_into_its_own
from .names import match_path
from .outcome import STATUS_OF, inferred, reported
from .snapshot import Snapshot
from .waiting import end_settling


def weigh_end(judge: Judge, snapshot: Snapshot) -> None:
    """Close the current print by the end the printer shows, or judge an unseen one."""
    if judge.settling is not None:
        end_settling(judge, judge.settling, snapshot)
    if judge.current is not None:
        if judge.current is judge.before.current:
            come_into_its_own(judge, snapshot)
        why = why_other_end(judge.current, judge.live, judge.mark, snapshot)
        if why is None and _is_counted_elsewhere(judge, snapshot):
            why = "C5 another file's end was counted"
        if why is None:
            close_reported(judge, snapshot)
        elif snapshot.unbroken and judge.mark.is_used_again(snapshot):
            judge.trace.append("C6 an end that was seen before still stands")
            return
        else:
            _drop_row_of(judge, snapshot)
            close_current(judge, why)
            _unseen_end(judge, snapshot)
    elif not judge.end_taken:
        _unseen_end(judge, snapshot)
    note_end_state(judge, snapshot)


def _is_counted_elsewhere(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether an end without a name is that of another file (OctoPrint's error).

    One that was counted after the current print was seen began when that was over.
    """
    assert judge.current is not None
    assert judge.live is not None
    if snapshot.filename is not None:
        return False
    path, now = match_path(judge.current.filename), judge.now
    ago_s = now.monotonic - judge.live.seen_at.monotonic
    seen_at = now.utc - timedelta(seconds=ago_s)
    return any(
        one.ended_at is not None
        and one.ended_at > seen_at + CLOCKS_APART
        and match_path(one.filename) != path
        for one in snapshot.counters
    )


def _drop_row_of(judge: Judge, snapshot: Snapshot) -> None:
    """Forget a row that was taken for the current print's, but is what ended instead."""
    assert judge.live is not None
    row = judge.live.row
    if row is not None and row.print_id == snapshot.print_id:
        judge.live = replace(judge.live, row=None)


def _unseen_end(judge: Judge, snapshot: Snapshot) -> None:
    """Judge an ended state that belongs to no print we saw run (O6, O14, C10)."""
    last = judge.last
    if last is not None and is_end_of_last(judge, snapshot):
        if last.inferred and snapshot.outcome is not None:
            status, source, why = reported(snapshot, last.live, judge.now)
            judge.correct(
                status,
                source,
                why=why,
                end_time=snapshot.end_time,
                reason=snapshot.reason,
                seen_end=True,
            )
        return
    seen_before = judge.before.looked or judge.before.mark.since is not None
    if not seen_before or snapshot.unbroken or not proves_a_print(judge, snapshot):
        if snapshot.print_id and not judge.mark.knows(snapshot.print_id):
            judge.mark = judge.mark.with_id(
                snapshot.print_id, ended=not snapshot.unbroken
            )
        return
    status = STATUS_OF[snapshot.outcome] if snapshot.outcome else JobStatus.UNKNOWN
    start = snapshot.start_time
    if start is None and snapshot.elapsed_s is not None:
        # It was over by now, so that it began no later than that.
        end = snapshot.end_time or judge.now.utc
        start = end - timedelta(seconds=snapshot.elapsed_s)
    judge.afterwards(
        snapshot,
        status,
        OutcomeSource.PRINTER if snapshot.outcome else OutcomeSource.INFERRED,
        why="it ended unseen",
        start_time=start,
        end_time=snapshot.end_time,
        seen_end=True,
    )


def weigh_idle(judge: Judge, snapshot: Snapshot) -> None:
    """Close the current print, which went without a word (C4, C7)."""
    if judge.settling is not None:
        end_settling(judge, judge.settling, snapshot)
    if judge.current is not None and judge.live is not None:
        lost = snapshot.rebooted
        if judge.live.row and judge.live.row.told:
            close_current(judge, "C4 it is idle")
        else:
            cancelling = judge.live.cancelling or snapshot.cancelling
            live = replace(judge.live, cancelling=cancelling)
            status, source, why = inferred(live, judge.now, rebooted=lost)
            resumable = lost or judge.before.gap
            judge.close(
                status,
                source,
                why=why,
                seen_end=not resumable,
                resumable=resumable,
                idle=True,
            )
    elif judge.last is not None and judge.last.announced and not judge.last.idle:
        judge.revise_last(idle=True)
    note_end_state(judge, snapshot)
