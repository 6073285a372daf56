"""Compare what was recorded with what is true."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.names import job_name
from custom_components.printernizer.core.snapshot import Outcome

from .course import Run
from .matching import Record, align, is_half, joined
from .peer import WORLD_BEGAN
from .witness import Witness

_STATUS = {
    Outcome.COMPLETED: JobStatus.COMPLETED,
    Outcome.CANCELLED: JobStatus.CANCELLED,
    Outcome.FAILED: JobStatus.FAILED,
}


@dataclass(slots=True, kw_only=True)
class Score:
    """How well the records match the truth."""

    prints: int = 0
    visible: int = 0
    duplicates: int = 0
    missed: int = 0
    false_completed: int = 0
    wrong_outcome: int = 0
    unknown_avoidable: int = 0
    wrong_name: int = 0
    inferred: int = 0
    inferred_wrong: int = 0
    start_errors_s: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __add__(self, other: Score) -> Score:
        """Return both together."""
        names = [each.name for each in fields(Score)]
        return Score(
            **{name: getattr(self, name) + getattr(other, name) for name in names}
        )

    @property
    def faults(self) -> int:
        """Return how much is wrong that never may be."""
        return (
            self.duplicates
            + self.missed
            + self.false_completed
            + self.wrong_outcome
            + self.unknown_avoidable
            + self.wrong_name
        )

    def result(self, seconds: float) -> dict[str, float]:
        """Return the figures of a run."""
        values = asdict(self)
        errors = sorted(values.pop("start_errors_s"))
        del values["complaints"]
        p99 = errors[int(len(errors) * 0.99)] if errors else 0.0
        return {
            **values,
            "start_error_s_p99": round(p99, 3),
            "seconds": round(seconds, 1),
        }


def compare(witness: Witness, records: Sequence[Record]) -> Score:
    """Tell which record is which print's, and what is wrong with each."""
    runs = witness.peer.runs
    score = Score(
        prints=sum(run.is_print for run in runs),
        visible=sum(runs[number].is_print for number in witness.seen),
    )
    matched = align(runs, records, witness)
    taken = {record for _, record in matched}
    for at, record in enumerate(records):
        if at not in taken and not is_half(record, witness):
            score.duplicates += 1
            score.complaints.append(f"duplicate: {record}")
    found = {number for number, _ in matched}
    for number in sorted(witness.seen):
        if runs[number].is_print and number not in found:
            score.missed += 1
            seen_at = witness.seen[number]
            score.complaints.append(f"missed, seen at {seen_at:.1f}: {runs[number]}")
    ends = [*(number for number, _ in matched), len(runs)][1:]
    for (number, at), until in zip(matched, ends, strict=False):
        hidden = [
            run for run in runs[number + 1 : until] if run.number not in witness.seen
        ]
        if not runs[number].is_print or number in witness.split:
            continue
        _judge(score, witness, records[at], [runs[number], *hidden])
        if not witness.clock_wrong and witness.watched.get(number) and not hidden:
            _judge_start(score, records[at], runs[number])
    return score


def _judge(score: Score, witness: Witness, record: Record, runs: list[Run]) -> None:
    """Judge the end and the name of one record.

    ``runs`` are the print and those after it that nobody could tell from it: where
    there are any, each of their ends is as good.
    """
    run = runs[0]
    true = frozenset[Outcome]().union(*(each.outcomes for each in runs))
    knowable = all(each.outcomes for each in runs)
    told = witness.evidence.get(run.number, frozenset(Outcome))
    has_evidence = run.number in witness.evidence and len(runs) == 1
    allowed = {_STATUS[outcome] for outcome in told}
    shown = frozenset[Outcome]().union(
        *(witness.evidence.get(each.number, ()) for each in runs),
        *(witness.merged.get(number, ()) for number in _taken_for(run, witness)),
    )
    fits = record.status in {_STATUS[outcome] for outcome in true | shown}
    inferred = record.source is OutcomeSource.INFERRED
    what = f"{record} of {run}, told {sorted(told) if has_evidence else None}"
    ended = record.status not in (JobStatus.RUNNING, JobStatus.PAUSED)
    undone = run.number in witness.undone and len(runs) == 1
    if (
        record.status is JobStatus.COMPLETED
        and not fits
        and (has_evidence or undone or not inferred)
    ):
        score.false_completed += 1
        score.complaints.append(f"false completed: {what}")
    elif record.status is JobStatus.UNKNOWN or not ended:
        if has_evidence:
            score.unknown_avoidable += 1
            score.complaints.append(f"unknown avoidable: {what}")
    elif has_evidence and record.status not in allowed:
        score.wrong_outcome += 1
        score.complaints.append(f"wrong outcome: {what}")
    elif not has_evidence and not inferred and not fits and knowable:
        score.wrong_outcome += 1
        score.complaints.append(f"wrong outcome without evidence: {what}")
    if inferred and ended and record.status is not JobStatus.UNKNOWN:
        score.inferred += 1
        score.inferred_wrong += not fits
    if witness.names.get(run.number) and not _is_named(record, run, witness):
        score.wrong_name += 1
        score.complaints.append(f"wrong name: {what}")


def _taken_for(run: Run, witness: Witness) -> list[int]:
    """Return the print, and those before that it could not be told from."""
    traces = witness.traces.values()
    return [run.number, *(one.number for one in traces if one.joined == run.number)]


def _is_named(record: Record, run: Run, witness: Witness) -> bool:
    """Tell whether a record bears the name of its print.

    Or that of a later one that could not be told from it: its name came last (O3).
    """
    files = run.file, joined(run, witness).file
    return record.name in map(job_name, files)


def _judge_start(score: Score, record: Record, run: Run) -> None:
    """Measure by how much the start of one record is off."""
    start = record.start or record.discovered
    if start is not None:
        true = WORLD_BEGAN.timestamp() + run.begin
        score.start_errors_s.append(abs(start.timestamp() - true))
