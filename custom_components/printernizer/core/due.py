"""Ends that were seen, and whose count is still to come."""

from collections.abc import Collection
from datetime import timedelta

from .frozen import replace
from .identity import ELAPSED_SLACK_S, keeps_pace
from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .names import match_path
from .outcome import meaning
from .session import EndedPrint, Live, Moment
from .snapshot import Activity, FileCounters, Snapshot

# By how much the clock of OctoPrint's host may be ahead of ours.
CLOCKS_APART = timedelta(seconds=5)
# A count follows the end of its print by 0.1 s (OctoPrint 1.11), and the end of one
# that another print has followed already by no more.
LAG_S = 10.0
NEXT_LAG_S = 0.7
# It is asked for 0.3 s after an announced end, in a look that takes its time.
TOLD_LAG_S = 0.5


def kinds_of(
    successes: int, failures: int, last_success: bool | None
) -> list[bool | None]:
    """Return which ends were successes, oldest first; None where nothing tells."""
    if not successes or not failures:
        return [successes > 0] * (successes + failures)
    if last_success is None:
        return [None] * (successes + failures)
    older = kinds_of(successes - last_success, failures - (not last_success), None)
    return [*older, last_success]


def take_owed(
    judge: Judge,
    snapshot: Snapshot,
    path: str,
    newest: FileCounters | None,
    rises: tuple[int, int],
) -> tuple[int, int]:
    """Take the ends of prints that are over already off the successes and failures.

    ``newest`` are the counts where they tell about the newest of these ends.
    """
    _drop_overdue(judge, snapshot, path, sum(rises))
    if newest is None:
        return _credit(judge, path, None, *rises)
    kinds = kinds_of(*rises, newest.last_success)
    own = _own_and_later(judge, snapshot, path, kinds)
    done, undone = own.count(True), len(own) - own.count(True)
    older = None if own else newest
    left = _credit(judge, path, older, rises[0] - done, rises[1] - undone)
    return left[0] + done, left[1] + undone


def _drop_overdue(judge: Judge, snapshot: Snapshot, path: str, rises: int) -> None:
    """Await no late count any more, unless the print that came at once after goes on.

    Else what is counted now is the end of that one, but for those that are more than
    its own and come no later than counts do.
    """
    current, live = judge.current, judge.live
    if current is None:
        return
    assert live is not None
    if not judge.is_counted:
        return
    over = is_over(snapshot, path) or (live.cancelling and not snapshot.cancelling)
    goes_on = not over and keeps_pace(live, snapshot, judge.now)
    if match_path(current.filename) == path and not goes_on:
        owed = judge.mark.owed.get(path, ())
        more = rises > len(owed)
        still = tuple(one for one in owed if _comes_late(one, judge.now, more=more))
        judge.mark = judge.mark.with_owed(path, still)


def _comes_late(one: EndedPrint, now: Moment, *, more: bool) -> bool:
    """Tell whether the count of a print that another followed may still come.

    A restart of a paused print counts none (OctoPrint 1.11).
    """
    lag_s = LAG_S if more and not one.live.paused else NEXT_LAG_S
    return one.announced or now.monotonic - one.ended_at.monotonic <= lag_s


def _own_and_later(
    judge: Judge, snapshot: Snapshot, path: str, kinds: list[bool | None]
) -> list[bool | None]:
    """Return which ends are no older than that of the current print, where that shows.

    One that was done came with the last success at the latest, and one whose start has
    just been announced, and which runs no more, with the newest end.
    """
    current, live = judge.current, judge.live
    if current is None or match_path(current.filename) != path:
        return []
    assert live is not None
    if live.progress == 100 and True in kinds:
        return kinds[len(kinds) - 1 - kinds[::-1].index(True) :]
    announced = current is not judge.before.current and live.start_proved
    return kinds[-1:] if announced and is_over(snapshot, path) else []


def is_over(snapshot: Snapshot, path: str) -> bool:
    """Tell whether no print of a file runs any more."""
    rests = snapshot.activity in (Activity.IDLE, Activity.ENDED)
    other = match_path(snapshot.filename) not in ("", path)
    return rests or other


def _credit(
    judge: Judge, path: str, newest: FileCounters | None, successes: int, failures: int
) -> tuple[int, int]:
    """Take off the rises of ends already seen; put right what those told."""
    owed = judge.mark.owed.get(path, ())
    only = newest if successes + failures == 1 else None
    while owed and (successes or failures):
        one = _next_of(owed, successes + failures)
        owed = tuple(other for other in owed if other is not one)
        told = kinds_of(successes, failures, newest.last_success if newest else None)[0]
        if (told and _came_short(one, only)) or _was_over(judge, one, only):
            continue
        done = told is not False
        if not one.inferred:
            done = one.status is JobStatus.COMPLETED
            if not (successes if done else failures):
                # Its count was dropped when its file was sent anew for the next print.
                continue
        successes, failures = successes - done, failures - (not done)
        if one.inferred and not one.announced:
            status, source = meaning(done=told, lost=one.resumable, shown=one.idle)
            if one.live.paused:
                # Or it was begun anew, which counts none (OctoPrint 1.11).
                source = OutcomeSource.INFERRED
            refuted = told is False and one.status is JobStatus.COMPLETED
            if refuted or status is not JobStatus.UNKNOWN:
                judge.correct(status, source, why="its end was counted", ended=one)
    judge.mark = judge.mark.with_owed(path, owed)
    return successes, failures


