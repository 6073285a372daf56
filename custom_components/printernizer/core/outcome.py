"""Say how a print ended that nobody saw end."""

from .jobs import JobStatus, OutcomeSource
from .session import Live, Moment
from .snapshot import Outcome, Snapshot

ALMOST_DONE = 99.0
NEARLY_DONE = 90.0

STATUS_OF = {
    Outcome.COMPLETED: JobStatus.COMPLETED,
    Outcome.CANCELLED: JobStatus.CANCELLED,
    Outcome.FAILED: JobStatus.FAILED,
}


def inferred(
    live: Live, now: Moment, *, rebooted: bool = False
) -> tuple[JobStatus, OutcomeSource, str]:
    """Return status, source and reason of an end that left no word (rows C2, C4, C7)."""
    if live.cancelling:
        return JobStatus.CANCELLED, OutcomeSource.PRINTER, "C2 a cancel was under way"
    if rebooted:
        return JobStatus.UNKNOWN, OutcomeSource.INFERRED, "C7 lost by a restart"
    if live.progress is not None and live.progress >= ALMOST_DONE:
        return JobStatus.COMPLETED, OutcomeSource.INFERRED, "C4 it was almost done"
    unseen_s = now.monotonic - live.seen_at.monotonic
    if (
        live.remaining_s is not None
        and not live.paused
        and live.remaining_s <= unseen_s
        and _is_near_end(live, live.remaining_s)
    ):
        return JobStatus.COMPLETED, OutcomeSource.INFERRED, "C4 its time had run out"
    return JobStatus.UNKNOWN, OutcomeSource.INFERRED, "C4 it went idle without a word"


def _is_near_end(live: Live, remaining_s: float) -> bool:
    """Tell whether so little was left that hardly a print comes to grief in it.

    Nobody saw whether the time ran out before the end or after it. With more than a
    tenth of a print left, too many that were never seen again had been cancelled. Of
    a printer that counts no time, only whole minutes that are left (Bambu Lab), a
    third of such prints had lost their power: it shows a success until the next one.
    """
    if live.elapsed_s is None:
        return False
    if live.progress is not None:
        return live.progress >= NEARLY_DONE
    return remaining_s * 9 <= live.elapsed_s


def reported(
    snapshot: Snapshot, live: Live, now: Moment
) -> tuple[JobStatus, OutcomeSource, str]:
    """Return status, source and reason of an end that the printer shows (C1 to C3)."""
    if snapshot.outcome is None:
        return inferred(live, now, rebooted=snapshot.rebooted)
    status = STATUS_OF[snapshot.outcome]
    if status is JobStatus.FAILED and (live.cancelling or snapshot.cancelling):
        return JobStatus.CANCELLED, OutcomeSource.PRINTER, "C2 the cancel was seen"
    rows = {
        JobStatus.COMPLETED: "C1 the printer says completed",
        JobStatus.CANCELLED: "C2 the printer says cancelled",
        JobStatus.FAILED: "C3 the printer says failed",
    }
    return status, OutcomeSource.PRINTER, rows[status]


def meaning(
    *, done: bool | None, lost: bool, shown: bool, told: bool = False
) -> tuple[JobStatus, OutcomeSource]:
    """Return what a count means (row C4).

    A cancel leaves the printer idle with its file selected, which ``shown`` tells; a
    ``lost`` connection leaves no file. Where another print was seen next, a failure
    may be either. ``told``: an error stands beside it.
    """
    if done:
        return JobStatus.COMPLETED, OutcomeSource.HISTORY
    if done is None:
        return JobStatus.UNKNOWN, OutcomeSource.INFERRED
    if lost:
        source = OutcomeSource.HISTORY if told else OutcomeSource.INFERRED
        return JobStatus.FAILED, source
    if shown:
        return JobStatus.CANCELLED, OutcomeSource.INFERRED
    return JobStatus.UNKNOWN, OutcomeSource.INFERRED
