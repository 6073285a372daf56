"""Compare the recorded jobs with what was really printed."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
import sqlite3
from typing import Any

from custom_components.printernizer.const import DATABASE_FILE
from custom_components.printernizer.core.names import job_name
from tests.peers.truth import TruePrint
from tests.truth.matching import cheapest

from .beside import Heard
from .printers import NOTHING, Outcomes, Sight, SoakPrinter

# So long a watcher has to live after a look for its record to be on disk, unless its
# machine is slow.
GRACE_S = 2.0
# By how much a recorded start may differ from the true one beyond one look: whole
# seconds at either end, a debounce and a busy machine.
SLACK_S = 4.0
MISSED = 1000.0
EXTRA = 1000.0
UNSEEN = 1.0


@dataclass(frozen=True, slots=True)
class Life:
    """From when to when a watcher lived, by the clock of ``time.monotonic``.

    ``grace_s``: so long it may take from a look to its record.
    """

    began: float
    ended: float
    grace_s: float = GRACE_S

    def kept(self, sight: Sight, loads: Sequence[float]) -> bool:
        """Tell whether it lived long enough to record what it saw of a printer.

        Looks wait in memory until the printer is set up, which was at one of ``loads``.
        """
        loaded = [at for at in loads if self.began <= at <= self.ended]
        if not loaded or sight.at < self.began:
            return False
        return max(sight.at, loaded[0]) + self.grace_s <= self.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A recorded job, as it is on disk."""

    id: str
    printer_id: str
    job_name: str
    filename: str | None
    status: str
    outcome_source: str | None
    start_time: datetime
    discovered_afterwards: bool
    print_key: str | None


@dataclass(slots=True)
class Verdict:
    """What came of the comparison; all but the first block has to be zero.

    ``visible`` prints are those that some look, whose watcher lived on, or the
    printer's own record shows. ``decided`` are those of which it also showed the end.
    ``inferred`` ends are marked as such on the job; some of them may be wrong.
    """

    prints: int = 0
    visible: int = 0
    decided: int = 0
    jobs: int = 0
    unseen_recorded: int = 0
    unknown: int = 0
    inferred: int = 0
    inferred_wrong: int = 0

    missed: int = 0
    doubles: int = 0
    wrong_outcome: int = 0
    wrong_name: int = 0
    left_open: int = 0
    without_event: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Tell whether the record is what it should be."""
        return not self.complaints

    def figures(self) -> dict[str, Any]:
        """Return the counts."""
        told = asdict(self)
        del told["complaints"]
        return told

    def complain(self, kind: str, what: str) -> None:
        """Count one thing that is wrong."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.complaints.append(f"{kind}: {what}")


def read_rows(folder: Path) -> list[Row]:
    """Read all jobs of a Home Assistant that does not run."""
    names = [each.name for each in fields(Row)]
    order = f"SELECT {', '.join(names)} FROM jobs ORDER BY seq"  # noqa: S608
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        rows = [dict(zip(names, row, strict=True)) for row in connection.execute(order)]
    for row in rows:
        row["start_time"] = datetime.fromtimestamp(row["start_time"] / 1e6, UTC)
    return [Row(**row) for row in rows]


def compare(
    printers: Sequence[SoakPrinter],
    lives: Sequence[Life],
    rows: Sequence[Row],
    heard: Heard,
    *,
    interval_s: float,
) -> Verdict:
    """Compare what was recorded and announced with what was printed and shown."""
    verdict = Verdict(jobs=len(rows))
    for printer in printers:
        own = [row for row in rows if row.printer_id == printer.printer_id]
        loads = heard.loads.get(printer.printer_id, ())
        kept = [
            sight
            for sight in printer.sights
            if any(life.kept(sight, loads) for life in lives)
        ]
        _Comparison(printer, kept, own, verdict, interval_s).run()
    known = {printer.printer_id for printer in printers}
    for row in rows:
        if row.printer_id not in known:
            verdict.complain("doubles", f"{row} is of no printer")
        _check_events(row, heard.events.get(row.id, ()), verdict)
    return verdict


def _check_events(row: Row, heard: Sequence[str], verdict: Verdict) -> None:
    """Each job was announced, and its end too."""
    wanted = ["auto_created", "started"]
    if row.status not in ("running", "paused"):
        wanted.append("ended")
    for event in wanted:
        if event not in heard:
            verdict.complain("without_event", f"{event} of {row}, heard {heard}")


