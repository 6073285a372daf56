"""What can go wrong with the job history, in words of its callers."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from ..core.jobs import JobStatus


class DatabaseError(Exception):
    """The history could not be read or written; nothing of the change was kept."""


class DatabaseBusy(DatabaseError):
    """Another program holds the database; the same call may succeed later."""


class DatabaseFull(DatabaseError):
    """The disk is full, read-only or fails."""


class DatabaseDamaged(DatabaseError):
    """The file is no database, or its content contradicts itself."""


class DatabaseTooNew(DatabaseError):
    """A newer version of the integration wrote this database."""


class JobNotFound(DatabaseError):
    """No job has this id."""


class JobActive(DatabaseError):
    """The job's print goes on, so it is deleted by force only."""


class EditConflict(DatabaseError):
    """Somebody else changed the job since it was read."""


class TransitionForbidden(DatabaseError):
    """A status that may not be set by hand where the job stands."""

    def __init__(self, old: JobStatus, new: JobStatus) -> None:
        """Name both ends of the refused step."""
        super().__init__(f"{old} to {new}")
        self.old = old
        self.new = new


# https://www.sqlite.org/rescode.html: the low byte is the primary code.
_BY_PRIMARY_CODE: dict[int, type[DatabaseError]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_IOERR: DatabaseFull,
    sqlite3.SQLITE_READONLY: DatabaseFull,
    sqlite3.SQLITE_CANTOPEN: DatabaseFull,
    sqlite3.SQLITE_PERM: DatabaseFull,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
}


def translated(error: BaseException) -> DatabaseError:
    """Return what a driver's error means; its text tells neither values nor URLs."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        name = getattr(cause, "sqlite_errorname", type(cause).__name__)
        if isinstance(code, int):
            return _BY_PRIMARY_CODE.get(code & 0xFF, DatabaseError)(name)
        return DatabaseError(name)
    return DatabaseError(type(cause).__name__)
