"""Engines and connections: one that writes, some that read."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    PoolProxiedConnection,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import SQLAlchemyError

from .errors import DatabaseDamaged, DatabaseError, DatabaseFull, translated
from .sql import Cursor, Statements

BUSY_TIMEOUT_MS = 5000
READERS = 3
# What is seen is fixed by the first read, not by the begin.
_SNAPSHOT = ("BEGIN", "SELECT version FROM schema_version")
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


def sqlite_url(path: Path) -> URL:
    """Return the URL of an SQLite file, whatever characters its path has."""
    return URL.create("sqlite", database=str(path))


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
        self._writer: PoolProxiedConnection | None = None
        self._statements: Statements | None = None
        self._driver_errors: tuple[type[Exception], ...] = (SQLAlchemyError,)
        self.dialect = url.get_backend_name()

    # -- life ------------------------------------------------------------------------

    def connect(self) -> None:
        """Prepare engines; the first call of all."""
        try:
            self._writing = self._engine(size=1)
            self._reading = self._engine(size=READERS)
        except (ImportError, SQLAlchemyError) as error:
            raise DatabaseError(type(error).__name__) from None
        dialect = self._writing.dialect
        self._statements = Statements(dialect)
        if dialect.loaded_dbapi is not None:
            self._driver_errors = (SQLAlchemyError, dialect.loaded_dbapi.Error)

    def close(self) -> None:
        """Close every connection."""
        self._release_writer()
        for engine in (self._reading, self._writing):
            if engine is not None:
                engine.dispose()
        self._reading = self._writing = None

    def _engine(self, *, size: int) -> Engine:
        """Return an engine that keeps so many connections."""
        engine = create_engine(
            self._url,
            # Names and notes of customers have no place in an error's text.
            hide_parameters=True,
            pool_size=size,
            max_overflow=0,
            pool_pre_ping=self.path is None,
        )
        if self.path is not None:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
        return engine

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn what the driver raises into errors of our own."""
        try:
            yield
        except DatabaseError:
            raise
        except self._driver_errors as error:
            # The driver's own text may quote a name, a note or a connection string.
            raise translated(error) from None

    # -- transactions ------------------------------------------------------------------

    @contextmanager
    def preparing(self) -> Iterator[Connection]:
        """Commit what is done inside, which may be anything; driver's errors pass."""
        with self._open(self._writing).begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """Commit what is done inside, or nothing of it; the driver's errors pass."""
        self._demand_file()
        if self._writer is None:
            self._writer = self._open(self._writing).raw_connection()
        try:
            with self._transaction(self._writer, "BEGIN IMMEDIATE") as cursor:
                yield cursor
        except self._driver_errors:
            # Whatever is wrong with the connection, the next one has not.
            self._writer.invalidate()
            self._release_writer()
            raise
        except BaseException:
            self._release_writer()
            raise
        # A server may hang up between two prints: the pool will notice.
        if self.path is None:
            self._release_writer()

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """See one state of the database inside; the driver's errors pass."""
        self._demand_file()
        with (
            closing(self._open(self._reading).raw_connection()) as connection,
            self._transaction(connection, *_SNAPSHOT) as cursor,
        ):
            yield cursor

    @contextmanager
    def _transaction(
        self, connection: PoolProxiedConnection, *begin: str
    ) -> Iterator[Cursor]:
        """Commit what is done inside; otherwise the pool rolls it back."""
        assert self._statements is not None
        with closing(connection.cursor()) as cursor:
            # Other drivers begin by themselves.
            if self.path is not None:
                for statement in begin:
                    cursor.execute(statement)
            yield Cursor(cursor, self._statements)
        connection.commit()

    def _release_writer(self) -> None:
        """Give the writing connection back; what it has not committed is undone."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _open(self, engine: Engine | None) -> Engine:
        """Return an engine, if there is one."""
        if engine is None:
            raise DatabaseError("not open")
        return engine

    # -- SQLite only -------------------------------------------------------------------

    def is_left_open(self) -> bool:
        """Tell whether the last program that had the file open was killed."""
        if self.path is None:
            return False
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.exists() and log.stat().st_size > 0

    def is_missing(self) -> bool:
        """Tell whether there is no file; if its folder was renamed it went with it."""
        if self.path is None:
            return False
        try:
            self.path.stat()
        except FileNotFoundError:
            return self.path.parent.is_dir()
        return False

    def _demand_file(self) -> None:
        """Raise DatabaseDamaged where the file was deleted, and is written on unseen.

        A new connection would begin an empty one in its place.
        """
        if self.is_missing():
            raise DatabaseDamaged("the file is gone")

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
        self._release_writer()
        with closing(self._open(self._writing).raw_connection()) as connection:
            driver = connection.driver_connection
            assert isinstance(driver, SqliteConnection)
            return driver.execute(statement).fetchall()

    def move_aside(self) -> Path:
        """Rename a damaged file and its log; returns the file's new path.

        Raises DatabaseFull where the disk does not allow it.
        """
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
                _rename(source, aside.with_name(aside.name + ending))
        return aside


def _rename(source: Path, target: Path) -> None:
    """Rename a file; raises DatabaseFull where the disk does not allow it."""
    try:
        source.rename(target)
    except OSError as error:
        raise DatabaseFull(f"{source.name} cannot be put aside") from error


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    """Set a new connection up: durable, and with transactions as we begin them."""
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # One index of 100,000 jobs; the default reads it from the file each time.
        cursor.execute("PRAGMA cache_size = -8000")
    finally:
        cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """Begin as one who will write: later it might be too late."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
