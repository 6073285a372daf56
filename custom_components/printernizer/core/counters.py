"""How often a file's prints ended: each rise of the count is the end of one print."""

from dataclasses import replace
from datetime import datetime, timedelta

from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .names import match_path
from .snapshot import Activity, EventKind, FileCounters, Outcome, Snapshot

# A count follows the end of its print by 0.1 s (OctoPrint 1.11), and the end of one
# that another print has followed already by no more.
LAG_S = 10.0
NEXT_LAG_S = 0.7
ROUNDING_S = 2.0


def weigh_counters(
    judge: Judge, snapshot: Snapshot, *, looked_at: datetime | None
) -> dict[str, int]:
    """Take the counts of files' ended prints (OctoPrint 1.11, ``prints``).

    To be called before the events are weighed: what was counted and never announced
    ended while the push was down, before all that was announced since. Returns how
    many of the announced ends of each file are counted already. ``looked_at`` is when
    the printer was last seen, None at the first look.
    """
    return {
        match_path(counters.filename): _weigh_file(
            judge, snapshot, counters, looked_at=looked_at
        )
        for counters in snapshot.counters
    }


def _weigh_file(
    judge: Judge,
    snapshot: Snapshot,
    counters: FileCounters,
    *,
    looked_at: datetime | None,
) -> int:
    """Take the counts of one file; returns how many announced ends are among them."""
    path = match_path(counters.filename)
    before = judge.mark.files.get(path)
    if before == counters:
        return 0
    judge.mark = judge.mark.with_file(path, counters)
    successes, failures = _rises(before, counters, looked_at)
    successes, failures = _credit(judge, counters, successes, failures)
    done, undone = _announced(snapshot, path)
    done, undone = min(done, successes), min(undone, failures)
    newest = not done + undone
    kinds = _kinds(
        successes - done,
        failures - undone,
        counters.last_success if newest else None,
    )
    _spend(judge, snapshot, counters, kinds, counters.last_end if newest else None)
    return done + undone


def _announced(snapshot: Snapshot, path: str) -> tuple[int, int]:
    """Return how many successes and failures of a file were announced."""
    ends = [
        event.outcome
        for event in snapshot.events
        if event.kind is EventKind.ENDED and match_path(event.filename) == path
    ]
    done = sum(outcome is Outcome.COMPLETED for outcome in ends)
    return done, len(ends) - done


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
        newest = failures if after.last_success is False else successes
        again = not newest and after.last_end != before.last_end
        if successes >= 0 and failures >= 0 and not again:
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
        if _is_of_shorter(judge, counters, successes, failures):
            continue
        one = judge.last
        if one is None or match_path(one.print.filename) != path:
            one = judge.owed.get(path)
        told = _kinds(successes, failures, counters.last_success)[0]
        likely = one is None or one.status is not JobStatus.CANCELLED
        done = likely if told is None else told
        successes, failures = successes - done, failures - (not done)
        if one is not None and one.inferred and not one.announced:
            status, source = _meaning(done=told, lost=one.resumable, shown=one.idle)
            if status is not JobStatus.UNKNOWN:
                judge.correct(status, source, why="its end was counted", ended=one)
        judge.owed = {key: each for key, each in judge.owed.items() if key != path}
    judge.mark = judge.mark.with_due(path, due)
    return successes, failures


def _is_of_shorter(
    judge: Judge, counters: FileCounters, successes: int, failures: int
) -> bool:
    """Tell whether the only end counted is that of a shorter print than the one due.

    A server that was killed never counts the print that it ran (OctoPrint 1.11).
    """
    path = match_path(counters.filename)
    one = judge.owed.get(path)
    if one is None or (successes, failures) != (1, 0) or not counters.last_success:
        return False
    length_s, seen_s = counters.last_duration_s, one.live.elapsed_s
    return (
        length_s is not None and seen_s is not None and length_s < seen_s - ROUNDING_S
    )


def _meaning(
    *, done: bool | None, lost: bool, shown: bool, told: bool = False
) -> tuple[JobStatus, OutcomeSource]:
    """Return what a count means (row C4).

    A cancel leaves the printer idle with its file selected, which ``shown`` tells; a
    ``lost`` connection leaves no file. Where another print was seen next, a failure
    may be either. ``told``: an error stands beside it.
    """
    if done:
        return JobStatus.COMPLETED, OutcomeSource.HISTORY
    if done is None:
        return JobStatus.UNKNOWN, OutcomeSource.INFERRED
    if lost:
        source = OutcomeSource.HISTORY if told else OutcomeSource.INFERRED
        return JobStatus.FAILED, source
    if shown:
        return JobStatus.CANCELLED, OutcomeSource.INFERRED
    return JobStatus.UNKNOWN, OutcomeSource.INFERRED


