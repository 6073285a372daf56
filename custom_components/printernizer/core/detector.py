"""When there is a print, which one it is, and how it ended.

``step`` is a pure function: what is remembered and one look give what is to be
remembered and what is to be done. Row names (O1, S3, C4, …) are those of the
truth table that the tests name.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf

from .counters import weigh_counters
from .due import forget_due, note_counts
from .events import are_older, weigh_events
from .history import (
    close_current,
    close_reported,
    is_overtaken,
    keep_record,
    weigh_history,
)
from .identity import (
    ELAPSED_SLACK_S,
    LATE_ID_S,
    borrows,
    fell,
    has_later_record,
    is_comparable,
    is_stale,
    same_name,
    shown_name,
    why_other,
    why_other_end,
)
from .jobs import JobStatus, OutcomeSource
from .judge import Judge
from .outcome import STATUS_OF, inferred, reported
from .session import (
    DEFAULT_POLICY,
    EndedPrint,
    EndState,
    Moment,
    Policy,
    Session,
    Settling,
)
from .snapshot import Activity, Outcome, Snapshot
from .transitions import Transition

SETTLE_S = 20.0
FLAP_S = 60.0
RESIDUE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one look led to.

    ``wake_at`` is the monotonic time at which ``step`` wants to be called without a
    snapshot, and ``trace`` tells why things were decided so.
    """

    session: Session
    transitions: tuple[Transition, ...] = ()
    wake_at: float | None = None
    trace: tuple[str, ...] = ()


def step(
    session: Session,
    snapshot: Snapshot | None,
    now: Moment,
    policy: Policy = DEFAULT_POLICY,
) -> Decision:
    """Judge one look at a printer; without a snapshot, judge what time has decided."""
    judge = Judge(session, now, policy)
    looked, gap = session.looked, session.gap
    if snapshot is not None:
        _open_cut_off(judge, snapshot)
        gap = snapshot.activity is Activity.NO_NEWS
        if not (gap or snapshot.unbroken):
            judge.steady_since = now.monotonic
        if not gap and are_older(judge, snapshot):
            weigh_events(judge, snapshot)
            snapshot = replace(snapshot, events=())
        seen_at = session.looked_at if session.mark.since else None
        counted = {} if gap else weigh_counters(judge, snapshot, looked_at=seen_at)
        weigh_events(judge, snapshot)
        if not gap:
            weigh_history(judge, snapshot)
            _weigh_state(judge, snapshot)
            keep_record(judge, snapshot)
            forget_due(judge, snapshot, counted)
            note_counts(judge, counted)
            looked = True
    # After a restart only a look can tell whether the print goes on.
    due = looked and judge.settling and now.monotonic >= judge.settling.deadline
    if due and judge.settling is not None:
        _settle(judge, judge.settling)
    judge.reconsider()
    return Decision(
        session=judge.session(looked=looked, gap=gap),
        transitions=tuple(judge.transitions),
        wake_at=_wake_at(judge.settling) if looked else None,
        trace=tuple(judge.trace),
    )


def _wake_at(settling: Settling | None) -> float | None:
    """Return when a wait is over, None where none is or where nothing but a look ends it."""
    return settling.deadline if settling and settling.deadline < inf else None


def _open_cut_off(judge: Judge, snapshot: Snapshot) -> None:
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


def _weigh_state(judge: Judge, snapshot: Snapshot) -> None:
    """Judge what the printer is doing now."""
    match snapshot.activity:
        case Activity.PRINTING | Activity.PAUSED | Activity.PREPARING:
            _active(judge, _without_doubt(snapshot))
        case Activity.ENDED:
            _ended(judge, snapshot)
        case _:
            _idle(judge, snapshot)


def _without_doubt(snapshot: Snapshot) -> Snapshot:
    """Return a print that waits for an answer as paused once it has begun (O4).

    Before its first questions are answered a print counts nothing (Buddy 6.3.0).
    """
    if not snapshot.tentative or not (snapshot.progress or snapshot.elapsed_s):
        return snapshot
    return replace(snapshot, activity=Activity.PAUSED, tentative=False)


# -- a print runs --------------------------------------------------------------------