def _next_of(owed: tuple[EndedPrint, ...], rises: int) -> EndedPrint:
    """Return whose end so many rises count first.

    What is counted for sure is counted before what may never be, and of that the
    newest are.
    """
    sure = [one for one in owed if not one.inferred]
    return (sure or owed[-rises:])[0]


def _came_short(one: EndedPrint, only: FileCounters | None) -> bool:
    """Tell whether a success cannot be that of a print whose end nobody saw.

    It had run for longer than the ``only`` one counted, or another print followed
    long before it could be done. A server that was killed counts nothing (1.11).
    """
    live = one.live
    if not one.inferred:
        return False
    if only is not None and took_less(only, live):
        return True
    if live.seen_at.utc > one.ended_at.utc:
        # The clock was put back while we were stopped: nobody knows for how long.
        return False
    since_s = one.ended_at.monotonic - live.seen_at.monotonic
    return (
        not one.idle and live.remaining_s is not None and since_s < live.remaining_s / 2
    )


def _was_over(judge: Judge, one: EndedPrint, only: FileCounters | None) -> bool:
    """Tell whether the ``only`` end counted came long after a print was over.

    By both of our clocks: one may have been put right since. An end that is still to
    come tells that ours is behind, and what went while nobody looked may have gone on.
    """
    end, now = only.ended_at if only else None, judge.now
    if one.resumable or end is None or end > now.utc + CLOCKS_APART:
        return False
    ended_s = now.monotonic - (now.utc - end).total_seconds()
    later_s = min(
        ended_s - one.ended_at.monotonic,
        (end - one.ended_at.utc).total_seconds(),
    )
    return later_s > LAG_S + CLOCKS_APART.total_seconds()


def took_less(counted: FileCounters, live: Live) -> bool:
    """Tell whether the newest success of a file took less time than a print had run."""
    lasted_s, ran_s = counted.last_duration_s, live.elapsed_s
    if lasted_s is None or ran_s is None:
        return False
    return lasted_s < ran_s - ELAPSED_SLACK_S


def note_counts(judge: Judge, counted: Collection[str]) -> None:
    """Note that the ends of the running print's file were counted while it ran."""
    current = judge.current
    if current is None or judge.is_counted:
        return
    if match_path(current.filename) in counted:
        judge.mark = replace(judge.mark, counted_key=current.key)


def end_overwritten(judge: Judge, path: str) -> None:
    """End the current print where its file was sent anew, which drops its counts.

    OctoPrint refuses to overwrite a file while it is printed (409, 1.11). Where a
    cancel was seen, that may have been the next print's, which is counted since.
    """
    current, live = judge.current, judge.live
    if current is None or match_path(current.filename) != path:
        return
    assert live is not None
    if judge.is_counted and not live.cancelling and _is_sent_anew(judge, path):
        judge.close_unseen("C5 its file was sent anew")
        judge.mark = judge.mark.with_owed(path, ())


def forget_due(judge: Judge, snapshot: Snapshot, counted: dict[str, int]) -> None:
    """Expect no more counting of ends that are, or would be, counted by now.

    ``counted`` of the ends that this look announced are, and what ended before them is
    counted no more. A restart of a paused print counts none (OctoPrint 1.11).
    """
    for path, announced in counted.items():
        if owed := judge.mark.owed.get(path):
            told = [at for at, one in enumerate(owed, 1) if one.announced][:announced]
            later = owed[told[-1] if told else 0 :]
            still = later if _may_be_late(judge, snapshot, path) else ()
            judge.mark = judge.mark.with_owed(path, still)


def forget_counted(judge: Judge, path: str, counters: FileCounters) -> None:
    """Await no end that is the newest of a file already, though no count rose."""
    end = counters.ended_at
    last = next(reversed(judge.mark.owed.get(path, ())), None)
    if end is None or last is None or not last.announced:
        return
    if abs(last.ended_at.utc - end) <= CLOCKS_APART:
        judge.mark = judge.mark.with_owed(path, ())


def _may_be_late(judge: Judge, snapshot: Snapshot, path: str) -> bool:
    """Tell whether the count of the print before may be later than this look."""
    last, now = judge.last, judge.now
    if last is None:
        return False
    if last is not judge.before.last and not last.announced:
        # These counts are younger than a state that showed it to be over, perhaps by
        # less than it takes to begin the next print, which shows no time at first.
        if snapshot.elapsed_s is None:
            begins = snapshot.activity is Activity.PRINTING
        else:
            same = match_path(snapshot.filename) == path
            begins = same and snapshot.elapsed_s == 0
        return begins and not _is_sent_anew(judge, path)
    age_s = now.monotonic - last.ended_at.monotonic
    if snapshot.activity not in (Activity.PRINTING, Activity.PAUSED):
        return age_s <= LAG_S
    told_s = (now.utc - last.ended_at.utc).total_seconds() if last.announced else 0.0
    return age_s <= NEXT_LAG_S and told_s <= TOLD_LAG_S


def _is_sent_anew(judge: Judge, path: str) -> bool:
    """Tell whether a file was sent anew since the last look, which drops its counts."""
    before, after = judge.before.mark.files.get(path), judge.mark.files.get(path)
    if before is None or after is None:
        return False
    return after.success < before.success or after.failure < before.failure
