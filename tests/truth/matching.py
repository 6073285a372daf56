"""Which record is which print's, whatever their order, at the least that is amiss."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from math import inf, sqrt

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.names import job_name

from .bambu import CODE_S, Bambu
from .course import Run
from .evidence import CLOCKS_APART_S
from .octoprint import OctoPrint
from .peer import WORLD_BEGAN, Peer
from .witness import Witness

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


def align(
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
    rows = cheapest(costs, prints + records)
    return sorted(
        (row, column)
        for column, row in enumerate(rows)
        if row < prints and column < records and costs[row][column] < DOUBLE + MISSED
    )


def cheapest(  # noqa: C901 - the Hungarian method is one loop in another
    costs: list[list[float]], size: int
) -> list[int]:
    """Return the row for each column of a square of costs, at the least sum."""
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


def _spare(record: Record, witness: Witness) -> float:
    """Return the cost of a record without a print."""
    return 0.0 if is_half(record, witness) else DOUBLE


def _left(run: Run, witness: Witness) -> float:
    """Return the cost of a print without a record."""
    return MISSED if run.is_print and run.number in witness.seen else 0.0


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


def _untimely(run: Run, record: Record, witness: Witness) -> float:
    """Return how badly the times of a record fit those of a print."""
    cost = 0.0
    is_bambu = isinstance(witness.peer, Bambu)
    latest = witness.peer.latest(record.seen_at + ROUNDED_S)
    taken = joined(run, witness)
    since = latest.number - taken.number if latest and is_bambu else 0
    # It may have been waited for since one before, of which nobody saw any more.
    waited = latest is not None and is_bambu and latest.number not in witness.seen
    if record.seen_at < run.begin - ROUNDING_S and not waited:
        cost += OVER
    if record.afterwards:
        cost += OVER if record.made_at < run.end else 0.0
        # An end stands until the next print, and no longer.
        cost += 20.0 if since > 1 else 0.0
    elif record.seen_at > taken.end + (CODE_S if is_bambu else SLOW_S):
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


def _apart(told: datetime | None, true: float) -> float:
    """Return 0 to 1 for how far a time is from the true one; near counts most."""
    if told is None:
        return 0.0
    off_s = abs((told - WORLD_BEGAN).total_seconds() - true)
    return sqrt(min(off_s / 3600.0, 1.0))


def _bearers(record: Record, peer: Peer) -> set[int]:
    """Return the prints that the id in a record's key is one of."""
    print_id = record.key.rpartition("#")[0]
    if print_id in peer.id_numbers:
        return {peer.id_numbers[print_id]}
    if isinstance(peer, Bambu):
        # The key may bear the id that the print before left standing.
        return set()
    return {run.number for run in peer.runs if print_id in run.ids}


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
    if record.name == job_name(joined(run, witness).file):
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


def is_half(record: Record, witness: Witness) -> bool:
    """Tell whether a record is a part of a print that has to be taken for two."""
    bearers = _bearers(record, witness.peer)
    return any(
        run.number in bearers
        if bearers
        else run.begin <= record.made_at <= run.end + SLOW_S
        and record.name == job_name(run.file)
        for run in (witness.peer.runs[number] for number in witness.split)
    )


def joined(run: Run, witness: Witness) -> Run:
    """Return the later print that could not be told from this one, or itself."""
    trace = witness.traces.get(run.number)
    if trace is None or trace.joined is None:
        return run
    return witness.peer.runs[trace.joined]
