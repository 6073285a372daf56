"""Bambu Lab printers over MQTT: what they report, and what they leave standing.

What is played: names and ids that follow the state late (P1), next to the percentage
of the print before; PREPARE that is missing; FINISH that stays while the next job is
already named (H2D Pro); ids that are absent, counted by the printer, reused by third
parties or cut at 31 bits; cancel codes that stand for two seconds and ends in FAILED
or in plain IDLE; file names that change in mid-print; power cuts that leave the name,
and those that are resumed; calibrations of the printer's own.
"""

from bisect import bisect_right
from collections import Counter
from typing import Any, override

from custom_components.printernizer.core.frozen import replace
from custom_components.printernizer.core.names import job_name
from custom_components.printernizer.core.snapshot import Outcome, Remembered, Snapshot
from custom_components.printernizer.printers.bambu_lab.report import Fields, Report
from custom_components.printernizer.printers.bambu_lab.tracker import Tracker
from custom_components.printernizer.printers.base import PrinterUnreachable

from .course import Phase, Run, runs_of
from .peer import Client, Clock, Peer
from .story import Fate, Kind, Story, Trouble

CANCEL_CODE = 0x0300400C
HEATER_CODE = 0x03004010
POWER_LOSS = 0x03008007
CODE_S = 2.0
CLAMPED = str(2**31 - 1)


