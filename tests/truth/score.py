"""Compare what was recorded with what is true."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from itertools import accumulate
from math import inf, sqrt

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.names import job_name
from custom_components.printernizer.core.snapshot import Outcome

from .bambu import CODE_S, Bambu
from .course import Run
from .octoprint import OctoPrint
from .peer import WORLD_BEGAN, Peer
from .witness import CLOCKS_APART_S, Witness

_STATUS = {
    Outcome.COMPLETED: JobStatus.COMPLETED,
    Outcome.CANCELLED: JobStatus.CANCELLED,
    Outcome.FAILED: JobStatus.FAILED,
}
MISSED, DOUBLE, ODD_NAME, NO_NAME, OVER = 10.0, 10.0, 4.0, 2.0, 2.0
NEVER = 1e6
SLOW_S = 15.0
ROUNDING_S = 0.1
# Times on record are whole microseconds.
ROUNDED_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One job as it was recorded, in the order in which the jobs came.

    ``made_at`` is when it was, and ``seen_at`` when its print was discovered, in
    seconds of the world; ``afterwards``: when it was over already.
    """

    made_at: float
    seen_at: float
    key: str
    name: str
    filename: str | None
    status: JobStatus
    source: OutcomeSource | None
    start: datetime | None
    discovered: datetime | None
    end: datetime | None = None
    afterwards: bool = False


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
    matched = _align(runs, records, witness)
    taken = {record for _, record in matched}
    for at, record in enumerate(records):
        if at not in taken and not _is_half(record, witness):
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


def _is_half(record: Record, witness: Witness) -> bool:
    """Tell whether a record is a part of a print that has to be taken for two."""
    bearers = _bearers(record, witness.peer)
    return any(
        run.number in bearers
        if bearers
        else run.begin <= record.made_at <= run.end + SLOW_S
        and record.name == job_name(run.file)
        for run in (witness.peer.runs[number] for number in witness.split)
    )


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
        witness.merged.get(run.number, ()),
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


def _is_named(record: Record, run: Run, witness: Witness) -> bool:
    """Tell whether a record bears the name of its print.

    Or that of a later one that could not be told from it: its name came last (O3).
    """
    files = run.file, _joined(run, witness).file
    return record.name in map(job_name, files)


def _joined(run: Run, witness: Witness) -> Run:
    """Return the later print that could not be told from this one, or itself."""
    trace = witness.traces.get(run.number)
    if trace is None or trace.joined is None:
        return run
    return witness.peer.runs[trace.joined]


def _judge_start(score: Score, record: Record, run: Run) -> None:
    """Measure by how much the start of one record is off."""
    start = record.start or record.discovered
    if start is not None:
        true = WORLD_BEGAN.timestamp() + run.begin
        score.start_errors_s.append(abs(start.timestamp() - true))


def _align(
    runs: Sequence[Run], records: Sequence[Record], witness: Witness
) -> list[tuple[int, int]]:
    """Match prints and records, in their order where that leaves nothing over."""
    bearers = [_bearers(record, witness.peer) for record in records]
    unlike = [
        [
            _unlikeness(run, record, ids, witness)
            for record, ids in zip(records, bearers, strict=True)
        ]
        for run in runs
    ]
    spare = [_spare(record, witness) for record in records]
    left = [_left(run, witness) for run in runs]
    pairs = _align_in_order(unlike, spare, left)
    visible = sum(runs[number].is_print for number in witness.seen)
    matched = sum(number in witness.seen for number, _ in pairs)
    likely = all(unlike[number][at] < ODD_NAME for number, at in pairs)
    in_order = not any(record.afterwards for record in records)
    if in_order and likely and len(pairs) == len(records) and matched == visible:
        return pairs
    # One that only a history or a count showed may be recorded after later ones.
    return _assign(unlike, spare, left)


def _align_in_order(
    unlike: list[list[float]], spare: list[float], left: list[float]
) -> list[tuple[int, int]]:
    """Match prints and records in their order, with as little amiss as possible.

    Given are the costs of each pair, of each record and of each print without one.
    """
    table = [list(accumulate(spare, initial=0.0))]
    for costs, missed in zip(unlike, left, strict=True):
        above = table[-1]
        row = [above[0] + missed]
        for at, cost in enumerate(costs):
            row.append(
                min(above[at + 1] + missed, row[at] + spare[at], above[at] + cost)
            )
        table.append(row)
    return _walk(table, unlike, spare)


def _walk(
    table: list[list[float]], unlike: list[list[float]], spare: list[float]
) -> list[tuple[int, int]]:
    """Read the best matching out of the table, backwards."""
    pairs: list[tuple[int, int]] = []
    run, record = len(unlike), len(spare)
    while run and record:
        cost = table[run][record]
        if cost == table[run - 1][record - 1] + unlike[run - 1][record - 1]:
            run, record = run - 1, record - 1
            pairs.append((run, record))
        elif cost == table[run][record - 1] + spare[record - 1]:
            record -= 1
        else:
            run -= 1
    return pairs[::-1]


