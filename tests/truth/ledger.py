"""The real way of a look: job manager, session store and the database on disk."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
import json
from typing import Any

from custom_components.printernizer.core.session import (
    DEFAULT_POLICY,
    NEW_SESSION,
    Moment,
    Settling,
)
from custom_components.printernizer.core.snapshot import Remembered, Snapshot
from custom_components.printernizer.core.transitions import (
    Print,
    PrintBegan,
    Transition,
)
from custom_components.printernizer.database import (
    DatabaseError,
    JobDatabase,
    JobFilter,
    OrderBy,
    Recorded,
)
from custom_components.printernizer.job_manager import JobManager

from .matching import Record
from .peer import Clock

PROGRESS_S = 60.0
PAGE = 1000
WATCH_BEGAN = Clock().moment(0)


class Death(StrEnum):
    """Where the process is killed."""

    BEFORE_COMMIT = "before the commit"
    AFTER_COMMIT = "after the commit"
    BEFORE_STORE = "before the store"
    AFTER_STORE = "after the store"
    BEFORE_ANNOUNCED = "before the announcement is marked"
    BETWEEN_LOOKS = "between two looks"


class Fates:
    """What is to happen to the writes of one life of a ledger."""

    def __init__(self) -> None:
        """Let nothing happen."""
        self.death: Death | None = None
        self.died = asyncio.Event()
        self.disk_fails = False

    async def pass_by(self, place: Death) -> None:
        """Go on for ever, or be killed here."""
        if self.death is place or self.died.is_set():
            self.died.set()
            await asyncio.get_running_loop().create_future()


class _Database:
    """One ledger's view of the shared database."""

    def __init__(
        self,
        database: JobDatabase,
        fates: Fates,
        done: Callable[[], None],
        noted: Callable[[], None],
        refused: Callable[[], None],
    ) -> None:
        """Stand between a manager and the database."""
        self._database = database
        self._fates = fates
        self._done = done
        self._noted = noted
        self._refused = refused

    def __getattr__(self, name: str) -> Any:
        """Pass everything else on."""
        return getattr(self._database, name)

    async def record(  # noqa: PLR0917 - the signature of the real one
        self,
        printer_id: str,
        printer_type: str,
        transitions: Sequence[Transition],
        mark: Mapping[str, Any] | None,
        now: datetime,
        new_id: Callable[[], str],
    ) -> Recorded:
        """Record, fail, or be killed before or after."""
        await self._fates.pass_by(Death.BEFORE_COMMIT)
        if self._fates.disk_fails:
            self._refused()
            raise DatabaseError("no space left")
        recorded = await self._database.record(
            printer_id, printer_type, transitions, mark, now, new_id
        )
        self._done()
        await self._fates.pass_by(Death.AFTER_COMMIT)
        return recorded

    async def save_progress(self, rows: Any, now: datetime) -> None:
        """Note how far prints are."""
        await self._database.save_progress(rows, now)
        self._noted()

    async def announced(self, numbers: Any) -> None:
        """Mark, or be killed before."""
        await self._fates.pass_by(Death.BEFORE_ANNOUNCED)
        await self._database.announced(numbers)


class _Paper:
    """What a store keeps, whatever becomes of its user."""

    sessions: Mapping[str, Any] = {}


class _Store:
    """One life's view of the store."""

    def __init__(self, paper: _Paper, fates: Fates, done: Callable[[], None]) -> None:
        """Stand between a manager and the store."""
        self._paper = paper
        self._fates = fates
        self._done = done

    async def load(self) -> Mapping[str, Any]:
        """Return what was saved, as it comes from JSON."""
        return json.loads(json.dumps(self._paper.sessions))  # type: ignore[no-any-return]

    async def save(self, sessions: Mapping[str, Any]) -> None:
        """Save, or be killed before or after."""
        await self._fates.pass_by(Death.BEFORE_STORE)
        # Each session in it is replaced when it changes, and never changed.
        self._paper.sessions = {**sessions}
        self._done()
        await self._fates.pass_by(Death.AFTER_STORE)


