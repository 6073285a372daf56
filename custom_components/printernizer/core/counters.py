"""How often a file's prints ended: each rise of the count is the end of one print."""

from datetime import datetime, timedelta

from .due import (
    CLOCKS_APART,
    end_overwritten,
    forget_counted,
    is_over,
    kinds_of,
    take_owed,
    took_less,
)
from .events import heard_s
from .frozen import replace
from .jobs import JobStatus
from .judge import Judge
from .names import match_path
from .outcome import meaning
from .session import EndedPrint, Live
from .snapshot import (
    NO_NEWS,
    Activity,
    EventKind,
    FileCounters,
    Outcome,
    PrintEvent,
    Snapshot,
)


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
    ends = [
        event
        for event in snapshot.events
        if event.kind is EventKind.ENDED and match_path(event.filename) == path
    ]
    if not (ends or is_over(snapshot, path)):
        end_overwritten(judge, path)
    since = _since(ends, _first_seen(judge.mark.owed.get(path), looked_at))
    successes, failures = _rises(before, counters, since, judge.now.utc)
    if not (successes or failures):
        forget_counted(judge, path, counters)
    good = sum(event.outcome is Outcome.COMPLETED for event in ends)
    done, undone = min(good, successes), min(len(ends) - good, failures)
    announced = done + undone
    newest = None if announced else counters
    left = successes - done, failures - undone
    successes, failures = take_owed(judge, snapshot, path, newest, left)
    if announced:
        # What was due before these will be counted no more.
        judge.mark = judge.mark.with_owed(path, ())
    if newest and not (successes if newest.last_success else failures):
        # The newest of them was due, and seen already.
        newest = None
    kinds = kinds_of(successes, failures, newest.last_success if newest else None)
    end = newest.ended_at if newest else None
    # Where no success was counted, that count was dropped with the file since.
    own = announced > 0 or good > done
    own = own and _may_be_own(judge, snapshot.events[0], kinds)
    # No end of the newest one's kind was announced, or its own came too soon for it.
    alike = done if counters.last_success else undone
    soon = own and counters.last_success is True
    soon = soon and _comes_too_soon(judge, snapshot.events[0])
    younger = kinds == [counters.last_success] and (soon or not alike)
    shown = _shown_to(snapshot, counters)
    _spend(judge, shown, counters, kinds, end, announced=own, younger=younger)
    return announced


def _shown_to(snapshot: Snapshot, counters: FileCounters) -> Snapshot:
    """Return what a look shows of the newest end of a file.

    The state is that after the newest end of all: of one before, it tells nothing.
    """
    ends = [one.last_end for one in snapshot.counters if one.last_end]
    if counters.last_end is None or counters.last_end == max(ends):
        return snapshot
    return NO_NEWS


def _may_be_own(judge: Judge, first: PrintEvent, kinds: list[bool | None]) -> bool:
    """Tell whether what was announced first may be the end of the current print.

    One that was seen being cancelled neither fails nor, unless it was done, succeeds.
    And one that followed another at once ended before all that was not announced,
    where that ended alike.
    """
    live, before = judge.live, judge.before.current
    if live is not None and live.cancelling:
        done = live.progress == 100 and first.outcome is Outcome.COMPLETED
        return done or first.outcome is Outcome.CANCELLED
    followed = before is not None and judge.current is not before
    alike = all(kind is (first.outcome is Outcome.COMPLETED) for kind in kinds)
    return first.kind is EventKind.ENDED and not (followed and alike)


def _comes_too_soon(judge: Judge, first: PrintEvent) -> bool:
    """Tell whether the current print cannot have succeeded before an announcement."""
    live = judge.live
    if live is None or live.remaining_s is None:
        return False
    since_s = heard_s(judge, first) - live.seen_at.monotonic
    return 0 <= since_s < live.remaining_s / 2


def _first_seen(
    owed: tuple[EndedPrint, ...] | None, looked_at: datetime | None
) -> datetime | None:
    """Return since when an end of a file is news whose count is awaited.

    The looks since then may have been at another file.
    """
    if looked_at is None or not owed or owed[0].announced:
        return looked_at
    return min(looked_at, owed[0].print.began_at)


def _since(ends: list[PrintEvent], looked_at: datetime | None) -> datetime | None:
    """Return since when an end is news: one that was announced is, by either clock."""
    since = [event.received_at - CLOCKS_APART for event in ends]
    return min(since if looked_at is None else [*since, looked_at], default=None)


