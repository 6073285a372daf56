"""Make session and database agree at set-up, and take leave of a printer.

The database decides: it is written first. The session may lie behind it (killed
between the two writes), be lost, or outlive a database that was damaged.
"""

from collections.abc import Collection
from datetime import datetime

from .detector import Decision
from .frozen import frozen, replace
from .identity import LATE_ID_S
from .jobs import Job, JobStatus, OutcomeSource
from .judge import Judge
from .names import match_path
from .session import DEFAULT_POLICY, EndedPrint, Live, Mark, Moment, Session, Verdict
from .transitions import Print, PrintBegan, PrintEnded


@frozen(kw_only=True)
class Recorded:
    """What the database holds of one printer.

    ``known`` is the job of the session's print, if the database has it, and
    ``latest`` that of the newest print but the open one: by the mark's key, since a
    clock that was wrong puts the times of jobs in disorder.
    """

    open_job: Job | None = None
    latest: Job | None = None
    known: Job | None = None
    deleted_keys: Collection[str] = ()
    mark: Mark | None = None


def reconcile(session: Session, recorded: Recorded, now: Moment) -> Decision:
    """Return the session as the database corrects it, and what the database lacks."""
    before, mark = session.mark, merge_marks(session.mark, recorded.mark)
    if mark.last_key not in (None, *session.mark.keys):
        # What settled when the session was saved is recorded, or over.
        session = replace(session, settling=None)
    session = replace(session, mark=mark, gap=True)
    current, open_job = session.current, recorded.open_job
    if open_job is not None and open_job.print_key is not None:
        ours = current is not None and current.key == open_job.print_key
        if not ours or _has_come_into_its_own(session):
            return _take_over(session, open_job, recorded.latest, now)
        live = session.live and _newest(session.live, live_of(open_job, now))
        if current and mark.changes > before.changes:
            # Its id came, or another one, when we were killed (S5).
            current = replace(current, print_id=open_job.print_id or current.print_id)
        kept = replace(session, current=current, job_id=open_job.id, live=live)
        return Decision(session=kept, trace=("the open job is ours",))
    if current is None:
        return Decision(session=_with_latest(session, recorded.latest, now))
    if current.key in recorded.deleted_keys:
        deleted = replace(session, verdict=Verdict.DELETED, job_id=None)
        return Decision(session=deleted, trace=("S8 its job was deleted",))
    if recorded.known is not None:
        return _follow_end(session, recorded.known, recorded.latest, now)
    if session.live is not None and _has_come_into_its_own(session):
        live = replace(session.live, provisional=False)
        dropped = replace(session, verdict=Verdict.DELETED, job_id=None, live=live)
        return Decision(session=dropped, trace=("O3 dropped for its own name",))
    return _recreate(session)


def _has_come_into_its_own(session: Session) -> bool:
    """Tell whether its own name came when the store knew only a borrowed one (O3)."""
    live = session.live
    return live is not None and live.provisional and not session.mark.borrowed


def _newest(ours: Live, theirs: Live) -> Live:
    """Return what the print showed last: the database may be ahead of the store."""
    timed = ours.elapsed_s is not None or theirs.elapsed_s is not None
    counts = [one.elapsed_s if timed else one.progress for one in (ours, theirs)]
    further = (counts[1] or 0) - (counts[0] or 0)
    if further < 0 or (further == 0 and theirs.paused is ours.paused):
        return ours
    return replace(
        ours,
        seen_at=theirs.seen_at,
        paused=theirs.paused,
        progress=theirs.progress,
        elapsed_s=theirs.elapsed_s,
        remaining_s=None,
        age_s=theirs.age_s,
        provisional=ours.provisional and theirs.seen_at.monotonic <= ours.late_until,
    )


def _take_over(session: Session, job: Job, latest: Job | None, now: Moment) -> Decision:
    """Go on with the open job of the database, or end it where we know its end."""
    ended = _known_end(session, job, now)
    if ended is not None:
        began = _recreate(session) if session.current else Decision(session=session)
        return replace(began, transitions=(ended, *began.transitions))
    known = print_of(job)
    taken = replace(
        _with_latest(session, latest, now),
        current=known,
        verdict=Verdict.RECORDED,
        live=_live_of_open(job, now, borrowed=session.mark.borrowed),
        job_id=job.id,
        settling=None,
    )
    return Decision(session=taken, trace=(f"rebuilt from the database: {known.key}",))


