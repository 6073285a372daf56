"""What is done to a database when it is opened."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from .codec import micros
from .reading import TOMBSTONE_AGE
from .schema import JOBS, MARKS, OUTBOX, TALLIES, TOMBSTONES


def probe(connection: Connection) -> None:
    """Read from every table and from the ends of the indexes: damage shows early."""
    for column in (
        JOBS.c.seq,
        JOBS.c.id,
        JOBS.c.created_at,
        JOBS.c.start_sort,
        JOBS.c.end_sort,
        JOBS.c.open_slot,
        MARKS.c.printer_id,
        OUTBOX.c.id,
        TALLIES.c.printer_id,
        TOMBSTONES.c.printer_id,
    ):
        connection.scalar(select(func.max(column)))
        connection.scalar(select(func.min(column)))


def prune(connection: Connection, now: datetime) -> None:
    """Forget deleted prints that no printer reports any more."""
    old = micros(now - TOMBSTONE_AGE)
    connection.execute(delete(TOMBSTONES).where(TOMBSTONES.c.deleted_at < old))