def _apart(told: datetime | None, true: float) -> float:
    """Return 0 to 1 for how far a time is from the true one; near counts most."""
    if told is None:
        return 0.0
    off_s = abs((told - WORLD_BEGAN).total_seconds() - true)
    return sqrt(min(off_s / 3600.0, 1.0))


def _assign(
    unlike: list[list[float]], spare: list[float], left: list[float]
) -> list[tuple[int, int]]:
    """Match prints and records at the least cost, whatever their order.

    The Hungarian method with potentials; leaving out a print or a record costs too.
    """
    prints, records = len(left), len(spare)
    costs = [
        [
            # Among equals the order decides.
            min(cost, 1e5) + (at - number) ** 2 / 1e5
            for at, cost in enumerate(row)
        ]
        + [left[number]] * prints
        for number, row in enumerate(unlike)
    ]
    costs += [spare + [0.0] * prints for _ in range(records)]
    rows = _cheapest(costs, prints + records)
    return sorted(
        (row, column)
        for column, row in enumerate(rows)
        if row < prints and column < records and costs[row][column] < DOUBLE + MISSED
    )


def _spare(record: Record, witness: Witness) -> float:
    """Return the cost of a record without a print."""
    return 0.0 if _is_half(record, witness) else DOUBLE


def _left(run: Run, witness: Witness) -> float:
    """Return the cost of a print without a record."""
    return MISSED if run.is_print and run.number in witness.seen else 0.0


def _cheapest(  # noqa: C901 - the Hungarian method is one loop in another
    costs: list[list[float]], size: int
) -> list[int]:
    """Return the row for each column of a square of costs, at the least sum."""
    inf = float("inf")
    by_row, by_column = [0.0] * (size + 1), [0.0] * (size + 1)
    taken = [0] * (size + 1)
    for row in range(1, size + 1):
        taken[0], column = row, 0
        least, way, done = [inf] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        while True:
            done[column] = True
            at, best, nearest = taken[column], inf, 0
            for other in range(1, size + 1):
                if done[other]:
                    continue
                cost = costs[at - 1][other - 1] - by_row[at] - by_column[other]
                if cost < least[other]:
                    least[other], way[other] = cost, column
                if least[other] < best:
                    best, nearest = least[other], other
            for other in range(size + 1):
                if done[other]:
                    by_row[taken[other]] += best
                    by_column[other] -= best
                else:
                    least[other] -= best
            column = nearest
            if not taken[column]:
                break
        while column:
            taken[column], column = taken[way[column]], way[column]
    return [taken[column] - 1 for column in range(1, size + 1)]


def _bearers(record: Record, peer: Peer) -> set[int]:
    """Return the prints that the id in a record's key is one of."""
    print_id = record.key.rpartition("#")[0]
    if print_id in peer.id_numbers:
        return {peer.id_numbers[print_id]}
    if isinstance(peer, Bambu):
        # The key may bear the id that the print before left standing.
        return set()
    return {run.number for run in peer.runs if print_id in run.ids}


def _unlikeness(run: Run, record: Record, bearers: set[int], witness: Witness) -> float:
    """Return how unlikely it is that a record is that of a print.

    ``bearers`` are the prints that the record's id is one of.
    """
    if record.made_at < run.begin:
        return NEVER
    if not run.is_print:
        # Nobody could know that it was none where no look showed it.
        own = not bearers or run.number in bearers
        ran = run.begin <= record.seen_at <= run.end
        own = own or (ran and _may_be_lent(run, record, bearers, witness.peer))
        hidden = run.number not in witness.revealed and own
        return 0.5 + _untimely(run, record, witness) if hidden else NEVER
    # Of those that nothing set apart, one whose end was told is the likelier one.
    unseen = 2.98 if run.number in witness.evidence else 3.0
    # Others have rows and counts, that tell of others than the one that is shown.
    is_alone = isinstance(witness.peer, Bambu)
    looked_at = _shown_at(record.seen_at, witness) if is_alone else None
    # What was taken for no print later was seen all the same, as is one by its end.
    shown = run.number in witness.seen or run.number in witness.traces
    shown = shown or (record.afterwards and run.number == looked_at)
    cost = 0.0 if shown else unseen
    seen_s = abs(witness.seen.get(run.number, inf) - record.seen_at)
    # The look at which a print was discovered is one that showed it, or a slow one
    # beside it. Of prints that were found afterwards, that decides where their times
    # do not.
    if not record.afterwards:
        cost += 0.05 * min(seen_s / SLOW_S, 1.0)
    elif seen_s:
        cost += 0.01
    cost += 0.0 if looked_at in (None, run.number) else 1.0
    if record.afterwards and _is_uncounted(run, witness.peer):
        # Its end left nothing behind that could be found later.
        cost += OVER
    if bearers and run.number not in bearers:
        lent = _may_be_lent(run, record, bearers, witness.peer)
        cost += 0.5 if lent else 8.0
    if record.filename and record.name != job_name(run.file):
        cost += 0.5 if _is_borrowed(run, record, witness) else ODD_NAME
    if not record.filename and witness.names.get(run.number):
        cost += NO_NAME
    cost += _untimely(run, record, witness)
    if record.filename and not isinstance(witness.peer, Bambu):
        # Equal names in two folders are two files.
        folder, told = run.file.rpartition("/")[0], record.filename.rpartition("/")[0]
        roots = ("", "/usb", "/PrusaLink gcodes")
        right = told.endswith(folder) if folder else told in roots
        cost += 0.0 if right else ODD_NAME
    return cost


