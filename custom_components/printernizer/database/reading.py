"""What can be asked of the job history."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select

from ..core.frozen import frozen
from ..core.jobs import OPEN_STATUSES, Job, JobStatus
from .codec import from_json, job_from, job_from_row, micros, storable
from .lists import Lists, tally
from .models import (
    Announcement,
    JobCounts,
    JobEvent,
    PrinterRecord,
    PrinterStatistics,
    VersionedJob,
)
from .queries import ACTIVE, COLUMNS
from .schema import JOBS, MARKS, OUTBOX, TALLIES, TOMBSTONES
from .statements import storable_key

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


@frozen()
class Reader(Lists):
    """Answers questions in one read transaction."""

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
        if not tally(self.cursor, {"printer_id": printer_id}):
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

    def active(self) -> list[Job]:
        """Return all jobs that are running or paused, oldest first."""
        return [job_from_row(row) for row in self.cursor.rows(ACTIVE)]

    # -- figures -----------------------------------------------------------------------

    def counts(self, since: datetime) -> JobCounts:
        """Return how many jobs are active, and were created since."""
        active = sum(
            tally(self.cursor, {"status": status.value}) for status in OPEN_STATUSES
        )
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
