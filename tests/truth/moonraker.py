"""Klipper behind Moonraker 0.11 as they were measured.

What is played: rows that come a little late, that are abandoned when Moonraker is
stopped or killed, that are missing for prints that begin right after, job ids that are
reused after a deletion and numbered anew after a wipe, a duration that counts through
pauses, shutdowns that look like pauses, firmware restarts that forget the print, hosts
with a wrong clock, and printers without a history.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from random import Random
from typing import Any, override

from custom_components.printernizer.core.snapshot import (
    Outcome,
    PastPrint,
    Remembered,
    Snapshot,
)
from custom_components.printernizer.printers.base import PrinterUnreachable
from custom_components.printernizer.printers.clock import CLOCKS_AGREE
from custom_components.printernizer.printers.moonraker import client as real
from custom_components.printernizer.printers.moonraker.history import (
    Row,
    merge,
    parse_rows,
)
from custom_components.printernizer.printers.moonraker.judge import Look
from custom_components.printernizer.printers.moonraker.metadata import FileFacts
from custom_components.printernizer.printers.moonraker.report import Report

from .course import Phase, Run, runs_of
from .peer import WORLD_BEGAN, Client, Clock, Peer
from .story import Fate, Kind, Story, Trouble

ROW_LAG_S = 0.25
NO_ROW_AFTER_READY_S = 1.0


@dataclass(slots=True, frozen=True)
class Face:
    """What Klipper shows from a time on; ``klippy`` None: it is away."""

    state: str
    run: Run | None = None
    klippy: str | None = "ready"


@dataclass(slots=True)
class Entry:
    """One row of the history, and when it was written, changed and deleted."""

    job_id: int
    run: Run
    written: float
    start: float
    changes: list[tuple[float, str, float | None]] = field(default_factory=list)
    deleted: float = float("inf")


class Moonraker(Peer):
    """One Moonraker with its Klipper."""

    def __init__(self, story: Story) -> None:
        """Let the story happen to it."""
        super().__init__(story)
        self.has_history = story.kind is not Kind.MOONRAKER_BARE
        self.ahead_s = self.rng.choice((0.0, 0.0, 0.0, 0.0, 1.2, -1.5, -10_800.0))
        self.stops = [u for u in story.upsets if u.what is Trouble.HOST]
        self.faces: list[tuple[float, Face]] = [(-1.0, Face("standby"))]
        self.entries: list[Entry] = []
        for run in runs_of(story, self._happen):
            self.runs.append(run)
        self.faces.sort(key=lambda face: face[0])
        self._times = [at for at, _ in self.faces]
        bare_too = not self.has_history and story.seed % 2 == 1
        if story.kind is Kind.MOONRAKER_PUSH or bare_too:
            self.pushes = list(self._times)
        self.index()

    @override
    def client(self, clock: Clock) -> Client:
        """Return a client as it is after a start."""
        return MoonrakerLooks(self, clock)

    def face(self, at: float) -> Face:
        """Return what Klipper shows at a time."""
        return self.faces[bisect_right(self._times, at) - 1][1]

    def is_away(self, at: float) -> bool:
        """Tell whether Moonraker is stopped at a time."""
        return any(stop.at <= at < stop.end for stop in self.stops)

    # -- what happens ----------------------------------------------------------------

    def _happen(self, run: Run) -> float:
        """Let one print happen; returns when the next one can begin."""
        self.faces.append((run.begin, Face("printing", run)))
        for at, phase, _ in run.phases[1:]:
            if run.begin < at < run.end:
                state = "paused" if phase is Phase.PAUSE else "printing"
                self.faces.append((at, Face(state, run)))
        entry = self._write(run)
        free, status = self._end(run)
        if entry is not None:
            self._finish(entry, run, status)
        self._tidy(run, free)
        return free

    def _end(self, run: Run) -> tuple[float, str]:
        """Let it end; returns when the printer is free, and what the row will say."""
        end, rng = run.end, run.rng
        match run.fate:
            case Fate.COMPLETED:
                self.faces.append((end, Face("complete", run)))
                free, status = end + 0.3, "completed"
            case Fate.CANCELLED | Fate.RESTARTED:
                self.faces.append((end, Face("cancelled", run)))
                free, status = end + 0.3, "cancelled"
            case Fate.FAILED if rng.random() < 0.5:
                self.faces.append((end, Face("error", run)))
                free, status = end + 0.3, "error"
            case Fate.FAILED:
                self.faces.append((end, Face("paused", run, "shutdown")))
                free = self._restart(end + rng.uniform(1, 120), rng)
                status = "klippy_shutdown"
            case _:
                run.outcomes = frozenset({Outcome.FAILED})
                free, status = self._restart(end, rng), "klippy_disconnect"
        if run.fate is Fate.RESTARTED:
            return end, status
        if rng.random() < 0.1:
            self.faces.append((free + 5, Face("standby")))
            free += 5
        return free, status

    def _restart(self, at: float, rng: Random) -> float:
        """Restart Klipper, which forgets its print."""
        self.faces.append((at, Face("standby", None, None)))
        self.faces.append((at + 1, Face("standby", None, "startup")))
        ready = at + 2 + rng.uniform(0.2, 3)
        self.faces.append((ready, Face("standby")))
        return ready + 0.1

    def _write(self, run: Run) -> Entry | None:
        """Write the row of a print that begins, where Moonraker notices it."""
        at = run.begin + run.rng.uniform(0, ROW_LAG_S)
        too_soon = any(
            stop.end <= run.begin < stop.end + NO_ROW_AFTER_READY_S
            for stop in self.stops
        )
        if not self.has_history or self.is_away(at) or too_soon or at >= run.end:
            return None
        ids = [entry.job_id for entry in self.entries if entry.deleted > at]
        entry = Entry(max(ids, default=0) + 1, run, at, at)
        entry.changes.append((at, "in_progress", None))
        self.entries.append(entry)
        return entry

    def _finish(self, entry: Entry, run: Run, status: str) -> None:
        """Write how a print ended, unless Moonraker was restarted in between."""
        end = run.end + run.rng.uniform(0, ROW_LAG_S)
        for stop in self.stops:
            if entry.written <= stop.at <= end:
                clean = stop.seed % 2 == 0
                word = "server_exit" if clean else "interrupted"
                entry.changes.append((stop.at, word, stop.at if clean else None))
                return
        entry.changes.append((end, status, end))

    def _tidy(self, run: Run, free: float) -> None:
        """Let the user delete the newest row, or all of them, now and then."""
        luck = run.rng.random()
        at = free + 0.05
        if luck < 0.04 and self.entries:
            self.entries[-1].deleted = min(self.entries[-1].deleted, at)
        elif luck < 0.06:
            for entry in self.entries:
                entry.deleted = min(entry.deleted, at)

    # -- what it shows ---------------------------------------------------------------

    def report(self, at: float) -> Report | None:
        """Return what the objects say."""
        face = self.face(at)
        if face.klippy is None:
            return None
        run = face.run
        if run is None:
            return Report(klippy=face.klippy, state=face.state)
        over = face.state in ("complete", "cancelled", "error")
        done = face.state == "complete"
        return Report(
            klippy=face.klippy,
            klippy_message="MCU shutdown" if face.klippy == "shutdown" else None,
            state=face.state,
            filename=run.file,
            message="heater" if face.state == "error" else None,
            total_s=(run.end if over else at) - run.begin,
            printed_s=run.printed_s(at),
            progress=100.0 if done else run.progress(at),
            has_file=not over or face.state == "error",
        )

    def rows(self, at: float, part: slice, since: float = -inf) -> list[Row]:
        """Return a part of the rows that began after ``since``, as the API does."""
        jobs: list[dict[str, Any]] = []
        kept = [
            entry
            for entry in self.entries
            if entry.written <= at < entry.deleted and entry.start > since
        ]
        for entry in kept[part]:
            _, status, end = next(
                change for change in reversed(entry.changes) if change[0] <= at
            )
            zero = WORLD_BEGAN.timestamp() + self.ahead_s
            lasted = 0.01 if end is None else end - entry.run.begin
            if end is not None and end > entry.run.end:
                lasted = entry.run.end - entry.run.begin
            jobs.append(
                {
                    "job_id": f"{entry.job_id:06X}",
                    "start_time": zero + entry.start,
                    "end_time": None if end is None else zero + end,
                    "status": status,
                    "filename": entry.run.file,
                    "total_duration": lasted,
                }
            )
        rows = parse_rows({"result": {"jobs": jobs}})
        for row, job in zip(rows, jobs, strict=True):
            start = job["start_time"] - WORLD_BEGAN.timestamp() - self.ahead_s
            number = self.begun(start + 0.001) - 1
            self.id_numbers[row.past.print_id] = number
        return rows

    @override
    def tells(self, number: int, at: float, snapshot: Snapshot) -> frozenset[Outcome]:
        """Return what a look tells: the live state names the outcome."""
        return self.runs[number].outcomes if snapshot.outcome else frozenset()

    def told_by(self, past: PastPrint) -> frozenset[Outcome]:
        """Return what a row tells of its print's end."""
        if past.outcome is None:
            return frozenset()
        return self.runs[self.id_numbers[past.print_id]].outcomes