class Bambu(Peer):
    """One printer and all that it reports."""

    def __init__(self, story: Story) -> None:
        """Let the story happen to it."""
        super().__init__(story)
        self.has_ids = story.kind is Kind.BAMBU_CLOUD
        self.model = self.rng.choice(("P1", "P1", "X1", "H2D Pro"))
        self.counter = self.rng.randint(700_000_000, 800_000_000)
        self.away: list[tuple[float, float]] = [
            (u.at, u.end) for u in story.upsets if u.what is Trouble.HOST
        ]
        self.deltas: list[tuple[float, Fields, int | None]] = []
        for run in runs_of(story, self._happen):
            self.runs.append(run)
        given = Counter(one for run in self.runs for one in run.ids)
        self.id_numbers = {
            one: run.number for run in self.runs for one in run.ids if given[one] == 1
        }
        self.deltas.sort(key=lambda delta: delta[0])
        self._times = [at for at, _, _ in self.deltas]
        self._states = self._merged()
        gone = (at for window in self.away for at in window)
        self.pushes = [*self._times, *gone]
        self.index()

    def _merged(self) -> list[tuple[Fields, int | None, bool]]:
        """Return the state after each report, whose it is, and whether it counts."""
        idle = Fields(
            state="IDLE",
            print_type="idle",
            subtask_name="",
            gcode_file="",
            subtask_id="0",
            task_id="0",
            percent=0,
            remaining_min=0,
            print_error=0,
            fail_reason=0,
        )
        states: list[tuple[Fields, int | None, bool]] = [(idle, None, False)]
        for _, fields, number in self.deltas:
            before, of, counts = states[-1]
            # What the print before left stands until the first number of this one.
            counts = (counts and of == number) or fields.percent == 0
            states.append((fields.over(before), number, counts))
        return states

    @override
    def client(self, clock: Clock) -> Client:
        """Return a client as it is after a start."""
        return BambuLooks(self, clock)

    def is_away(self, at: float) -> bool:
        """Tell whether the printer is switched off or restarting."""
        return any(begin <= at < end for begin, end in self.away)

    def state(self, at: float) -> tuple[Fields, int | None]:
        """Return all that a full report says at a time, and whose state it is."""
        said, number, counts = self._states[bisect_right(self._times, at)]
        if counts and number is not None and said.state in ("RUNNING", "PAUSE"):
            said = replace(said, **self._counts(number, at))
        return said, number

    def _counts(self, number: int, at: float) -> dict[str, Any]:
        """Return the percentage and the minutes left."""
        run = self.runs[number]
        error = 0.8 + (run.plan.seed % 100) / 250
        left = max(run.plan.run_s - run.printed_s(at), 0.0) * error
        return {"percent": int(run.progress(at)), "remaining_min": left // 60}

    # -- what happens ----------------------------------------------------------------

    def _say(self, at: float, number: int | None, **fields: Any) -> None:
        self.deltas.append((at, Fields(**fields), number))

    def _identity(self, run: Run) -> dict[str, Any]:
        """Return the name and the ids of a print."""
        name = job_name(run.file)
        if run.plan.system:
            run.is_print = False
            return {
                "subtask_name": "auto_cali_for_user",
                "gcode_file": "/usr/etc/print/auto_cali_for_user.gcode",
                "print_type": "system",
                "subtask_id": "0",
                "task_id": "0",
            }
        file = (
            f"{name}.gcode.3mf"
            if self.model == "P1"
            else "/data/Metadata/plate_1.gcode"
        )
        subtask, task = "0", "0"
        if self.has_ids:
            self.counter += 2
            luck = run.rng.random()
            reused = self.runs[-2].ids if len(self.runs) > 1 else []
            subtask = str(self.counter)
            if luck < 0.04:
                subtask = CLAMPED
            elif luck < 0.10 and reused:
                subtask = reused[-1]
            task = subtask
            run.ids.append(subtask)
        elif self.model == "H2D Pro":
            self.counter += 1
            subtask, task = "", str(self.counter % 10_000)
        return {
            "subtask_name": name,
            "gcode_file": file,
            "print_type": "cloud" if self.has_ids else "local",
            "subtask_id": subtask,
            "task_id": task,
        }

    def _happen(self, run: Run) -> float:
        """Let one print happen; returns when the next one can begin."""
        self._begin(run)
        self._go_on(run)
        self.deltas = [each for each in self.deltas if each[0] < run.end]
        return self._end(run)

    def _begin(self, run: Run) -> None:
        """Let it begin as this model does."""
        rng, number = run.rng, run.number
        named = self._identity(run)
        fresh: dict[str, Any] = {"percent": 0, "print_error": 0, "fail_reason": 0}
        fresh["remaining_min"] = run.plan.run_s // 60
        running = run.phases[-1][0] if len(run.phases) == 1 else run.phases[1][0]
        first = "RUNNING" if run.plan.prepare_s < 1 else "PREPARE"
        if self.model == "P1":
            late_s = rng.choice((0.4, rng.uniform(0.2, 8), rng.uniform(0.2, 26)))
            self._say(run.begin, number, state=first)
            self._say(run.begin + late_s, number, **named, **fresh)
        elif self.model == "H2D Pro":
            finished = len(self.runs) > 1 and self.runs[-2].fate is Fate.COMPLETED
            longest_s = max(run.plan.prepare_s - 0.2, 0.0) if finished else 0.0
            stays_s = min(rng.uniform(0, 55), longest_s)
            # The next job is named while the end of the last one still stands.
            before = self.runs[-2].number if len(self.runs) > 1 else number
            self._say(run.begin, before if stays_s else number, **named, **fresh)
            self._say(run.begin + stays_s, number, state=first, percent=0)
        else:
            self._say(run.begin, number, state=first, **named, **fresh)
            if first == "PREPARE" and rng.random() < 0.2:
                self._say(run.begin + 0.2, number, state="SLICING")
        if first == "PREPARE":
            self._say(running, number, state="RUNNING", **fresh)

    def _go_on(self, run: Run) -> None:
        """Let it run, pause, lose power and go on."""
        rng, number = run.rng, run.number
        for at, phase, _ in run.phases[1:]:
            if phase is Phase.PAUSE and rng.random() < 0.3:
                self.away.append((at, at + 5))
                self._say(at + 5, number, state="PAUSE", print_error=POWER_LOSS)
            elif phase is Phase.PAUSE:
                self._say(at, number, state="PAUSE")
            elif at > run.begin:
                self._say(at, number, state="RUNNING", print_error=0)
        if rng.random() < 0.2 and self.model == "P1" and not run.plan.system:
            at = rng.uniform(run.begin + 27, run.begin + 60)
            self._say(at, number, gcode_file=f"cache/{job_name(run.file)}.3mf")

    def _end(self, run: Run) -> float:
        """Let it end as its fate is."""
        end, rng, number = run.end, run.rng, run.number
        left = max(run.plan.run_s - run.printed_s(end), 0.0) // 60
        counts = {"percent": int(run.progress(end)), "remaining_min": left}
        blank: dict[str, Any] = {"gcode_file": ""} if self.model == "P1" else {}
        match run.fate:
            case Fate.COMPLETED:
                over = {"percent": 100, "remaining_min": 0, "print_type": "idle"}
                self._say(end, number, state="FINISH", **over, **blank)
            case Fate.FAILED:
                codes: dict[str, Any] = {"print_error": HEATER_CODE}
                if self.model != "P1":
                    codes["fail_reason"] = HEATER_CODE
                self._say(end, number, state="FAILED", **codes, **counts, **blank)
            case Fate.LOST:
                return self._cut(run, counts)
            case _:
                word = "FAILED"
                if self.model == "P1" and rng.random() < 0.5:
                    word = "IDLE"
                if self.model != "P1":
                    blank = {"fail_reason": CANCEL_CODE}
                self._say(end, number, print_error=CANCEL_CODE, **counts)
                self._say(end + rng.uniform(0.1, 1), number, state=word, **blank)
                self._say(end + CODE_S, number, print_error=0)
                end += CODE_S
        if rng.random() < 0.15:
            # Somebody switches it off and on.
            off = end + rng.uniform(5, 100)
            self.away.append((off, off + 30))
            self._say(
                off + 29,
                None,
                state="IDLE",
                subtask_id="0",
                task_id="0",
                percent=0,
                remaining_min=0,
                print_error=0,
                fail_reason=0,
            )
            return off + 31
        return end + 0.3

    def _cut(self, run: Run, counts: dict[str, Any]) -> float:
        """Cut the power in mid-print: the printer comes back without it."""
        run.outcomes = frozenset()
        back = run.end + run.rng.uniform(20, 300)
        self.away.append((run.end, back))
        ids = {"subtask_id": "0", "task_id": "0", "gcode_file": ""}
        if self.model == "P1":
            word = run.rng.choice(("FAILED", "IDLE"))
            counts["remaining_min"] = max(counts["remaining_min"], 1)
            counts["percent"] = min(counts["percent"], 99)
            left = {"print_type": "idle", **counts}
            self._say(back - 1, run.number, state=word, **ids, **left)
        else:
            self._say(back - 1, None, state="IDLE", subtask_name="", percent=0, **ids)
        return back + 1

    @override
    def tells(self, number: int, at: float, snapshot: Snapshot) -> frozenset[Outcome]:
        """Return what a look tells: FAILED may be a cancel that was seen late.

        A P1 keeps no reason.
        """
        run, failed = self.runs[number], snapshot.outcome is Outcome.FAILED
        if self.model == "P1" and failed and not snapshot.cancelling:
            return run.outcomes and frozenset({Outcome.FAILED, Outcome.CANCELLED})
        return super().tells(number, at, snapshot)


class BambuLooks(Client):
    """The real tracker behind a line of the world."""

    def __init__(self, peer: Bambu, clock: Clock) -> None:
        """Begin without a connection."""
        self._peer = peer
        self._clock = clock
        self._tracker = Tracker()
        self._up = False
        self._unbroken = False

    @override
    def line_lost(self) -> None:
        """Lose the connection."""
        self._up = False

    @override
    def carries(self) -> bool:
        """Tell whether a report comes through; notice a line that has broken."""
        if self._peer.is_away(self.at):
            self._up = False
        return self._up

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        """Return the state as the printer told it last."""
        if self._peer.is_away(self.at):
            self._up = False
            raise PrinterUnreachable("away")
        return self._snapshot(self._report())

    def _report(self) -> Report:
        """Return the report of this moment: a full one on a new connection."""
        said, number = self._peer.state(self.at)
        self.shows = number
        full = not self._up
        if full:
            self._tracker.connected()
            self._up, self._unbroken = True, False
        return Report(fields=said, full=full)

    def _snapshot(self, report: Report) -> Snapshot:
        """Take the report in."""
        now = self._clock.moment(self.at)
        self._tracker.apply(report, now.monotonic, now.utc)
        snapshot = self._tracker.snapshot(now.utc, unbroken=self._unbroken)
        self._unbroken = True
        return snapshot
