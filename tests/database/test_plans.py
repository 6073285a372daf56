"""How SQLite finds what is asked for: no list reads the table to pass over rows."""

from collections.abc import Iterator
from contextlib import closing
from itertools import product
import re
import sqlite3
from typing import Any

import pytest
from sqlalchemy import Select, create_engine
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from custom_components.printernizer.core.frozen import replace
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.database import JobFilter, OrderBy, sqlite_url
from custom_components.printernizer.database.places import order_statement
from custom_components.printernizer.database.queries import (
    ACTIVE,
    NUMBERED,
    Begin,
    Shape,
    count_statement,
    matches_statement,
    page_statement,
    values_of,
)
from custom_components.printernizer.database.schema import METADATA, migrate
from custom_components.printernizer.database.sql import Statements
from custom_components.printernizer.database.statements import SITUATION, waiting_jobs

from .common import NOON

FILTERS = [
    JobFilter(),
    JobFilter(printer_id="p"),
    JobFilter(status=JobStatus.FAILED),
    JobFilter(is_business=True),
    JobFilter(auto_created=False),
    JobFilter(start=NOON),
    JobFilter(end=NOON),
    JobFilter(start=NOON, end=NOON),
    JobFilter(printer_id="p", status=JobStatus.FAILED, start=NOON, auto_created=True),
]
INDEXES = {
    OrderBy.CREATED_AT: "ix_jobs_created",
    OrderBy.START_TIME: "ix_jobs_start",
    OrderBy.END_TIME: "ix_jobs_end",
    OrderBy.JOB_NAME: "ix_jobs_name",
    OrderBy.STATUS: "ix_jobs_status",
}


class Planner:
    """Asks SQLite for its plan."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Ask about this database."""
        self._connection = connection
        self._statements = Statements(create_engine("sqlite://").dialect)

    def plan(self, statement: Any, **values: Any) -> list[str]:
        """Return the steps of a statement."""
        compiled = self._statements.compiled(statement, tuple(values))
        rows = self._connection.execute(
            f"EXPLAIN QUERY PLAN {compiled.text}",
            compiled.arranged(values),
        )
        return [row[3] for row in rows]

    def passing(self, statement: Select[Any], **values: Any) -> list[str]:
        """Return the steps that pass over rows, without those of the page itself."""
        steps = self.plan(statement, **values)
        return steps[steps.index("CO-ROUTINE page") + 1 : steps.index("SCAN page")]


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planner]:
    """Return a planner of a database without statistics, as all of ours are."""
    path = tmp_path_factory.mktemp("plans") / "jobs.db"
    engine = create_engine(sqlite_url(path))
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        yield Planner(connection)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("begin", Begin)
@pytest.mark.parametrize("order_by", OrderBy)
def test_pages_walk_the_index_of_their_order(
    planner: Planner, order_by: OrderBy, begin: Begin, descending: bool
) -> None:
    """Rows are passed over in one covering index, in order, without sorting."""
    walk = f"jobs USING COVERING INDEX {INDEXES[order_by]}"
    for wanted in FILTERS:
        values = values_of(wanted)
        names = tuple(sorted(values))
        shape = Shape("sqlite", names, order_by, descending, begin=begin)
        bound = {**values, "rows": 50, "skipped": 100}
        if begin is not Begin.ENDS:
            bound |= {"last": 1, "at": 1}
        steps = planner.passing(page_statement(shape), **bound)
        if begin is Begin.ENDS:
            (step,) = steps
            assert re.match(rf"(SCAN|SEARCH) {walk}\b", step)
        else:
            compound, _, _, here, _, union, _, behind, _ = steps
            assert (compound, union) == ("COMPOUND QUERY", "UNION ALL")
            assert re.match(rf"SEARCH {walk} \(\w+=\? AND seq[<>]\?\)", here)
            assert behind.startswith(f"SEARCH {walk} (")
        rest = planner.plan(page_statement(shape), **bound)
        assert "SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)" in rest


@pytest.mark.parametrize("order_by", OrderBy)
def test_an_order_is_read_from_its_index(planner: Planner, order_by: OrderBy) -> None:
    """The places of all jobs are read from covering indexes, without sorting."""
    (step,) = planner.plan(order_statement(order_by))
    assert step == f"SCAN jobs USING COVERING INDEX {INDEXES[order_by]}"


def test_jobs_of_running_prints_are_looked_up(planner: Planner) -> None:
    """Those few are found by their status."""
    steps = planner.plan(ACTIVE)
    search = "SEARCH jobs USING INDEX ix_jobs_status (status=?)"
    assert search in steps
    assert not any(step.startswith("SCAN jobs") for step in steps)


def test_jobs_of_a_page_are_looked_up(planner: Planner) -> None:
    """Whose place is known is read by number."""
    first, second, *_ = planner.plan(NUMBERED, numbers="[1]")
    assert first.startswith("SCAN") and first.endswith("VIRTUAL TABLE INDEX 1:")
    assert second == "SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"


@pytest.mark.parametrize("wanted", FILTERS[5:])
def test_dates_are_counted_in_their_index(planner: Planner, wanted: JobFilter) -> None:
    """A count reads no more than the range, from the index alone."""
    values = values_of(wanted)
    shape = Shape("sqlite", tuple(sorted(values)), OrderBy.START_TIME)
    (step,) = planner.plan(count_statement(shape), **values)
    assert step.startswith("SEARCH jobs USING COVERING INDEX ix_jobs_start (start_sort")


def test_a_search_reads_one_index(planner: Planner) -> None:
    """All names are read from an index that holds nothing else but filters."""
    values = {"q": "x", "printer_id": "p"}
    shape = Shape("sqlite", tuple(sorted(values)), OrderBy.START_TIME, searched=True)
    (step,) = planner.plan(matches_statement(shape), **values, rows=1)
    assert step == "SCAN jobs USING COVERING INDEX ix_jobs_search"
    rest = count_statement(replace(shape, begin=Begin.AFTER))
    (step,) = planner.plan(rest, **values, last="x")
    assert step == "SEARCH jobs USING COVERING INDEX ix_jobs_search (search_text>?)"


def test_a_begin_is_judged_by_look_ups(planner: Planner) -> None:
    """What decides about a new print takes no scan, however long the history."""
    steps = planner.plan(SITUATION, printer_id="p", print_key="k")
    searches = [step for step in steps if " USING " in step]
    assert len(searches) == 4
    assert all(step.startswith("SEARCH") for step in searches)
    (step,) = planner.plan(waiting_jobs("sqlite", True), printer_id="p", name="x")
    assert step == "SEARCH jobs USING COVERING INDEX ix_jobs_waiting (printer_id=?)"


@pytest.mark.parametrize("dialect", [sqlite, postgresql, mysql])
def test_other_databases_get_their_own_words(dialect: Any) -> None:
    """Tables, indexes and lists can be written for every kind of database."""
    kind = dialect.dialect()
    for table in METADATA.sorted_tables:
        assert str(CreateTable(table).compile(dialect=kind))
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=kind))
    statements = Statements(kind)
    for wanted, order_by in product([*FILTERS, JobFilter(q="x")], OrderBy):
        values = values_of(wanted)
        shape = Shape(kind.name, tuple(sorted(values)), order_by)
        bound = {**values, "rows": 1, "skipped": 0}
        compiled = statements.compiled(page_statement(shape), tuple(bound))
        assert compiled.arranged(bound)
        assert ("+jobs" in compiled.text) <= (kind.name == "sqlite")
