"""How often a file's prints ended: each rise of the count is the end of one print."""

from dataclasses import replace
from datetime import datetime, timedelta

from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .names import match_path
from .snapshot import Activity, FileCounters, Snapshot

LAG_S = 10.0


def weigh_counters(
    judge: Judge, snapshot: Snapshot, *, looked_at: datetime | None
) -> None:
    """Take the counts of a file's ended prints (OctoPrint 1.11, ``prints``).

    ``looked_at`` is when the printer was last seen, None at the first look.
    """
    counters = snapshot.counters
    if counters is None:
        return
    path = match_path(counters.filename)
    before = judge.mark.files.get(path)
    if before != counters:
        judge.mark = judge.mark.with_file(path, counters)
        successes, failures = _rises(before, counters, looked_at)
        successes, failures = _credit(judge, counters, successes, failures)
        _spend(judge, snapshot, counters, successes, failures)


def _rises(
    before: FileCounters | None, after: FileCounters, looked_at: datetime | None
) -> tuple[int, int]:
    """Return how many prints of the file succeeded and failed since the last look.

    Of a file seen for the first time, or uploaded again (which drops its counts),
    only the newest end can be told to be news.
    """
    if before is not None:
        successes = after.success - before.success
        failures = after.failure - before.failure
        if successes >= 0 and failures >= 0:
            return successes, failures
    since = before.last_end if before and before.last_end else looked_at
    if after.last_end is None or since is None or after.last_end <= since:
        return 0, 0
    return (1, 0) if after.last_success else (0, 1)


def _credit(
    judge: Judge, counters: FileCounters, successes: int, failures: int
) -> tuple[int, int]:
    """Take off the rises of ends already seen; put right what those told."""
    path = match_path(counters.filename)
    due = judge.mark.due.get(path, 0)
    while due and (successes or failures):
        due -= 1
        one = judge.last
        if one is None or match_path(one.print.filename) != path:
            one = judge.owed.get(path)
        done = _comes_next(counters, successes, failures)
        if one is not None and not one.inferred and successes and failures:
            done = one.status is JobStatus.COMPLETED
        successes, failures = successes - done, failures - (not done)
        if one is not None and one.inferred and not one.announced:
            status, source = _meaning(done=done, lost=one.resumable)
            judge.correct(status, source, why="its end was counted", ended=one)
        judge.owed = {key: each for key, each in judge.owed.items() if key != path}
    judge.mark = judge.mark.with_due(path, due)
    return successes, failures


def _meaning(*, done: bool, lost: bool) -> tuple[JobStatus, OutcomeSource]:
    """Return what a count means: a failure with the connection up is a cancel (C4)."""
    if done:
        return JobStatus.COMPLETED, OutcomeSource.HISTORY
    if lost:
        return JobStatus.FAILED, OutcomeSource.HISTORY
    return JobStatus.CANCELLED, OutcomeSource.INFERRED


def _spend(
    judge: Judge,
    snapshot: Snapshot,
    counters: FileCounters,
    successes: int,
    failures: int,
) -> None:
    """End the current print and record unseen ones, one for each count left."""
    current = judge.current
    # A print that began with this look and runs is not the one that was counted.
    runs = snapshot.activity in (Activity.PRINTING, Activity.PAUSED)
    is_new = current is not judge.before.current
    ours = (
        current is not None
        and not (is_new and runs)
        and match_path(current.filename) == match_path(counters.filename)
    )
    while successes or failures:
        newest = successes + failures == 1
        done = _comes_next(counters, successes, failures)
        # Of two, the newest is known, and so is the other.
        mixed = bool(successes and failures) and successes + failures > 2
        successes, failures = successes - done, failures - (not done)
        end = counters.last_end if newest else None
        if ours:
            ours = False
            _end_current(judge, snapshot, end, done=done, mixed=mixed, newest=newest)
        else:
            _record(judge, snapshot, counters, end, done=done)


def _comes_next(counters: FileCounters, successes: int, failures: int) -> bool:
    """Tell whether the next end was a success; how the newest ended is known."""
    if not successes or not failures:
        return successes > 0
    return successes > 1 if counters.last_success else failures <= 1


def _end_current(
    judge: Judge,
    snapshot: Snapshot,
    end: datetime | None,
    *,
    done: bool,
    mixed: bool,
    newest: bool,
) -> None:
    """End the current print by the first count after its start (rows C4, C5)."""
    assert judge.live is not None
    if mixed:
        judge.close_unseen("C5 several ends of its file were counted")
        return
    lost = newest and _is_lost(snapshot) and not judge.live.cancelling
    status, source = _meaning(done=done, lost=lost)
    judge.close(
        status,
        source,
        why="C4 its end was counted",
        end_time=end,
        reason=snapshot.reason if status is JobStatus.FAILED else None,
        seen_end=True,
        counted=True,
    )


def _is_lost(snapshot: Snapshot) -> bool:
    """Tell whether the newest end came with an error or a lost connection."""
    return snapshot.rebooted or bool(snapshot.reason)


def _record(
    judge: Judge,
    snapshot: Snapshot,
    counters: FileCounters,
    end: datetime | None,
    *,
    done: bool,
) -> None:
    """Record a print that only its file's counter saw (row O14)."""
    length_s = counters.last_duration_s if end and done else None
    start = end - timedelta(seconds=length_s) if end and length_s else None
    status, source = _meaning(done=done, lost=bool(end) and _is_lost(snapshot))
    judge.afterwards(
        Snapshot(activity=Activity.ENDED, filename=counters.filename),
        status,
        source,
        why="counted with its file",
        start_time=min(start, judge.now.utc) if start else None,
        end_time=end,
        seen_end=True,
        counted=True,
    )


def forget_due(judge: Judge, snapshot: Snapshot) -> None:
    """Expect no more counting of ends that would have been counted by now.

    The counts are asked for after the state, so that those of a file whose next
    print runs already have the ends of all before it. A restart of a paused print
    counts none (OctoPrint 1.11).
    """
    if snapshot.counters is None or not judge.mark.due:
        return
    path, last = match_path(snapshot.counters.filename), judge.last
    runs = snapshot.activity in (Activity.PRINTING, Activity.PAUSED)
    if runs or last is None or judge.now.monotonic - last.ended_at.monotonic > LAG_S:
        judge.mark = judge.mark.with_due(path, 0)
