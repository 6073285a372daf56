"""Statements of the write path: compiled once, run on the driver's own cursor.

A print is recorded in a dozen statements between two reports of a printer, and
SQLAlchemy's result objects would cost several times what SQLite itself needs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Insert, Table, bindparam, insert, update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

# More than all that is usual; every combination of filters is a statement.
_KEPT = 500
_AT_A_TIME = 1000

type Row = Sequence[Any]
type Build[T] = Callable[[Row], T]


@lru_cache(maxsize=128)
def insert_into(table: Table) -> Insert:
    """Return the insert statement of a table."""
    return insert(table)


class Cursor:
    """One driver's cursor, with statements in SQLAlchemy's language.

    Raises the driver's own errors.
    """

    def __init__(self, cursor: DBAPICursor, statements: Statements) -> None:
        """Work through a cursor of the driver's."""
        self._cursor = cursor
        self._statements = statements
        self.dialect = statements.dialect.name

    def run(self, statement: ClauseElement, /, **values: Any) -> int:
        """Run a statement and return how many rows it touched."""
        compiled = self._statements.compiled(statement, tuple(values))
        self._cursor.execute(compiled.text, compiled.arranged(values))
        return self._cursor.rowcount

    def rows(self, statement: ClauseElement, /, **values: Any) -> Sequence[Row]:
        """Run a query and return its rows."""
        self.run(statement, **values)
        return self._cursor.fetchall()

    def each(self, statement: ClauseElement, /, **values: Any) -> Iterator[Row]:
        """Run a query and yield its rows, of which few are held at a time."""
        self.run(statement, **values)
        while rows := self._cursor.fetchmany(_AT_A_TIME):
            yield from rows

    def row(self, statement: ClauseElement, /, **values: Any) -> Row | None:
        """Run a query and return its first row."""
        self.run(statement, **values)
        return self._cursor.fetchone()

    def insert(self, table: Table, values: Mapping[str, Any]) -> int:
        """Insert a row and return the number that the database gave it."""
        self.run(insert_into(table), **values)
        if self._statements.returns_numbers:
            row = self._cursor.fetchone()
            return int(row[0]) if row else 0
        return int(self._cursor.lastrowid or 0)

    def update(self, table: Table, seq: int, values: Mapping[str, Any]) -> None:
        """Change these columns of the row with this number."""
        statement = self._statements.update_of(table)
        self.run(statement, **values, this_seq=seq)

    def close(self) -> None:
        """Close the cursor."""
        self._cursor.close()


class Compiled:
    """A statement as text, with what its driver has to be given."""

    def __init__(self, statement: ClauseElement, names: list[str], to: Dialect) -> None:
        """Compile a statement whose values have these names."""
        compiled = statement.compile(dialect=to, column_keys=names)
        assert isinstance(compiled, SQLCompiler)
        self.text = compiled.string
        self._order = compiled.positiontup
        self._no_nul = to.name == "postgresql"
        self._constants = {
            name: bind.value
            for name, bind in compiled.binds.items()
            if name not in names and bind.value is not None
        }

    def arranged(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        if self._constants:
            values = self._constants | {**values}
        if self._no_nul:
            values = {name: _without_nul(value) for name, value in values.items()}
        if self._order is None:
            return values
        return [values[name] for name in self._order]


class Statements:
    """The statements of one dialect; each is compiled once."""

    def __init__(self, dialect: Dialect) -> None:
        """Compile for this dialect."""
        self.dialect = dialect
        self._compiled: dict[tuple[ClauseElement, tuple[str, ...]], Compiled] = {}
        self._updates: dict[Table, ClauseElement] = {}
        self.returns_numbers = dialect.name == "postgresql"

    def compiled(self, statement: ClauseElement, names: tuple[str, ...]) -> Compiled:
        """Return a statement that is given these values."""
        key = (statement, names)
        known = self._compiled.get(key)
        if known is None:
            columns = [name for name in names if name != "this_seq"]
            known = Compiled(statement, columns, self.dialect)
            if len(self._compiled) >= _KEPT:
                self._compiled.clear()
            self._compiled[key] = known
        return known

    def update_of(self, table: Table) -> ClauseElement:
        """Return the statement that changes a row found by its number."""
        known = self._updates.get(table)
        if known is None:
            known = update(table).where(table.c.seq == bindparam("this_seq"))
            self._updates[table] = known
        return known


def _without_nul(value: Any) -> Any:
    """Return what PostgreSQL takes, which knows no NUL in a text."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
