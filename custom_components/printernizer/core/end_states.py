"""An ended state that a printer shows: what it proves, and that it stands (O6, O14, C10)."""

from .frozen import replace
from .identity import (
    ELAPSED_SLACK_S,
    LATE_ID_S,
    fell,
    has_later_record,
    has_new_id,
    same_name,
    shown_name,
)
from .jobs import JobStatus
from .judge import Judge
from .names import match_name
from .outcome import STATUS_OF
from .session import EndedPrint, EndState, Live, Mark
from .snapshot import Activity, Outcome, Snapshot
from .transitions import Print


def why_other_end(
    known: Print, live: Live | None, mark: Mark, snapshot: Snapshot
) -> str | None:
    """Return why an ended state is not the end of a known print, or None.

    Progress proves nothing here: printers reset it on cancel.
    """
    if known.print_id and snapshot.print_id:
        if known.print_id != snapshot.print_id:
            return "C5 another id ended"
        if not mark.is_used_again(snapshot):
            return None
    if snapshot.unbroken:
        return None
    if same_name(known, snapshot) is False:
        return "C5 another file ended"
    if has_later_record(known, snapshot):
        return "C5 a print after ours ended"
    if has_new_id(known, live, snapshot):
        return "C5 one with an id ended"
    if live is None or live.elapsed_s is None or snapshot.elapsed_s is None:
        return None
    shorter = snapshot.elapsed_s < live.elapsed_s - ELAPSED_SLACK_S
    return "C5 a shorter print ended" if shorter else None