def _spend(
    judge: Judge,
    snapshot: Snapshot,
    counters: FileCounters,
    kinds: list[bool | None],
    end: datetime | None,
) -> None:
    """End the current print and record unseen ones, one for each count left.

    ``end`` is when the newest of them ended, where that is known.
    """
    current = judge.current
    ours = current is not None and (
        match_path(current.filename) == match_path(counters.filename)
    )
    cancelling = False
    for at, done in enumerate(kinds, start=1):
        newest = end if at == len(kinds) else None
        if ours:
            ours = False
            # A cancel that was seen of a print that succeeded was that of the next.
            cancelling = bool(done and judge.live and judge.live.cancelling)
            _end_current(judge, snapshot, newest, done=done)
        else:
            shown = cancelling or (
                newest is not None and snapshot.activity is Activity.IDLE
            )
            _record(judge, snapshot, counters, newest, done=done, shown=shown)
            cancelling = False


def _kinds(
    successes: int, failures: int, last_success: bool | None
) -> list[bool | None]:
    """Return which ends were successes, oldest first; None where nothing tells."""
    if not successes or not failures:
        return [successes > 0] * (successes + failures)
    if last_success is None:
        return [None] * (successes + failures)
    older = _kinds(successes - last_success, failures - (not last_success), None)
    return [*older, last_success]


def _end_current(
    judge: Judge, snapshot: Snapshot, end: datetime | None, *, done: bool | None
) -> None:
    """End the current print by the first count after its start (rows C4, C5)."""
    assert judge.live is not None
    if done is None:
        # Whose cancel was seen is as unsure as whose end was counted first.
        judge.live = replace(judge.live, cancelling=False)
        judge.close_unseen("C5 several ends of its file were counted", counted=True)
        return
    cancelled = judge.live.cancelling and not done
    status, source = _meaning(
        done=done,
        lost=end is not None and _is_lost(snapshot) and not cancelled,
        shown=cancelled or (end is not None and snapshot.activity is Activity.IDLE),
        told=bool(snapshot.reason),
    )
    judge.close(
        status,
        source,
        why="C4 its end was counted",
        end_time=end,
        reason=snapshot.reason if status is JobStatus.FAILED else None,
        seen_end=True,
        counted=True,
        idle=snapshot.activity is Activity.IDLE,
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
    done: bool | None,
    shown: bool,
) -> None:
    """Record a print that only its file's counter saw (row O14)."""
    length_s = counters.last_duration_s if end and done else None
    start = end - timedelta(seconds=length_s) if end and length_s else None
    status, source = _meaning(
        done=done,
        lost=end is not None and _is_lost(snapshot),
        shown=shown,
        told=bool(snapshot.reason),
    )
    judge.afterwards(
        Snapshot(activity=Activity.ENDED, filename=counters.filename),
        status,
        source,
        why="counted with its file",
        start_time=min(start, judge.now.utc) if start else None,
        end_time=end,
        seen_end=True,
        counted=True,
        idle=snapshot.activity is Activity.IDLE,
    )


def forget_due(judge: Judge, snapshot: Snapshot, counted: dict[str, int]) -> None:
    """Expect no more counting of ends that are, or would be, counted by now.

    ``counted`` of the ends that this look announced are. A restart of a paused print
    counts none (OctoPrint 1.11).
    """
    for path, announced in counted.items():
        due = judge.mark.due.get(path, 0) - announced
        if not _may_be_late(judge, snapshot):
            due = 0
        judge.mark = judge.mark.with_due(path, max(due, 0))


def _may_be_late(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether the count of the print before may be later than this look."""
    last = judge.last
    runs = snapshot.activity in (Activity.PRINTING, Activity.PAUSED)
    lag_s = NEXT_LAG_S if runs else LAG_S
    if last is None or judge.now.monotonic - last.ended_at.monotonic > lag_s:
        return False
    if last is judge.before.last or last.announced:
        return True
    # These counts are younger than a state that showed it to be over.
    return last.print.afterwards and not last.counted
