"""The print job inside OctoPrint: its state, its file, its progress, its end."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from custom_components.printernizer.core.snapshot import Outcome
from tests.peers.truth import TruePrint

from .records import Counts, Run

type Fire = Callable[[str, dict[str, Any] | None], None]

HEAT_UP_C = {"tool0": 210.0, "bed": 60.0}
COLD_C = 21.3


class Machine:
    """One printer behind OctoPrint; all methods act at once, in the event loop."""

    def __init__(self, fire: Fire, *, speed: float) -> None:
        """Stand idle and connected; events go to ``fire``."""
        self._fire = fire
        self._speed = speed
        self.truth: list[TruePrint] = []
        self.counts: dict[str, Counts] = {}
        self.state = "Operational"
        self.error = ""
        self.path: str | None = None
        self.origin = "local"
        self.progress: dict[str, Any] = {}
        self.last_print_s: float | None = None
        self.run: Run | None = None
        self.holds_transitions = False
        self.counter_lag_s = 0.02
        self._transition: Callable[[], None] | None = None
        self._counting: set[asyncio.TimerHandle] = set()
        self.idle = asyncio.Event()
        self.idle.set()

    # -- what it shows -----------------------------------------------------------------

    @property
    def is_operational(self) -> bool:
        """Tell whether a printer is connected."""
        return self.state not in (
            "Offline",
            "Offline after error",
            "Error",
            "Opening serial connection",
            "Connecting",
        )

    def done_s(self) -> float:
        """Return for how long the print has run, pauses excluded."""
        run = self.run
        if run is None:
            return 0.0
        now = asyncio.get_running_loop().time()
        running_s = 0.0 if run.resumed_at is None else now - run.resumed_at
        return min(run.done_s + running_s, run.duration_s)

    def shown_progress(self) -> dict[str, Any]:
        """Return ``progress`` as /api/job shows it."""
        nothing = dict.fromkeys(("completion", "filepos", "printTime", "printTimeLeft"))
        if self.run is None:
            return nothing | self.progress
        if self.state == "Cancelling":
            return nothing
        done_s = self.done_s()
        return nothing | {
            "completion": done_s / self.run.duration_s * 100,
            "filepos": int(done_s / self.run.duration_s * 1000),
            "printTime": int(done_s),
            "printTimeLeft": int(self.run.duration_s - done_s) if done_s > 1 else None,
        }

    def temperatures(self) -> dict[str, Any]:
        """Return ``temperature`` as /api/printer shows it."""
        return {
            part: {"actual": hot if self.run else COLD_C, "offset": 0, "target": hot}
            for part, hot in HEAT_UP_C.items()
        }

    # -- prints ------------------------------------------------------------------------

    def start(
        self, path: str, duration_s: float, *, origin: str = "local"
    ) -> TruePrint:
        """Select a file and print it."""
        if self.run is not None or not self.is_operational:
            raise RuntimeError(f"cannot print while {self.state}")
        self.path, self.origin, self.progress = path, origin, {}
        if origin == "local":
            self.counts.setdefault(path, Counts())
        truth = TruePrint(filename=path, started_at=datetime.now(UTC))
        self.truth.append(truth)
        self.run = Run(truth=truth, duration_s=duration_s / self._speed)
        self.idle.clear()
        sd = " print from SD" if origin == "sdcard" else ""
        self._enter(f"Starting{sd}", "STARTING")
        self._fire("PrintStarted", self._payload())
        self._go_on()
        return truth

    def restart(self) -> TruePrint:
        """Print the paused file from its beginning, as the button Restart does."""
        run = self._running("Paused")
        self._end_truth(None)
        duration_s = run.duration_s
        truth = TruePrint(filename=run.truth.filename, started_at=datetime.now(UTC))
        self.truth.append(truth)
        self.run = Run(truth=truth, duration_s=duration_s)
        self.idle.clear()
        self._enter("Starting", "STARTING")
        self._fire("PrintStarted", self._payload())
        self._go_on()
        return truth

    def pause(self) -> None:
        """Pause; with held transitions it stays Pausing until released."""
        run = self._running()
        run.done_s, run.resumed_at = self.done_s(), None
        self._stop_timer()
        self._enter("Pausing", "PAUSING")

        def paused() -> None:
            self._fire("PrintPaused", self._payload())
            self._enter("Paused", "PAUSED")

        self._then(paused)

    def resume(self) -> None:
        """Go on printing."""
        self._running("Paused")
        self._enter("Resuming", "RESUMING")
        self._fire("PrintResumed", self._payload())
        self._go_on()

    def finish(self) -> None:
        """Finish the print now."""
        run = self._running()
        done_s = self.done_s()
        self._stop_timer()
        run.done_s, run.resumed_at = run.duration_s, None
        self._enter("Finishing", "FINISHING")
        self._fire("PrintDone", self._payload() | {"time": done_s})
        self._end_truth(Outcome.COMPLETED)
        self._count(success=True, duration_s=done_s)

        def finished() -> None:
            self.last_print_s = done_s
            done = {"completion": 100.0, "filepos": 1000, "printTimeLeft": 0}
            self._rest(done | {"printTime": int(done_s)})

        self._then(finished)

    def cancel(self) -> None:
        """Cancel the print now."""
        self._running()
        done_s = self.done_s()
        self._stop_timer()
        self._fire("PrintCancelling", self._payload())
        self._enter("Cancelling", "CANCELLING")
        details = self._payload() | {"time": done_s, "reason": "cancelled"}
        self._fire("PrintCancelled", details)
        self._end_truth(Outcome.CANCELLED)
        self._count(success=False, duration_s=done_s)
        self._fire("PrintFailed", details)
        self._then(lambda: self._rest({}))

    def disconnect(self, error: str = "") -> None:
        """Lose the printer: by an error, or by the user's will where there is none."""
        failed, done_s = self.run is not None, self.done_s()
        details = self._payload()
        if error:
            self._enter("Error", "ERROR")
            self._fire("Error", {"error": error, "reason": "firmware"})
        self._stop_timer()
        self.run = self.path = self._transition = None
        self.progress = {}
        self.error = error
        self.idle.set()
        self._fire("Disconnected", None)
        self._enter("Offline after error" if error else "Offline", "OFFLINE")
        if failed:
            self._end_truth(Outcome.FAILED)
            self._count(success=False, duration_s=done_s, path=details["path"])
            details |= {"time": done_s, "reason": "error", "error": error}
            self._fire("PrintFailed", details)

    def connect(self) -> None:
        """Connect the printer; with held transitions it stays Connecting."""
        self.error = ""
        self._enter("Opening serial connection", "OPEN_SERIAL")
        self._enter("Connecting", "CONNECTING")

        def connected() -> None:
            self._enter("Operational", "OPERATIONAL")
            self._fire("Connected", {"port": "VIRTUAL", "baudrate": 115200})

        self._then(connected)

    def stop_timers(self) -> None:
        """Let nothing happen by itself any more."""
        self._stop_timer()
        for timer in self._counting:
            timer.cancel()

    def die(self) -> None:
        """Forget all but the files, as a server does that is killed (1.11)."""
        self.stop_timers()
        self._end_truth(None)
        self.run = self.path = self._transition = None
        self.progress, self.error, self.state = {}, "", "Offline"
        self.idle.set()

    def transfer(self, path: str) -> None:
        """Begin to send a file to the SD card; ``release`` ends it."""
        self.path, self.origin = path, "sdcard"
        self.progress = {"completion": 16.0, "printTime": 1}
        self._enter("Sending file to SD", "PRINTING")

        def sent() -> None:
            self.path = None
            self._rest({})

        self._transition = sent

    def upload(self, path: str) -> None:
        """Upload a file (again): its counts begin anew."""
        self.counts[path] = Counts()

    def release(self) -> None:
        """Let a held transition happen."""
        transition, self._transition = self._transition, None
        if transition is not None:
            transition()

    # -- inside ------------------------------------------------------------------------

    def _running(self, state: str | None = None) -> Run:
        """Return the print that runs."""
        if self.run is None or (state and self.state != state):
            raise RuntimeError(f"cannot do that while {self.state}")
        return self.run

    def _enter(self, state: str, id_: str) -> None:
        """Change the state text and tell so."""
        self.state = state
        self._fire("PrinterStateChanged", {"state_id": id_, "state_string": state})

    def _go_on(self) -> None:
        """Print until the end, unless something happens before."""
        assert self.run is not None
        loop = asyncio.get_running_loop()
        self.run.resumed_at = loop.time()
        left_s = self.run.duration_s - self.run.done_s
        self.run.timer = loop.call_later(left_s, self.finish)
        sd = " from SD" if self.origin == "sdcard" else ""
        self._enter(f"Printing{sd}", "PRINTING")

    def _then(self, transition: Callable[[], None]) -> None:
        """Do what comes next, at once or when released."""
        if self.holds_transitions:
            self._transition = transition
        else:
            transition()

    def _rest(self, progress: dict[str, Any]) -> None:
        """Stand idle with the file still selected."""
        self.run, self.progress = None, progress
        self._enter("Operational", "OPERATIONAL")
        self.idle.set()

    def _stop_timer(self) -> None:
        """Forget that the print would end by itself."""
        if self.run is not None and self.run.timer is not None:
            self.run.timer.cancel()

    def _end_truth(self, outcome: Outcome | None) -> None:
        """Write down how the print ended."""
        if self.truth and self.truth[-1].ended_at is None:
            self.truth[-1].ended_at = datetime.now(UTC)
            self.truth[-1].outcome = outcome

    def _count(
        self, *, success: bool, duration_s: float, path: str | None = None
    ) -> None:
        """Count an ended print, a little later than its state changes (1.11)."""
        counts = self.counts.get(path or self.path or "")
        if counts is None or self.origin != "local":
            return

        def count() -> None:
            counts.add(success=success, duration_s=duration_s)

        timer = asyncio.get_running_loop().call_later(self.counter_lag_s, count)
        self._counting.add(timer)

    def _payload(self) -> dict[str, Any]:
        """Return what most print events carry."""
        name = (self.path or "").rpartition("/")[2]
        return {"name": name, "path": self.path, "origin": self.origin, "size": 1000}