def is_end_of_last(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether an ended state is that of the print before."""
    last = judge.last
    assert last is not None
    if last.print.print_id and snapshot.print_id:
        same = last.print.print_id == snapshot.print_id
        return same and not _is_other(judge, snapshot)
    renamed = same_name(last.print, snapshot) is False
    if renamed or has_later_record(last.print, snapshot):
        return False
    ours = judge.before.mark.since is None and last.resumable
    state = judge.mark.end_state
    name = shown_name(snapshot)
    other = state is not None and bool(state.name and name) and state.name != name
    if snapshot.late_identity and not snapshot.unbroken:
        other = other or _is_elsewhere(state, snapshot)
        other = other or _is_new_id(judge, last, snapshot) or _is_undone(last, snapshot)
        if other or (state is not None and name and _is_contrary(state, snapshot)):
            return False
    if snapshot.late_identity:
        return True
    if not name and snapshot.outcome is Outcome.FAILED:
        # A printer without a print may fail as well (PrusaLink, OctoPrint).
        return False
    if ours:
        return True
    if last.idle:
        return False
    if state is None:
        return _is_as_announced(last, snapshot)
    stands = state.elapsed_s == snapshot.elapsed_s
    return (stands and state.outcome is snapshot.outcome) or (
        state.print_id != last.print.print_id and _is_as_recorded(last, snapshot)
    )


def _is_contrary(state: EndState, snapshot: Snapshot) -> bool:
    """Tell whether one of two ends was a success, and the other was not.

    A printer that is restarted shows a success no more, and never one that it had not.
    """
    if snapshot.outcome is Outcome.COMPLETED:
        return state.outcome is not Outcome.COMPLETED
    return state.outcome is Outcome.COMPLETED and snapshot.outcome is not None


def _is_forgotten_cancel(state: EndState, snapshot: Snapshot) -> bool:
    """Tell whether a failure may be the cancel that stood (Bambu Lab P1).

    Its code is shown for two seconds alone, and only who saw it knows.
    """
    cancelled = state.outcome is Outcome.CANCELLED
    fails = snapshot.outcome is Outcome.FAILED and snapshot.late_identity
    return cancelled and fails and state.progress == snapshot.progress


def _is_as_announced(last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether the first end that is shown is the one that was announced last."""
    if not (last.announced and snapshot.filename):
        return False
    if fell(last.live, snapshot) or _took_longer(last, snapshot):
        return False
    return snapshot.outcome is None or STATUS_OF[snapshot.outcome] is last.status


def _took_longer(last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether an end took longer than a print that the printer's record knows."""
    start, elapsed_s = last.print.start_time, snapshot.elapsed_s
    if not last.print.print_id or start is None or elapsed_s is None:
        return False
    lasted_s = (last.ended_at.utc - start).total_seconds()
    return elapsed_s > lasted_s + ELAPSED_SLACK_S


def _is_as_recorded(last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether an end without a row is that of a row which is gone since.

    The end of the print before stood when the row was read.
    """
    one, elapsed_s = last.print, snapshot.elapsed_s
    if not (one.print_id and one.afterwards):
        return False
    if elapsed_s is None or snapshot.outcome is None:
        return False
    lasted_s = (last.ended_at.utc - one.began_at).total_seconds()
    alike = abs(lasted_s - elapsed_s) <= ELAPSED_SLACK_S
    return alike and STATUS_OF[snapshot.outcome] is last.status


def _is_other(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether an end under an id that ended before is not the one we know."""
    if not judge.mark.is_used_again(snapshot):
        return False
    stood, last = judge.before.mark.end_state, judge.last
    if stood is not None:
        print_id, name = stood.print_id, stood.name
        if shown_name(snapshot) and _is_contrary(stood, snapshot):
            return True
    elif last is not None:
        print_id, name = last.print.print_id, match_name(last.print.label)
    else:
        return False
    renamed = bool(name) and shown_name(snapshot) not in ("", name)
    return renamed or print_id not in (None, snapshot.print_id)


def _is_elsewhere(state: EndState | None, snapshot: Snapshot) -> bool:
    """Tell whether a named end is at another percentage than the one that stood.

    That stands until the next print, or a restart, which leaves a name alone.
    """
    if state is None or (state.name and state.progress is None):
        return False
    elsewhere = snapshot.progress not in (None, 0, state.progress)
    return elsewhere and bool(shown_name(snapshot))


def _is_undone(last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether a named end is short of 100 percent, at which the last print ended."""
    done = last.status is JobStatus.COMPLETED and not last.inferred
    short = snapshot.progress not in (None, 0, 100)
    return done and short and bool(shown_name(snapshot))


def _is_new_id(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether an end shows an id that the print before would have had by then."""
    state, looked_at = judge.mark.end_state, judge.before.looked_at
    stood = state.print_id if state else None
    if snapshot.print_id in (None, stood) or judge.mark.knows(snapshot.print_id):
        return False
    age_s = last.live.age_s
    if looked_at is not None:
        # A job that was written last knows more than the session.
        age_s += max(looked_at.monotonic - last.live.seen_at.monotonic, 0.0)
    return age_s > LATE_ID_S


def proves_a_print(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether an ended state shows a print that we did not see (O14)."""
    if snapshot.print_id:
        return not judge.mark.knows(snapshot.print_id) or _is_other(judge, snapshot)
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
    if snapshot.elapsed_s is None or state.elapsed_s is None:
        # What a power cut leaves of a print, Bambu Lab's tell no outcome of.
        left = snapshot.outcome is None and state.progress != snapshot.progress
        other = left or _is_elsewhere(state, snapshot)
        other = other and snapshot.late_identity
        changed = state.outcome is not snapshot.outcome
        changed = changed and not _is_forgotten_cancel(state, snapshot)
        return other or changed or state.name != name
    return (state.name, state.elapsed_s) != (name, snapshot.elapsed_s)


def note_end_state(judge: Judge, snapshot: Snapshot) -> None:
    """Remember which name and id stand while nothing prints."""
    stood = judge.mark.end_state
    other = stood and snapshot.print_id and snapshot.print_id != stood.print_id
    if stood and stood.print_id and other and snapshot.unbroken:
        # The next job may be named while the end of the last one still stands.
        return
    if snapshot.activity is Activity.IDLE and not snapshot.late_identity:
        state = None
    else:
        state = EndState(
            print_id=snapshot.print_id,
            name=shown_name(snapshot),
            elapsed_s=snapshot.elapsed_s,
            outcome=snapshot.outcome,
            progress=snapshot.progress,
        )
    if state != judge.mark.end_state:
        judge.mark = replace(judge.mark, end_state=state)