def _active(judge: Judge, snapshot: Snapshot) -> None:
    """Go on with the current print, or begin another."""
    if _is_overtaken(judge, snapshot):
        judge.trace.append("the record is younger than the state")
        return
    if judge.current is not None:
        began_now = judge.current is not judge.before.current
        why = None if began_now else why_other(judge.before, snapshot, judge.now)
        if why is None:
            judge.update(snapshot)
            return
        close_current(judge, why)
    why_same = _why_last_goes_on(judge, snapshot)
    if why_same is not None and not snapshot.tentative:
        judge.reopen(snapshot, why=why_same)
    elif why_same is None and not _is_residue(judge, snapshot):
        _begin(judge, snapshot)


def _is_overtaken(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether the look's record, or one before it, has ended what it shows.

    The same look may come twice.
    """
    before = judge.before.current
    return is_overtaken(snapshot) or (
        before is not None
        and before is not judge.current
        and before.print_id is not None
        and before.print_id == snapshot.print_id
    )


def _begin(judge: Judge, snapshot: Snapshot) -> None:
    """Open a new print, or wait until its name and id are its own (O1 to O3)."""
    settling, now = judge.settling, judge.now
    if settling is not None and _is_next(settling.snapshot, snapshot):
        settling = None
    ran = snapshot.activity is not Activity.PREPARING
    waiting = Settling(
        since=settling.since if settling else now,
        deadline=_deadline(settling, snapshot, now),
        snapshot=snapshot,
        on_startup=settling.on_startup if settling else not judge.before.looked,
        start_time=settling.start_time if settling else judge.reported_start(snapshot),
        ran=ran or (settling is not None and settling.ran),
        prepared=not ran or (settling is not None and settling.prepared),
        unbroken=settling.unbroken if settling else snapshot.unbroken,
    )
    is_own = _counts_up(settling, snapshot) or not is_stale(
        judge.last, judge.mark, snapshot
    )
    if not (ran and is_own and _is_named(snapshot)):
        judge.settling = waiting
    else:
        _open(judge, waiting, "O5 found printing" if waiting.on_startup else "O1")


def _is_next(waiting: Snapshot, snapshot: Snapshot) -> bool:
    """Tell whether a look shows a print after the one that was waited for."""
    if snapshot.late_identity or not waiting.print_id or not snapshot.print_id:
        return False
    return waiting.print_id != snapshot.print_id


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
    borrowed = borrows(judge.last, judge.mark, settling.snapshot)
    stood = judge.mark.end_state
    sure = settling.unbroken and not borrowed and bool(stood and stood.name)
    judge.open(
        settling.snapshot,
        why=why,
        discovered_at=settling.since.utc,
        start_time=settling.start_time,
        on_startup=settling.on_startup,
        provisional=borrowed and judge.now.monotonic <= late_until,
        late_until=0.0 if sure else late_until,
    )


def _settle(judge: Judge, settling: Settling) -> None:
    """Decide when the wait is over (O1, O2, O3).

    A printer that only prepares, under the name of the print before, may still
    turn back: that waits for the first sign of printing.
    """
    known = _is_named(settling.snapshot)
    stale = is_stale(judge.last, judge.mark, settling.snapshot)
    why_same = _why_lost_goes_on(judge, settling, settling.snapshot)
    if settling.ran and why_same is not None:
        judge.reopen(settling.snapshot, why=why_same)
    elif settling.ran or (known and not stale):
        _open(judge, settling, "O2 the wait is over")
    else:
        judge.settling = replace(settling, deadline=inf)


def _is_named(snapshot: Snapshot) -> bool:
    """Tell whether the print has a name or an id of its own."""
    return bool(snapshot.print_id or snapshot.title or snapshot.filename)


def _why_last_goes_on(judge: Judge, snapshot: Snapshot) -> str | None:
    """Return why the print before, closed without a seen end, goes on; or None."""
    last = judge.last
    if last is None or last is not judge.before.last:
        return None
    by_id = bool(last.print.print_id and snapshot.print_id)
    if judge.settling is not None:
        why = _why_lost_goes_on(judge, judge.settling, snapshot)
        return why if by_id else None
    if by_id:
        left = _may_be_left(judge, snapshot)
        return None if left else _why_same_id(last, snapshot)
    if same_name(last.print, snapshot) is not True or fell(last.live, snapshot):
        return None
    if has_later_record(last.print, snapshot):
        return None
    waits = snapshot.late_identity and snapshot.activity is not Activity.PAUSED
    if not waits and (why := _why_lost_goes_on(judge, None, snapshot)):
        return why
    proved = last.announced or last.counted or not last.inferred
    if not (proved or snapshot.late_identity) and _is_soon(judge, last, snapshot):
        return "O12 a second start within the minute"
    return None


def _is_soon(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether a print began within a minute of the start of the one before."""
    now, seen = judge.now, last.live
    start = judge.reported_start(snapshot) or now.utc
    since_s = now.monotonic - seen.seen_at.monotonic + seen.age_s
    return abs(since_s - (now.utc - start).total_seconds()) < FLAP_S


def _why_same_id(last: EndedPrint, snapshot: Snapshot) -> str | None:
    """Return why a print goes on under the id of the one before, or None."""
    other = snapshot.late_identity and same_name(last.print, snapshot) is False
    if other or last.seen_end or last.print.print_id != snapshot.print_id:
        return None
    return "C11 the same id prints on"


def _why_lost_goes_on(
    judge: Judge, settling: Settling | None, snapshot: Snapshot
) -> str | None:
    """Return why a print that was lost goes on after all, or None.

    Where names come late, a print that is running may be the next one, under the
    name that the lost one left: that shows when the wait for names is over. One that
    was seen to begin from rest is the next: a lost one goes on from a pause.
    """
    last = judge.last
    if last is None or not last.resumable or last is not judge.before.last:
        return None
    if settling is not None and (settling.prepared or settling.unbroken):
        return None
    if last.print.print_id and snapshot.print_id:
        return _why_same_id(last, snapshot)
    if same_name(last.print, snapshot) is not True or fell(last.live, snapshot):
        return None
    return "C11 the same print goes on" if _may_resume(judge, last, snapshot) else None


def _may_be_left(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether the id of what runs may only have been left by the print before."""
    stood = judge.mark.end_state
    waits = snapshot.late_identity and snapshot.activity is not Activity.PAUSED
    return waits and stood is not None and stood.print_id == snapshot.print_id


def _may_resume(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether a print that was lost, by its name alone, can go on.

    It does where it has run for longer than the printer was without it, where it was
    we who lost it (C8), and on Bambu Lab's printers, which resume after a power cut.
    """
    if not is_comparable(last.live, snapshot):
        return False
    ours = judge.before.mark.since is None
    since_s = judge.now.monotonic - last.ended_at.monotonic
    longer = (snapshot.elapsed_s or 0) > since_s + ELAPSED_SLACK_S
    return ours or longer or snapshot.late_identity


def _is_residue(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether this is the print before, seen on its way out.

    OctoPrint announces an end before its state leaves Cancelling or Finishing.
    """
    last = judge.last
    if last is None or not last.announced or last.idle or not judge.before.looked:
        return False
    since_s = judge.now.monotonic - last.ended_at.monotonic
    elapsed_s = snapshot.elapsed_s
    ids = {last.print.print_id, snapshot.print_id} - {None}
    return (
        since_s <= RESIDUE_S
        and (elapsed_s is None or elapsed_s > since_s - ELAPSED_SLACK_S)
        and len(ids) < 2
        and same_name(last.print, snapshot) is not False
        and not fell(last.live, snapshot)
    )


# -- nothing runs --------------------------------------------------------------------


def _ended(judge: Judge, snapshot: Snapshot) -> None:
    """Close the current print by the end the printer shows, or judge an unseen one."""
    if judge.settling is not None:
        _end_settling(judge, judge.settling, snapshot)
    if judge.current is not None:
        why = None
        if judge.current is judge.before.current:
            judge.complete_at_end(snapshot)
            why = why_other_end(judge.current, judge.live, snapshot)
        if why is None:
            close_reported(judge, snapshot)
        elif snapshot.print_id and judge.mark.ends_of(snapshot.print_id):
            judge.trace.append("C6 an end that was seen before still stands")
            return
        else:
            close_current(judge, why)
            _unseen_end(judge, snapshot)
    else:
        _unseen_end(judge, snapshot)
    judge.note_end_state(snapshot)


def _end_settling(judge: Judge, settling: Settling, snapshot: Snapshot) -> None:
    """Open the print that ended while its name was awaited, so that it can close."""
    is_old = judge.now.monotonic > settling.since.monotonic + LATE_ID_S
    named = _is_named(snapshot)
    fresh = named and not is_stale(judge.last, judge.mark, snapshot)
    judge.settling = None
    if settling.snapshot.tentative:
        # A printer whose question was answered with no is idle; any may break.
        fresh = False
        ended = snapshot.outcome in (Outcome.COMPLETED, Outcome.CANCELLED)
    else:
        ended = fresh and snapshot.outcome is not None
    if settling.ran or ended:
        own = fresh or (named and is_old)
        best = snapshot if own else _without_name(judge, settling.snapshot)
        judge.open(
            best,
            why="O1 it ended before its name was sure",
            discovered_at=settling.since.utc,
            start_time=settling.start_time,
            on_startup=settling.on_startup,
        )


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


def _unseen_end(judge: Judge, snapshot: Snapshot) -> None:
    """Judge an ended state that belongs to no print we saw run (O6, O14, C10)."""
    last = judge.last
    if last is not None and _is_end_of_last(judge, snapshot):
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
    if not seen_before or snapshot.unbroken or not _proves_a_print(judge, snapshot):
        if snapshot.print_id and not judge.mark.knows(snapshot.print_id):
            judge.mark = judge.mark.with_id(
                snapshot.print_id, ended=not snapshot.unbroken
            )
        return
    status = STATUS_OF[snapshot.outcome] if snapshot.outcome else JobStatus.UNKNOWN
    start = snapshot.start_time
    if start is None and snapshot.end_time and snapshot.elapsed_s is not None:
        start = snapshot.end_time - timedelta(seconds=snapshot.elapsed_s)
    judge.afterwards(
        snapshot,
        status,
        OutcomeSource.PRINTER if snapshot.outcome else OutcomeSource.INFERRED,
        why="it ended unseen",
        start_time=start,
        end_time=snapshot.end_time,
        seen_end=True,
    )


def _is_end_of_last(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether an ended state is that of the print before."""
    last = judge.last
    assert last is not None
    if last.print.print_id and snapshot.print_id:
        return last.print.print_id == snapshot.print_id
    if same_name(last.print, snapshot) is False:
        return False
    ours = judge.before.mark.since is None and last.resumable
    state = judge.mark.end_state
    name = shown_name(snapshot)
    other = state is not None and bool(state.name and name) and state.name != name
    if snapshot.late_identity and not snapshot.unbroken:
        other = other or _is_new_id(judge, last, snapshot)
        if other:
            return False
    if snapshot.late_identity or ours:
        return True
    if last.idle or state is None:
        return False
    return state.elapsed_s == snapshot.elapsed_s and state.outcome is snapshot.outcome


def _is_new_id(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether an end shows an id that the print before would have had by then."""
    state, looked_at = judge.mark.end_state, judge.before.looked_at
    if state is None or looked_at is None or not snapshot.print_id:
        return False
    own = looked_at - last.print.discovered_at <= timedelta(seconds=LATE_ID_S)
    return not own and not state.print_id and not judge.mark.knows(snapshot.print_id)


def _proves_a_print(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether an ended state shows a print that we did not see (O14)."""
    if snapshot.print_id:
        return not judge.mark.knows(snapshot.print_id)
    # What was recorded since the last look is another than the end that stood.
    state = judge.before.mark.end_state
    name = shown_name(snapshot)
    if not name:
        # A printer without a print may fail as well (PrusaLink's ERROR).
        shown = snapshot.outcome in (Outcome.COMPLETED, Outcome.CANCELLED)
        other = state is None or state.outcome is not snapshot.outcome
        return other and shown and not snapshot.late_identity
    if state is None:
        last = judge.last
        other = last is not None and same_name(last.print, snapshot) is False
        return other or not snapshot.late_identity
    same = EndState(print_id=None, name=name, elapsed_s=snapshot.elapsed_s)
    if snapshot.elapsed_s is None or state.elapsed_s is None:
        return state.name != name or state.outcome is not snapshot.outcome
    return (state.name, state.elapsed_s) != (same.name, same.elapsed_s)


def _idle(judge: Judge, snapshot: Snapshot) -> None:
    """Close the current print, which went without a word (C4, C7)."""
    if judge.settling is not None:
        _end_settling(judge, judge.settling, snapshot)
    if judge.current is not None and judge.live is not None:
        lost = snapshot.rebooted
        if judge.live.row is not None:
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
    judge.note_end_state(snapshot)
