"""A print whose name and id may not be its own yet (rows O1 to O3)."""

from math import inf

from .end_states import note_end_state
from .frozen import replace
from .identity import LATE_ID_S, borrows, fell, is_stale, shown_name
from .judge import Judge
from .resuming import reopen, why_lost_goes_on
from .session import EndState, Moment, Settling
from .snapshot import Activity, Outcome, Snapshot

SETTLE_S = 20.0


def open_cut_off(judge: Judge, snapshot: Snapshot) -> None:
    """Open a print that settled under a name of its own when the line was lost.

    This look may show the next one already, unless it is the same that came twice.
    """
    settling = judge.settling
    if settling is None or snapshot.unbroken or snapshot.activity is Activity.NO_NEWS:
        return
    shown = settling.snapshot
    if (
        shown != snapshot
        and shown.late_identity
        and _is_named(shown)
        and not is_stale(judge.last, judge.mark, shown)
    ):
        _open(judge, settling, "O1 it had a name of its own")
        judge.before = judge.session(looked=True, gap=judge.before.gap)


def begin(judge: Judge, snapshot: Snapshot) -> None:
    """Open a new print, or wait until its name and id are its own (O1 to O3)."""
    settling, now = judge.settling, judge.now
    if settling is not None and _is_next(settling.snapshot, snapshot):
        settling = None
    came = False
    if settling is not None and _came_in_sight(settling.snapshot, snapshot):
        # What gave way had been left standing, perhaps by a print that nobody saw.
        note_end_state(judge, settling.snapshot)
        came = True
    ran = snapshot.activity is not Activity.PREPARING
    waiting = Settling(
        since=settling.since if settling else now,
        deadline=_deadline(settling, snapshot, now),
        snapshot=snapshot,
        on_startup=settling.on_startup if settling else not judge.before.looked,
        start_time=settling.start_time if settling else judge.reported_start(snapshot),
        ran=ran or (settling is not None and settling.ran),
        anew=not ran
        or (judge.last is not None and fell(judge.last.live, snapshot))
        or (settling is not None and settling.anew),
        unbroken=came or (settling or snapshot).unbroken,
    )
    is_own = (
        _counts_up(settling, snapshot)
        or _has_come(judge, waiting)
        or not is_stale(judge.last, judge.mark, snapshot)
    )
    if not (ran and is_own and _is_named(snapshot)):
        judge.settling = waiting
    elif why_same := why_lost_goes_on(judge, waiting, snapshot):
        reopen(judge, snapshot, why=why_same)
    else:
        _open(judge, waiting, "O5 found printing" if waiting.on_startup else "O1")


def _is_next(waiting: Snapshot, snapshot: Snapshot) -> bool:
    """Tell whether a look shows a print after the one that was waited for."""
    if snapshot.late_identity or not waiting.print_id or not snapshot.print_id:
        return False
    return waiting.print_id != snapshot.print_id


def _came_in_sight(waiting: Snapshot, snapshot: Snapshot) -> bool:
    """Tell whether a name took the place of the one that the print before had left."""
    left, name = shown_name(waiting), shown_name(snapshot)
    return snapshot.unbroken and bool(left and name) and left != name


def _has_come(judge: Judge, settling: Settling) -> bool:
    """Tell whether another id than the one that stood came before our eyes.

    Third-party senders repeat theirs, so that it may have been another's before.
    """
    stood, print_id = judge.mark.end_state, settling.snapshot.print_id
    watched = judge.steady_since < settling.since.monotonic
    return watched and stood is not None and print_id not in (None, stood.print_id)


def _counts_up(settling: Settling | None, snapshot: Snapshot) -> bool:
    """Tell whether the progress goes up, so that the name beside it is in use too."""
    if settling is None or settling.snapshot.progress is None:
        return False
    return (
        snapshot.unbroken
        and snapshot.progress is not None
        and snapshot.progress > settling.snapshot.progress
        and not snapshot.cancelling
    )


def _deadline(settling: Settling | None, snapshot: Snapshot, now: Moment) -> float:
    """Return until when a name is waited for; what may be refused decides itself (O4)."""
    if snapshot.tentative:
        return inf
    if settling is None or settling.snapshot.tentative:
        return now.monotonic + SETTLE_S
    if snapshot.activity is not Activity.PREPARING:
        # What only prepared for so long prints now, and has been waited for.
        return min(settling.deadline, max(now.monotonic, _due(settling)))
    return settling.deadline


