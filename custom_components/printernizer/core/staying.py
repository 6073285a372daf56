"""Whether what runs is the print that we know, or another (rows S3 to S5 and C5)."""

from .identity import (
    LATE_ID_S,
    PACE_SLACK_S,
    PROGRESS_SLACK,
    fell,
    has_later_record,
    has_new_id,
    is_provisional,
    lost_pace,
    same_name,
)
from .session import Live, Moment, Session
from .snapshot import Activity, Snapshot
from .transitions import Print

# MK3 counts the time in steps of 100 lines.
STEP_S = 8.0
# MK3 tells what is left in whole minutes.
MINUTE_S = 60.0
# A slicer may think that a print takes a fifth longer than it does.
LEFT_AT_LEAST = 1 / 1.2


def why_other(session: Session, snapshot: Snapshot, now: Moment) -> str | None:
    """Return why an active printer runs another print than ``session``'s, or None.

    Rows S3 to S5 and C5 of the truth table.
    """
    known, live = session.current, session.live
    if known is None or live is None or is_provisional(live, snapshot, now):
        return None
    if _prepares_again(live, snapshot):
        return "C5 it prepares again"
    if known.print_id and snapshot.print_id:
        if known.print_id != snapshot.print_id:
            return _why_other_id(session, known, live, snapshot, now)
        anew = snapshot.unbroken and fell(live, snapshot)
        if not (anew or session.mark.is_used_again(snapshot)):
            return None
    if not snapshot.unbroken:
        return _why_other_look(session, snapshot, now)
    other = same_name(known, snapshot) is False or has_new_id(known, live, snapshot)
    if other and _began_in_gap(session, snapshot, now):
        return "C5 the name or id of another print came"
    return None


def _began_in_gap(session: Session, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether what comes now can be name and id of a print begun in a gap.

    Ours has its own by then.
    """
    return snapshot.late_identity and now.monotonic <= session.steady_since + LATE_ID_S


def _prepares_again(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether a print that was printing is being prepared.

    Where names come late, what prepares may still show those of the print before: its
    percentage, too, to which ours has come since then.
    """
    prepares = snapshot.late_identity and snapshot.activity is Activity.PREPARING
    came_on = live.progress is not None and snapshot.progress
    return prepares and not snapshot.unbroken and bool(live.progress or came_on)


def _why_other_look(session: Session, snapshot: Snapshot, now: Moment) -> str | None:
    """Judge a print whose id is not known, by its name and its counts.

    While we were stopped the time is that of a clock which may have been wrong.
    """
    known, live = session.current, session.live
    assert known is not None
    assert live is not None
    if same_name(known, snapshot) is False:
        return "C5 another file"
    if snapshot.late_identity and known.print_id and not snapshot.print_id:
        return "C5 one without an id"
    if has_new_id(known, live, snapshot):
        return "C5 one with an id"
    if live.cancelling and not (snapshot.cancelling or snapshot.late_identity):
        return "C5 one that was cancelled prints no more"
    if fell(live, snapshot) and not _may_be_left(live, snapshot):
        return "C5 progress and elapsed time fell"
    if has_later_record(known, snapshot):
        return "C5 it began later than ours"
    if lost_pace(live, snapshot, now) and (
        session.looked or not _began_with(known, snapshot, now)
    ):
        return "C5 it began later than ours"
    return None


def _may_be_left(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether the progress that was seen may be that of the print before (O3).

    It was when the print was found after a break, and never since.
    """
    late = live.seen_at.monotonic <= live.late_until
    return snapshot.late_identity and live.found and late


def _began_with(known: Print, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether the elapsed time leads back to the start of a known print."""
    assert snapshot.elapsed_s is not None
    began_s = (now.utc - known.began_at).total_seconds() - snapshot.elapsed_s
    return abs(began_s) <= PACE_SLACK_S


def _why_other_id(
    session: Session, known: Print, live: Live, snapshot: Snapshot, now: Moment
) -> str | None:
    """Judge two different strong ids (row S5).

    A new id is that of the same print also where the host's restart was not noticed,
    but no other print can have come so far: stricter than the letter of S5, which
    wants the host to have been seen away.
    """
    if (
        snapshot.id_may_change
        and same_name(known, snapshot) is not False
        and not _is_below(live, snapshot)
        and not _has_more_left(live, snapshot)
        and not (session.looked and _has_less_left(live, snapshot, now))
        and (_was_away(session) or not _may_be_so_far(live, snapshot, now))
    ):
        return None
    return "C5 another id"


def _was_away(session: Session) -> bool:
    """Tell whether the printer could not be seen, not just we did not look."""
    return session.gap and session.looked


def _is_below(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether either count went down: MK3 counts its time in coarse steps."""
    known, shown = live.progress, snapshot.progress
    less = known is not None and shown is not None and shown < known - PROGRESS_SLACK
    return less or fell(live, snapshot)


def _has_more_left(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether more is left than ours can have, within a fifth."""
    known_s, shown_s = live.remaining_s, snapshot.remaining_s
    if known_s is None or shown_s is None:
        return False
    return LEFT_AT_LEAST * shown_s > known_s + MINUTE_S


def _has_less_left(live: Live, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether less is left than ours can have: it gets on no faster than time."""
    known_s, shown_s = live.remaining_s, snapshot.remaining_s
    if known_s is None or shown_s is None:
        return False
    since_s = now.monotonic - live.seen_at.monotonic
    return shown_s + MINUTE_S < known_s - since_s / LEFT_AT_LEAST


def _may_be_so_far(live: Live, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether a print that began since the last look may be as far as ours.

    The host's restart may fall between two looks and be noticed by neither. A print
    of the same file that began since takes as long as ours took to come so far, where
    that is told to print and not to heat; and one without a name is one whose host was
    restarted (PrusaLink 0.8.1).
    """
    if not snapshot.filename:
        return False
    since_s = now.monotonic - live.seen_at.monotonic
    spent_s = snapshot.elapsed_s
    if spent_s is None:
        spent_s = _least_spent_s(snapshot)
    if spent_s is not None and spent_s > max(since_s - STEP_S, 0.0):
        return False
    rose = live.progress is not None and live.progress < (snapshot.progress or 0)
    took_s = min(live.elapsed_s, live.age_s) if rose and live.elapsed_s else live.age_s
    return live.paused or since_s > took_s


def _least_spent_s(snapshot: Snapshot) -> float | None:
    """Return how long a print has run at least, by what is done and what is left."""
    progress, left_s = snapshot.progress, snapshot.remaining_s
    if progress is None or left_s is None or progress >= 100:
        return None
    return LEFT_AT_LEAST * left_s * progress / (100 - progress)
