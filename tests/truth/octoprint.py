"""OctoPrint 1.11 as it was measured: no print ids, but counters and events.

What is played: nulls at the start, a print time that stands still while heating and
then jumps, Cancelling and Finishing, ends counted a little late, cancels counted as
failures, files uploaded again, wrong clocks, errors, lost connections, killed servers, restarts
from paused, transfers to the SD card that look like prints, prints from SD.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, override

from custom_components.printernizer.core.snapshot import (
    NO_TELEMETRY,
    FileCounters,
    Outcome,
    Remembered,
    Snapshot,
    Telemetry,
)
from custom_components.printernizer.printers.base import PrinterUnreachable
from custom_components.printernizer.printers.clock import CLOCKS_AGREE
from custom_components.printernizer.printers.octoprint.client import (
    COUNTER_LAG_S,
    OctoPrintClient,
)
from custom_components.printernizer.printers.octoprint.parser import (
    JobReport,
    parse_counters,
    parse_event,
    parse_job,
)

from .course import Phase, Run, runs_of
from .peer import WORLD_BEGAN, Client, Clock, Peer
from .story import Fate, Kind, Story, Trouble

DWELL_S = 12.0
NO_PRINTS: dict[str, Any] = {}


@dataclass(slots=True, frozen=True)
class Face:
    """What OctoPrint shows from a time on; ``state`` None: it does not answer."""

    state: str | None
    run: Run | None = None
    path: str | None = None
    error: str | None = None
    blank: bool = False
    done: bool = False


class OctoPrint(Peer):
    """One OctoPrint with its printer."""

    def __init__(self, story: Story) -> None:
        """Let the story happen to it."""
        super().__init__(story)
        self.sd = story.kind is Kind.OCTOPRINT_SD
        self.ahead_s = self.rng.choice((0.0, 0.0, 0.0, 0.0, 1.2, -1.5, -10_800.0))
        self.announces = story.kind is Kind.OCTOPRINT_PUSH or (
            self.sd and story.seed % 2 == 0
        )
        self.faces: list[tuple[float, Face]] = [(-1.0, Face("Operational"))]
        self.events: list[tuple[float, str, dict[str, Any], int]] = []
        self.counts: dict[str, list[tuple[float, dict[str, Any]]]] = {}
        self.restarts = [u for u in story.upsets if u.what is Trouble.HOST]
        for run in runs_of(story, self._happen, away=self.restarts):
            self.runs.append(run)
        for upset in self.restarts:
            running = self.latest_at(upset.at)
            if running is None or upset.at >= running.free:
                self._server_away(upset.at, upset.length_s)
        self.faces.sort(key=lambda face: face[0])
        self.events.sort(key=lambda event: event[0])
        self._times = [at for at, _ in self.faces]
        self.event_times = [event[0] for event in self.events]
        if self.announces:
            self.pushes = [*self.event_times, *self._times]
        self.index()

    def latest_at(self, at: float) -> Run | None:
        """Return the print that began last before a time."""
        before = [run for run in self.runs if run.begin <= at]
        return before[-1] if before else None

    @override
    def client(self, clock: Clock) -> Client:
        """Return a client as it is after a start."""
        return OctoPrintLooks(self, clock)

    def face(self, at: float) -> Face:
        """Return what it shows at a time."""
        return self.faces[bisect_right(self._times, at) - 1][1]

    # -- what happens ----------------------------------------------------------------

    def _show(self, at: float, face: Face) -> None:
        self.faces.append((at, face))

    def _announce(self, at: float, what: str, run: Run, **more: Any) -> None:
        self.events.append((at, what, {"path": run.file, **more}, run.number))

    def _server_away(self, at: float, length_s: float) -> None:
        """Let the server go and come back, with no file selected."""
        self._show(at, Face(None))
        self._show(at + length_s, Face("Detecting serial connection"))
        self._show(at + length_s + 2, Face("Operational"))

    def _happen(self, run: Run) -> float:
        """Let one print happen; returns when the next one can begin."""
        rng = run.rng
        for upset in self.restarts:
            if run.begin <= upset.at < run.end:
                run.end, run.fate = upset.at, Fate.LOST
                run.outcomes = frozenset()
                self._run(run, rng)
                self._server_away(upset.at, upset.length_s)
                return upset.end + 3
        self._run(run, rng)
        return self._end(run, rng)

    def _run(self, run: Run, rng: Random) -> None:
        """Let it begin and run."""
        again = len(self.runs) > 1 and self.runs[-2].fate is Fate.RESTARTED
        if not self.sd and not again and rng.random() < 0.1:
            self._count(run.file, run.begin - 0.1, NO_PRINTS)
        self._announce(run.begin, "PrintStarted", run)
        shown = Face("Starting", run, run.file, blank=rng.random() < 0.7)
        self._show(run.begin, shown)
        last = run.begin
        ready = run.begin + rng.uniform(0.05, 2.0)
        if ready < run.end:
            self._show(ready, Face("Printing", run, run.file))
            last = ready
        for at, phase, _ in run.phases[1:]:
            if not last < at < run.end:
                continue
            if phase is Phase.PAUSE:
                self._show(at, Face("Pausing", run, run.file))
                self._show(at + 0.3, Face("Paused", run, run.file))
                last = at + 0.3
            elif phase is Phase.PRINT:
                self._show(at, Face("Printing", run, run.file))
                last = at

    def _end(self, run: Run, rng: Random) -> float:
        """Let it end as its fate is."""
        end = run.end
        self.faces = [each for each in self.faces if each[0] < end]
        match run.fate:
            case Fate.COMPLETED:
                wind_down_s = rng.choice((0.0, 0.2, rng.uniform(0, 4)))
                if wind_down_s:
                    self._show(end, Face("Finishing", run, run.file, done=True))
                self._announce(end + wind_down_s * 0.5, "PrintDone", run)
                self._ended(run, end + wind_down_s * 0.5, success=True)
                over = end + wind_down_s
                self._show(over, Face("Operational", run, run.file, done=True))
            case Fate.CANCELLED:
                wind_down_s = rng.choice((0.1, 0.3, rng.uniform(0, 8)))
                self._show(end, Face("Cancelling", run, run.file, blank=True))
                self._announce(end + wind_down_s * 0.9, "PrintCancelled", run)
                self._ended(run, end + wind_down_s * 0.9, success=False)
                over = end + wind_down_s
                self._show(over, Face("Operational", run, run.file, blank=True))
            case Fate.RESTARTED:
                return end
            case Fate.LOST if rng.random() < 0.4:
                away_s = rng.uniform(5, 40)
                self._server_away(end, away_s)
                over = end + away_s + 2
            case _:
                over = self._break(run, rng)
        if run.fate is not Fate.COMPLETED or rng.random() > 0.1:
            return over
        self._show(over + 1, Face("Sending file to SD", None, "upload.gcode"))
        self._show(over + 4, Face("Operational", None, "upload.gcode", blank=True))
        return over + 4.1

    def _break(self, run: Run, rng: Random) -> float:
        """Let the printer report an error, or go away."""
        run.outcomes = frozenset({Outcome.FAILED})
        lost = run.fate is Fate.LOST
        self._announce(run.end, "PrintFailed", run, reason="error")
        self._ended(run, run.end, success=False)
        error = None if lost else "Heating failed"
        state = "Offline" if lost else "Offline after error"
        self._show(run.end, Face(state, None if lost else run, error=error))
        over = run.end + rng.uniform(3, 90)
        self._show(over, Face("Operational"))
        return over

    def _ended(self, run: Run, at: float, *, success: bool) -> None:
        """Count the end of a print with its file."""
        if self.sd:
            return
        known = self.counts.get(run.file, [(0.0, NO_PRINTS)])[-1][1]
        counted = {
            "success": known.get("success", 0) + success,
            "failure": known.get("failure", 0) + (not success),
            "last": {
                "date": WORLD_BEGAN.timestamp() + at + self.ahead_s,
                "success": success,
                "printTime": self.elapsed(run, run.end) if success else None,
            },
        }
        self._count(run.file, at + run.rng.uniform(0, 0.09), counted)
        self.counted.append((at, run.file, success, run.number))

    def _count(self, path: str, at: float, counted: dict[str, Any]) -> None:
        self.counts.setdefault(path, []).append((at, counted))

    # -- what it shows ---------------------------------------------------------------

    def elapsed(self, run: Run, at: float) -> float:
        """Return the print time: it stands still while heating, then jumps."""
        printed = run.printed_s(at)
        if printed <= 0:
            return 0.0
        if run.plan.seed % 4 == 0:
            printed -= printed % DWELL_S
        return round(run.plan.prepare_s + printed)

    def body(self, face: Face, at: float) -> dict[str, Any]:
        """Return the answer to ``GET /api/job``."""
        run = face.run
        progress: dict[str, Any] = {"completion": None, "printTime": None}
        if run is not None and not face.blank:
            elapsed = self.elapsed(run, at)
            left = max(run.plan.run_s - run.printed_s(at), 0.0)
            error = 0.8 + (run.plan.seed % 100) / 250
            progress = {
                "completion": 100.0 if face.done else run.progress(at),
                "printTime": elapsed,
                "printTimeLeft": 0 if face.done else round(left * error),
            }
        origin = "sdcard" if self.sd else "local"
        file = {"path": face.path, "origin": origin} if face.path else {}
        return {
            "state": face.state,
            "error": face.error or "",
            "job": {"file": file},
            "progress": progress,
        }

    def prints(self, path: str, at: float) -> dict[str, Any]:
        """Return the answer to ``GET /api/files/local/<path>``."""
        counts = self.counts.get(path, [])
        found = bisect_right(counts, at, key=lambda count: count[0]) - 1
        return {"prints": counts[found][1]} if found >= 0 else {}


class OctoPrintLooks(OctoPrintClient, Client):
    """The real client, whose requests the world answers."""

    def __init__(self, peer: OctoPrint, clock: Clock) -> None:
        """Take the place of the network."""
        none: Any = None
        super().__init__(none, "http://127.0.0.1", "", counter_lag_s=0)
        self._peer = peer
        self._watch_clock = clock
        self._latency = Random(peer.story.seed)  # noqa: S311

    def _wait(self) -> None:
        """Let a request take its time, and hear what is pushed meanwhile."""
        slow = self._latency.random() < 0.01
        self.at += self._latency.uniform(1, 8) if slow else 0.02
        self.hear(self.at)

    @override
    def _time(self) -> float:
        return self.at

    @override
    async def _job(self) -> JobReport:
        self._wait()
        face = self._peer.face(self.at)
        if face.state is None:
            raise PrinterUnreachable("away")
        report = parse_job(self._peer.body(face, self.at))
        resting = face.state.startswith(("Operational", "Sending", "Offline"))
        shows_end = face.error is not None or (self._peer.sd and face.done)
        self.shows = face.run.number if face.run else None
        if resting and not shows_end:
            self.shows = None
        return report

    @override
    async def _counters(self, path: str) -> FileCounters | None:
        self._wait()
        if self._peer.sd:
            return None
        if self._peer.face(self.at).state is None:
            raise PrinterUnreachable("away")
        return parse_counters(self._peer.prints(path, self.at), path)

    @override
    async def _settled(
        self, counters: tuple[FileCounters, ...]
    ) -> tuple[FileCounters, ...]:
        self.at += COUNTER_LAG_S
        return await super()._settled(counters)

    @override
    async def _clock_ahead(self) -> timedelta:
        self._wait()
        ahead = timedelta(seconds=self._peer.ahead_s - self._watch_clock.ahead_s)
        return ahead if abs(ahead) > CLOCKS_AGREE else timedelta(0)

    @override
    async def _telemetry(self, report: JobReport) -> Telemetry:
        return NO_TELEMETRY

    @override
    def hear(self, until: float) -> None:
        """Take in the events that were pushed and came through."""
        peer = self._peer
        if not peer.announces or until <= self.heard:
            return
        first = bisect_right(peer.event_times, self.heard)
        last = bisect_right(peer.event_times, until)
        self.heard = until
        for at, what, payload, number in peer.events[first:last]:
            if not self.hears(at):
                continue
            self._land(at)
            heard = self._watch_clock.moment(at).utc
            event = parse_event(what, payload, heard)
            if event is not None:
                peer.event_numbers[self._events.add(event)] = number

    def _land(self, at: float) -> None:
        """Note that the push is up, if it was not."""
        if self._events.line is None and self.hears(at):
            self._events.landed()

    @override
    def line_lost(self) -> None:
        self._events.lost()

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        self._land(self.at)
        return await OctoPrintClient.look(self, remembered)
