"""Engines and connections: one that writes, some that read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection, Error as SqliteError
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from .errors import DatabaseDamaged, DatabaseError, translated
from .sql import Cursor, Statements

BUSY_TIMEOUT_MS = 5000
READERS = 3
_SIDE_FILES = ("", "-wal", "-shm")


def parsed_url(url: str | URL) -> URL:
    """Return the URL of a database that outlives its connections."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        # The URL may hold a password.
        raise DatabaseError("this is no database URL") from None
    if parsed.get_backend_name() == "sqlite" and _path_of(parsed) is None:
        raise DatabaseError("a database in memory loses the jobs")
    return parsed


def _path_of(url: URL) -> Path | None:
    """Return the file of an SQLite database."""
    if url.get_backend_name() != "sqlite":
        return None
    name = url.database
    return Path(name) if name and name != ":memory:" else None


class Connections:
    """The connections to one database; every method but ``__init__`` blocks."""

    def __init__(self, url: URL) -> None:
        """Prepare for the database at this URL without opening it."""
        self.path = _path_of(url)
        self._url = url
        self._writing: Engine | None = None
        self._reading: Engine | None = None
        self._writer: Connection | None = None
        self._statements: Statements | None = None
        self.dialect = url.get_backend_name()

    # -- life ------------------------------------------------------------------------

    def connect(self) -> Connection:
        """Open the database for writing; the first of all calls."""
        try:
            self._writing = self._engine(begin="BEGIN IMMEDIATE", size=1)
            self._reading = self._engine(begin="BEGIN", size=READERS)
        except (ImportError, SQLAlchemyError) as error:
            raise DatabaseError(type(error).__name__) from None
        self._statements = Statements(self._writing.dialect)
        return self._writing_connection()

    def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for engine in (self._reading, self._writing):
            if engine is not None:
                engine.dispose()
        self._reading = self._writing = None

    def _engine(self, *, begin: str, size: int) -> Engine:
        """Return an engine whose transactions begin so, where that can be chosen."""
        engine = create_engine(
            self._url,
            # Names and notes of customers have no place in an error's text.
            hide_parameters=True,
            pool_size=size,
            max_overflow=0,
            pool_pre_ping=self.path is None,
            **({"connect_args": {"timeout": 5}} if self.path else {}),
        )
        if self.path is not None:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", lambda conn: conn.exec_driver_sql(begin))
        return engine

    # -- transactions ------------------------------------------------------------------

    def _writing_connection(self) -> Connection:
        """Return the connection that writes, opened where it is not."""
        if self._writing is None:
            raise DatabaseError("not open")
        if self._writer is None:
            self._writer = self._writing.connect()
        return self._writer

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Commit what is done inside, or nothing of it; the driver's errors pass."""
        connection = self._writing_connection()
        try:
            with connection.begin():
                yield connection
        except BaseException:
            # It may be the connection that is broken: the next one is a new one.
            self._writer = None
            connection.invalidate()
            connection.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """See one state of the database inside; the driver's errors pass."""
        if self._reading is None:
            raise DatabaseError("not open")
        with self._reading.connect() as connection, connection.begin():
            yield self.cursor(connection)

    def cursor(self, connection: Connection) -> Cursor:
        """Return a cursor on a connection."""
        assert self._statements is not None
        return Cursor(connection, self._statements)

    # -- SQLite only -------------------------------------------------------------------

    def is_left_open(self) -> bool:
        """Tell whether the last program that had the file open was killed."""
        if self.path is None:
            return False
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.exists() and log.stat().st_size > 0

    def check(self) -> None:
        """Read every page once; raises DatabaseDamaged."""
        if self.path is None:
            return
        rows = self._run("PRAGMA quick_check(1)")
        if [tuple(row) for row in rows] != [("ok",)]:
            raise DatabaseDamaged("quick_check")

    def checkpoint(self) -> bool:
        """Move everything into the main file; False where a reader was in the way."""
        if self.path is None:
            return True
        return not self._run("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]

    def _run(self, statement: str) -> list[Any]:
        """Run a statement of SQLite's own, outside of a transaction."""
        driver = self._writing_connection().connection.driver_connection
        assert isinstance(driver, SqliteConnection)
        return driver.execute(statement).fetchall()

    def move_aside(self) -> Path:
        """Rename a damaged file and its log; returns the file's new path."""
        assert self.path is not None
        self.close()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}-{number}")
        for ending in _SIDE_FILES:
            source = self.path.with_name(self.path.name + ending)
            if source.exists():
                source.rename(aside.with_name(aside.name + ending))
        return aside


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    """Set a new connection up: durable, and with transactions as we begin them."""
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
    finally:
        cursor.close()


@contextmanager
def driver_errors() -> Iterator[None]:
    """Turn what the drivers raise into errors of our own."""
    try:
        yield
    except DatabaseError:
        raise
    except (SQLAlchemyError, SqliteError) as error:
        raise translated(error) from None
