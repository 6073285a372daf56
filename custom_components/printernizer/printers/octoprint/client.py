"""One OctoPrint, looked at and listened to."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
import logging
from typing import override

import aiohttp

from ...core.frozen import frozen, replace
from ...core.snapshot import (
    NO_TELEMETRY,
    Activity,
    FileCounters,
    PrintEvent,
    Remembered,
    Snapshot,
    Telemetry,
)
from ..backoff import Backoff
from ..base import OnNews, PrinterClient, PrinterError, PrinterIdentity
from ..clock import clock_ahead
from ..http import TIMEOUT_S, parse_object, raise_for_status, request
from .identity import identity_of, parse_version
from .parser import (
    Evidence,
    JobReport,
    parse_counters,
    parse_job,
    parse_telemetry,
    snapshot_of,
)
from .push import EventQueue, Push
from .rest import Rest, file_address
from .states import StateKind

_LOGGER = logging.getLogger(__name__)

# A file's counter rises up to 0.1 s after the state that it belongs to (1.11).
COUNTER_LAG_S = 0.3
MAX_ROUNDS = 4
# So often in a row are counts asked for in vain before looks go on without.
MAX_UNANSWERED = 5


def _now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def _is_its_end(report: JobReport, event: PrintEvent) -> bool:
    """Tell whether an event announced the end of the print that a report shows."""
    return event.outcome is not None and event.filename in (None, report.path)


def _tell_its_end(report: JobReport, events: tuple[PrintEvent, ...]) -> bool:
    """Tell whether any event announced the end of the print that a report shows."""
    return any(_is_its_end(report, event) for event in events)


@frozen(kw_only=True)
class _Run:
    """The print that ran when last seen, and its file's counters at that time."""

    path: str | None
    is_local: bool
    counters: FileCounters | None


