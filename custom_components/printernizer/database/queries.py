"""Lists of jobs: filters, orders, pages, and what the planner has to do for them.

Each statement is built once for each combination of filters and order. SQLite is
told which index to walk: a column that is written with a plus before it is compared
but not looked up (https://www.sqlite.org/optoverview.html#the_where_clause). Left to
itself it would look up the filter and sort all that it finds.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from ..core.frozen import frozen, replace
from ..core.jobs import JobStatus
from .codec import JOB_FIELDS, folded, micros, storable
from .models import JobFilter, OrderBy
from .schema import JOBS, TALLIES

COLUMNS = tuple(JOBS.c[name] for name in JOB_FIELDS)
ORDER_COLUMNS = {
    OrderBy.CREATED_AT: "created_at",
    OrderBy.START_TIME: "start_sort",
    OrderBy.END_TIME: "end_sort",
    OrderBy.JOB_NAME: "name_sort",
    OrderBy.STATUS: "status",
}
# The filters whose numbers the tallies know.
TALLIED = ("printer_id", "status", "is_business", "auto_created")


class Begin(StrEnum):
    """Where the walk over a list begins: at its end, or after a known row."""

    ENDS = "ends"
    AFTER = "after"


@frozen()
class Shape:
    """Everything that decides a list's statement, but no value.

    The order's index is walked from where it shall ``begin``, or, where names are
    ``searched``, all of these are read.
    """

    dialect: str
    filters: tuple[str, ...] = ()
    order_by: OrderBy = OrderBy.CREATED_AT
    descending: bool = True
    searched: bool = False
    begin: Begin = Begin.ENDS

    @property
    def order_column(self) -> str:
        """Return the column that the list is ordered by."""
        return ORDER_COLUMNS[self.order_by]

    def column(self, name: str) -> ColumnElement[Any]:
        """Return a column to compare with, looked up only where it is walked."""
        is_walked = name == self.order_column and not self.searched
        if self.dialect != "sqlite" or is_walked:
            return JOBS.c[name]
        return literal_column(f"+jobs.{name}", JOBS.c[name].type)


def values_of(wanted: JobFilter) -> dict[str, Any]:
    """Return the filters that are set, with their values as the database has them."""
    values: dict[str, Any] = {
        "printer_id": wanted.printer_id and storable(wanted.printer_id),
        "status": wanted.status and wanted.status.value,
        "is_business": wanted.is_business,
        "auto_created": wanted.auto_created,
        "start": wanted.start and micros(wanted.start),
        "end": wanted.end and micros(wanted.end),
        "q": wanted.q and folded(wanted.q),
        "job_id": wanted.job_id and storable(wanted.job_id),
    }
    return {name: value for name, value in values.items() if value is not None}


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    """Return what the rows of a list have to fulfil."""
    conditions: list[ColumnElement[bool]] = []
    for name in shape.filters:
        match name:
            case "start":
                conditions.append(shape.column("start_sort") >= bindparam("start"))
            case "end":
                conditions.append(shape.column("start_sort") < bindparam("end"))
            case "q":
                found = contains(JOBS.c.search_text, bindparam("q"), shape.dialect)
                conditions.append(found)
            case "job_id":
                conditions.append(JOBS.c.id == bindparam("job_id"))
            case _:
                conditions.append(shape.column(name) == bindparam(name))
    return conditions


def contains(
    column: ColumnElement[str], text: BindParameter[str], dialect: str
) -> ColumnElement[bool]:
    """Return a search: unlike LIKE it knows no wildcard and stops at no NUL."""
    find = func.strpos if dialect == "postgresql" else func.instr
    found: ColumnElement[bool] = find(column, text) > 0
    return found


def _in_order[S: (Select[Any], CompoundSelect[Any])](
    query: S, shape: Shape, *columns: ColumnElement[Any]
) -> S:
    """Return the query in the list's order, by these columns."""
    if shape.descending:
        return query.order_by(*(column.desc() for column in columns))
    return query.order_by(*columns)


