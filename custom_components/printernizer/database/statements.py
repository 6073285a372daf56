"""The statements of the write path."""

from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from .codec import JOB_FIELDS, STORED_FIELDS, storable
from .queries import contains
from .schema import JOBS, MARKS, OUTBOX, TALLIES, TOMBSTONES, WAITING

_LONGEST_KEY = 512

STORED = select(*(JOBS.c[name] for name in (*JOB_FIELDS, *STORED_FIELDS)))
BY_ID = STORED.where(JOBS.c.id == bindparam("job_id"))
BY_SEQ = STORED.where(JOBS.c.seq == bindparam("seq"))
BY_KEY = STORED.where(
    JOBS.c.printer_id == bindparam("printer_id"),
    JOBS.c.print_key == bindparam("print_key"),
)
BY_SLOT = STORED.where(JOBS.c.open_slot == bindparam("printer_id"))
REMOVE = delete(JOBS).where(JOBS.c.seq == bindparam("seq"))
UNSEND = delete(OUTBOX).where(OUTBOX.c.job_id == bindparam("job_id"))
SENT = delete(OUTBOX).where(OUTBOX.c.id == bindparam("number"))
TOMBSTONE = select(TOMBSTONES.c.deleted_at).where(
    TOMBSTONES.c.printer_id == bindparam("printer_id"),
    TOMBSTONES.c.print_key == bindparam("print_key"),
)
# All that decides what becomes of a print, asked at once.
SITUATION = union_all(
    select(literal_column("'key'"), JOBS.c.seq).where(
        JOBS.c.printer_id == bindparam("printer_id"),
        JOBS.c.print_key == bindparam("print_key"),
    ),
    select(literal_column("'slot'"), JOBS.c.seq).where(
        JOBS.c.open_slot == bindparam("printer_id")
    ),
    select(literal_column("'deleted'"), TOMBSTONES.c.deleted_at).where(
        TOMBSTONES.c.printer_id == bindparam("printer_id"),
        TOMBSTONES.c.print_key == bindparam("print_key"),
    ),
    select(literal_column("'waiting'"), func.count()).where(
        JOBS.c.printer_id == bindparam("printer_id"), WAITING
    ),
)
MARK = (
    update(MARKS)
    .where(MARKS.c.printer_id == bindparam("this_printer"))
    .values(mark=bindparam("mark"), updated_at=bindparam("updated_at"))
)
TALLY = (
    update(TALLIES)
    .where(
        TALLIES.c.printer_id == bindparam("printer"),
        TALLIES.c.status == bindparam("state"),
        TALLIES.c.is_business == bindparam("business"),
        TALLIES.c.auto_created == bindparam("auto"),
    )
    .values(
        jobs=TALLIES.c.jobs + bindparam("more_jobs"),
        seconds=TALLIES.c.seconds + bindparam("more_seconds"),
        grams=TALLIES.c.grams + bindparam("more_grams"),
    )
)
NEW_MARK = insert(MARKS)
NEW_TALLY = insert(TALLIES)
NEW_TOMBSTONE = insert(TOMBSTONES)
# A change of anything else may move a job in a list.
UNDERIVED = frozenset({*JOB_FIELDS, *STORED_FIELDS}) - {
    "job_name",
    "filename",
    "created_at",
    "start_time",
    "end_time",
}


@lru_cache
def waiting_jobs(dialect: str, is_named: bool) -> Select[Any]:
    """Return the query of the jobs that wait for a print."""
    printer = JOBS.c.printer_id == bindparam("printer_id")
    query = select(JOBS.c.seq).where(printer, WAITING)
    if is_named:
        query = query.where(contains(JOBS.c.search_text, bindparam("name"), dialect))
    return query


def storable_key(key: str) -> str:
    """Return a print key as it is stored: unique, and of limited length."""
    key = storable(key)
    if len(key) <= _LONGEST_KEY:
        return key
    digest = sha256(key.encode()).hexdigest()
    return f"{key[: _LONGEST_KEY - len(digest) - 1]}~{digest}"