class OctoPrintClient(PrinterClient):
    """Look at one OctoPrint and follow its events.

    ``url`` is the base URL as ``normalise_url`` makes it. ``session`` should keep no
    cookies: the key signs every request in, and a cookie would outlive it.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        api_key: str,
        *,
        clock: Callable[[], datetime] = _now,
        timeout_s: float = TIMEOUT_S,
        counter_lag_s: float = COUNTER_LAG_S,
        backoff: Backoff | None = None,
    ) -> None:
        """Prepare a client; nothing is sent yet."""
        self._rest = Rest(session, url, api_key, timeout_s=timeout_s)
        self._clock = clock
        self._counter_lag_s = counter_lag_s
        self._events = EventQueue()
        self._push = Push(self._rest, self._events, clock, backoff)
        self._unknown_states: set[str] = set()
        self._unanswered = 0
        self._known: tuple[FileCounters, ...] = ()
        self._ahead = timedelta(0)
        self._run: _Run | None = None
        self._ran_last_time: bool | None = None

    @override
    async def identify(self) -> PrinterIdentity:
        """Ask who it is; raises PrinterError."""
        version = parse_version(await self._rest.get("api/version"))
        status, body = await request(
            self._rest.session,
            "GET",
            self._rest.address("plugin/discovery/discovery.xml"),
            timeout=aiohttp.ClientTimeout(total=self._rest.timeout_s),
        )
        # The plugin that describes it may be switched off.
        return identity_of(version, body if status == 200 else None)

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        """Take one look; raises PrinterError where nothing conclusive was said.

        Counters are those of the remembered print's file, and of the one that is being
        printed or selected.
        """
        line, events = self._events.line, self._events.drain()
        try:
            report, counters = await self._evidence(remembered, events)
            for _ in range(MAX_ROUNDS):
                # What was announced meanwhile may or may not be shown already: only
                # a state that is newer than every event agrees with all of them.
                if not (news := self._events.drain()):
                    break
                events += news
                report, counters = await self._evidence(remembered, events)
            counters = await self._dated(counters)
            telemetry = await self._telemetry(report)
        except BaseException:
            self._events.put_back(events)
            raise
        snapshot = self._judge(report, counters, telemetry, events, remembered)
        if snapshot.activity is not Activity.NO_NEWS:
            self._events.looked(line)
        return snapshot

    @override
    async def listen(self, on_news: OnNews) -> None:
        """Follow the events until cancelled or closed; raises PrinterAuthError."""
        await self._push.run(on_news)

    @override
    async def close(self) -> None:
        """End the push connection; the session is its maker's to close."""
        await self._push.close()

    # -- what is asked ---------------------------------------------------------------

    async def _evidence(
        self, remembered: Remembered, events: tuple[PrintEvent, ...]
    ) -> tuple[JobReport, tuple[FileCounters, ...]]:
        """Ask for state and counters that belong together.

        Two requests are not one look: a print that ends between them would be
        counted while it still seems to run, and pass for two. So the state is asked
        again where a count is not the known one.
        """
        asked_at, report = self._time(), await self._job()
        shown: list[str | None] = []
        for _ in range(MAX_ROUNDS):
            shown.append(report.local_path)
            files = self._counted_files(report, remembered, events, shown)
            counters = told = await self._counters_of(files)
            if self._may_rise(report, counters, events):
                counters = told = await self._settled(counters)
            if report.kind.is_active:
                told = tuple(one for one in told if one.filename == report.local_path)
            if all(one in self._known for one in told):
                return report, counters
            before, before_at = report, asked_at
            asked_at, report = self._time(), await self._job()
            if report.continues(before, within_s=self._time() - before_at):
                return report, counters
        return report, ()

    def _time(self) -> float:
        """Return the seconds on a clock that nobody puts right."""
        return asyncio.get_running_loop().time()

    async def _job(self) -> JobReport:
        """Ask for the state and the job."""
        report = parse_job(await self._rest.get("api/job"))
        if report.kind is StateKind.UNKNOWN and report.state is not None:
            self._note_unknown(report.state)
        return report

    def _counted_files(
        self,
        report: JobReport,
        remembered: Remembered,
        events: tuple[PrintEvent, ...],
        shown: list[str | None],
    ) -> list[str]:
        """Return the local files whose counters tell something, the older one first.

        Those that this look has ``shown`` do: an error that came meanwhile names none.
        """
        if not report.kind.is_news:
            return []
        before, run = remembered.filename, self._run
        on_sd = run is not None and run.path == before and not run.is_local
        paths = [None if on_sd else before, *shown]
        # What began may be over, and nothing but its announcement name its file.
        paths += [event.filename for event in events[-1:] if report.path is None]
        if report.kind.is_winding_down or report.local_path is None:
            paths = [path for path in paths if path != report.path]
        return list(reversed(dict.fromkeys(path for path in reversed(paths) if path)))

    async def _counters_of(self, files: Iterable[str]) -> tuple[FileCounters, ...]:
        """Ask for the counters of some files; those that have none are left out."""
        asked = [await self._counters(path) for path in files]
        return tuple(one for one in asked if one is not None)

    async def _counters(self, path: str) -> FileCounters | None:
        """Ask how often prints of a local file ended.

        None for a file that is gone, for a key that may not list files, and where
        that was asked in vain again and again: a print can be followed without.
        """
        address = file_address(path)
        if address is None:
            return None
        try:
            status, body = await self._rest.send("GET", address)
            if status in (401, 403, 404):
                return None
            raise_for_status(status)
            counters = parse_counters(parse_object(body), path)
        except PrinterError as err:
            self._unanswered += 1
            if self._unanswered < MAX_UNANSWERED:
                raise
            if self._unanswered == MAX_UNANSWERED:
                _LOGGER.warning("OctoPrint does not tell how prints ended: %s", err)
            return None
        self._unanswered = 0
        return counters

    async def _settled(
        self, counters: tuple[FileCounters, ...]
    ) -> tuple[FileCounters, ...]:
        """Give the counter of a print that has just ended the time to rise."""
        await asyncio.sleep(self._counter_lag_s)
        return await self._counters_of(one.filename for one in counters)

    def _may_rise(
        self,
        report: JobReport,
        counters: tuple[FileCounters, ...],
        events: tuple[PrintEvent, ...],
    ) -> bool:
        """Tell whether an end may not be counted yet: at the first look any print's.

        Nobody waits while a print runs, unless an end was announced: it may end as
        well, and would have been seen by no look. What was announced to begin, and
        runs no more, has just ended.
        """
        active = report.kind.is_active
        if any(event.outcome or not active for event in events):
            return bool(counters)
        if active:
            return False
        ran = self._ran_last_time
        return bool(counters) if ran is None else ran and self._is_uncounted(counters)

    def _is_uncounted(self, counters: tuple[FileCounters, ...]) -> bool:
        """Tell whether a count is still that of the time when the print ran."""
        return self._run is not None and self._run.counters in counters

    async def _dated(
        self, counters: tuple[FileCounters, ...]
    ) -> tuple[FileCounters, ...]:
        """Return counters with the clock of their newest end, asked where that is news."""
        if any(one.last_end and one not in self._known for one in counters):
            self._ahead = await self._clock_ahead()
        return tuple(replace(one, ahead=self._ahead) for one in counters)

    async def _clock_ahead(self) -> timedelta:
        """Return by how much the clock of OctoPrint's host is ahead of ours."""
        try:
            date = await self._rest.date()
        except PrinterError:
            return self._ahead
        return clock_ahead(date, self._clock())

    async def _telemetry(self, report: JobReport) -> Telemetry:
        """Ask for the temperatures; what goes wrong there spoils no look."""
        if not report.kind.is_active and report.kind is not StateKind.READY:
            return NO_TELEMETRY
        try:
            return parse_telemetry(await self._rest.get("api/printer?exclude=sd,state"))
        except PrinterError:
            return NO_TELEMETRY

    # -- what it means ---------------------------------------------------------------

    def _judge(
        self,
        report: JobReport,
        counters: tuple[FileCounters, ...],
        telemetry: Telemetry,
        events: tuple[PrintEvent, ...],
        remembered: Remembered,
    ) -> Snapshot:
        """Return the snapshot and keep what the next look needs of this one."""
        if report.kind.is_winding_down and events and _is_its_end(report, events[-1]):
            # It is the end of the print that still seems to run, and would be taken
            # for that of one before it.
            self._events.put_back(events[-1:])
            events = events[:-1]
        if events and (
            report.kind is StateKind.CONNECTING
            or (report.kind.is_winding_down and _tell_its_end(report, events))
        ):
            # Whose they are shows with the counts, which are told by no such state.
            self._events.put_back(events)
            return Snapshot(activity=Activity.NO_NEWS, message=report.state)
        snapshot = snapshot_of(
            report,
            Evidence(
                counters=counters,
                is_uncounted=self._is_uncounted(counters),
                remembered=remembered.filename,
                telemetry=telemetry,
                events=events,
            ),
        )
        self._known = counters or self._known
        if report.kind.is_active and not report.kind.is_winding_down:
            self._note_run(report, counters)
        if report.kind.is_news:
            self._ran_last_time = report.kind.is_active
        return snapshot

    def _note_run(self, report: JobReport, counters: tuple[FileCounters, ...]) -> None:
        """Keep the print that runs."""
        path = report.local_path
        own = next((one for one in counters if one.filename == path), None)
        self._run = _Run(path=report.path, is_local=path is not None, counters=own)

    def _note_unknown(self, word: str) -> None:
        """Log a state that no version known to us has, once."""
        if word not in self._unknown_states and len(self._unknown_states) < 100:
            self._unknown_states.add(word)
            _LOGGER.warning("OctoPrint reports a state that is not known: %r", word)
