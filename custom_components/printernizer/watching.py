"""What is known of each printer under watch, and what is told of it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .core.frozen import frozen, replace
from .core.jobs import Job
from .core.reconcile import Recorded, merge_marks
from .core.session import DEFAULT_POLICY, Moment, Policy, Session, Verdict
from .core.session_codec import mark_from_dict
from .core.snapshot import Snapshot
from .core.transitions import PrintBegan, Transition, key_of
from .database import Announcement, JobDatabase, Progress, Recording, Result

TRACE_LENGTH = 50


@frozen()
class JobChanged:
    """A job's record changed."""

    job: Job


@frozen()
class PrinterSeen:
    """A printer was looked at, or can or cannot be reached any more."""

    printer_id: str


@frozen()
class DatabaseReplaced:
    """The database was damaged; it was moved aside and a new one begun."""

    moved_aside: Path | None


type Change = Announcement | JobChanged | PrinterSeen | DatabaseReplaced
type Listener = Callable[[Change], None]


@dataclass(slots=True)
class Watch:
    """One printer under watch; ``job`` is the last one of it that is known."""

    printer_id: str
    printer_type: str
    session: Session
    policy: Policy = DEFAULT_POLICY
    job: Job | None = None
    queue: list[Transition] = field(default_factory=list)
    stored: Session = field(default_factory=Session)
    worker: asyncio.Task[None] | None = None
    failing: bool = False
    snapshot: Snapshot | None = None
    trace: deque[tuple[str, str]] = field(
        default_factory=lambda: deque(maxlen=TRACE_LENGTH)
    )

    @property
    def job_name(self) -> str | None:
        """Return what the job of the current print is called, None where it has none."""
        job = self.job
        return job.job_name if job and job.id == self.session.job_id else None


class ProgressDiary:
    """Tell which running prints have got on since it was last asked."""

    def __init__(self) -> None:
        """Know of no print yet."""
        self._saved: dict[str, float | None] = {}

    def news(self, watches: Iterable[Watch]) -> list[Progress]:
        """Return the progress to be written now, and forget ended prints."""
        rows = []
        running = set()
        for watch in watches:
            session = watch.session
            if not (session.current and session.live and session.job_id):
                continue
            running.add(session.job_id)
            live = session.live
            if self._saved.get(session.job_id) == live.progress:
                continue
            self._saved[session.job_id] = live.progress
            rows.append(
                Progress(
                    printer_id=watch.printer_id,
                    key=session.current.key,
                    seen_at=live.seen_at.utc,
                    progress=live.progress,
                    elapsed_s=live.elapsed_s,
                    material_g=live.material_g,
                )
            )
        for job_id in set(self._saved) - running:
            del self._saved[job_id]
        return rows


def learn(watch: Watch, recording: Recording) -> None:
    """Learn the current print's job, or that it has none any more."""
    current = watch.session.current
    if current is None or key_of(recording.transition) != current.key:
        return
    watch.job = recording.job or watch.job
    match recording.result:
        case Result.CREATED | Result.ADOPTED | Result.EXISTING:
            assert recording.job is not None
            watch.session = replace(watch.session, job_id=recording.job.id)
        case Result.CHANGED if recording.job is not None and recording.job.is_open:
            # A job that was reopened is the current print's again.
            watch.session = replace(watch.session, job_id=recording.job.id)
        case Result.ENDED | Result.DETACHED | Result.DELETED | Result.DROPPED:
            watch.session = replace(watch.session, verdict=Verdict.DELETED, job_id=None)
        case _:
            pass


def changed_jobs(recordings: Iterable[Recording]) -> Sequence[Job]:
    """Return the jobs that were changed, each as it is now; those that are gone not."""
    changed: dict[str, Job] = {}
    for recording in recordings:
        job = recording.job
        if job is not None and recording.result is Result.CHANGED:
            changed[job.id] = job
        elif job is not None and recording.result is Result.DROPPED:
            changed.pop(job.id, None)
    return tuple(changed.values())


async def read_record(database: JobDatabase, watch: Watch, now: Moment) -> Recorded:
    """Read what the database holds of a printer."""
    current = watch.session.current
    record = await database.printer_record(watch.printer_id)
    mark = mark_from_dict(record.mark, now) if record.mark else None
    open_key = record.open_job.print_key if record.open_job else None
    keys = merge_marks(watch.session.mark, mark).keys
    key = next((key for key in reversed(keys) if key != open_key), None)
    by_key = await database.job_of_print(watch.printer_id, key) if key else None
    known = None
    if current is not None:
        known = await database.job_of_print(watch.printer_id, current.key)
    return Recorded(
        open_job=record.open_job,
        latest=by_key or record.latest,
        known=known,
        deleted_keys=record.tombstones,
        mark=mark,
    )


def ids_for(
    session: Session, orders: Sequence[Transition], new_id: Callable[[], str]
) -> Callable[[], str]:
    """Return what makes ids; a job that the database lost keeps the one it had."""
    old, known = session.job_id, session.current
    first = next((each for each in orders if isinstance(each, PrintBegan)), None)
    if old is None or known is None or first is None or first.print.key != known.key:
        return new_id
    ids = [old]
    return lambda: ids.pop() if ids else new_id()


def overlaid(job: Job, session: Session) -> Job:
    """Return the job with the progress that its running print has right now."""
    live = session.live
    if not job.is_open or live is None or session.job_id != job.id:
        return job
    return replace(job, progress=live.progress, elapsed_s=live.elapsed_s)