def _rises(
    before: FileCounters | None,
    after: FileCounters,
    since: datetime | None,
    now: datetime,
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
    if not _is_news(before.last_end if before else None, after, since, now):
        return 0, 0
    return (1, 0) if after.last_success else (0, 1)


def _is_news(
    known: datetime | None,
    after: FileCounters,
    since: datetime | None,
    now: datetime,
) -> bool:
    """Tell whether the newest end of a file came since the last look.

    ``known`` is the newest one before it, by the same clock. Where ours was put back,
    an old end seems to be one: by that clock it is still to come.
    """
    newest, end = after.last_end, after.ended_at
    if newest is None or end is None:
        return False
    if known is not None:
        return newest > known
    return since is not None and since < end <= now + CLOCKS_APART


def _spend(
    judge: Judge,
    snapshot: Snapshot,
    counters: FileCounters,
    kinds: list[bool | None],
    end: datetime | None,
    *,
    announced: bool,
    younger: bool,
) -> None:
    """End the current print and record unseen ones, one for each count left.

    ``end`` is when the newest of them ended, where that is known. ``announced``: the
    end of the current print may be among those announced, and is where the one left
    is ``younger`` than those.
    """
    current, live, own = judge.current, judge.live, None
    path = match_path(counters.filename)
    if current and match_path(current.filename) == path:
        assert live is not None
        other = end is not None and kinds == [True] and took_less(counters, live)
        # The cancel that was seen is the one that was announced, unless that is newer.
        later = counters.last_success is False and all(kinds)
        told = announced and (younger or (live.cancelling and not later))
        if judge.is_counted and not (other or told):
            own = 0
        elif not announced:
            if _may_be_any(live, kinds):
                # What broke was not on its way out.
                broke = end is not None and snapshot.reason and not kinds[-1]
                unsure = len(kinds) - bool(broke)
                kinds = [*([None] * unsure), *kinds[unsure:]]
            own = None if other else _place_of_own(live, kinds)
            if kinds and own is None:
                judge.close_unseen("C5 another end of its file was counted")
                # Had its own been counted, that would have come first.
                judge.mark = judge.mark.with_owed(path, ())
    cancelling = False
    for at, done in enumerate(kinds):
        ended_at = end if at == len(kinds) - 1 else None
        if at == own:
            # A cancel that was seen of a print that succeeded was that of the next.
            cancelling = bool(done and judge.live and judge.live.cancelling)
            _end_current(judge, snapshot, ended_at, done=done)
        else:
            shown = cancelling or (
                ended_at is not None and snapshot.activity is Activity.IDLE
            )
            _record(judge, snapshot, counters, ended_at, done=done, shown=shown)
            cancelling = False


def _may_be_any(live: Live, kinds: list[bool | None]) -> bool:
    """Tell whether any of its file's ends may be that of a print that showed nothing.

    It may have been seen on its way out alone, which is forgotten with the session.
    """
    ran = live.start_proved or live.progress is not None or live.elapsed_s is not None
    return not (ran or live.cancelling) and len(set(kinds)) > 1


def _place_of_own(live: Live, kinds: list[bool | None]) -> int | None:
    """Return which of its file's ends is that of the current print, None for none.

    It is the first one, unless the print was seen on its way out alone: then others
    may have ended before it, uncounted until now. What was done is not cancelled.
    """
    was_done = live.progress == 100
    if live.cancelling and not (was_done and kinds[:1] == [True]):
        return next((at for at, done in enumerate(kinds) if not done), None)
    if was_done:
        return next((at for at, done in enumerate(kinds) if done), 0)
    return 0


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
    status, source = meaning(
        done=done,
        lost=end is not None and _is_lost(snapshot) and not cancelled,
        shown=cancelled or (end is not None and snapshot.activity is Activity.IDLE),
        # After a break the error may be that of another print, which came last.
        told=bool(snapshot.reason) and not judge.before.gap,
    )
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
    """Tell whether the newest end came with an error or a lost connection.

    What was announced is newer than what was counted alone.
    """
    ended = any(event.kind is EventKind.ENDED for event in snapshot.events)
    return not ended and (snapshot.rebooted or bool(snapshot.reason))


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
    lost = end is not None and _is_lost(snapshot)
    status, source = meaning(done=done, lost=lost, shown=shown)
    failed = status is JobStatus.FAILED
    judge.afterwards(
        Snapshot(
            activity=Activity.ENDED,
            filename=counters.filename,
            reason=snapshot.reason if failed else None,
        ),
        status,
        source,
        why="counted with its file",
        start_time=min(start, judge.now.utc) if start else None,
        end_time=end,
        counted=True,
    )
