"""Pages of lists: the way to a page, and the length of its list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ..core.jobs import Job
from .codec import job_from_row
from .list_memory import LONGEST_PAGE, ListMemory, Wanted
from .models import JobFilter, JobPage, OrderBy
from .queries import (
    BY_SEQ,
    TALLIED,
    Begin,
    Shape,
    count_statement,
    is_walked,
    matches_statement,
    page_statement,
    tally_statement,
    values_of,
)
from .sql import Cursor, Row

# So many rows are looked up and sorted faster than a whole index is walked.
_FEW = 1000
# The same rows are read again and again, by each dashboard that shows them: a job that
# was built from a row is built from the same row only once, while it is remembered.
_REMEMBERED_JOBS = 1024


@lru_cache(maxsize=_REMEMBERED_JOBS)
def _job(row: tuple[Any, ...]) -> Job:
    """Return the job that a row holds."""
    return job_from_row(row)


def tally(cursor: Cursor, values: Mapping[str, Any]) -> int:
    """Look up how many jobs there are of a kind."""
    row = cursor.row(tally_statement(tuple(values)), **values)
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class Lists:
    """Reads lists in one read transaction.

    ``generation`` is None where what is remembered may not be what is seen.
    """

    cursor: Cursor
    dialect: str
    memory: ListMemory
    generation: int | None

    def page(self, wanted: Wanted) -> JobPage:
        """Return one page of a list, and the length of the list."""
        page = self._page(*wanted)
        if self.generation is not None and len(page.jobs) <= LONGEST_PAGE:
            self.memory.pages.add(self.generation, wanted, page)
        return page

    def _page(
        self,
        wanted: JobFilter,
        order_by: OrderBy,
        descending: bool,
        limit: int,
        offset: int,
    ) -> JobPage:
        """Read a page."""
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
        ahead = Shape(
            self.dialect,
            tuple(sorted(values)),
            order_by,
            descending,
            self._lead(values, order_by, total),
        )
        # From the nearer end it is half the way at most.
        behind = total - offset - rows
        backwards = behind < self._way(wanted, ahead, offset)
        shape = replace(ahead, descending=not descending) if backwards else ahead
        found = self._rows(wanted, shape, values, rows, behind if backwards else offset)
        jobs = [_job(tuple(row)) for row in found]
        if backwards:
            jobs.reverse()
        return JobPage(jobs=tuple(jobs), total=total)

    def _way(self, wanted: JobFilter, shape: Shape, offset: int) -> int:
        """Return how many rows lie before a page, from the nearest that is known."""
        if not is_walked(shape) or self.generation is None:
            return offset
        anchor = self.memory.anchors(wanted, shape).before(self.generation, offset)
        return offset - anchor[0] if anchor is not None else offset

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
        return [_job(tuple(row)) for row in rows if row is not None]

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
        if not is_walked(shape) or self.generation is None:
            return self.cursor.rows(page_statement(shape), **bound)
        anchors = self.memory.anchors(wanted, shape)
        anchor = anchors.before(self.generation, skipped)
        # Without a filter the first page needs no way to it.
        if anchor is not None and (anchor[0] > 0 or values):
            place, position, seq = anchor
            shape = replace(shape, begin=Begin.AT)
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
            if name in values and tally(self.cursor, {name: values[name]}) <= _FEW:
                return name
        return None

    def _total(self, wanted: JobFilter, values: Mapping[str, Any]) -> int:
        """Return the length of a list."""
        if all(name in TALLIED for name in values):
            return tally(self.cursor, values)
        if self.generation is not None:
            known = self.memory.totals.get(self.generation, wanted)
            if known is not None:
                return known
        lead = "q" if "q" in values else None
        names = tuple(sorted(values))
        shape = Shape(self.dialect, names, OrderBy.START_TIME, lead=lead)
        row = self.cursor.row(count_statement(shape), **values)
        total = int(row[0]) if row else 0
        if self.generation is not None:
            self.memory.totals.add(self.generation, wanted, total)
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
        values: dict[str, Any] = values_of(wanted)
        names = tuple(sorted(values))
        begin = Begin.ENDS if last is None else Begin.AFTER
        shape = Shape(self.dialect, names, order_by, descending, begin=begin)
        if last is not None:
            values |= {"last": last[0], "at": last[1]}
        statement = page_statement(shape)
        rows = self.cursor.rows(statement, **values, rows=limit, skipped=0)
        if not rows:
            return [], None
        position, seq = rows[-1][-2:]
        return [job_from_row(row) for row in rows], (position, seq)
