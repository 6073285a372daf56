"""The tables of the job history, and the ladder that leads to them.

Times are whole microseconds since 1970 in UTC, durations whole seconds.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy.schema import SchemaItem

from .errors import DatabaseTooNew

METADATA = MetaData()

# SQLite numbers rows by itself in a column of exactly this type only.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _table(name: str, *parts: SchemaItem, **options: Any) -> Table:
    """Return a table in which two texts are equal only if they are the same.

    For MariaDB two names that differ in case would be one print otherwise.
    """
    options |= {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
    return Table(name, METADATA, *parts, **options)


JOBS = _table(
    "jobs",
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("printer_id", String(64), nullable=False),
    Column("printer_type", String(32), nullable=False),
    Column("job_name", String(200), nullable=False),
    Column("filename", Text),
    Column("status", String(16), nullable=False),
    Column("outcome_source", String(16)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("start_time", BigInteger),
    Column("end_time", BigInteger),
    Column("estimated_duration", BigInteger),
    Column("actual_duration", BigInteger),
    Column("progress", Double),
    Column("material_used", Double),
    Column("material_cost", Double),
    Column("power_cost", Double),
    Column("is_business", Boolean, nullable=False),
    Column("customer_name", Text),
    Column("order_id", Text),
    Column("notes", Text),
    Column("auto_created", Boolean, nullable=False),
    Column("discovery_time", BigInteger),
    Column("printer_start_time", BigInteger),
    Column("discovered_on_startup", Boolean, nullable=False),
    Column("discovered_afterwards", Boolean, nullable=False),
    Column("details", Text),
    Column("print_key", String(512)),
    Column("print_id", Text),
    Column("elapsed_s", Double),
    # How often the job was changed.
    Column("version", Integer, nullable=False),
    # The printer while its print runs, else null: no printer has two open prints.
    Column("open_slot", String(64), unique=True),
    # The user ended the job by hand: nothing the printer says touches it any more.
    Column("detached", Boolean, nullable=False),
    # The user chose these: a name that comes late does not replace them.
    Column("name_edited", Boolean, nullable=False),
    Column("file_edited", Boolean, nullable=False),
    # What lists are ordered by and searched in, never null.
    Column("start_sort", BigInteger, nullable=False),
    Column("end_sort", BigInteger, nullable=False),
    Column("name_sort", String(200), nullable=False),
    Column("search_text", Text, nullable=False),
    UniqueConstraint("printer_id", "print_key", name="uq_jobs_print"),
)

TOMBSTONES = _table(
    "tombstones",
    Column("printer_id", String(64), primary_key=True),
    Column("print_key", String(512), primary_key=True),
    Column("print_id", Text),
    Column("started_at", BigInteger),
    Column("deleted_at", BigInteger, nullable=False),
)

MARKS = _table(
    "marks",
    Column("printer_id", String(64), primary_key=True),
    Column("mark", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

OUTBOX = _table(
    "outbox",
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("job_id", String(64), nullable=False),
    Column("events", Text, nullable=False),
    Column("previous_status", String(16)),
    Column("job", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # A number is not used twice: "announced" may come after the row was replaced.
    sqlite_autoincrement=True,
)

# How many jobs there are of each kind: a list's length is known without counting.
TALLIES = _table(
    "tallies",
    Column("printer_id", String(64), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("is_business", Boolean, primary_key=True),
    Column("auto_created", Boolean, primary_key=True),
    Column("jobs", BigInteger, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("grams", Double, nullable=False),
)

_VERSION = _table("schema_version", Column("version", Integer, primary_key=True))

# Each order has an index that also holds what a filter asks for, so that neither
# counting nor turning to a late page reads the rows that are passed over.
_FILTERED = ("printer_id", "status", "is_business", "auto_created", "start_sort")
for _name, _order in {
    "created": "created_at",
    "start": "start_sort",
    "end": "end_sort",
    "name": "name_sort",
    "status": "status",
}.items():
    Index(
        f"ix_jobs_{_name}",
        *(JOBS.c[column] for column in dict.fromkeys((_order, "seq", *_FILTERED))),
    )
Index(
    "ix_jobs_printer",
    *(
        JOBS.c[column]
        for column in dict.fromkeys(("printer_id", "created_at", "seq", *_FILTERED))
    ),
)
# Few jobs are by hand, or for a business: these lead a server to them past the many.
Index("ix_jobs_business", JOBS.c.is_business, JOBS.c.seq)
Index("ix_jobs_auto", JOBS.c.auto_created, JOBS.c.seq)
# The jobs by hand that wait for a print: looked at whenever one begins. The literal
# has to stand in the query as it stands here for SQLite to use it.
WAITING = JOBS.c.status == literal_column("'pending'")
Index(
    "ix_jobs_waiting", JOBS.c.printer_id, JOBS.c.search_text, sqlite_where=WAITING
).ddl_if(dialect="sqlite")
Index("ix_jobs_waiting_here", JOBS.c.printer_id, postgresql_where=WAITING).ddl_if(
    dialect="postgresql"
)
# Searching reads all names, and nothing else. Only SQLite has no limit to the length
# of an entry, and other databases read their tables fast enough.
Index(
    "ix_jobs_search",
    *(
        JOBS.c[column]
        for column in (
            "search_text",
            "seq",
            *_FILTERED,
            "created_at",
            "end_sort",
            "name_sort",
        )
    ),
).ddl_if(dialect="sqlite")


def _to_1(connection: Connection) -> None:
    """Create the first version's tables."""
    METADATA.create_all(connection)


# Each step leads from the version before; a step once released never changes.
_LADDER: dict[int, Callable[[Connection], None]] = {1: _to_1}
SCHEMA_VERSION = max(_LADDER)


def migrate(connection: Connection) -> None:
    """Lead the database to this version; raises DatabaseTooNew."""
    found = 0
    if inspect(connection).has_table(_VERSION.name):
        found = connection.scalar(select(_VERSION.c.version)) or 0
    if found > SCHEMA_VERSION:
        raise DatabaseTooNew(f"version {found}, known up to {SCHEMA_VERSION}")
    for version in range(found + 1, SCHEMA_VERSION + 1):
        _LADDER[version](connection)
    if found == SCHEMA_VERSION:
        return
    if not connection.execute(update(_VERSION).values(version=SCHEMA_VERSION)).rowcount:
        connection.execute(insert(_VERSION).values(version=SCHEMA_VERSION))
