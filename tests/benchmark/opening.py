"""How long it takes from the decision that a print began to its job on disk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from statistics import median
import time
from typing import Any, override

from custom_components.printernizer.core.detector import Decision
from custom_components.printernizer.core.session import DEFAULT_POLICY, Moment
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.database import JobDatabase
from custom_components.printernizer.database.transaction import Transaction
from custom_components.printernizer.job_manager import JobManager
from custom_components.printernizer.watching import Watch
from homeassistant.util.ulid import ulid_now

from .history import fill
from .registry import Values, figures

PRINTER = "octoprint_0123456789ab"
ROUNDS = 300
MANY = 100_000


class _TimedDatabase(JobDatabase):
    """Notes when a change was committed."""

    committed: list[float]

    @override
    def _transact[T](self, work: Callable[[Transaction], T], now: datetime) -> T:
        """Carry out a change and note its time."""
        result = super()._transact(work, now)
        self.committed.append(time.perf_counter())
        return result


class _TimedManager(JobManager):
    """Notes when something was decided."""

    decided: list[float]

    @override
    def _apply(self, watch: Watch, decision: Decision) -> None:
        """Note the time of a decision and have it recorded."""
        if decision.transitions:
            self.decided.append(time.perf_counter())
        super()._apply(watch, decision)


class _NoStore:
    """Sessions are written after the commit; they are no part of the figure."""

    async def load(self) -> Mapping[str, Any]:
        """Return nothing."""
        return {}

    async def save(self, sessions: Mapping[str, Any]) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A database, the manager that writes to it, and a plain connection to it."""

    database: _TimedDatabase
    manager: _TimedManager
    plain: sqlite3.Connection

    async def opened_ms(self, number: int) -> float:
        """Return the time from the decision that a print began to its job's commit."""
        begun = Snapshot(
            activity=Activity.PRINTING,
            print_id=str(number),
            filename=f"folder/model {number}.gcode",
            progress=1.0,
            elapsed_s=3.0,
            estimated_s=3600.0,
        )
        self.database.committed.clear()
        self.manager.decided.clear()
        self.manager.observe(PRINTER, begun)
        await self.manager.settle(PRINTER)
        took_s = self.database.committed[0] - self.manager.decided[0]
        over = Snapshot(
            activity=Activity.ENDED,
            outcome=Outcome.COMPLETED,
            print_id=str(number),
            filename=begun.filename,
        )
        self.manager.observe(PRINTER, over)
        await self.manager.settle(PRINTER)
        return took_s * 1000

    def inserted_ms(self, number: int) -> float:
        """Return the time of a committed insert of the same row."""
        row = dict(self.plain.execute(_LATEST).fetchone())
        del row["seq"]
        row |= {
            "id": f"plain{number}",
            "printer_id": "plain",
            "print_key": f"plain{number}",
            "open_slot": f"plain{number}",
        }
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        statement = f"INSERT INTO jobs ({names}) VALUES ({places})"  # noqa: S608
        began = time.perf_counter()
        self.plain.execute("BEGIN IMMEDIATE")
        self.plain.execute(statement, row)
        self.plain.execute("COMMIT")
        return (time.perf_counter() - began) * 1000


_LATEST = f"SELECT * FROM jobs WHERE printer_id = '{PRINTER}' ORDER BY seq DESC LIMIT 1"  # noqa: S608


@asynccontextmanager
async def _record(path: Path, jobs: int) -> AsyncIterator[_Record]:
    """Open a database with so many jobs, by both ways."""
    database = _TimedDatabase(f"sqlite:///{path}")
    database.committed = []
    await database.open()
    if jobs:
        await asyncio.to_thread(fill, path, jobs, printers=(PRINTER, "another"))
    manager = _TimedManager(
        database,
        _NoStore(),
        clock=lambda: Moment(datetime.now(UTC), time.monotonic()),
        new_id=ulid_now,
    )
    manager.decided = []
    await manager.start()
    await manager.add_printer(PRINTER, "octoprint", DEFAULT_POLICY)
    await manager.start_announcing()
    manager.observe(PRINTER, Snapshot(activity=Activity.IDLE))
    with _plain(path) as plain:
        yield _Record(database, manager, plain)
    await manager.stop()
    await database.close()


@contextmanager
def _plain(path: Path) -> Iterator[sqlite3.Connection]:
    """Connect with the settings of the product's own connections."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -8000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        yield connection


@figures(
    "open_job_vs_commit",
    "open_job_100k_vs_0",
    "open_job_ms",
    "open_job_100k_ms",
    "plain_commit_ms",
    limits={"open_job_vs_commit": 2, "open_job_100k_vs_0": 1.3},
)
async def measure_opening(folder: Path) -> Values:
    """Open jobs at 0 and at 100,000 stored ones, and insert plainly, in turn.

    Opening is from the detector's decision to the end of the commit, with the way to
    the writing thread, the order of events and the mark included. The plain insert is one
    committed row, the same, into the same table of the same file by ``sqlite3`` with
    the same settings. All are medians of 300 rounds.
    """
    async with AsyncExitStack() as stack:
        empty = await stack.enter_async_context(_record(folder / "empty.db", 0))
        full = await stack.enter_async_context(_record(folder / "full.db", MANY))
        times: list[tuple[float, float, float]] = []
        for number in range(ROUNDS):
            opened_ms = await empty.opened_ms(number)
            plain_ms = empty.inserted_ms(number)
            times.append((opened_ms, plain_ms, await full.opened_ms(number)))
    opened, plain, opened_full = (median(column) for column in zip(*times, strict=True))
    return {
        "open_job_vs_commit": opened / plain,
        "open_job_100k_vs_0": opened_full / opened,
        "open_job_ms": opened,
        "open_job_100k_ms": opened_full,
        "plain_commit_ms": plain,
    }