def _known_end(session: Session, job: Job, now: Moment) -> PrintEnded | None:
    """Return how the open job ended, where the session is ahead of the database.

    A database that was brought back from a backup may have missed many prints.
    """
    assert job.print_key is not None
    last = session.last
    if last is not None and last.print.key == job.print_key:
        return PrintEnded(
            key=last.print.key,
            status=last.status,
            source=OutcomeSource.INFERRED if last.inferred else OutcomeSource.PRINTER,
            end_time=last.print.end_within(last.ended_at.utc, now.utc),
            why="the session knows its end",
        )
    newest = session.current or (last.print if last else None)
    if newest is None or not _is_later(session.mark, newest.key, job.print_key):
        return None
    return PrintEnded(
        key=job.print_key,
        status=JobStatus.UNKNOWN,
        source=OutcomeSource.INFERRED,
        end_time=newest.began_at,
        why="the session knows a later print",
    )


def _live_of_open(job: Job, now: Moment, *, borrowed: bool) -> Live:
    """Return what the job of a running print remembers, and if its name is its own."""
    live = live_of(job, now)
    if not borrowed:
        return live
    found_at = job.discovery_time or job.created_at
    age_s = max(0.0, (now.utc - found_at).total_seconds())
    late_until = now.monotonic - age_s + LATE_ID_S
    # Progress is noted from then on that name and numbers are sure to be its own.
    return replace(live, provisional=live.progress is None, late_until=late_until)


def _follow_end(
    session: Session, job: Job, latest: Job | None, now: Moment
) -> Decision:
    """Follow an end that the database has and the session missed."""
    assert session.current is not None
    if job.outcome_source is OutcomeSource.USER:
        detached = replace(session, verdict=Verdict.DELETED, job_id=None)
        return Decision(session=detached, trace=("S9 its job was ended by hand",))
    behind = replace(session, current=None, live=None, job_id=None)
    return Decision(session=_with_latest(behind, latest or job, now))


def _with_latest(session: Session, job: Job | None, now: Moment) -> Session:
    """Remember the newest ended job as the print before, if it is newer."""
    if job is None or job.print_key is None:
        return session
    if job.status is JobStatus.PENDING or job.is_open:
        return session
    before = session.last
    if before is not None:
        if before.print.key == job.print_key:
            unsure = before.inferred and job.outcome_source is OutcomeSource.INFERRED
            before = replace(before, status=job.status, inferred=unsure)
            return replace(session, last=before)
        if not _is_later(session.mark, job.print_key, before.print.key):
            return session
    known = print_of(job)
    unsure = job.outcome_source is OutcomeSource.INFERRED
    followed = session.mark.last_key not in (None, known.key)
    # Where the clock was ahead when it began, its end is noted as that beginning.
    end = min(job.end_time or job.updated_at, job.updated_at)
    age_s = max(0.0, (now.utc - end).total_seconds())
    last = EndedPrint(
        print=known,
        verdict=Verdict.RECORDED,
        status=job.status,
        ended_at=Moment(end, now.monotonic - age_s),
        inferred=unsure,
        seen_end=not unsure,
        live=live_of(job, now),
        announced=not unsure,
        counted=session.mark.counted_end_key == known.key
        or _is_counted(session.mark, known, end),
        resumable=session.mark.lost_key == known.key and not followed,
        idle=session.mark.idle_key == known.key,
    )
    return replace(session, last=last)


def _is_later(mark: Mark, key: str, before: str) -> bool:
    """Tell whether a print was opened after another, as far as the mark knows."""
    keys = mark.keys
    return key in keys and before not in keys[keys.index(key) :]


def _is_counted(mark: Mark, known: Print, end: datetime) -> bool:
    """Tell whether the count of a print's file has risen since it began, or ended."""
    counters = mark.files.get(match_path(known.filename))
    counted = counters.ended_at if counters else None
    return counted is not None and counted >= min(known.began_at, end)