def _shown_at(at: float, witness: Witness) -> int | None:
    """Return which print a look showed, None where there was none then."""
    found = bisect_left(witness.looked_at, at - ROUNDED_S)
    if found == len(witness.looked_at) or witness.looked_at[found] > at + ROUNDED_S:
        return None
    return witness.showed[found]


def _is_uncounted(run: Run, peer: Peer) -> bool:
    """Tell whether the end of a print was not counted, as a killed server's is not."""
    if not isinstance(peer, OctoPrint) or peer.sd:
        return False
    return all(number != run.number for *_, number in peer.counted)


def _may_be_lent(run: Run, record: Record, bearers: set[int], peer: Peer) -> bool:
    """Tell whether a print may be recorded under the id of one before it.

    Where ids come late, it may be opened under that, or be over before its own came.
    And a row tells only by clocks, which may be apart, whose of a file it is.
    """
    if isinstance(peer, Bambu):
        left = peer.id_numbers.get(peer.state(run.end)[0].subtask_id or "")
        return not record.afterwards or left in bearers
    return not record.afterwards and any(
        run.file == own.file and 0 < run.begin - own.begin <= CLOCKS_APART_S
        for own in (peer.runs[number] for number in bearers)
    )


def _is_borrowed(run: Run, record: Record, witness: Witness) -> bool:
    """Tell whether a record may bear the name that the print before left standing.

    No look at the print showed its own. Or it is that of the one taken for the same.
    """
    if record.name == job_name(_joined(run, witness).file):
        return True
    if not isinstance(witness.peer, Bambu) or not run.number:
        return False
    # It may have been seen as what might be the print before it.
    seen = record.afterwards or run.number in witness.showed
    nameless = seen and run.number not in witness.names
    before = witness.peer.runs[run.number - 1]
    # The one before may have been over before its own name came.
    left = witness.peer.state(run.end)[0].subtask_name
    return nameless and record.name in {job_name(before.file), left}


def _untimely(run: Run, record: Record, witness: Witness) -> float:
    """Return how badly the times of a record fit those of a print."""
    cost = 0.0
    is_bambu = isinstance(witness.peer, Bambu)
    latest = witness.peer.latest(record.seen_at + ROUNDED_S)
    joined = _joined(run, witness)
    since = latest.number - joined.number if latest and is_bambu else 0
    # It may have been waited for since one before, of which nobody saw any more.
    waited = latest is not None and is_bambu and latest.number not in witness.seen
    if record.seen_at < run.begin - ROUNDING_S and not waited:
        cost += OVER
    if record.afterwards:
        cost += OVER if record.made_at < run.end else 0.0
        # An end stands until the next print, and no longer.
        cost += 20.0 if since > 1 else 0.0
    elif record.seen_at > joined.end + (CODE_S if is_bambu else SLOW_S):
        # Few are discovered when they are over. What one has left stands when the
        # next one begins, and no longer.
        cost += 20.0 if since > 1 else OVER / (1 + since)
    if any(since <= record.made_at <= until for since, until in witness.clock_wrong):
        return cost + sqrt(min(max(record.seen_at - run.begin, 0.0) / 3600.0, 1.0))
    start, end = record.start or record.discovered, record.end
    if record.afterwards and record.start is None:
        # Where nothing told when it ended, that is when it was found.
        told = 1.0 if end != record.discovered else 0.1
        return cost + told * _apart(end, run.end)
    wrong = [since for since, until in witness.clock_wrong if record.made_at <= until]
    if wrong and start and end and not record.afterwards:
        # An end that was noted before the clock went wrong is a true one.
        ended_s = (end - WORLD_BEGAN).total_seconds()
        end = end if start < end and ended_s < min(wrong) else None
    return cost + _apart(start, run.begin) + _apart(start and end, run.end)
