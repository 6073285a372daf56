"""PrusaLink on Buddy (firmware 6.3) and in front of an MK3 (0.8.1).

What is played: ids of 16 bits that wrap, ids taken by prints that are refused, crash
recovery that shows no job, power panic, ends that name no print, that stay (Buddy) or
go after 11 s (MK3), printing times that come late and in steps, names that cannot be
read, a new id for a running print after a restart of PrusaLink, and reboots that look
like cancels.
"""

from bisect import bisect_right
from dataclasses import dataclass
import json
from random import Random
from typing import Any, override

from custom_components.printernizer.core.snapshot import Outcome, Remembered, Snapshot
from custom_components.printernizer.printers.base import (
    PrinterError,
    PrinterStarting,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.prusalink.client import (
    JOB,
    STATUS,
    PrusaLinkClient,
)

from .course import Phase, Run, runs_of
from .peer import Client, Clock, Peer
from .story import Fate, Kind, Story, Trouble

MK3_END_S = 11.0
MK3_START_S = 8.0
ID_LIMIT = 65536


@dataclass(slots=True, frozen=True)
class Face:
    """What it shows from a time on; ``job`` is the job's id while one is shown.

    ``asks``: its questions before the print are not answered yet.
    """

    word: str
    run: Run | None = None
    job: int | None = None
    named: bool = True
    timed: bool = True
    asks: bool = False
    message: str | None = None


AWAY = Face("away")
STARTING = Face("starting")
IDLE = Face("IDLE")


class PrusaLink(Peer):
    """One Prusa printer."""

    def __init__(self, story: Story) -> None:
        """Let the story happen to it."""
        super().__init__(story)
        self.is_mk3 = story.kind is Kind.MK3
        self.job = self.rng.choice((41, 1, ID_LIMIT - 5, ID_LIMIT - 40))
        self.restarts = [u for u in story.upsets if u.what is Trouble.HOST]
        self.faces: list[tuple[float, Face]] = [(-1.0, IDLE)]
        for run in runs_of(story, self._happen, can_refuse=not self.is_mk3):
            self.runs.append(run)
        self.faces.sort(key=lambda face: face[0])
        self._times = [at for at, _ in self.faces]
        self.index()

    @override
    def client(self, clock: Clock) -> Client:
        """Return a client as it is after a start."""
        return PrusaLinkLooks(self)

    def face(self, at: float) -> Face:
        """Return what it shows at a time."""
        for restart in self.restarts:
            if restart.at <= at < restart.end:
                return AWAY
            if self.is_mk3 and restart.end <= at < restart.end + MK3_START_S:
                return STARTING
        return self.faces[bisect_right(self._times, at) - 1][1]

    # -- what happens ----------------------------------------------------------------

    def _show(self, at: float, face: Face) -> None:
        self.faces.append((at, face))

    def _happen(self, run: Run) -> float:
        """Let one print happen; returns when the next one can begin."""
        self.job = (self.job + 1) % ID_LIMIT
        self._name(run)
        if run.fate is Fate.REFUSED:
            self._show(run.begin, Face("ATTENTION", run, self.job, asks=True))
            self._show(run.end, IDLE)
            return run.end + 0.3
        if self.is_mk3:
            return self._happen_mk3(run)
        self._run_buddy(run)
        return self._end_buddy(run)

    def _name(self, run: Run) -> None:
        """Note the id that a print has now."""
        run.ids.append(str(self.job))

    def _run_buddy(self, run: Run) -> None:
        """Let a print run on Buddy."""
        rng = run.rng
        printing = Face("PRINTING", run, self.job)
        questions = Face("ATTENTION", run, self.job)
        asks = rng.random() < 0.3 and run.plan.prepare_s > 1
        first = Face("ATTENTION", run, self.job, asks=True)
        self._show(run.begin, first if asks else printing)
        for at, phase, _ in run.phases[1:]:
            if not run.begin < at < run.end:
                continue
            if phase is not Phase.PAUSE:
                self._show(at, printing)
            elif rng.random() < 0.3:
                self._show(at, AWAY)
                self._show(at + 5, rng.choice((questions, Face("BUSY"))))
            else:
                word = rng.choice(("PAUSED", "ATTENTION"))
                self._show(at, Face(word, run, self.job))
        at = rng.uniform(run.begin, run.end)
        if rng.random() < 0.1 and run.phase(at) is Phase.PRINT:
            self._show(at, Face("BUSY"))
            self._show(at + rng.uniform(1, 20), printing)
        self._drop_after(run.end)

    def _drop_after(self, end: float) -> None:
        """Let nothing of a print be shown after its end."""
        self.faces = [each for each in self.faces if each[0] < end]

    def _end_buddy(self, run: Run) -> float:
        """Let a print end on Buddy; its end stays until somebody takes notice."""
        end, rng = run.end, run.rng
        stays_s = rng.choice((1.0, rng.uniform(1, 60), rng.uniform(60, 3000)))
        match run.fate:
            case Fate.COMPLETED:
                self._show(end, Face("FINISHED", run))
            case Fate.FAILED:
                self._show(end, AWAY)
                end += rng.uniform(5, 20)
                self._show(end, Face("ERROR", run))
            case Fate.LOST:
                run.outcomes = frozenset()
                self._show(end, AWAY)
                end += rng.uniform(5, 300)
                self._show(end, IDLE)
                return end + 1
            case _:
                self._show(end, Face("STOPPED", run))
        if rng.random() < 0.5:
            self._show(end + stays_s, IDLE)
            return end + stays_s + 0.3
        return end + 0.3

    def _happen_mk3(self, run: Run) -> float:
        """Let a print happen on an MK3."""
        rng = run.rng
        from_card = rng.random() < 0.7
        named, timed = True, True
        changes = [(at, phase) for at, phase, _ in run.phases]
        restarts = [r for r in self.restarts if run.begin <= r.at < run.end]
        if restarts and not from_card:
            run.end, run.fate = restarts[0].at, Fate.LOST
            run.outcomes = frozenset()
            self._show_mk3(run, changes, named=True, timed=True)
            self._drop_after(run.end)
            self._show(run.end, IDLE)
            return restarts[0].end + MK3_START_S + 1
        for restart in restarts:
            back = restart.end + MK3_START_S
            before = [change for change in changes if change[0] < back]
            self._show_mk3(run, before, named=named, timed=timed)
            if back < run.end:
                self.job = (self.job + 1) % ID_LIMIT
                self._name(run)
            named, timed = rng.random() < 0.3, rng.random() < 0.5
            changes = [(back, run.phase(back)), *changes[len(before) :]]
        self._show_mk3(run, changes, named=named, timed=timed)
        self._drop_after(run.end)
        return self._end_mk3(run)

    def _show_mk3(
        self,
        run: Run,
        changes: list[tuple[float, Phase]],
        *,
        named: bool,
        timed: bool,
    ) -> None:
        """Show a part of a print."""
        for at, phase in changes:
            word = "PRINTING"
            if phase is Phase.PAUSE:
                word = run.rng.choice(("PAUSED", "ATTENTION"))
            self._show(at, Face(word, run, self.job, named=named, timed=timed))

    def _end_mk3(self, run: Run) -> float:
        """Let a print end on an MK3, which shows it for some seconds only."""
        end, rng = run.end, run.rng
        lasts_s = MK3_END_S
        if run.fate is Fate.FAILED:
            lasts_s = rng.uniform(15, 100)
            self._show(end, Face("ERROR", run, message="Heating failed"))
        elif run.fate is Fate.COMPLETED:
            self._show(end, Face("FINISHED", run))
        else:
            run.outcomes = frozenset({Outcome.CANCELLED})
            self._show(end, Face("STOPPED", run))
        at_once = rng.random() < 0.1 and run.fate is not Fate.FAILED
        self._show(end + lasts_s, Face("READY") if rng.random() < 0.2 else IDLE)
        if run.fate is Fate.RESTARTED or at_once:
            lasts_s = 0.3
            self.faces.pop()
        return end + lasts_s + 0.3

    # -- what it shows ---------------------------------------------------------------

    def status(self, face: Face, at: float) -> dict[str, Any]:
        """Return the answer to ``/api/v1/status``."""
        printer: dict[str, Any] = {"state": face.word}
        answer: dict[str, Any] = {"printer": printer}
        if self.is_mk3:
            answer["storage"] = []
            printer["status_printer"] = {
                "ok": face.message is None,
                "message": face.message or "OK",
            }
        else:
            answer["storage"] = {"path": "/usb/", "name": "usb"}
        run = face.run
        if run is None or face.job is None:
            return answer
        job: dict[str, Any] = {"id": face.job, "progress": int(run.progress(at))}
        if face.asks:
            answer["job"] = {**job, "progress": 0, "time_printing": 0}
            return answer
        printed = run.printed_s(at)
        if self.is_mk3:
            shown = printed - printed % 10
            if face.timed and shown > 0:
                job["time_printing"] = int(run.plan.prepare_s + shown)
        else:
            heated = min(at - run.begin, run.plan.prepare_s)
            job["time_printing"] = int(heated + printed)
        error = 0.8 + (run.plan.seed % 100) / 250
        left = max(run.plan.run_s - printed, 0.0) * error
        if printed > 0 or self.is_mk3:
            # MK3 counts down in whole minutes.
            job["time_remaining"] = int(left // 60 * 60 if self.is_mk3 else left)
        answer["job"] = job
        return answer

    def file(self, face: Face) -> tuple[int, bytes]:
        """Return the answer to ``/api/v1/job``."""
        if face.run is None or face.job is None:
            return 204, b""
        if not face.named:
            return 500, b""
        folder, _, name = face.run.file.rpartition("/")
        if self.is_mk3:
            path = f"/PrusaLink gcodes/{face.run.file}"
            short = name
        else:
            path, short = f"/usb/{folder}".rstrip("/"), "SHORT~1.GCO"
        body = {
            "id": face.job,
            "file": {"name": short, "display_name": name, "path": path},
        }
        return 200, json.dumps(body).encode()


class _Answers:
    """What stands in for the login and the network."""

    def __init__(self, looks: PrusaLinkLooks) -> None:
        """Answer for a client."""
        self._looks = looks

    async def get(self, path: str) -> dict[str, Any]:
        """Answer a request for an object."""
        looks = self._looks
        looks.wait()
        if path != STATUS:
            raise PrinterError("HTTP 500")
        face = looks.peer.face(looks.at)
        if face is AWAY:
            raise PrinterUnreachable("away")
        if face is STARTING:
            raise PrinterStarting("HTTP 503")
        looks.shows = face.run.number if face.run else None
        return looks.peer.status(face, looks.at)

    async def fetch(self, path: str) -> tuple[int, bytes]:
        """Answer a request for a job's file."""
        looks = self._looks
        looks.wait()
        assert path == JOB
        face = looks.peer.face(looks.at)
        if face in (AWAY, STARTING):
            raise PrinterUnreachable("away")
        return looks.peer.file(face)


class PrusaLinkLooks(PrusaLinkClient, Client):
    """The real client, whose requests the world answers."""

    def __init__(self, peer: PrusaLink) -> None:
        """Take the place of the network."""
        none: Any = None
        super().__init__(none, "http://127.0.0.1", api_key="key")
        self.peer = peer
        answers: Any = _Answers(self)
        self._login = answers
        self._latency = Random(peer.story.seed)  # noqa: S311

    def wait(self) -> None:
        """Let a request take its time."""
        slow = self._latency.random() < 0.01
        self.at += self._latency.uniform(1, 8) if slow else 0.02

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        return await PrusaLinkClient.look(self, remembered)
