"""A Home Assistant with one printer, which may restart while the printer goes on."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.printernizer.const import DOMAIN, JOB_LOG
from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.core.names import job_name
from custom_components.printernizer.core.outcome import STATUS_OF
from custom_components.printernizer.core.snapshot import Activity, Snapshot
from custom_components.printernizer.database.models import JobEvent
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, frame
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from tests.peers.truth import TruePrint
from tests.shell.support import BusEvents, data_of, job_log

from .printer import SECRET, Printer

PATIENCE_S = 20
ACTIVE = (Activity.PREPARING, Activity.PRINTING, Activity.PAUSED)
GLANCE_S = 0.05
# Connections are tried again after a minute at the latest.
LONGEST_BACKOFF_S = 61.0
SLACK = timedelta(seconds=5)

type Shown = tuple[str, JobStatus]
type AnyPrinter = Printer[Any]


class House:
    """One house: its Home Assistant, its printer, and how time goes by in it."""

    def __init__(
        self, folder: str, clock: TickingDateTimeFactory, printer: AnyPrinter
    ) -> None:
        """Prepare; nothing runs yet."""
        self.printer = printer
        self.announced: list[str] = []
        self._folder = folder
        self._clock = clock
        self._life = AsyncExitStack()
        self._kept: list[MockConfigEntry] = []
        self._changed = asyncio.Event()
        self.hass: HomeAssistant
        self._events: BusEvents

    # -- Home Assistant ----------------------------------------------------------------

    async def start(self) -> None:
        """Start Home Assistant with what it had when it was stopped."""
        self.hass = hass = await self._life.enter_async_context(
            async_test_home_assistant(config_dir=self._folder)
        )
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        frame.async_setup(hass)
        self._events = BusEvents(hass)

        @callback
        def notice(_event: object) -> None:
            """Wake who waits for a change."""
            self._changed.set()

        hass.bus.async_listen("*", notice)
        for entry in self._kept:
            entry.add_to_hass(hass)
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.async_block_till_done()

    async def stop(self) -> None:
        """Stop Home Assistant as it stops itself, without unloading anything."""
        self._kept = [_copy(entry) for entry in self._entries()]
        self._take_announcements()
        # Its counts have a timer for midnight, which would end with the process.
        if any(entry.unique_id == JOB_LOG for entry in self._entries()):
            await self.hass.config_entries.async_unload(job_log(self.hass).entry_id)
        await self.hass.async_stop(force=True)
        await self._life.aclose()

    async def close(self) -> None:
        """Unload everything, then stop: nothing may be left behind."""
        try:
            for entry in self._entries():
                is_loaded = entry.state is ConfigEntryState.LOADED
                if is_loaded and entry.unique_id != JOB_LOG:
                    assert await self.hass.config_entries.async_unload(entry.entry_id)
        finally:
            await self.stop()

    async def restart(
        self,
        away_s: float = 5,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Stop, let time go by, and start again; ``meanwhile`` is in its middle."""
        await self.stop()
        self._clock.tick(away_s / 2)
        await asyncio.sleep(0)
        meanwhile()
        self._clock.tick(away_s / 2)
        await asyncio.sleep(0)
        await self.start()

    def _entries(self) -> list[ConfigEntry]:
        """Return the integration's entries."""
        return self.hass.config_entries.async_entries(DOMAIN)

    def _take_announcements(self) -> None:
        """Keep which jobs were announced as created."""
        seen, self._events.seen = self._events.seen, []
        self.announced += [
            data["id"] for name, data in seen if name == JobEvent.AUTO_CREATED
        ]

    # -- the printer's entry -----------------------------------------------------------

    async def add(self, secret: str = SECRET) -> None:
        """Add the printer with what opens it."""
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Peer",
            unique_id=self.printer.printer_id,
            data=self.printer.data(secret),
        )
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()

    @property
    def entry(self) -> ConfigEntry:
        """Return the printer's entry."""
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, self.printer.printer_id
        )
        assert entry is not None
        return entry

    @property
    def is_available(self) -> bool:
        """Tell whether the printer's status is known."""
        entity_id = er.async_get(self.hass).async_get_entity_id(
            "sensor", DOMAIN, f"{self.printer.printer_id}_status"
        )
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        return state is not None and state.state != STATE_UNAVAILABLE

    def flows(self) -> list[str]:
        """Return the steps of the flows that are open."""
        return [
            flow["step_id"] for flow in self.hass.config_entries.flow.async_progress()
        ]

    # -- time and looks ----------------------------------------------------------------

    async def look(self) -> None:
        """Look at the printer, and have recorded what is seen."""
        if self.entry.state is ConfigEntryState.LOADED:
            await self.entry.runtime_data.async_refresh()
        await data_of(self.hass).manager.settle(self.printer.printer_id)

    async def let_go_by(self, seconds: float) -> None:
        """Let time go by, for Home Assistant and printer alike."""
        await self.hass.async_block_till_done()
        self._clock.tick(seconds)
        await self.hass.async_block_till_done()

    async def pass_time(self, seconds: float) -> None:
        """Let time go by, and look."""
        await self.hass.async_block_till_done()
        self._clock.tick(seconds)
        await self.look()

    async def reconnect(self) -> None:
        """Mend the network, and wait until connections are tried again."""
        await self.printer.line.mend()
        await self.pass_time(LONGEST_BACKOFF_S)
        await self.until(lambda: self.is_available)

    async def see_print(self, name: str) -> None:
        """Wait until the printer is seen to print, and what: names may come later."""
        await self.until(lambda: self._shows_print() and self._shows(name))

    async def see_end(self) -> None:
        """Wait until the printer is not seen to print any more."""
        await self.until(lambda: not self._shows_print())

    def _shows_print(self) -> bool:
        """Tell whether the printer printed when it was last seen."""
        snapshot = self._snapshot()
        return snapshot is not None and snapshot.activity in ACTIVE

    def _shows(self, name: str) -> bool:
        """Tell whether the printer gave this name when it was last seen."""
        snapshot = self._snapshot()
        if snapshot is None:
            return False
        return job_name(snapshot.title or snapshot.filename) == name

    def _snapshot(self) -> Snapshot | None:
        """Return what was last seen of the printer."""
        watch = data_of(self.hass).manager.watch(self.printer.printer_id)
        assert watch is not None
        return watch.snapshot

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Look until something is so."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await self._glance()

    async def _glance(self) -> None:
        """Wait for the next change, but not for long, and look."""
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(GLANCE_S):
                await self._changed.wait()
        await self.look()

    # -- jobs --------------------------------------------------------------------------

    async def jobs(self) -> list[Job]:
        """Return all jobs, oldest first."""
        page = await data_of(self.hass).database.page(descending=False, limit=100)
        return list(page.jobs)

    async def shown(self) -> list[Shown]:
        """Return name and status of all jobs, oldest first."""
        return [(job.job_name, job.status) for job in await self.jobs()]

    async def expect(self, *wanted: Shown) -> None:
        """Look until the jobs are these, which then have to stay so."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await self.look()
                while await self.shown() != list(wanted):
                    await self._glance()
        await self.look()
        assert await self.shown() == list(wanted), self._why()

    def _why(self) -> str:
        """Return what was decided and why, for whoever reads a failure."""
        watch = data_of(self.hass).manager.watch(self.printer.printer_id)
        assert watch is not None
        lines = [f"{when} {line}" for when, line in watch.trace]
        return "\n".join([*lines, str(watch.session), str(watch.snapshot)])

    async def compare(self, unseen: Collection[int] = ()) -> None:
        """Compare the jobs with what was really printed, one by one.

        ``unseen`` are the prints, by place, whose end left no evidence.
        """
        jobs, truth = await self.jobs(), self.printer.truth
        assert len(jobs) == len(truth)
        for place, (job, true) in enumerate(zip(jobs, truth, strict=True)):
            assert self.printer.file(job.job_name) == true.filename
            assert job.auto_created
            _compare_end(job, true, is_unseen=place in unseen)
            _compare_times(job, true)
        self._take_announcements()
        created = [job.id for job in jobs]
        assert sorted(self.announced) == sorted(created)


def _compare_end(job: Job, true: TruePrint, *, is_unseen: bool) -> None:
    """Compare a job's end with the truth."""
    if true.ended_at is None:
        assert job.is_open
    elif is_unseen or true.outcome is None:
        assert job.status is JobStatus.UNKNOWN
        assert job.outcome_source is OutcomeSource.INFERRED
    else:
        assert job.status is STATUS_OF[true.outcome]
        assert job.outcome_source in (OutcomeSource.PRINTER, OutcomeSource.HISTORY)


def _compare_times(job: Job, true: TruePrint) -> None:
    """Compare a job's times with the truth: none is before its time."""
    start = job.start_time
    assert start is not None
    assert start >= true.started_at - SLACK
    if job.end_time is not None:
        assert start <= job.end_time <= datetime.now(UTC)


def _copy(entry: ConfigEntry) -> MockConfigEntry:
    """Return an entry as it is read again at the next start."""
    return MockConfigEntry(
        domain=entry.domain,
        entry_id=entry.entry_id,
        title=entry.title,
        unique_id=entry.unique_id,
        source=entry.source,
        data=dict(entry.data),
        options=dict(entry.options),
    )
