"""Starts and ends that a printer announced between two looks."""

from itertools import pairwise
from math import inf

from .due import is_over
from .frozen import replace
from .identity import PUSH_SLACK_S, START_SLACK, fell, same_name
from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .names import match_path
from .outcome import STATUS_OF
from .session import Live, Moment
from .snapshot import Activity, EventKind, FileCounters, Outcome, PrintEvent, Snapshot
from .transitions import Print


def weigh_events(
    judge: Judge, snapshot: Snapshot, events: tuple[PrintEvent, ...]
) -> None:
    """Take announced starts and ends of a look in their order.

    They are news even at the first look: no printer announces anything twice.
    """
    for event in events:
        if event.kind is EventKind.STARTED:
            _started(judge, event)
        else:
            stands = event is snapshot.events[-1] and event.outcome is snapshot.outcome
            # No other print can have begun unheard.
            unsure = stands and not event.followed
            _ended(judge, event, other=unsure and _is_of_shorter(judge, snapshot))


def _is_of_shorter(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether the end that was announced last is not that of the current print.

    The state still shows how long that print took (OctoPrint, from an SD card).
    """
    current, live = judge.current, judge.live
    if current is None or snapshot.activity is not Activity.ENDED:
        return False
    assert live is not None
    return same_name(current, snapshot) is True and fell(live, snapshot)


def count_older(judge: Judge, snapshot: Snapshot) -> int:
    """Return how many announcements are older than the newest end that was counted."""
    older = (_count_older(judge, snapshot, one) for one in snapshot.counters)
    return max(older, default=0)


def _count_older(judge: Judge, snapshot: Snapshot, after: FileCounters) -> int:
    """Return how many announcements are older than the newest end of a file.

    Clocks are apart, but a print that has begun and runs no more is counted.
    """
    path, end, events = match_path(after.filename), after.ended_at, snapshot.events
    heard = [at for at, one in enumerate(events) if match_path(one.filename) == path]
    # By a clock of ours that is wrong that end may be still to come.
    if not heard or end is None or end > judge.now.utc + START_SLACK:
        return 0
    if heard_s(judge, events[heard[0]]) < _looked_s(judge):
        # Our clock was behind when it was heard.
        return 0
    last = events[heard[-1]]
    failed = after.last_success is False
    # A server that was killed counts nothing, but a failure is that of what was lost.
    over = last.kind is EventKind.STARTED and is_over(snapshot, path)
    over = over and (failed or not snapshot.rebooted)
    # The failure that the state shows is newer than all but its own announcement.
    shown = failed and snapshot.outcome is Outcome.FAILED
    shown = shown and last.outcome in (None, Outcome.COMPLETED)
    if shown or (over and last.received_at < end):
        return len(events)
    older = (at + 1 for at in heard if events[at].received_at + START_SLACK < end)
    # And one that another start of its file followed was over by then.
    starts = (
        at + 1
        for at, following in pairwise(heard)
        if events[at].kind is events[following].kind is EventKind.STARTED
        and events[at].received_at < end
    )
    return max([*older, *starts], default=0)


def heard_s(judge: Judge, event: PrintEvent) -> float:
    """Return when something was announced, by the clock that nobody puts right."""
    return judge.now.monotonic - (judge.now.utc - event.received_at).total_seconds()


def _looked_s(judge: Judge) -> float:
    """Return since when announcements are news to us, by the clock nobody puts right."""
    looked = judge.before.looked_at
    return looked.monotonic - START_SLACK.total_seconds() if looked else -inf


def _is_own_start(judge: Judge, known: Print, live: Live, event: PrintEvent) -> bool:
    """Tell whether an announced start can be that of a print that was seen."""
    began_s = live.seen_at.monotonic - live.age_s
    found_s = began_s + (known.discovered_at - known.began_at).total_seconds()
    later_s = heard_s(judge, event) - found_s
    return _matches(known, event) and later_s <= START_SLACK.total_seconds()


def _started(judge: Judge, event: PrintEvent) -> None:
    """Judge an announced start: the one of the current print, or a new print's."""
    utc = min(event.received_at, judge.now.utc)
    ago_s = (judge.now.utc - utc).total_seconds()
    at = Moment(utc, judge.now.monotonic - ago_s)
    current, live = judge.current, judge.live
    if current is not None and live is not None:
        if not live.start_proved and _is_own_start(judge, current, live, event):
            judge.live = replace(live, start_proved=True)
            return
        judge.close_unseen("C5 another start was announced", before=at)
    elif _is_of_counted(judge, event):
        return
    judge.open(
        Snapshot(activity=Activity.PRINTING, filename=event.filename),
        why="O1 its start was announced",
        since=at,
        start_time=utc,
        start_proved=True,
    )


def _is_of_counted(judge: Judge, event: PrintEvent) -> bool:
    """Tell whether an announced start is that of a print this look's count ended."""
    last = judge.last
    if last is None or last is judge.before.last or last.live.start_proved:
        return False
    over = event.received_at > last.ended_at.utc
    own = _is_own_start(judge, last.print, last.live, event)
    return last.counted and not over and own


def _ended(judge: Judge, event: PrintEvent, *, other: bool) -> None:
    """Judge an announced end: the current print's, a known one, or an unseen one.

    ``other`` tells that it is neither of those that are known.
    """
    status = STATUS_OF[event.outcome] if event.outcome else JobStatus.UNKNOWN
    source = OutcomeSource.PRINTER if event.outcome else OutcomeSource.INFERRED
    why = f"its end was announced ({event.outcome})"
    last = judge.last
    if not other and _is_of_last(judge, event):
        assert last is not None
        if last.inferred:
            judge.correct(status, source, why=why, reason=event.reason, seen_end=True)
        judge.revise_last(announced=True, seen_end=True)
    elif not other and judge.current is not None and _matches(judge.current, event):
        judge.close(
            status,
            source,
            why=f"C1-C3 {why}",
            end_time=event.received_at,
            reason=event.reason,
            seen_end=True,
            announced=True,
        )
    elif event.outcome is not None:
        if judge.current is not None:
            judge.close_unseen("C5 another print's end was announced")
        judge.afterwards(
            Snapshot(
                activity=Activity.ENDED, filename=event.filename, reason=event.reason
            ),
            status,
            source,
            why=why,
            end_time=event.received_at,
            announced=True,
        )


def _is_of_last(judge: Judge, event: PrintEvent) -> bool:
    """Tell whether an announced end is that of the print before."""
    last, current = judge.last, judge.current
    if last is None or last.announced or not _matches(last.print, event):
        return False
    if last.counted:
        # What was counted and not announced was over before this was announced.
        return False
    if current is not None and _matches(current, event):
        return False
    # What was seen to be over ran no more when this was announced.
    later_s = heard_s(judge, event) - last.ended_at.monotonic
    over = last.idle or last.seen_end or current is not None
    return not over or later_s <= PUSH_SLACK_S


def _matches(known: Print, event: PrintEvent) -> bool:
    """Tell whether an event may be about a print."""
    if not event.filename or not known.filename:
        return True
    return match_path(known.filename) == match_path(event.filename)
