"""One transaction on the job history: rows, tombstones, tallies, announcements."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from ..core.jobs import Job, JobStatus
from .codec import (
    JOB_FIELDS,
    STORED_FIELDS,
    Stored,
    job_values,
    micros,
    row_values,
    storable,
    stored_from_row,
    to_json,
)
from .models import Announcement, JobEvent
from .schema import JOBS, MARKS, OUTBOX, TALLIES, TOMBSTONES
from .sql import Cursor

_LONGEST_KEY = 512

_STORED = select(*(JOBS.c[name] for name in (*JOB_FIELDS, *STORED_FIELDS)))
_BY_ID = _STORED.where(JOBS.c.id == bindparam("job_id"))
_BY_SEQ = _STORED.where(JOBS.c.seq == bindparam("seq"))
_BY_KEY = _STORED.where(
    JOBS.c.printer_id == bindparam("printer_id"),
    JOBS.c.print_key == bindparam("print_key"),
)
_BY_SLOT = _STORED.where(JOBS.c.open_slot == bindparam("printer_id"))
_PENDING = _STORED.where(
    JOBS.c.printer_id == bindparam("printer_id"),
    JOBS.c.status == JobStatus.PENDING.value,
    JOBS.c.print_key.is_(None),
).order_by(JOBS.c.created_at, JOBS.c.seq)
_REMOVE = delete(JOBS).where(JOBS.c.seq == bindparam("seq"))
_UNSEND = delete(OUTBOX).where(OUTBOX.c.job_id == bindparam("job_id"))
_SENT = delete(OUTBOX).where(OUTBOX.c.id == bindparam("number"))
_TOMBSTONE = select(TOMBSTONES.c.deleted_at).where(
    TOMBSTONES.c.printer_id == bindparam("printer_id"),
    TOMBSTONES.c.print_key == bindparam("print_key"),
)
_PENDING_COUNT = select(TALLIES.c.jobs).where(
    TALLIES.c.printer_id == bindparam("printer_id"),
    TALLIES.c.status == JobStatus.PENDING.value,
    TALLIES.c.jobs > 0,
)
_MARK = (
    update(MARKS)
    .where(MARKS.c.printer_id == bindparam("this_printer"))
    .values(mark=bindparam("mark"), updated_at=bindparam("updated_at"))
)
_TALLY = (
    update(TALLIES)
    .where(
        TALLIES.c.printer_id == bindparam("printer"),
        TALLIES.c.status == bindparam("state"),
        TALLIES.c.is_business == bindparam("business"),
        TALLIES.c.auto_created == bindparam("auto"),
    )
    .values(
        jobs=TALLIES.c.jobs + bindparam("more_jobs"),
        seconds=TALLIES.c.seconds + bindparam("more_seconds"),
        grams=TALLIES.c.grams + bindparam("more_grams"),
    )
)


def storable_key(key: str) -> str:
    """Return a print key as it is stored: unique, and of limited length."""
    key = storable(key)
    if len(key) <= _LONGEST_KEY:
        return key
    digest = sha256(key.encode()).hexdigest()
    return f"{key[: _LONGEST_KEY - len(digest) - 1]}~{digest}"


class Transaction:
    """What may be done to the history in one transaction, at one moment."""

    def __init__(self, cursor: Cursor, now: datetime) -> None:
        """Work through this cursor; ``now`` is the time of every change."""
        self._cursor = cursor
        self.now = now
        self.announcements: list[Announcement] = []
        self.jobs_changed = False

    # -- finding ---------------------------------------------------------------------

    def by_id(self, job_id: str) -> Stored | None:
        """Return the job with this id."""
        return self._one(_BY_ID, job_id=storable(job_id))

    def by_key(self, printer_id: str, key: str) -> Stored | None:
        """Return the job of a print."""
        return self._one(_BY_KEY, printer_id=printer_id, print_key=storable_key(key))

    def by_slot(self, printer_id: str) -> Stored | None:
        """Return the job of the print that runs on a printer, as far as recorded."""
        return self._one(_BY_SLOT, printer_id=printer_id)

    def pending(self, printer_id: str) -> list[Stored]:
        """Return the jobs that wait for a print of this printer, oldest first."""
        if self._cursor.row(_PENDING_COUNT, printer_id=printer_id) is None:
            return []
        rows = self._cursor.rows(_PENDING, printer_id=printer_id)
        return [stored_from_row(row) for row in rows]

    def is_deleted(self, printer_id: str, key: str) -> bool:
        """Tell whether the print's job was deleted."""
        key = storable_key(key)
        row = self._cursor.row(_TOMBSTONE, printer_id=printer_id, print_key=key)
        return row is not None

    def _one(self, statement: Any, **values: Any) -> Stored | None:
        """Return the row that a query finds, or None."""
        row = self._cursor.row(statement, **values)
        return None if row is None else stored_from_row(row)

    # -- changing --------------------------------------------------------------------

    def insert(self, stored: Stored) -> Stored:
        """Add a job."""
        values = row_values(stored)
        seq = self._cursor.insert(JOBS, values)
        self._count(stored.job, 1)
        return replace(stored, seq=seq)

    def change(self, old: Stored, new: Stored, *, touch: bool = True) -> Stored:
        """Write what differs; ``touch`` False leaves time and number of changes."""
        if touch:
            job = replace(new.job, updated_at=self.now)
            new = replace(new, job=job, version=old.version + 1)
        before, after = row_values(old), row_values(new)
        values = {name: after[name] for name in after if after[name] != before[name]}
        if values:
            self._cursor.update(JOBS, old.seq, values)
        if _kind(old.job) != _kind(new.job) or _sums(old.job) != _sums(new.job):
            self._count(old.job, -1)
            self._count(new.job, 1)
        return new

    def remove(self, stored: Stored) -> None:
        """Remove a job, and what was to be announced of it."""
        self._cursor.run(_REMOVE, seq=stored.seq)
        self._cursor.run(_UNSEND, job_id=stored.job.id)
        self._count(stored.job, -1)

    def bury(self, job: Job) -> None:
        """Remember that the job's print is not to be recorded again."""
        if job.print_key is None or self.is_deleted(job.printer_id, job.print_key):
            return
        values = {
            "printer_id": job.printer_id,
            "print_key": job.print_key,
            "print_id": job.print_id and storable(job.print_id),
            "started_at": micros(job.start_time) if job.start_time else None,
            "deleted_at": micros(self.now),
        }
        self._cursor.run(insert(TOMBSTONES), **values)

    def _count(self, job: Job, sign: int) -> None:
        """Keep the tallies true."""
        self.jobs_changed = True
        printer, state, business, auto = _kind(job)
        seconds, grams = _sums(job)
        values = {"jobs": sign, "seconds": sign * seconds, "grams": sign * grams}
        kind = {
            "printer": printer,
            "state": state,
            "business": business,
            "auto": auto,
        }
        more = {f"more_{name}": value for name, value in values.items()}
        if self._cursor.run(_TALLY, **kind, **more):
            return
        row = {
            "printer_id": printer,
            "status": state,
            "is_business": business,
            "auto_created": auto,
        }
        self._cursor.run(_NEW_TALLY, **row, **values)

    # -- announcing --------------------------------------------------------------------

    def announce(
        self, job: Job, *events: JobEvent, previous: JobStatus | None = None
    ) -> None:
        """Keep events until they were sent, and hand them to the caller."""
        values = {
            "job_id": job.id,
            "events": ",".join(events),
            "previous_status": previous and previous.value,
            "job": to_json(job_values(job)),
            "created_at": micros(self.now),
        }
        number = self._cursor.insert(OUTBOX, values)
        self.announcements.append(
            Announcement(id=number, events=events, job=job, previous_status=previous)
        )

    def announce_removal(self, job: Job) -> None:
        """Hand a removal to the caller; it is not kept."""
        gone = Announcement(id=None, events=(JobEvent.DELETED,), job=job)
        self.announcements.append(gone)

    def announced(self, numbers: Sequence[int]) -> None:
        """Forget announcements that were sent."""
        for number in numbers:
            self._cursor.run(_SENT, number=number)

    # -- marks -------------------------------------------------------------------------

    def save_mark(self, printer_id: str, mark: Mapping[str, Any]) -> None:
        """Keep how far the printer's prints have been judged."""
        text, now = to_json(mark), micros(self.now)
        if not self._cursor.run(
            _MARK, this_printer=printer_id, mark=text, updated_at=now
        ):
            self._cursor.run(
                _NEW_MARK, printer_id=printer_id, mark=text, updated_at=now
            )


_NEW_MARK = insert(MARKS)
_NEW_TALLY = insert(TALLIES)


def _kind(job: Job) -> tuple[str, str, bool, bool]:
    """Return what a tally counts."""
    return job.printer_id, job.status.value, job.is_business, job.auto_created


def _sums(job: Job) -> tuple[int, float]:
    """Return what a tally adds up."""
    return job.actual_duration or 0, job.material_used or 0.0
