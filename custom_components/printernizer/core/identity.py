"""Tell the print that we know from another one."""

from datetime import datetime, timedelta

from .names import match_name, match_path
from .session import EndedPrint, Live, Mark, Moment, Session
from .snapshot import Activity, Snapshot
from .transitions import Print

ELAPSED_SLACK_S = 2.0
PROGRESS_SLACK = 1.0
PACE_SLACK_S = 15.0
# MK3 counts the time in steps of 100 lines.
STEP_S = 8.0
# MK3 tells what is left in whole minutes.
MINUTE_S = 60.0
# A slicer may think that a print takes a fifth longer than it does.
LEFT_AT_LEAST = 1 / 1.2
MAX_KEY_ID = 100
# By how much a start on record may differ from the one that follows from the look.
START_SLACK = timedelta(seconds=5)
# So long after a print was first seen its name may still come (Bambu Lab P1).
LATE_ID_S = 28.0


def same_name(known: Print, snapshot: Snapshot) -> bool | None:
    """Tell whether both name the same file; None where one has no name.

    Printers that are polled report whole paths, so equal names in two folders are
    two files. Pushed names of one print vary (Bambu Lab: ``cache/x.3mf``, ``x``).
    """
    late = snapshot.late_identity
    left = match_name(known.label) if late else match_path(known.filename)
    right = shown_name(snapshot)
    return left == right if left and right else None


def shown_name(snapshot: Snapshot) -> str:
    """Return what has to be equal for two looks to show the same file, or ""."""
    if snapshot.late_identity:
        return match_name(snapshot.title or snapshot.filename)
    return match_path(snapshot.filename)


def fell(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether the count that both looks show went down: a print began anew.

    The elapsed time of one print never falls, so where both show it, it decides
    alone. Progress may: after a pause, or where its source changes.
    """
    if live.elapsed_s is not None and snapshot.elapsed_s is not None:
        return snapshot.elapsed_s < live.elapsed_s - ELAPSED_SLACK_S
    if live.progress is not None and snapshot.progress is not None:
        return snapshot.progress < live.progress - PROGRESS_SLACK
    return False


def is_comparable(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether both looks show a count, so that ``fell`` means something.

    A print that has just begun may show none yet (OctoPrint 1.11).
    """
    return (live.elapsed_s is not None and snapshot.elapsed_s is not None) or (
        live.progress is not None and snapshot.progress is not None
    )


def lost_pace(live: Live, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether an elapsed time that never stands still is too short for us."""
    if not snapshot.elapsed_runs:
        return False
    if live.elapsed_s is None or snapshot.elapsed_s is None:
        return False
    due = live.elapsed_s + (now.monotonic - live.seen_at.monotonic)
    return snapshot.elapsed_s < due - PACE_SLACK_S


def keeps_pace(live: Live, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether an elapsed time has gone on by all the time that passed."""
    if live.elapsed_s is None or snapshot.elapsed_s is None:
        return False
    due = live.elapsed_s + (now.monotonic - live.seen_at.monotonic)
    return snapshot.elapsed_s >= due - ELAPSED_SLACK_S


def _began_with(known: Print, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether the elapsed time leads back to the start of a known print."""
    assert snapshot.elapsed_s is not None
    began_s = (now.utc - known.began_at).total_seconds() - snapshot.elapsed_s
    return abs(began_s) <= PACE_SLACK_S


def is_provisional(live: Live, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether another name or id than ours would be ours, come late (row O3).

    A gap may hide when it came, so that only a borrowed name says nothing then.
    """
    if not snapshot.late_identity or live.provisional:
        return snapshot.late_identity
    return snapshot.unbroken and now.monotonic <= live.late_until


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
    if fell(live, snapshot) and not _may_be_left(session, live, snapshot):
        return "C5 progress and elapsed time fell"
    if has_later_record(known, snapshot):
        return "C5 it began later than ours"
    if lost_pace(live, snapshot, now) and (
        session.looked or not _began_with(known, snapshot, now)
    ):
        return "C5 it began later than ours"
    return None


def _may_be_left(session: Session, live: Live, snapshot: Snapshot) -> bool:
    """Tell whether the progress that was seen may be that of the print before (O3).

    It was when the print was found after a break, and never since.
    """
    latest = min(live.late_until, session.steady_since)
    return snapshot.late_identity and live.seen_at.monotonic <= latest


def has_new_id(known: Print, live: Live | None, snapshot: Snapshot) -> bool:
    """Tell whether an id is shown that ours would have had long before."""
    shown = snapshot.late_identity and snapshot.print_id and not known.print_id
    return bool(shown and live and live.age_s > LATE_ID_S)


def has_later_record(known: Print, snapshot: Snapshot) -> bool:
    """Tell whether the printer's record of its print is that of one after ours."""
    if known.print_id or not snapshot.print_id:
        return False
    ours, start = known.start_time, snapshot.start_time
    return bool(ours and start and start - ours > START_SLACK)


def _prepares_again(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether a print that was printing is being prepared.

    Where names come late, what prepares may still show those of the print before: its
    percentage, too, to which ours has come since then.
    """
    prepares = snapshot.late_identity and snapshot.activity is Activity.PREPARING
    came_on = live.progress is not None and snapshot.progress
    return prepares and not snapshot.unbroken and bool(live.progress or came_on)


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
    took_s = live.elapsed_s if rose and live.elapsed_s else live.age_s
    return live.paused or since_s > took_s


def _least_spent_s(snapshot: Snapshot) -> float | None:
    """Return how long a print has run at least, by what is done and what is left."""
    progress, left_s = snapshot.progress, snapshot.remaining_s
    if progress is None or left_s is None or progress >= 100:
        return None
    return LEFT_AT_LEAST * left_s * progress / (100 - progress)


def borrows(last: EndedPrint | None, mark: Mark, snapshot: Snapshot) -> bool:
    """Tell whether name and id are those that the previous print left behind.

    They may be this print's own as well: the same file, sent again.
    """
    if not snapshot.late_identity:
        return False
    state = mark.end_state
    stands = state is not None and state.print_id == snapshot.print_id
    stands = stands or (last is not None and last.print.print_id == snapshot.print_id)
    if snapshot.print_id and not mark.ends_of(snapshot.print_id) and not stands:
        # Name and ids come together, and a new id is nobody else's.
        return False
    name = match_name(snapshot.title or snapshot.filename)
    if state is not None and (state.name or state.outcome):
        return name in {"", state.name}
    return not name or (last is not None and name == match_name(last.print.label))


def is_stale(last: EndedPrint | None, mark: Mark, snapshot: Snapshot) -> bool:
    """Tell whether a borrowed name is not even known to be in use.

    It is where the progress counts already: what was left standing does not.
    """
    stood = mark.end_state.progress if mark.end_state else None
    runs = snapshot.activity is Activity.PRINTING and not snapshot.cancelling
    if runs and snapshot.progress and stood not in (None, snapshot.progress):
        return False
    return borrows(last, mark, snapshot)


def print_key(
    print_id: str | None, label: str | None, began_at: datetime, mark: Mark
) -> str:
    """Return the key of a new print, unique on its printer for ever.

    The start is in it beside an id, too: ids of 16 bits wrap, and a printer that is
    reset counts from 1 again (PrusaLink), when the history knows them all.
    """
    name = match_name(label)
    if print_id:
        name = f"{print_id[:MAX_KEY_ID]}#{mark.ends_of(print_id)}"
    base = key = f"{name}@{int(began_at.timestamp())}"
    number = 1
    while key in mark.keys:
        number += 1
        key = f"{base}~{number}"
    return key
