"""When there is a print, which one it is, and how it ended.

``step`` is a pure function: what is remembered and one look give what is to be
remembered and what is to be done. Row names (O1, S3, C4, …) are those of the
truth table that the tests name.
"""

from math import inf

from .counters import weigh_counters
from .due import forget_due, note_counts
from .ending import weigh_end, weigh_idle
from .events import count_older, weigh_events
from .frozen import frozen, replace
from .going_on import go_on
from .history import close_current, is_overtaken, keep_record, weigh_history
from .identity import same_name
from .judge import Judge
from .resuming import RESIDUE_S, is_residue, reopen, why_last_goes_on
from .session import DEFAULT_POLICY, Live, Moment, Policy, Session, Settling
from .snapshot import Activity, Snapshot
from .staying import why_other
from .transitions import Print, Transition
from .waiting import begin, open_cut_off, settle


@frozen(kw_only=True)
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
        open_cut_off(judge, snapshot)
        gap = snapshot.activity is Activity.NO_NEWS
        if not (gap or snapshot.unbroken):
            judge.steady_since = now.monotonic
        if snapshot.events and not gap and (older := count_older(judge, snapshot)):
            weigh_events(judge, snapshot, snapshot.events[:older])
            snapshot = replace(snapshot, events=snapshot.events[older:])
        looked_at = session.looked_at if session.mark.since else None
        seen_at = looked_at.utc if looked_at else None
        counted = {} if gap else weigh_counters(judge, snapshot, looked_at=seen_at)
        weigh_events(judge, snapshot, snapshot.events)
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
        settle(judge, judge.settling)
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


def _weigh_state(judge: Judge, snapshot: Snapshot) -> None:
    """Judge what the printer is doing now."""
    match snapshot.activity:
        case Activity.PRINTING | Activity.PAUSED | Activity.PREPARING:
            _active(judge, _without_doubt(snapshot))
        case Activity.ENDED:
            weigh_end(judge, snapshot)
        case _:
            weigh_idle(judge, snapshot)


def _without_doubt(snapshot: Snapshot) -> Snapshot:
    """Return a print that waits for an answer as paused once it has begun (O4).

    Before its first questions are answered a print counts nothing (Buddy 6.3.0).
    """
    if not snapshot.tentative or not (snapshot.progress or snapshot.elapsed_s):
        return snapshot
    return replace(snapshot, activity=Activity.PAUSED, tentative=False)


def _active(judge: Judge, snapshot: Snapshot) -> None:
    """Go on with the current print, or begin another."""
    if _is_overtaken(judge, snapshot):
        judge.trace.append("the record is younger than the state")
        return
    if judge.current is not None:
        assert judge.live is not None
        if judge.current is judge.before.current:
            why = why_other(judge.before, snapshot, judge.now)
        else:
            why = _why_overtaken(judge.current, judge.live, snapshot)
            if why is not None and judge.live.age_s <= RESIDUE_S:
                # Its numbers are those of the print before, or of one after.
                return
        if why is None:
            go_on(judge, snapshot)
            return
        close_current(judge, why)
    why_same = why_last_goes_on(judge, snapshot)
    if why_same is not None and not snapshot.tentative:
        reopen(judge, snapshot, why=why_same)
    elif why_same is None and not is_residue(judge, snapshot):
        begin(judge, snapshot)


def _why_overtaken(known: Print, live: Live, snapshot: Snapshot) -> str | None:
    """Return why a print that was just announced runs no more, or None."""
    other = live.start_proved and same_name(known, snapshot) is False
    return "C5 another file" if other else None


def _is_overtaken(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether the look's record, or one before it, has ended what it shows.

    The same look may come twice, and the row of what it shows may be deleted.
    """
    before = judge.before.current
    return is_overtaken(snapshot) or (
        before is not None
        and before is not judge.current
        and before.print_id is not None
        and why_other(judge.before, snapshot, judge.now) is None
    )