def _walk(shape: Shape) -> Select[Any] | CompoundSelect[Any]:
    """Return the query of all rows from where the walk begins, in order."""
    value, seq = JOBS.c[shape.order_column], JOBS.c.seq
    rows = select(value.label("position"), seq)
    if shape.begin is Begin.ENDS:
        return _in_order(rows.where(*_conditions(shape)), shape, value, seq)
    # SQLite looks a pair of values up by the first alone, which many rows share if it
    # is a status: the rows that share it are read first, and then those behind them.
    last: BindParameter[Any] = bindparam("last")
    at: BindParameter[Any] = bindparam("at")
    here = seq < at if shape.descending else seq > at
    behind = value < last if shape.descending else value > last
    rows = rows.where(*_conditions(_without_passed(shape)))
    parts = rows.where(value == last, here), rows.where(behind)
    if shape.dialect != "sqlite":
        both = union_all(*parts)
        columns = both.selected_columns
        return _in_order(both, shape, columns.position, columns.seq)
    # One after the other: merging would look for the first row behind, however far
    # that is, even where the page is full before it.
    most = bindparam("rows", type_=Integer) + bindparam("skipped", type_=Integer)
    none = literal_column("0", Integer)
    ordered = (
        _in_order(part, shape, value, seq).limit(most).offset(none) for part in parts
    )
    return union_all(*(select(part.subquery()) for part in ordered))


def _without_passed(shape: Shape) -> Shape:
    """Return the shape without the end of a time span that the walk has passed.

    SQLite would begin at that end instead of where the walk goes on.
    """
    if shape.order_by is not OrderBy.START_TIME:
        return shape
    passed = "end" if shape.descending else "start"
    return replace(shape, filters=tuple(n for n in shape.filters if n != passed))


@lru_cache(maxsize=1024)
def page_statement(shape: Shape) -> Select[Any]:
    """Return the query of one page; only its own rows are read from the table.

    Behind a job's columns come the value that the list is ordered by and the number.
    """
    page = (
        _walk(shape)
        .limit(bindparam("rows", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
        .subquery("page")
    )
    order = (JOBS.c[shape.order_column], JOBS.c.seq)
    query = select(*COLUMNS, *order).join_from(page, JOBS, JOBS.c.seq == page.c.seq)
    return _in_order(query, shape, *order)


@lru_cache(maxsize=256)
def count_statement(shape: Shape) -> Select[Any]:
    """Return the query that counts the rows of a list, or from the ``last`` text on."""
    query = select(func.count()).select_from(JOBS).where(*_conditions(shape))
    if shape.begin is Begin.ENDS:
        return query
    return query.where(JOBS.c.search_text >= bindparam("last"))


@lru_cache(maxsize=64)
def tally_statement(filters: tuple[str, ...]) -> Select[Any]:
    """Return the query that looks the length of a list up."""
    query = select(func.coalesce(func.sum(TALLIES.c.jobs), 0))
    return query.where(*(TALLIES.c[name] == bindparam(name) for name in filters))


@lru_cache(maxsize=256)
def matches_statement(shape: Shape) -> Select[Any]:
    """Return the query of what is found first by reading names, and how it is ordered.

    Behind the number comes the text in which it was found: the reading goes on there.
    """
    query = select(JOBS.c[shape.order_column], JOBS.c.seq, JOBS.c.search_text)
    query = query.where(*_conditions(shape)).order_by(JOBS.c.search_text)
    return query.limit(bindparam("rows", type_=Integer))


_NUMBERS = func.json_each(bindparam("numbers")).table_valued("value")
# The jobs with these numbers, and the numbers, in any order; for SQLite only.
NUMBERED = select(*COLUMNS, JOBS.c.seq).join_from(
    _NUMBERS, JOBS, JOBS.c.seq == _NUMBERS.c.value
)


# Left to itself SQLite would read all jobs in this order to find the few.
ACTIVE = (
    select(*COLUMNS)
    .where(
        or_(
            JOBS.c.status == JobStatus.RUNNING.value,
            JOBS.c.status == JobStatus.PAUSED.value,
        )
    )
    .order_by(literal_column("+jobs.created_at", JOBS.c.created_at.type), JOBS.c.seq)
)
