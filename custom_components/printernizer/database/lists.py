"""Pages of lists, read from the database."""

from collections.abc import Mapping, Sequence
import json
from typing import Any

from ..core.frozen import frozen, replace
from ..core.jobs import Job
from .codec import job_from_row
from .models import JobFilter, OrderBy, Page, Wanted
from .queries import (
    NUMBERED,
    TALLIED,
    Begin,
    Shape,
    count_statement,
    matches_statement,
    page_statement,
    tally_statement,
    values_of,
)
from .sql import Cursor, Row

# So many rows are sorted faster than a whole index is walked.
_FEW = 1000


def tally(cursor: Cursor, values: Mapping[str, Any]) -> int:
    """Look up how many jobs there are of a kind."""
    row = cursor.row(tally_statement(tuple(values)), **values)
    return int(row[0]) if row else 0


@frozen()
class Lists:
    """Reads lists in one read transaction."""

    cursor: Cursor
    dialect: str

    def numbered(self, numbers: Sequence[int]) -> dict[int, Row]:
        """Return the jobs with these numbers."""
        rows = self.cursor.rows(NUMBERED, numbers=json.dumps(numbers))
        return {row[-1]: row for row in rows}

    def page(self, wanted: Wanted) -> Page[Row]:
        """Return a page of a list, and the length of the list, by a walk to it."""
        values = values_of(wanted.jobs)
        limit, offset = wanted.limit, wanted.offset
        if "q" in values and self.dialect == "sqlite":
            few, total = self._searched(values, wanted.order_by)
            if len(few) == total:
                few.sort(reverse=wanted.descending)
                seqs = [seq for _, seq in few[offset : offset + limit]]
                found = self.numbered(seqs)
                return Page(jobs=tuple(found[seq] for seq in seqs), total=total)
        else:
            total = self._total(values)
        rows = min(limit, total - offset)
        if rows <= 0:
            return Page(jobs=(), total=total)
        # From the nearer end it is half the way at most.
        behind = total - offset - rows
        backwards = behind < offset
        walked = self.cursor.rows(
            page_statement(
                Shape(
                    self.dialect,
                    tuple(sorted(values)),
                    wanted.order_by,
                    wanted.descending is not backwards,
                )
            ),
            **values,
            rows=rows,
            skipped=behind if backwards else offset,
        )
        return Page(jobs=tuple(walked[::-1] if backwards else walked), total=total)

    def _searched(
        self, values: Mapping[str, Any], order_by: OrderBy
    ) -> tuple[list[tuple[Any, int]], int]:
        """Return what a search finds first, and how much it finds, in one reading."""
        shape = Shape(self.dialect, tuple(sorted(values)), order_by, searched=True)
        rows = self.cursor.rows(matches_statement(shape), **values, rows=_FEW)
        found = [(row[0], row[1]) for row in rows]
        if len(rows) < _FEW:
            return found, len(rows)
        last = rows[-1][2]
        passed = sum(row[2] != last for row in rows)
        rest = count_statement(replace(shape, begin=Begin.AFTER))
        row = self.cursor.row(rest, **values, last=last)
        return found, passed + (int(row[0]) if row else 0)

    def _total(self, values: Mapping[str, Any]) -> int:
        """Return the length of a list."""
        if all(name in TALLIED for name in values):
            return tally(self.cursor, values)
        shape = Shape(self.dialect, tuple(sorted(values)), OrderBy.START_TIME)
        row = self.cursor.row(count_statement(shape), **values)
        return int(row[0]) if row else 0

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