def _due(settling: Settling) -> float:
    """Return when a wait is over that nothing prolongs."""
    return settling.since.monotonic + SETTLE_S


def _open(judge: Judge, settling: Settling, why: str) -> None:
    """Open the print that was waited for, with the time of its first look."""
    late_until = settling.since.monotonic + LATE_ID_S
    borrowed = not _has_come(judge, settling) and borrows(
        judge.last, judge.mark, settling.snapshot
    )
    stood = judge.mark.end_state
    sure = settling.unbroken and not borrowed and _is_whole(stood, settling.snapshot)
    judge.open(
        settling.snapshot,
        why=why,
        since=settling.since,
        start_time=settling.start_time,
        on_startup=settling.on_startup,
        provisional=borrowed and judge.now.monotonic <= late_until,
        late_until=-inf if sure else late_until,
    )


def _is_whole(stood: EndState | None, snapshot: Snapshot) -> bool:
    """Tell whether neither the name nor the id is what was left standing.

    They may come in two reports, so that where no name was left both have to be there.
    """
    if stood is None or not (stood.name or (snapshot.title and snapshot.print_id)):
        return False
    if not snapshot.print_id:
        return True
    return snapshot.print_id != stood.print_id and shown_name(snapshot) != stood.name


def settle(judge: Judge, settling: Settling) -> None:
    """Decide when the wait is over (O1, O2, O3).

    A printer that only prepares, under the name of the print before, may still
    turn back: that waits for the first sign of printing.
    """
    known = _is_named(settling.snapshot)
    stale = is_stale(judge.last, judge.mark, settling.snapshot)
    why_same = why_lost_goes_on(judge, settling, settling.snapshot)
    if settling.ran and why_same is not None:
        reopen(judge, settling.snapshot, why=why_same)
    elif settling.ran or (known and not stale):
        _open(judge, settling, "O2 the wait is over")
    else:
        judge.settling = replace(settling, deadline=inf)


def end_settling(judge: Judge, settling: Settling, snapshot: Snapshot) -> None:
    """Open the print that ended while its name was awaited, so that it can close."""
    is_old = judge.now.monotonic > settling.since.monotonic + LATE_ID_S
    named = _is_named(snapshot)
    fresh = named and (
        _is_less(judge, settling.snapshot)
        or not is_stale(judge.last, judge.mark, snapshot)
    )
    stood = judge.mark.end_state
    judge.settling = None
    if settling.snapshot.tentative:
        # A printer whose question was answered with no is idle; any may break.
        fresh = False
        ended = snapshot.outcome in (Outcome.COMPLETED, Outcome.CANCELLED)
    else:
        rested = stood is not None and stood.outcome is None
        ended = (fresh or rested) and snapshot.outcome is not None
    if settling.ran or ended:
        own = fresh or (named and is_old)
        best = snapshot if own else _without_name(judge, settling.snapshot)
        cancelling = snapshot.cancelling or settling.snapshot.cancelling
        judge.open(
            replace(best, cancelling=cancelling),
            why="O1 it ended before its name was sure",
            since=settling.since,
            start_time=settling.start_time,
            on_startup=settling.on_startup,
        )


def _is_less(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether progress is not what the print before left, which is no less."""
    last, stood = judge.last, judge.mark.end_state
    if last is None or stood is not None:
        return False
    return bool(snapshot.progress) and fell(last.live, snapshot)


def _without_name(judge: Judge, snapshot: Snapshot) -> Snapshot:
    """Return the look without the name and numbers that the print before left (O3)."""
    if not is_stale(judge.last, judge.mark, snapshot):
        return snapshot
    return replace(
        snapshot,
        print_id=None,
        filename=None,
        title=None,
        progress=None,
        remaining_s=None,
        system=False,
    )


def _is_named(snapshot: Snapshot) -> bool:
    """Tell whether the print has a name or an id of its own."""
    return bool(snapshot.print_id or snapshot.title or snapshot.filename)
