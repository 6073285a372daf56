"""The printer behind a PrusaLink peer: what it prints, and what state it shows."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from custom_components.printernizer.core.snapshot import Outcome
from tests.peers.truth import TruePrint

# PrusaLink 0.8.1 shows FINISHED or STOPPED for so long; Buddy until acknowledged.
MK3_END_STATE_S = 11.0


class Personality(StrEnum):
    """The two programs that are called PrusaLink."""

    BUDDY = "buddy"
    MK3 = "mk3"


@dataclass(slots=True, kw_only=True)
class Run:
    """The open print. Times are seconds on the event loop's clock.

    ``printed_s`` counts up to ``since``, from which on it runs unless that is None.
    """

    filename: str
    duration_s: float
    true: TruePrint
    on_sd: bool
    printed_s: float = 0.0
    since: float | None = None
    timer: asyncio.TimerHandle | None = None

    def elapsed_s(self) -> float:
        """Return the seconds printed, without the pauses."""
        running = 0.0
        if self.since is not None:
            running = asyncio.get_running_loop().time() - self.since
        return min(self.printed_s + running, self.duration_s)

    def progress(self) -> float:
        """Return whole percents, as both programs do."""
        return float(int(self.elapsed_s() / self.duration_s * 100))


class Machine:
    """Print files one after the other, and keep what was really printed."""

    def __init__(
        self,
        personality: Personality,
        *,
        job_id: int = 41,
        speed: float = 1.0,
        end_state_s: float = MK3_END_STATE_S,
    ) -> None:
        """Begin idle; ``job_id`` is that of the last print, ``speed`` shortens all."""
        self.personality = personality
        self.state = "IDLE"
        self.job_id = job_id
        self.trouble: str | None = None
        self.run: Run | None = None
        self.last_file: str | None = None
        self.truth: list[TruePrint] = []
        self.over = asyncio.Event()
        self.over.set()
        self._speed = speed
        self._end_state_s = end_state_s
        self._end_timer: asyncio.TimerHandle | None = None

    @property
    def is_mk3(self) -> bool:
        """Tell whether PrusaLink runs beside the printer."""
        return self.personality is Personality.MK3

    @property
    def shows_job(self) -> bool:
        """Tell whether the state is one in which the open job is shown."""
        shown = self.state in ("PRINTING", "PAUSED", "ATTENTION")
        return shown and self.run is not None

    # -- a print begins ----------------------------------------------------------------

    def start(
        self,
        filename: str,
        duration_s: float,
        *,
        on_sd: bool = False,
        asks: bool = False,
    ) -> TruePrint:
        """Print a file; with ``asks``, wait for an answer first, the id taken."""
        if self.run is not None:
            raise RuntimeError("it prints already")
        self._stop_end_timer()
        self._next_id()
        true = TruePrint(
            filename=filename, started_at=datetime.now(UTC), print_id=str(self.job_id)
        )
        self.run = Run(
            filename=filename,
            duration_s=duration_s / self._speed,
            true=true,
            on_sd=on_sd,
        )
        self.last_file = filename
        self.trouble = None
        self.over.clear()
        if asks:
            self.state = "ATTENTION"
        else:
            self.truth.append(true)
            self._go()
        return true

    def answer(self, *, yes: bool) -> None:
        """Answer the question before a print: go on, or refuse the print."""
        run = self._open_run()
        if yes:
            run.true.started_at = datetime.now(UTC)
            self.truth.append(run.true)
            self._go()
        else:
            self.run = None
            self.state = "IDLE"
            self.over.set()

    def _next_id(self) -> None:
        """Count prints as the printer's EEPROM does."""
        self.job_id = (self.job_id + 1) % (2**32 if self.is_mk3 else 2**16)

    # -- a print goes on ---------------------------------------------------------------

    def rest(self, state: str) -> None:
        """Stop printing for a while, in a state."""
        run = self._open_run()
        run.printed_s = run.elapsed_s()
        run.since = None
        if run.timer is not None:
            run.timer.cancel()
        self.state = state

    def go_on(self) -> None:
        """Print on after a rest."""
        self._go()

    def renumber(self) -> None:
        """Give the open print a new id, as a restart of PrusaLink on MK3 does."""
        run = self._open_run()
        self._next_id()
        run.true.print_id = str(self.job_id)

    def _go(self) -> None:
        """Print from where it stands, until the end."""
        run = self._open_run()
        loop = asyncio.get_running_loop()
        run.since = loop.time()
        run.timer = loop.call_later(run.duration_s - run.printed_s, self.finish)
        self.state = "PRINTING"

    def _open_run(self) -> Run:
        """Return the open print."""
        if self.run is None:
            raise RuntimeError("nothing prints")
        return self.run

    # -- a print ends ------------------------------------------------------------------

    def finish(self) -> None:
        """Finish the print."""
        self._end("FINISHED", Outcome.COMPLETED)

    def cancel(self) -> None:
        """Stop the print, as the user does."""
        self._end("STOPPED", Outcome.CANCELLED)

    def halt(self, reason: str) -> None:
        """Let the firmware halt, in mid-print or idle."""
        self.trouble = reason
        if self.run is not None:
            self._end("ERROR", Outcome.FAILED)
        self._stop_end_timer()
        self.state = "ERROR"

    def reboot(self) -> None:
        """Lose the print by a reboot; MK3 calls that stopped."""
        self.trouble = None
        if self.run is None:
            self._rest_idle()
        else:
            self._end("STOPPED" if self.is_mk3 else "IDLE", None)

    def acknowledge(self) -> None:
        """Leave an end state, as the user's button does."""
        if self.run is None:
            self.trouble = None
            self._rest_idle()

    def close(self) -> None:
        """Leave no timer behind."""
        self._stop_end_timer()
        if self.run is not None and self.run.timer is not None:
            self.run.timer.cancel()

    def _end(self, state: str, outcome: Outcome | None) -> None:
        """Close the open print and show how it ended."""
        run = self._open_run()
        if run.timer is not None:
            run.timer.cancel()
        self.run = None
        run.true.ended_at = datetime.now(UTC)
        run.true.outcome = outcome
        self.state = state
        if self.is_mk3 and state in ("FINISHED", "STOPPED"):
            loop = asyncio.get_running_loop()
            self._end_timer = loop.call_later(self._end_state_s, self._rest_idle)
        self.over.set()

    def _rest_idle(self) -> None:
        """Show nothing of the last print any more."""
        self._stop_end_timer()
        self.state = "IDLE"

    def _stop_end_timer(self) -> None:
        """Forget the end of an end state."""
        if self._end_timer is not None:
            self._end_timer.cancel()
            self._end_timer = None
