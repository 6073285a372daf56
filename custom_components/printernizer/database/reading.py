"""What can be asked of the job history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select

from ..core.jobs import OPEN_STATUSES, Job, JobStatus
from .codec import from_json, job_from, job_from_row, micros, storable
from .list_memory import ListMemory
from .models import (
    Announcement,
    JobCounts,
    JobEvent,
    JobFilter,
    JobPage,
    OrderBy,
    PrinterRecord,
    PrinterStatistics,
    VersionedJob,
)
from .queries import (
    ACTIVE,
    BY_SEQ,
    COLUMNS,
    TALLIED,
    Shape,
    count_statement,
    matches_statement,
    page_statement,
    stream_statement,
    tally_statement,
    values_of,
)
from .schema import JOBS, MARKS, OUTBOX, TALLIES, TOMBSTONES
from .sql import Cursor, Row
from .transaction import storable_key

# So many rows are looked up and sorted faster than a whole index is walked.
_FEW = 1000
TOMBSTONE_AGE = timedelta(days=180)

_BY_ID = select(*COLUMNS, JOBS.c.version).where(JOBS.c.id == bindparam("job_id"))
_BY_KEY = select(*COLUMNS).where(
    JOBS.c.printer_id == bindparam("printer_id"),
    JOBS.c.print_key == bindparam("print_key"),
)
_BY_SLOT = select(*COLUMNS).where(JOBS.c.open_slot == bindparam("printer_id"))
_BURIED = select(TOMBSTONES.c.print_key).where(
    TOMBSTONES.c.printer_id == bindparam("printer_id"),
    TOMBSTONES.c.deleted_at >= bindparam("since"),
)
_MARK = select(MARKS.c.mark).where(MARKS.c.printer_id == bindparam("printer_id"))
_OUTBOX = select(
    OUTBOX.c.id, OUTBOX.c.events, OUTBOX.c.previous_status, OUTBOX.c.job
).order_by(OUTBOX.c.id)
_SINCE = select(func.count()).where(JOBS.c.created_at >= bindparam("since"))
_STATISTICS = (
    select(
        TALLIES.c.status,
        func.sum(TALLIES.c.jobs),
        func.sum(TALLIES.c.seconds),
        func.sum(TALLIES.c.grams),
    )
    .where(TALLIES.c.printer_id == bindparam("printer_id"))
    .group_by(TALLIES.c.status)
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Answers questions in one read transaction.

    ``generation`` is None where what is remembered may not be what is seen.
    """

    cursor: Cursor
    dialect: str
    memory: ListMemory
    generation: int | None

    # -- single jobs -----------------------------------------------------------------

    def job(self, job_id: str) -> VersionedJob | None:
        """Return the job with this id."""
        row = self.cursor.row(_BY_ID, job_id=storable(job_id))
        if row is None:
            return None
        return VersionedJob(job=job_from_row(row), version=row[-1])

    def job_of_print(self, printer_id: str, key: str) -> Job | None:
        """Return the job of a print."""
        key = storable_key(key)
        row = self.cursor.row(_BY_KEY, printer_id=printer_id, print_key=key)
        return None if row is None else job_from_row(row)

    def printer_record(self, printer_id: str, now: datetime) -> PrinterRecord:
        """Return what the history knows of a printer."""
        open_row = self.cursor.row(_BY_SLOT, printer_id=printer_id)
        since = micros(now - TOMBSTONE_AGE)
        buried = self.cursor.rows(_BURIED, printer_id=printer_id, since=since)
        mark = self.cursor.row(_MARK, printer_id=printer_id)
        return PrinterRecord(
            open_job=job_from_row(open_row) if open_row else None,
            latest=self._latest(printer_id),
            tombstones=frozenset(row[0] for row in buried),
            mark=from_json(mark[0]) if mark else None,
        )

    def _latest(self, printer_id: str) -> Job | None:
        """Return the job of the printer's newest print."""
        if not self._tally({"printer_id": printer_id}):
            return None
        printer: Any = JOBS.c.printer_id
        if self.dialect == "sqlite":
            printer = literal_column("+jobs.printer_id", JOBS.c.printer_id.type)
        query = (
            select(*COLUMNS)
            .where(printer == bindparam("printer_id"), JOBS.c.print_key.is_not(None))
            .order_by(JOBS.c.start_sort.desc(), JOBS.c.seq.desc())
            .limit(1)
        )
        row = self.cursor.row(query, printer_id=printer_id)
        return None if row is None else job_from_row(row)

    # -- lists -----------------------------------------------------------------------

    def page(
        self,
        wanted: JobFilter,
        order_by: OrderBy,
        descending: bool,
        limit: int,
        offset: int,
    ) -> JobPage:
        """Return one page of a list, and the length of the list."""
        values = values_of(wanted)
        if "q" in values:
            few = self._few(values, order_by)
            if few is not None:
                few.sort(reverse=descending)
                seqs = [seq for _, seq in few[offset : offset + limit]]
                return JobPage(jobs=tuple(self._by_seq(seqs)), total=len(few))
        total = self._total(wanted, values)
        rows = min(limit, total - offset)
        if rows <= 0:
            return JobPage(jobs=(), total=total)
        # From the nearer end it is half the way at most.
        behind = total - offset - rows
        backwards = behind < offset
        shape = Shape(
            self.dialect,
            tuple(sorted(values)),
            order_by,
            descending is not backwards,
            self._lead(values, order_by, total),
        )
        found = self._rows(wanted, shape, values, rows, behind if backwards else offset)
        jobs = [job_from_row(row) for row in found]
        if backwards:
            jobs.reverse()
        return JobPage(jobs=tuple(jobs), total=total)

    def _few(
        self, values: Mapping[str, Any], order_by: OrderBy
    ) -> list[tuple[Any, int]] | None:
        """Return what a search finds, where that is little: all of it in one reading."""
        names = tuple(sorted(values))
        shape = Shape(self.dialect, names, order_by, lead="q")
        found = self.cursor.rows(matches_statement(shape), **values, rows=_FEW + 1)
        return None if len(found) > _FEW else [(row[0], row[1]) for row in found]

    def _by_seq(self, seqs: Iterable[int]) -> list[Job]:
        """Return the jobs with these numbers, in this order."""
        rows = (self.cursor.row(BY_SEQ, seq=seq) for seq in seqs)
        return [job_from_row(row) for row in rows if row is not None]

    def _rows(
        self,
        wanted: JobFilter,
        shape: Shape,
        values: Mapping[str, Any],
        rows: int,
        skipped: int,
    ) -> Sequence[Row]:
        """Return the rows of a page, found from the nearest row that is known."""
        bound = {**values, "rows": rows, "skipped": skipped}
        if shape.lead is not None or self.generation is None:
            return self.cursor.rows(page_statement(shape), **bound)
        anchors = self.memory.anchors(wanted, shape)
        anchor = anchors.before(self.generation, skipped)
        if anchor is not None:
            place, position, seq = anchor
            shape = replace(shape, anchored=True)
            bound |= {"skipped": skipped - place, "last": position, "at": seq}
        found = self.cursor.rows(page_statement(shape), **bound)
        # The last of this page is where the next one begins.
        for place, row in ((0, found[0]), (len(found) - 1, found[-1])):
            anchors.add(self.generation, (skipped + place, row[-2], row[-1]))
        return found

    def _lead(
        self, values: Mapping[str, Any], order_by: OrderBy, total: int
    ) -> str | None:
        """Return the filter to look up first, None where the order's index is better."""
        if "job_id" in values:
            return "job_id"
        if "q" in values:
            return None
        if "printer_id" in values and order_by is OrderBy.CREATED_AT:
            return "printer_id"
        if total > _FEW:
            return None
        for name in TALLIED:
            if name in values and self._tally({name: values[name]}) <= _FEW:
                return name
        return None

    def _tally(self, values: Mapping[str, Any]) -> int:
        """Look up how many jobs there are of a kind."""
        row = self.cursor.row(tally_statement(tuple(values)), **values)
        return int(row[0]) if row else 0

    def _total(self, wanted: JobFilter, values: Mapping[str, Any]) -> int:
        """Return the length of a list."""
        if all(name in TALLIED for name in values):
            return self._tally(values)
        if self.generation is not None:
            known = self.memory.total(self.generation, wanted)
            if known is not None:
                return known
        lead = "q" if "q" in values else None
        names = tuple(sorted(values))
        shape = Shape(self.dialect, names, OrderBy.START_TIME, lead=lead)
        row = self.cursor.row(count_statement(shape), **values)
        total = int(row[0]) if row else 0
        if self.generation is not None:
            self.memory.add_total(self.generation, wanted, total)
        return total

    def after(
        self,
        wanted: JobFilter,
        order_by: OrderBy,
        descending: bool,
        limit: int,
        last: tuple[Any, int] | None,
    ) -> tuple[list[Job], tuple[Any, int] | None]:
        """Return the next jobs of a list, and where they end."""
        values = values_of(wanted)
        shape = Shape(self.dialect, tuple(sorted(values)), order_by, descending)
        if last is not None:
            values |= {"last": last[0], "at": last[1]}
        statement = stream_statement(shape, first=last is None)
        rows = self.cursor.rows(statement, **values, rows=limit)
        if not rows:
            return [], None
        position, seq = rows[-1][-2:]
        return [job_from_row(row) for row in rows], (position, seq)

    def active(self) -> list[Job]:
        """Return all jobs that are running or paused, oldest first."""
        return [job_from_row(row) for row in self.cursor.rows(ACTIVE)]

    # -- figures -----------------------------------------------------------------------

    def counts(self, since: datetime) -> JobCounts:
        """Return how many jobs are active, and were created since."""
        active = sum(self._tally({"status": status.value}) for status in OPEN_STATUSES)
        row = self.cursor.row(_SINCE, since=micros(since))
        return JobCounts(active=active, since=int(row[0]) if row else 0)

    def statistics(self, printer_id: str) -> PrinterStatistics:
        """Return what a printer did."""
        rows = self.cursor.rows(_STATISTICS, printer_id=printer_id)
        by_status = {JobStatus(row[0]): int(row[1]) for row in rows if row[1]}
        return PrinterStatistics(
            total_jobs=sum(by_status.values()),
            by_status=by_status,
            print_time_s=sum(int(row[2]) for row in rows),
            material_g=round(sum(float(row[3]) for row in rows), 3),
        )

    def announcements(self) -> list[Announcement]:
        """Return what was committed and not announced yet, oldest first."""
        found = []
        for number, events, previous, text in self.cursor.rows(_OUTBOX):
            values = from_json(text)
            if values is None:
                continue
            found.append(
                Announcement(
                    id=number,
                    events=tuple(JobEvent(name) for name in events.split(",")),
                    job=job_from(values),
                    previous_status=JobStatus(previous) if previous else None,
                )
            )
        return found