def _recreate(session: Session) -> Decision:
    """Order again the job of a running print that the database does not have."""
    assert session.current is not None
    assert session.live is not None
    if session.verdict not in (Verdict.RECORDED, Verdict.OFF):
        return Decision(session=session)
    order = PrintBegan(
        print=session.current,
        paused=session.live.paused,
        record=session.verdict is Verdict.RECORDED,
        why="the database does not have it",
    )
    return Decision(session=session, transitions=(order,), trace=(order.why,))


def print_of(job: Job) -> Print:
    """Return the print that a job records."""
    assert job.print_key is not None
    return Print(
        key=job.print_key,
        discovered_at=job.discovery_time or job.created_at,
        print_id=job.print_id,
        filename=job.filename,
        start_time=job.printer_start_time,
        on_startup=job.discovered_on_startup,
        afterwards=job.discovered_afterwards,
        estimated_s=job.estimated_duration,
    )


def live_of(job: Job, now: Moment) -> Live:
    """Return what a job remembers of its print's last look.

    Before any progress was saved, the first look alone is known: the start that was
    derived from it tells how long the print had run by then, if it was not over. It
    had run for what it counts at least, also where the clock was ahead as it began.
    """
    seen_at, elapsed_s = job.updated_at, job.elapsed_s
    start, found_at = job.printer_start_time, job.discovery_time
    ran = elapsed_s is None and not job.discovered_afterwards
    if ran and start is not None and found_at is not None:
        seen_at, elapsed_s = found_at, (found_at - start).total_seconds()
    ago_s = max(0.0, (now.utc - seen_at).total_seconds())
    age_s = (seen_at - print_of(job).began_at).total_seconds()
    return Live(
        seen_at=Moment(seen_at, now.monotonic - ago_s),
        paused=job.status is JobStatus.PAUSED,
        progress=job.progress,
        elapsed_s=elapsed_s,
        age_s=max(age_s, elapsed_s or 0.0),
    )


def merge_marks(ours: Mark, theirs: Mark | None) -> Mark:
    """Return the mark that knows all that either knows; the younger one decides.

    The database is written with each order, the store also without any, so that
    either may be behind.
    """
    if theirs is None:
        return ours
    older, younger = sorted((ours, theirs), key=lambda mark: mark.changes)
    ends = dict(older.ends)
    for print_id, count in younger.ends.items():
        ends[print_id] = max(count, ends.pop(print_id, 0))
    sinces = [since for since in (ours.since, theirs.since) if since is not None]
    return replace(
        younger,
        since=max(sinces, default=None),
        ends=ends,
        files={**older.files, **younger.files},
    )


def leave(session: Session, now: Moment) -> Decision:
    """Close the open print of a printer that is removed, and forget its bearings (C8).

    When the printer comes back its older history is not news, but its own print
    that still runs is known again (C11).
    """
    judge = Judge(session, now, DEFAULT_POLICY)
    if judge.current is not None:
        judge.close(
            JobStatus.UNKNOWN,
            OutcomeSource.INFERRED,
            why="C8 its printer was removed",
            resumable=True,
        )
    judge.settling = None
    known = judge.mark
    judge.mark = Mark(
        ends=known.ends,
        keys=known.keys,
        lost_key=known.lost_key,
        idle_key=known.idle_key,
        counted_end_key=known.counted_end_key,
    )
    gone = replace(judge.session(looked=False, gap=True), looked_at=None)
    return Decision(
        session=gone, transitions=tuple(judge.transitions), trace=tuple(judge.trace)
    )


def give_up(session: Session, now: Moment) -> Decision:
    """Close the open print of a printer that was silent for long (S2).

    The printer stays under watch: when it speaks again, its print that still runs
    is known again (C11), and what it did meanwhile is still news.
    """
    judge = Judge(session, now, DEFAULT_POLICY)
    if judge.current is not None:
        judge.close(
            JobStatus.UNKNOWN,
            OutcomeSource.INFERRED,
            why="S2 given up by the user",
            resumable=True,
        )
    return Decision(
        session=judge.session(looked=session.looked, gap=True),
        transitions=tuple(judge.transitions),
        trace=tuple(judge.trace),
    )
