"""How looks at prints compare: by name, by count, and by what was left standing."""

from datetime import datetime, timedelta

from .names import match_name, match_path
from .session import EndedPrint, Live, Mark, Moment
from .snapshot import NO_TELEMETRY, Activity, Snapshot, Telemetry
from .transitions import Print

ELAPSED_SLACK_S = 2.0
PROGRESS_SLACK = 1.0
PACE_SLACK_S = 15.0
MAX_KEY_ID = 100
# By how much a start on record may differ from the one that follows from the look.
START_SLACK = timedelta(seconds=5)
# An announcement may be heard a little later than it shows in the state.
PUSH_SLACK_S = 2.0
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


def is_provisional(live: Live, snapshot: Snapshot, now: Moment) -> bool:
    """Tell whether another name or id than ours would be ours, come late (row O3).

    A gap may hide when it came, so that only a borrowed name says nothing then.
    """
    if not snapshot.late_identity or live.provisional:
        return snapshot.late_identity
    return snapshot.unbroken and now.monotonic <= live.late_until


def shows_left_numbers(snapshot: Snapshot) -> bool:
    """Tell whether the numbers are those of the print before: ours has come nowhere."""
    prepares = snapshot.late_identity and snapshot.activity is Activity.PREPARING
    return prepares and bool(snapshot.progress)


def shows_own_numbers(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether no number is left of the print before, as a name may be (row O3)."""
    return not (live.provisional or shows_left_numbers(snapshot))


def own_readings(live: Live | None, snapshot: Snapshot) -> Telemetry:
    """Return what is read of the running print, nothing that may be left of another."""
    if live is None or not shows_own_numbers(live, snapshot):
        return NO_TELEMETRY
    return snapshot.telemetry


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
