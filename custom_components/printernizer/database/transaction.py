"""One transaction on the job history: rows, tombstones, tallies, announcements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..core.frozen import frozen, replace
from ..core.jobs import Job, JobStatus
from .codec import (
    Stored,
    Values,
    changed_fields,
    derived_values,
    job_values,
    micros,
    own_values,
    storable,
    stored_from_row,
    to_json,
)
from .models import Announcement, JobEvent
from .schema import JOBS, OUTBOX
from .sql import Cursor
from .statements import (
    BY_ID,
    BY_KEY,
    BY_SEQ,
    BY_SLOT,
    MARK,
    NEW_MARK,
    NEW_TALLY,
    NEW_TOMBSTONE,
    REMOVE,
    SENT,
    SITUATION,
    TALLY,
    TOMBSTONE,
    UNDERIVED,
    UNSEND,
    storable_key,
    waiting_jobs,
)


@frozen(kw_only=True)
class Situation:
    """What stands where a print begins.

    ``known`` is the job of this very print, ``in_slot`` the one that is open, and
    ``waiting`` the number of jobs that wait for a print of this printer.
    """

    known: Stored | None
    in_slot: Stored | None
    is_deleted: bool
    waiting: int


class Transaction:
    """What may be done to the history in one transaction, at one moment."""

    def __init__(self, cursor: Cursor, now: datetime) -> None:
        """Work through this cursor; ``now`` is the time of every change."""
        self._cursor = cursor
        self.now = now
        self.announcements: list[Announcement] = []
        self.changed: dict[int, Job | None] = {}
        self._last: tuple[Job, Values] | None = None

    # -- finding ---------------------------------------------------------------------

    def by_id(self, job_id: str) -> Stored | None:
        """Return the job with this id."""
        return self._one(BY_ID, job_id=storable(job_id))

    def by_key(self, printer_id: str, key: str) -> Stored | None:
        """Return the job of a print."""
        return self._one(BY_KEY, printer_id=printer_id, print_key=storable_key(key))

    def by_slot(self, printer_id: str) -> Stored | None:
        """Return the job of the print that runs on a printer, as far as recorded."""
        return self._one(BY_SLOT, printer_id=printer_id)

    def situation(self, printer_id: str, key: str) -> Situation:
        """Return what stands where a print begins."""
        rows = self._cursor.rows(
            SITUATION, printer_id=printer_id, print_key=storable_key(key)
        )
        found: dict[str, int] = {row[0]: row[1] for row in rows}
        return Situation(
            known=self._by_seq(found.get("key")),
            in_slot=self._by_seq(found.get("slot")),
            is_deleted="deleted" in found,
            waiting=found.get("waiting", 0),
        )

    def waiting(self, printer_id: str, name: str | None) -> list[Stored]:
        """Return the jobs that wait for a print of the printer, in any order.

        With a name, as ``match_name`` gives it, only those it may be the name of.
        """
        values = {"printer_id": printer_id}
        if name is not None:
            values["name"] = storable(name)
        statement = waiting_jobs(self._cursor.dialect, name is not None)
        rows = self._cursor.rows(statement, **values)
        return [stored for row in rows if (stored := self._by_seq(row[0]))]

    def _by_seq(self, seq: int | None) -> Stored | None:
        """Return the job with this number."""
        return None if seq is None else self._one(BY_SEQ, seq=seq)

    def is_deleted(self, printer_id: str, key: str) -> bool:
        """Tell whether the print's job was deleted."""
        key = storable_key(key)
        row = self._cursor.row(TOMBSTONE, printer_id=printer_id, print_key=key)
        return row is not None

    def _one(self, statement: Any, **values: Any) -> Stored | None:
        """Return the row that a query finds, or None."""
        row = self._cursor.row(statement, **values)
        return None if row is None else stored_from_row(row)

    def at(self, seen_at: datetime | None, *, since: datetime) -> datetime:
        """Return the time of a change that was seen before, but not before ``since``.

        When it was seen tells how long a print has run since, not when it is kept.
        """
        return self.now if seen_at is None else min(max(since, seen_at), self.now)

    # -- changing --------------------------------------------------------------------

    def insert(self, stored: Stored) -> Stored:
        """Add a job."""
        job = stored.job
        values = self._written(job)
        seq = self._cursor.insert(
            JOBS, values | own_values(stored) | derived_values(job)
        )
        self._count(job, 1)
        self.changed.setdefault(seq, None)
        return replace(stored, seq=seq)

    def change(
        self,
        old: Stored,
        new: Stored,
        *,
        touch: bool = True,
        seen_at: datetime | None = None,
    ) -> Stored:
        """Write what differs; ``touch`` False leaves time and number of changes.

        ``seen_at`` is when that was seen which is written now.
        """
        if touch:
            at = self.at(seen_at, since=old.job.updated_at)
            job = replace(new.job, updated_at=at)
            new = replace(new, job=job, version=old.version + 1)
        job = new.job
        written = self._written(job)
        values = {name: written[name] for name in changed_fields(old.job, job)}
        values |= _differing(own_values(old), own_values(new))
        if not UNDERIVED.issuperset(values):
            values |= _differing(derived_values(old.job), derived_values(job))
        if values:
            self._cursor.update(JOBS, old.seq, values)
            self.changed.setdefault(old.seq, old.job)
        if _kind(old.job) != _kind(job) or _sums(old.job) != _sums(job):
            self._count(old.job, -1)
            self._count(job, 1)
        return new

    def _written(self, job: Job) -> Values:
        """Return a job's columns, which its announcement needs as well."""
        if self._last is None or self._last[0] is not job:
            self._last = (job, job_values(job))
        return self._last[1]

    def remove(self, stored: Stored) -> None:
        """Remove a job, and what was to be announced of it."""
        self._cursor.run(REMOVE, seq=stored.seq)
        self._cursor.run(UNSEND, job_id=stored.job.id)
        self._count(stored.job, -1)
        self.changed.setdefault(stored.seq, stored.job)

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
        self._cursor.run(NEW_TOMBSTONE, **values)

    def _count(self, job: Job, sign: int) -> None:
        """Keep the tallies true."""
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
        if self._cursor.run(TALLY, **kind, **more):
            return
        row = {
            "printer_id": printer,
            "status": state,
            "is_business": business,
            "auto_created": auto,
        }
        self._cursor.run(NEW_TALLY, **row, **values)

    # -- announcing --------------------------------------------------------------------

    def announce(
        self, job: Job, *events: JobEvent, previous: JobStatus | None = None
    ) -> None:
        """Keep events until they were sent, and hand them to the caller."""
        values = {
            "job_id": job.id,
            "events": ",".join(events),
            "previous_status": previous and previous.value,
            "job": to_json(self._written(job)),
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
            self._cursor.run(SENT, number=number)

    # -- marks -------------------------------------------------------------------------

    def save_mark(self, printer_id: str, mark: Mapping[str, Any]) -> None:
        """Keep how far the printer's prints have been judged."""
        text, now = to_json(mark), micros(self.now)
        if not self._cursor.run(
            MARK, this_printer=printer_id, mark=text, updated_at=now
        ):
            self._cursor.run(NEW_MARK, printer_id=printer_id, mark=text, updated_at=now)


def _differing(old: Values, new: Values) -> Values:
    """Return the columns whose values differ."""
    return {name: value for name, value in new.items() if value != old[name]}


def _kind(job: Job) -> tuple[str, str, bool, bool]:
    """Return what a tally counts."""
    return job.printer_id, job.status.value, job.is_business, job.auto_created


def _sums(job: Job) -> tuple[int, float]:
    """Return what a tally adds up."""
    return job.actual_duration or 0, job.material_used or 0.0