class Ledger:
    """One printer's jobs, recorded as in the product."""

    def __init__(self, database: JobDatabase, printer_id: str) -> None:
        """Use a database that others use too."""
        self.log: list[str] = []
        self.fates = Fates()
        self._database = database
        self._printer_id = printer_id
        self._paper = _Paper()
        self._now = WATCH_BEGAN
        self._manager: JobManager | None = None
        self.commits = 0
        self.notes = 0
        self.saves = 0
        self.refusals = 0
        self._made: dict[str, float] = {}
        self._seen: dict[str, tuple[datetime, float]] = {}
        self._saved_at = 0.0

    @property
    def remembered(self) -> Remembered:
        """Return what the client may need to know."""
        watch = self._manager.watch(self._printer_id) if self._manager else None
        return (watch.session if watch else NEW_SESSION).remembered

    async def start(self, now: Moment) -> None:
        """Begin to watch, with what store and database kept."""
        self._now = now
        view: Any = _Database(
            self._database, self.fates, self._committed, self._noted, self._refused
        )
        store = _Store(self._paper, self.fates, self._saved)
        self._manager = JobManager(
            view, store, clock=lambda: self._now, new_id=self._new_id
        )
        await self._manager.start()
        await self._manager.add_printer(self._printer_id, "sim", DEFAULT_POLICY)
        await self._settle()

    def _committed(self) -> None:
        """Note that something is in the database."""
        self.commits += 1

    def _noted(self) -> None:
        """Note that it is in the database how far prints are."""
        self.notes += 1

    def _refused(self) -> None:
        """Note that something could not be written to the database."""
        self.refusals += 1

    def _saved(self) -> None:
        """Note that the sessions are in the store: what the database lacks is not."""
        watch = self._manager.watch(self._printer_id) if self._manager else None
        if watch is None or not watch.queue:
            self.saves += 1

    def _new_id(self) -> str:
        """Return an id that sorts by the time at which it was given."""
        made = f"{self._printer_id}-{len(self._made):06d}"
        self._made[made] = self._now.monotonic
        return made

    async def stop(self) -> None:
        """Stop in good order."""
        if self._manager is not None:
            await self._manager.stop()
        self._manager = None

    def arm(self, death: Death) -> None:
        """Have the watcher killed at the next chance."""
        self.fates.death = death

    async def kill(self, *, forget: bool) -> None:
        """Kill the watcher, if it is not dead yet."""
        manager, self._manager = self._manager, None
        disk_fails = self.fates.disk_fails
        self.fates.died.set()
        watch = manager.watch(self._printer_id) if manager else None
        if watch is not None and watch.worker is not None:
            watch.queue.clear()
            watch.worker.cancel()
            with suppress(asyncio.CancelledError):
                await watch.worker
        self.fates = Fates()
        self.fates.disk_fails = disk_fails
        if forget:
            self._paper.sessions = {}

    @property
    def is_dead(self) -> bool:
        """Tell whether it was killed."""
        return self.fates.died.is_set()

    def fail(self, *, disk_fails: bool) -> None:
        """Let the database fail, or work again."""
        self.fates.disk_fails = disk_fails

    async def observe(self, snapshot: Snapshot | None, now: Moment) -> float | None:
        """Take in one look; returns when to be woken."""
        self._now = now
        manager = self._manager
        assert manager is not None
        watch = manager.watch(self._printer_id)
        settling = watch.session.settling if watch else None
        decision = manager.observe(self._printer_id, snapshot)
        for line in decision.trace:
            self.log.append(f"{now.monotonic:12.1f}    {line}")
        opened = [
            one.print for one in decision.transitions if isinstance(one, PrintBegan)
        ]
        for known in (decision.session.current, *opened):
            if known is not None:
                self._discover(known, settling, now)
        await self._settle()
        if now.monotonic - self._saved_at >= PROGRESS_S and not self.is_dead:
            self._saved_at = now.monotonic
            await self._or_die(manager.save_progress())
        return decision.wake_at

    def _discover(self, known: Print, settling: Settling | None, now: Moment) -> None:
        """Note when a print was discovered, by the clock that ran then."""
        noted = self._seen.get(known.key)
        if noted is None or noted[0] != known.discovered_at:
            ago_s = (now.utc - known.discovered_at).total_seconds()
            seen_at = now.monotonic - ago_s
            if settling and settling.since.utc == known.discovered_at:
                seen_at = settling.since.monotonic
            self._seen[known.key] = known.discovered_at, seen_at

    async def _settle(self) -> None:
        """Wait for the record, or for the end of the process."""
        manager = self._manager
        assert manager is not None
        watch = manager.watch(self._printer_id)
        if watch is not None and watch.worker is not None:
            await self._or_die(manager.settle(self._printer_id))

    async def _or_die(self, work: Any) -> None:
        """Finish some work, unless killed in the midst of it."""
        if self.fates.death is None:
            await work
            return
        task = asyncio.ensure_future(work)
        died = asyncio.ensure_future(self.fates.died.wait())
        await asyncio.wait({task, died}, return_when=asyncio.FIRST_COMPLETED)
        for one in (task, died):
            if not one.done():
                one.cancel()
                with suppress(asyncio.CancelledError):
                    await one

    async def result(self) -> list[Record]:
        """Return the jobs in the order in which they came."""
        page = await self._database.page(
            JobFilter(printer_id=self._printer_id),
            order_by=OrderBy.CREATED_AT,
            descending=False,
            limit=PAGE,
        )
        jobs = sorted(page.jobs, key=lambda job: job.id)
        return [
            Record(
                made_at=self._made[job.id],
                seen_at=self._seen[job.print_key or ""][1],
                key=job.print_key or "",
                name=job.job_name,
                filename=job.filename,
                status=job.status,
                source=job.outcome_source,
                start=job.printer_start_time,
                discovered=job.discovery_time,
                end=job.end_time,
                afterwards=job.discovered_afterwards,
            )
            for job in jobs
        ]