class _Comparison:
    """One printer's prints and jobs."""

    def __init__(
        self,
        printer: SoakPrinter,
        kept: Sequence[Sight],
        rows: Sequence[Row],
        verdict: Verdict,
        interval_s: float,
    ) -> None:
        """Find out what was visible."""
        self._printer = printer
        self._prints = list(printer.peer.truth)
        self._rows = sorted(rows, key=lambda row: row.start_time)
        self._verdict = verdict
        self._slack = timedelta(seconds=interval_s + SLACK_S)
        self._kept = kept
        self._visible = {sight.number for sight in self._kept if not sight.is_over}
        if printer.has_record:
            self._visible = set(range(len(self._prints)))
        elif printer.renumbers:
            # One more of the same file cannot be told from the last one that was seen.
            self._visible -= {
                number
                for before, number in pairwise(sorted(self._visible))
                if self._prints[before].filename == self._prints[number].filename
            }

    def run(self) -> None:
        """Match prints and jobs and judge each pair."""
        verdict = self._verdict
        verdict.prints += len(self._prints)
        verdict.visible += len(self._visible)
        verdict.decided += sum(bool(self._told(number)) for number in self._visible)
        pairs = dict(self._match())
        for number, one in enumerate(self._prints):
            if number in pairs:
                verdict.unseen_recorded += number not in self._visible
                self._judge(number, one, self._rows[pairs[number]])
            elif number in self._visible:
                verdict.complain("missed", self._tell(number))
        matched = set(pairs.values())
        for at, row in enumerate(self._rows):
            if at not in matched:
                verdict.complain("doubles", f"{row} beside {self._near(row)}")

    def _judge(self, number: int, one: TruePrint, row: Row) -> None:
        """Compare how a print ended with how its job did."""
        verdict, what = self._verdict, f"{row} of {self._tell(number)}"
        # The name is asked for after the state, which may be too late.
        is_nameless = row.filename is None and self._glimpses(number) <= 1
        if row.job_name != job_name(one.filename) and not is_nameless:
            verdict.complain("wrong_name", what)
        if row.status in ("running", "paused"):
            verdict.complain("left_open", what)
            return
        is_inferred = row.outcome_source == "inferred"
        if row.status == "unknown":
            verdict.unknown += 1
        elif is_inferred:
            verdict.inferred += 1
            verdict.inferred_wrong += row.status != one.outcome
        told = self._told(number)
        if told and number in self._visible:
            is_wrong = row.status not in told
        else:
            is_wrong = not is_inferred and row.status not in self._may_seem(number)
        if is_wrong:
            verdict.complain("wrong_outcome", what)

    def _glimpses(self, number: int) -> int:
        """Return how often a print was seen running by who could keep it."""
        return sum(one.number == number and not one.is_over for one in self._kept)

    def _told(self, number: int) -> Outcomes:
        """Return how a print can have ended by all that its watcher could keep."""
        if self._printer.has_record:
            outcome = self._prints[number].outcome
            return frozenset({outcome}) if outcome else NOTHING
        told = [one.tells for one in self._kept if one.number == number and one.tells]
        return frozenset.intersection(*told) if told else NOTHING

    def _may_seem(self, number: int) -> Outcomes:
        """Return how a print may seem to have ended that nobody saw end.

        A look that was not kept may have been recorded all the same. Where ends name
        no print, that of a later one which nobody saw cannot be told from its own.
        """
        numbers = {number}
        if not self._printer.names_ends:
            later = sorted(one for one in self._visible if one > number)
            numbers |= set(range(number, later[0] if later else len(self._prints)))
        told = [one.tells for one in self._printer.sights if one.number in numbers]
        outcome = self._prints[number].outcome
        return frozenset({outcome} if outcome else ()).union(*told)

    # -- which is which ----------------------------------------------------------------

    def _match(self) -> Iterator[tuple[int, int]]:
        """Yield number of print and place of job, with as little amiss as possible."""
        prints, rows = range(len(self._prints)), range(len(self._rows))
        costs = [
            [self._cost(number, at) for at in rows]
            + [MISSED if number in self._visible else UNSEEN] * len(prints)
            for number in prints
        ]
        costs += [[EXTRA] * len(rows) + [0.0] * len(prints) for _ in rows]
        for at, number in enumerate(cheapest(costs, len(costs))):
            if number in prints and at in rows and costs[number][at] < MISSED:
                yield number, at

    def _cost(self, number: int, at: int) -> float:
        """Return how unlikely it is that a job is that of a print.

        Of a print that was found afterwards, the start may not be known.
        """
        one, row = self._prints[number], self._rows[at]
        apart_s = abs((row.start_time - one.started_at).total_seconds())
        end = one.ended_at or row.start_time
        if row.start_time < one.started_at - self._slack:
            return EXTRA + MISSED
        if row.start_time > end + self._slack and not row.discovered_afterwards:
            return EXTRA + MISSED
        own = row.job_name == job_name(one.filename)
        ids = one.print_id is None or (row.print_key or "").startswith(one.print_id)
        odd = 50.0 if row.filename is None else 500.0
        amiss = (not own) * odd + (not ids) * 100.0
        return min(apart_s / 100.0, 100.0) + amiss + _contradiction(one, row)

    # -- words -------------------------------------------------------------------------

    def _tell(self, number: int) -> str:
        """Return all that is known about a print."""
        one = self._prints[number]
        sights = [sight for sight in self._printer.sights if sight.number == number]
        return (
            f"print {number} of {self._printer.printer_id}: {one}, "
            f"visible {number in self._visible}, told {sorted(self._told(number))}, "
            f"shown {', '.join(f'{one.at:.2f} {sorted(one.tells)}' for one in sights)}"
        )

    def _near(self, row: Row) -> list[str]:
        """Return the prints about the time of a job."""
        return [
            f"{one.filename} {one.started_at:%H:%M:%S}-{one.ended_at:%H:%M:%S}"
            for one in self._prints
            if one.ended_at and abs(one.started_at - row.start_time) < 2 * self._slack
        ]


def _contradiction(one: TruePrint, row: Row) -> float:
    """Return how much a job's outcome speaks against being that of a print."""
    if row.status == one.outcome:
        return 0.0
    if row.status == "unknown":
        return 0.5
    return 1.0 if row.outcome_source == "inferred" else 20.0