class MoonrakerLooks(real.MoonrakerClient, Client):
    """The real client, whose requests the world answers."""

    def __init__(self, peer: Moonraker, clock: Clock) -> None:
        """Take the place of the network."""
        none: Any = None
        super().__init__(
            none,
            "http://127.0.0.1",
            clock=lambda: clock.moment(self.at).utc,
            # In the world's time a wait is no wait: it is added by hand.
            row_delay_s=0.0,
        )
        self._peer = peer
        self._watch_clock = clock
        self._latency = Random(peer.story.seed)  # noqa: S311

    def _wait(self) -> None:
        """Let a request take its time."""
        slow = self._latency.random() < 0.01
        self.at += self._latency.uniform(1, 8) if slow else 0.02
        if self._peer.is_away(self.at):
            raise PrinterUnreachable("away")

    @override
    async def _report(self) -> tuple[Report | None, timedelta]:
        self._wait()
        report = self._peer.report(self.at)
        face = self._peer.face(self.at)
        self.shows = face.run.number if face.run else None
        ahead = timedelta(seconds=self._peer.ahead_s - self._watch_clock.ahead_s)
        return report, ahead if abs(ahead) > CLOCKS_AGREE else timedelta(0)

    @override
    async def _page(self, **query: Any) -> list[Row]:
        self._wait()
        if query["order"] == "desc":
            return merge(self._peer.rows(self.at, slice(-query["limit"], None)))
        since = query["since"] - WORLD_BEGAN.timestamp() - self._peer.ahead_s
        part = slice(query["start"], query["start"] + query["limit"])
        return merge(self._peer.rows(self.at, part, since))

    @override
    async def _look_again(self, look: Look, report: Report) -> Look:
        if report.is_young:
            self.at += real.ROW_DELAY_S
        return await super()._look_again(look, report)

    @override
    async def _facts_for(self, report: Report, row: Row | None) -> FileFacts:
        run = self._peer.face(self.at).run
        if run is None:
            return FileFacts()
        error = 0.8 + (run.plan.seed % 100) / 250
        return FileFacts(estimated_s=max(run.plan.run_s * error, 1.0))

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        return await real.MoonrakerClient.look(self, remembered)
