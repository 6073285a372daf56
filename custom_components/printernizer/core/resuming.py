"""The print before, which goes on although it was closed (rows C11, O12)."""

from .frozen import replace
from .going_on import go_on, is_paused
from .identity import (
    ELAPSED_SLACK_S,
    PACE_SLACK_S,
    PROGRESS_SLACK,
    PUSH_SLACK_S,
    fell,
    has_later_record,
    has_new_id,
    is_comparable,
    same_name,
)
from .jobs import JobStatus
from .judge import Judge
from .names import match_name
from .session import EndedPrint, Settling
from .snapshot import Activity, Snapshot
from .transitions import PrintReopened

FLAP_S = 60.0
RESIDUE_S = 10.0


def why_last_goes_on(judge: Judge, snapshot: Snapshot) -> str | None:
    """Return why the print before, closed without a seen end, goes on; or None."""
    last = judge.last
    if last is None or last is not judge.before.last:
        return None
    by_id = bool(last.print.print_id and snapshot.print_id)
    if judge.settling is not None and snapshot.late_identity:
        why = why_lost_goes_on(judge, judge.settling, snapshot)
        return why if by_id else None
    if by_id:
        left = _may_be_left(judge, snapshot)
        return None if left else _why_same_id(judge, last, snapshot)
    if not _may_be_last(judge, last, snapshot):
        return None
    waits = snapshot.late_identity and snapshot.activity is not Activity.PAUSED
    if not waits and (why := why_lost_goes_on(judge, None, snapshot)):
        return why
    # What its printer lost goes on from where it was, or not at all.
    lost = last.resumable and judge.before.mark.since is not None
    proved = last.announced or last.counted or lost or not last.inferred
    proved = proved or last.print.afterwards
    if not (proved or snapshot.late_identity) and _is_soon(judge, last, snapshot):
        return "O12 a second start within the minute"
    return None


def _may_be_last(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether name and counts are such that the print before may show them.

    Where ids come late it would have kept its own.
    """
    lost_id = last.print.print_id and not snapshot.print_id
    return (
        same_name(last.print, snapshot) is True
        and not (lost_id and snapshot.late_identity)
        and not _is_further_back(judge, last, snapshot)
        and not has_new_id(last.print, last.live, snapshot)
        and not has_later_record(last.print, snapshot)
    )


def _is_further_back(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether less is done than the print before had done, or had left standing."""
    stood, shown = judge.mark.end_state, snapshot.progress
    if stood and stood.progress is not None and shown is not None:
        return shown < stood.progress - PROGRESS_SLACK or fell(last.live, snapshot)
    return fell(last.live, snapshot)


def _is_soon(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether a print began within a minute of the start of the one before."""
    now, seen = judge.now, last.live
    start = judge.reported_start(snapshot) or now.utc
    since_s = now.monotonic - seen.seen_at.monotonic + seen.age_s
    return abs(since_s - (now.utc - start).total_seconds()) < FLAP_S


def _why_same_id(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> str | None:
    """Return why a print goes on under the id of the one before, or None.

    One that was seen to begin from rest is the next, under an id sent again.
    """
    prepares = snapshot.activity is Activity.PREPARING
    begins = prepares or (
        snapshot.activity is Activity.PRINTING and not snapshot.progress
    )
    other = same_name(last.print, snapshot) is False
    other = other or _is_further_back(judge, last, snapshot)
    other = other or (begins and snapshot.unbroken)
    other = snapshot.late_identity and other
    if other or last.seen_end or last.print.print_id != snapshot.print_id:
        return None
    return "C11 the same id prints on"


def why_lost_goes_on(
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
    if settling is not None and (settling.anew or settling.unbroken):
        return None
    if last.print.print_id and snapshot.print_id:
        return _why_same_id(judge, last, snapshot)
    if not _may_be_last(judge, last, snapshot) or _stood_another(judge, last, snapshot):
        return None
    return "C11 the same print goes on" if _may_resume(judge, last, snapshot) else None


def _stood_another(judge: Judge, last: EndedPrint, snapshot: Snapshot) -> bool:
    """Tell whether a printer at rest stood under another name than the print it lost.

    The lost one was of that name then, and showed at last that of the print before.
    """
    stood = judge.mark.end_state
    names = {"", match_name(last.print.label)}
    return snapshot.late_identity and stood is not None and stood.name not in names


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
    longer = (snapshot.elapsed_s or 0) > since_s + PACE_SLACK_S
    return ours or longer or snapshot.late_identity


def is_residue(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether this is the print before, seen on its way out.

    OctoPrint announces an end before its state leaves Cancelling or Finishing.
    """
    last = judge.last
    if last is None or not last.announced or last.idle or not judge.before.looked:
        return False
    if snapshot.late_identity or judge.before.mark.end_state is not None:
        return False
    since_s = judge.now.monotonic - last.ended_at.monotonic
    elapsed_s = snapshot.elapsed_s
    ids = {last.print.print_id, snapshot.print_id} - {None}
    if snapshot.cancelling and last.status is JobStatus.COMPLETED:
        # What is cancelled after that is the next print.
        return False
    heard_s = (judge.now.utc - last.ended_at.utc).total_seconds()
    if heard_s > PUSH_SLACK_S and _is_midway(snapshot):
        # What finishes shows all of it done, and what is cancelled no count.
        return False
    return (
        since_s <= RESIDUE_S
        and (elapsed_s is None or elapsed_s > since_s - ELAPSED_SLACK_S)
        and len(ids) < 2
        and same_name(last.print, snapshot) is not False
        and not fell(last.live, snapshot)
    )


def _is_midway(snapshot: Snapshot) -> bool:
    """Tell whether a print is shown that has come some way, but not to its end."""
    progress = snapshot.progress
    return progress is not None and progress < 100 and not snapshot.cancelling


def reopen(judge: Judge, snapshot: Snapshot, *, why: str) -> None:
    """Go on with the print before, whose end was a mistake (rows C11, O12)."""
    last = judge.last
    assert last is not None
    judge.settling = None
    judge.current = last.print
    judge.verdict = last.verdict
    paused = is_paused(snapshot, last.live)
    judge.live = replace(last.live, paused=paused)
    judge.last = None
    judge.mark = replace(judge.mark, end_state=None)
    judge.renew_owed(last.print, None)
    judge.trace.append(f"{why}: {last.print.key}")
    at = len(judge.transitions)
    go_on(judge, snapshot)
    if judge.has_job:
        order = PrintReopened(
            key=last.print.key,
            paused=paused,
            progress=judge.live.progress,
            elapsed_s=judge.live.elapsed_s,
            seen_at=judge.now.utc,
            why=why,
        )
        judge.transitions.insert(at, order)
