"""Klipper as its clients see it: printer objects that change while it prints.

Behaves as measured on Klipper v0.13: ends and file names stay until the next print
or restart, a shutdown in mid-print reads as paused and goes on counting, a restart
forgets everything.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from custom_components.printernizer.core.snapshot import Outcome
from tests.peers.truth import TruePrint

HEATING_SHARE = 0.1
FILAMENT_MM = 1000.0
FILE_BYTES = 100_000
LAYERS = 10
HEADER_BYTES = 5_000
SHUTDOWN_HELP = (
    '\nOnce the underlying issue is corrected, use the\n"FIRMWARE_RESTART" command'
    " to reset the firmware, reload the\nconfig, and restart the host software."
    "\nPrinter is shutdown\n"
)


class KlipperBusyError(Exception):
    """A print runs already, or none does."""


@dataclass(slots=True, kw_only=True)
class _Run:
    """The print that Klipper has in its hands, or had last; times by the loop."""

    truth: TruePrint
    duration_s: float
    began: float
    state: str = "printing"
    message: str = ""
    paused_s: float = 0.0
    paused_at: float | None = None
    ended: float | None = None

    def total_s(self, now: float) -> float:
        """Return the seconds since the start, pauses included."""
        return (now if self.ended is None else self.ended) - self.began

    def moving_s(self, now: float) -> float:
        """Return the seconds since the start, pauses excluded."""
        until = min(
            now, *(t for t in (self.ended, self.paused_at) if t is not None), now
        )
        return max(until - self.began - self.paused_s, 0.0)


class Klipper:
    """One Klipper; prints proceed by the event loop's clock.

    A print of ``duration_s`` seconds takes ``duration_s / speed``. ``truth`` lists
    what was really printed.
    """

    def __init__(self, speed: float = 1.0) -> None:
        """Start ready and idle."""
        self.speed = speed
        self.truth: list[TruePrint] = []
        self.klippy = "ready"
        self.klippy_message = "Printer is ready"
        self.on_change: Callable[[], None] = lambda: None
        self.idle = asyncio.Event()
        self.idle.set()
        self._run: _Run | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_printing(self) -> bool:
        """Tell whether a print runs or pauses."""
        return self._run is not None and self._run.ended is None

    @property
    def current(self) -> TruePrint | None:
        """Return the print that runs, or that ran last and is still shown."""
        return self._run.truth if self._run else None

    def start_print(self, filename: str, *, duration_s: float = 60.0) -> TruePrint:
        """Print a file; raises KlipperBusyError where one is printed already."""
        if self.is_printing or self.klippy != "ready":
            raise KlipperBusyError("SD busy")
        truth = TruePrint(filename=filename, started_at=datetime.now(UTC))
        self.truth.append(truth)
        self._run = _Run(
            truth=truth, duration_s=duration_s / self.speed, began=_loop_time()
        )
        self.idle.clear()
        self._schedule_end()
        self.on_change()
        return truth

    def pause(self) -> None:
        """Pause the print."""
        run = self._running("printing")
        run.state, run.paused_at = "paused", _loop_time()
        self._schedule_end()
        self.on_change()

    def resume(self) -> None:
        """Go on with the print."""
        run = self._running("paused")
        run.paused_s += _loop_time() - (run.paused_at or _loop_time())
        run.state, run.paused_at = "printing", None
        self._schedule_end()
        self.on_change()

    def cancel(self) -> None:
        """Cancel the print."""
        self._end("cancelled", Outcome.CANCELLED)

    def fail(self, reason: str) -> None:
        """Let the print fail, as an error in its g-code does."""
        self._end("error", Outcome.FAILED, reason)

    def finish(self) -> None:
        """Complete the print at once."""
        self._end("complete", Outcome.COMPLETED)

    def reset_file(self) -> None:
        """Forget a print that has ended (SDCARD_RESET_FILE)."""
        self._run = None
        self.on_change()

    def shut_down(self, reason: str = "Lost communication with MCU 'mcu'") -> None:
        """Stop in the middle of everything; only a restart leads out."""
        self.klippy, self.klippy_message = "shutdown", reason + SHUTDOWN_HELP
        if self._run and self.is_printing:
            self._run.state = "paused"
            self._run.paused_at = self._run.paused_at or _loop_time()
            self._lose()
        self.on_change()

    def restart(self) -> None:
        """Forget everything and be starting; ``get_ready`` follows."""
        if self.is_printing:
            self._lose()
        self._run = None
        self.klippy = "startup"
        self.klippy_message = "\nPrinter is not ready\n"
        self.on_change()

    def get_ready(self) -> None:
        """Be ready after a restart."""
        self.klippy, self.klippy_message = "ready", "Printer is ready"
        self.on_change()

    def stop(self) -> None:
        """Stop the clock of the print."""
        if self._timer:
            self._timer.cancel()

    def objects(self) -> dict[str, dict[str, Any]]:
        """Return the printer objects as they are now."""
        now, run = _loop_time(), self._run
        share = self._share(now)
        heats = run is not None and run.ended is None and self.klippy == "ready"
        return {
            "webhooks": {
                "state": self.klippy,
                "state_message": self.klippy_message,
            },
            "print_stats": self._print_stats(now, share),
            "virtual_sdcard": self._card(share),
            "display_status": {"progress": self._card(share)["progress"]},
            "extruder": {"temperature": 200.5, "target": 200.0 if heats else 0.0},
            "heater_bed": {"temperature": 60.2, "target": 60.0 if heats else 0.0},
            "pause_resume": {"is_paused": run is not None and run.state == "paused"},
            "idle_timeout": {"state": "Printing" if heats else "Ready"},
        }

    def _print_stats(self, now: float, share: float) -> dict[str, Any]:
        """Return the print_stats object."""
        run = self._run
        if run is None:
            stats: dict[str, Any] = dict.fromkeys(_DURATIONS, 0.0)
            info = {"total_layer": None, "current_layer": None}
            return {
                **stats,
                "filename": "",
                "state": "standby",
                "message": "",
                "info": info,
            }
        heating_s = run.duration_s * HEATING_SHARE
        return {
            "filename": run.truth.filename,
            "total_duration": run.total_s(now),
            "print_duration": max(run.moving_s(now) - heating_s, 0.0),
            "filament_used": FILAMENT_MM * share,
            "state": run.state,
            "message": run.message,
            "info": {"total_layer": LAYERS, "current_layer": round(LAYERS * share)},
        }

    def _card(self, share: float) -> dict[str, Any]:
        """Return the virtual_sdcard object."""
        run = self._run
        if run is None or run.state == "cancelled":
            return {
                "file_path": None,
                "progress": 0.0,
                "is_active": False,
                "file_position": 0,
                "file_size": 0,
            }
        position = int(HEADER_BYTES + (FILE_BYTES - HEADER_BYTES) * share)
        is_open = run.state != "complete"
        return {
            "file_path": f"/gcodes/{run.truth.filename}" if is_open else None,
            "progress": position / FILE_BYTES,
            "is_active": run.state == "printing",
            "file_position": position,
            "file_size": FILE_BYTES,
        }

    def _share(self, now: float) -> float:
        """Return how much of the print is done, 0 to 1."""
        run = self._run
        if run is None:
            return 0.0
        if run.state == "complete":
            return 1.0
        heating_s = run.duration_s * HEATING_SHARE
        moving_s = run.moving_s(now) - heating_s
        return min(max(moving_s / (run.duration_s - heating_s), 0.0), 1.0)

    def _running(self, *states: str) -> _Run:
        """Return the running print; raises KlipperBusyError."""
        if self._run is None or not self.is_printing or self.klippy != "ready":
            raise KlipperBusyError("no print runs")
        if states and self._run.state not in states:
            raise KlipperBusyError(f"the print is {self._run.state}")
        return self._run

    def _end(self, state: str, outcome: Outcome, message: str = "") -> None:
        """End the running print."""
        run = self._running()
        self.stop()
        run.ended, run.state, run.message = _loop_time(), state, message
        run.truth.ended_at, run.truth.outcome = datetime.now(UTC), outcome
        self.idle.set()
        self.on_change()

    def _lose(self) -> None:
        """Lose the running print: to a user it has failed."""
        self.stop()
        if self._run:
            self._run.truth.ended_at = datetime.now(UTC)
            self._run.truth.outcome = Outcome.FAILED
        self.idle.set()

    def _schedule_end(self) -> None:
        """Let the print complete in time."""
        self.stop()
        run = self._run
        if run and run.state == "printing":
            left_s = run.duration_s - run.moving_s(_loop_time())
            self._timer = asyncio.get_running_loop().call_later(left_s, self.finish)


_DURATIONS = ("total_duration", "print_duration", "filament_used")


def _loop_time() -> float:
    """Return the event loop's clock in seconds."""
    return asyncio.get_running_loop().time()
