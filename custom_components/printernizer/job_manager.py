"""The way of a print: look, decision, record on disk, announcement.

One manager serves all printers. It knows nothing of Home Assistant: the shell gives
it a store for the sessions, a clock, and listeners.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
import logging

from .core.detector import Decision, step
from .core.frozen import replace
from .core.jobs import Job
from .core.reconcile import give_up, leave, reconcile
from .core.session import DEFAULT_POLICY, Moment, Policy, Session, Verdict
from .core.session_codec import mark_to_dict, session_from_dict
from .core.snapshot import Snapshot
from .core.transitions import PrintBegan
from .database import DatabaseError, Edited, JobDatabase, JobEvent
from .session_keeper import SessionKeeper, SessionStore
from .telling import Teller
from .watching import (
    DatabaseReplaced,
    Listener,
    PrinterSeen,
    ProgressDiary,
    Watch,
    changed_jobs,
    ids_for,
    learn,
    overlaid,
    read_record,
)

_LOGGER = logging.getLogger(__name__)


class JobManager:
    """Turn what printers show into jobs, each exactly once."""

    def __init__(
        self,
        database: JobDatabase,
        store: SessionStore,
        *,
        clock: Callable[[], Moment],
        new_id: Callable[[], str],
    ) -> None:
        """Take the database and the store; ``clock`` and ``new_id`` are injected."""
        self.database = database
        self._keeper = SessionKeeper(store)
        self._clock = clock
        self.new_id = new_id
        self._watches: dict[str, Watch] = {}
        # A printer comes and goes in turn, however slow the disk is.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._teller = Teller(database)
        self._replacing: asyncio.Task[None] | None = None
        self._is_damaged = False
        database.on_damage = self._damaged
        self._diary = ProgressDiary()

    # -- life ----------------------------------------------------------------------

    async def start(self) -> None:
        """Read the sessions; printers may be added afterwards."""
        await self._keeper.load()

    async def start_announcing(self) -> None:
        """Send what was committed but never announced, and everything from now on."""
        await self._teller.start_announcing()

    async def stop(self) -> None:
        """Finish what is being recorded, and keep the sessions.

        What could not be recorded is tried a last time.
        """
        for watch in self._watches.values():
            self._apply(watch, Decision(session=watch.session))
        while tasks := self._unfinished():
            await asyncio.wait(tasks)
        await self.save_progress()

    def _unfinished(self) -> list[asyncio.Task[None]]:
        """Return what is being recorded, or begun anew to be recorded in."""
        workers = [each.worker for each in self._watches.values() if each.worker]
        if self._replacing is not None and not self._replacing.done():
            workers.append(self._replacing)
        return workers

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on every change until the returned function is called."""
        return self._teller.listen(listener)

    # -- printers ------------------------------------------------------------------

    async def add_printer(
        self, printer_id: str, printer_type: str, policy: Policy
    ) -> None:
        """Watch a printer, with the session that it had before, put right."""
        async with self._turns[printer_id]:
            watch = self._watches.get(printer_id)
            if watch is None:
                await self._begin_watch(printer_id, printer_type, policy)
            else:
                watch.policy = policy

    async def _begin_watch(
        self, printer_id: str, printer_type: str, policy: Policy
    ) -> None:
        """Make the printer's session and the database agree."""
        now = self._clock()
        session = session_from_dict(self._keeper.remembered(printer_id), now)
        watch = Watch(printer_id, printer_type, session, policy, stored=session)
        try:
            recorded = await read_record(self.database, watch, now)
            decision = reconcile(session, recorded, now)
            watch.job = recorded.known or recorded.open_job
        except DatabaseError as err:
            _LOGGER.warning("The jobs of %s cannot be read: %s", printer_id, err)
            decision = Decision(session=session)
        self._watches[printer_id] = watch
        self._apply(watch, decision)

    def set_policy(self, printer_id: str, policy: Policy) -> None:
        """Apply changed rules, to the running print at once where they open its job."""
        watch = self._watches.get(printer_id)
        if watch is not None and watch.policy != policy:
            watch.policy = policy
            self._apply(watch, step(watch.session, None, self._clock(), policy))

    def forget_bearings(self, printer_id: str) -> None:
        """Let the next look count as the first: the printer was switched off here."""
        watch = self._watches.get(printer_id)
        if watch is not None:
            watch.session = replace(watch.session, looked=False, gap=True)

    async def remove_printer(self, printer_id: str, printer_type: str) -> None:
        """Stop watching a printer for good and close its open job (row C8).

        One that was not under watch may have left a job open all the same.
        """
        async with self._turns[printer_id]:
            if printer_id not in self._watches:
                await self._begin_watch(printer_id, printer_type, DEFAULT_POLICY)
            watch = self._watches[printer_id]
            self._apply(watch, leave(watch.session, self._clock()))
            await self.settle(printer_id)
            del self._watches[printer_id]
            watch.stored = watch.session
            self._keeper.note(watch)
            await self._save_sessions()

    async def give_up(self, printer_id: str) -> None:
        """Close the open job of a printer without news as unknown (row S2)."""
        watch = self._watches.get(printer_id)
        if watch is not None:
            self._apply(watch, give_up(watch.session, self._clock()))
            await self.settle(printer_id)

    def watch(self, printer_id: str) -> Watch | None:
        """Return what is known of a printer."""
        return self._watches.get(printer_id)

    # -- looking -------------------------------------------------------------------

    def now(self) -> Moment:
        """Return the time, to judge a look later as of now."""
        return self._clock()

    def observe(
        self,
        printer_id: str,
        snapshot: Snapshot | None,
        seen_at: Moment | None = None,
    ) -> Decision:
        """Judge one look, taken now or before; without one, what time has decided.

        Returns at once: the record follows in the background. Raises KeyError for
        a printer that was not added.
        """
        watch = self._watches[printer_id]
        now = seen_at or self._clock()
        decision = step(watch.session, snapshot, now, watch.policy)
        if snapshot is not None:
            watch.snapshot = snapshot
        self._apply(watch, decision)
        self.seen(printer_id)
        return decision

    def seen(self, printer_id: str) -> None:
        """Tell that a printer was looked at, or can or cannot be reached any more."""
        self._teller.tell(PrinterSeen(printer_id))

    def foresee(
        self, printer_id: str, looks: Iterable[tuple[Moment, Snapshot]]
    ) -> Session:
        """Return the session to which looks will lead that are yet to be judged."""
        watch = self._watches[printer_id]
        session = watch.session
        for seen_at, snapshot in looks:
            session = step(session, snapshot, seen_at, watch.policy).session
        return session

    def _apply(self, watch: Watch, decision: Decision) -> None:
        """Take over a decision and have its orders recorded.

        A print whose name is awaited has no record yet, and may end while nobody
        looks: only the session tells of it.
        """
        settles = decision.session.settling is not None
        settles = settles and watch.session.settling is None
        watch.session = decision.session
        if decision.trace:
            when = self._clock().utc.isoformat(timespec="seconds")
            for line in decision.trace:
                watch.trace.append((when, line))
                _LOGGER.debug("%s: %s", watch.printer_id, line)
        watch.queue.extend(decision.transitions)
        if not watch.queue:
            watch.stored = watch.session
        if watch.worker is None and (watch.queue or settles):
            work = self._record(watch) if watch.queue else self._save_sessions()
            # What is recorded is on its way before anything else is done.
            task = asyncio.Task(work, eager_start=True)
            watch.worker = task
            task.add_done_callback(lambda _: self._worker_ended(watch))

    def _worker_ended(self, watch: Watch) -> None:
        """Go on where orders came while the last ones were written."""
        watch.worker = None
        if watch.queue and not watch.failing:
            self._apply(watch, Decision(session=watch.session))

    async def settle(self, printer_id: str) -> None:
        """Wait until the orders given so far are recorded, or have failed."""
        watch = self._watches.get(printer_id)
        while watch is not None and watch.worker is not None:
            await asyncio.wait({watch.worker})

    # -- recording -----------------------------------------------------------------

    async def _record(self, watch: Watch) -> None:
        """Write the waiting orders in one transaction, then announce them.

        What fails stays in the queue and is tried again at the next look (O11).
        """
        orders = tuple(watch.queue)
        session = watch.session
        try:
            recorded = await self.database.record(
                watch.printer_id,
                watch.printer_type,
                orders,
                mark_to_dict(session.mark),
                self._clock().utc,
                ids_for(session, orders, self.new_id),
            )
        except Exception as err:
            if not watch.failing:
                _LOGGER.warning(
                    "The print on %s cannot be recorded now and is tried again: %s",
                    watch.printer_id,
                    err,
                    exc_info=not isinstance(err, DatabaseError),
                )
            watch.failing = True
            if self._is_damaged:
                self._damaged()
            return
        if watch.failing:
            _LOGGER.info("The prints on %s are recorded again", watch.printer_id)
        watch.failing = False
        # A new history may have been begun meanwhile, and put a print before them.
        for order in orders:
            watch.queue.remove(order)
        for recording in recorded.recordings:
            learn(watch, recording)
        watch.stored = session if watch.queue else watch.session
        changed = changed_jobs(recorded.recordings)
        # Nothing is awaited before: newer changes would be told before these.
        await self._teller.tell_of(recorded.announcements, changed)
        await self._save_sessions()

    def _damaged(self) -> None:
        """Have a damaged database replaced, once for all who meet the damage."""
        if self._replacing is None or self._replacing.done():
            self._replacing = asyncio.create_task(self._replace_damaged())

    async def _replace_damaged(self) -> None:
        """Begin a new database, and recreate the jobs of running prints in it."""
        try:
            found = await self.database.recover()
        except DatabaseError as err:
            if not self._is_damaged:
                _LOGGER.error("The job history is damaged, and stays so: %s", err)
            self._is_damaged = True
            return
        self._is_damaged = False
        if found.moved_aside is not None:
            _LOGGER.error("The job history was damaged; a new one is begun")
        elif found.is_new:
            _LOGGER.error("The file of the job history is gone; a new one is begun")
        for watch in self._watches.values():
            session = watch.session
            if session.current and session.job_id:
                again = PrintBegan(
                    print=session.current,
                    paused=bool(session.live and session.live.paused),
                    why="the database was damaged",
                )
                watch.queue[:0] = [again]
            self._apply(watch, Decision(session=session))
        self._teller.tell(DatabaseReplaced(found.moved_aside))

    async def _save_sessions(self) -> None:
        """Keep every session as far as the database has it."""
        await self._keeper.save(self._watches.values())

    async def save_progress(self) -> None:
        """Write the progress of running prints; meant to be called once a minute."""
        rows = self._diary.news(self._watches.values())
        for watch in self._watches.values():
            if not watch.queue:
                watch.stored = watch.session
        try:
            if rows:
                await self.database.save_progress(rows, self._clock().utc)
        except DatabaseError as err:
            _LOGGER.debug("Progress was not saved: %s", err)
        await self._save_sessions()

    # -- jobs by hand ----------------------------------------------------------------

    def overlay(self, job: Job) -> Job:
        """Return the job with the progress that its running print has right now."""
        watch = self._watches.get(job.printer_id)
        return job if watch is None else overlaid(job, watch.session)

    async def edit(self, change: Awaitable[Edited]) -> Edited:
        """Carry out a change by hand: on disk, then known to the session, then told.

        A running print whose job was deleted or ended by hand is not recorded again
        (rows S8, S9).
        """
        edited = await change
        job = edited.job
        # A job may have been moved to another printer.
        watch = self._watches.get((edited.previous or job).printer_id)
        if watch is not None and watch.session.job_id == job.id:
            watch.job = job
            if edited.detached:
                session = replace(watch.session, verdict=Verdict.DELETED, job_id=None)
                watch.session = session
        events = edited.announcements
        is_gone = any(JobEvent.DELETED in each.events for each in events)
        await self._teller.tell_of(events, () if is_gone else (job,))
        if edited.detached:
            await self._save_sessions()
        return edited
