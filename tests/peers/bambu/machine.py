"""The printer behind a Bambu Lab peer: what it prints, and what it reports."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from custom_components.printernizer.core.snapshot import Outcome
from tests.peers.truth import TruePrint

from .models import SCENERY, Model

CANCELLED = 0x0300400C
POWER_LOSS = 0x03008007
LAYERS = 50


@dataclass(slots=True, kw_only=True)
class Run:
    """The open print. Times are seconds on the event loop's clock."""

    duration_s: float
    true: TruePrint
    names: dict[str, Any]
    printed_s: float = 0.0
    since: float | None = None
    timer: asyncio.TimerHandle | None = None

    def elapsed_s(self) -> float:
        """Return the seconds printed, without the pauses."""
        running = 0.0
        if self.since is not None:
            running = asyncio.get_running_loop().time() - self.since
        return min(self.printed_s + running, self.duration_s)


class Machine:
    """Print one file after the other; ``changed`` gets each change as a report."""

    def __init__(
        self, model: Model, changed: Callable[[dict[str, Any]], None], speed: float
    ) -> None:
        """Begin idle, freshly booted; ``speed`` shortens all prints."""
        self.model = model
        self._changed = changed
        self._speed = speed
        self._number = 500_000_000
        self._counter = 9000
        self.run: Run | None = None
        self.truth: list[TruePrint] = []
        self.over = asyncio.Event()
        self.over.set()
        self.status: dict[str, Any] = {**SCENERY, **self._idle_status()}

    def _idle_status(self) -> dict[str, Any]:
        """Return the changing part of the state after boot."""
        model = self.model
        status: dict[str, Any] = {
            "gcode_state": "IDLE",
            "print_type": model.idle_type,
            "gcode_file": "",
            "gcode_file_prepare_percent": "0",
            "stg_cur": 0 if model.idle_stage == 255 else model.idle_stage,
            "print_error": 0,
            "mc_percent": 0,
            "mc_remaining_time": 0,
            "layer_num": 0,
            "total_layer_num": 0,
            "subtask_name": "",
            **self._ids(model.blank_id, model.blank_id),
            **self._heat(25, 0, 23, 0),
        }
        if model.keeps_reason:
            status |= {"fail_reason": "0", "mc_print_error_code": "0"}
        if model.has_start_time:
            status["gcode_start_time"] = "0"
        return status

    def _ids(self, task_id: str, subtask_id: str) -> dict[str, str]:
        """Return the ids of a print."""
        return {"task_id": task_id, "subtask_id": subtask_id, "project_id": "0"}

    def _heat(self, nozzle: int, to: int, bed: int, bed_to: int) -> dict[str, Any]:
        """Return temperatures; with two nozzles the flat value is the idle one's."""
        if not self.model.is_packed:
            return {
                "nozzle_temper": float(nozzle),
                "nozzle_target_temper": float(to),
                "bed_temper": float(bed),
                "bed_target_temper": float(bed_to),
            }
        extruders = [
            {"id": 0, "temp": to << 16 | nozzle},
            {"id": 1, "temp": 40},
        ]
        return {
            "nozzle_temper": 40,
            "nozzle_target_temper": 0,
            "device": {
                "bed": {"info": {"temp": bed_to << 16 | bed}, "state": 0},
                "extruder": {"info": extruders, "state": 2},
                "nozzle": {"info": []},
            },
        }

    def report(self, **changes: Any) -> None:
        """Change the state, and tell."""
        self.status |= changes
        self._changed(changes)

    # -- a print ---------------------------------------------------------------------

    def start(
        self,
        filename: str,
        duration_s: float,
        *,
        is_cloud: bool,
        prepares: bool,
        print_id: str | None,
    ) -> TruePrint:
        """Begin a print; a P1 says so before it says which."""
        if self.run is not None:
            raise RuntimeError("a print runs already")
        names = self._names(filename, is_cloud=is_cloud, print_id=print_id)
        shown = names["subtask_id"].strip("0")
        true = TruePrint(
            filename=filename,
            started_at=datetime.now(UTC),
            print_id=names["subtask_id"] if shown else None,
        )
        self.truth.append(true)
        self.run = Run(duration_s=duration_s / self._speed, true=true, names=names)
        self.over.clear()
        first = {
            "gcode_state": "PREPARE" if prepares else "RUNNING",
            "mc_percent": 0,
            "mc_remaining_time": self._remaining_min(),
            "layer_num": 0,
            "print_error": 0,
        }
        if self.model.keeps_reason:
            first["fail_reason"] = "0"
        if self.model.is_late:
            self.report(**first)
        else:
            self.report(**first, **names)
        if not prepares:
            self.heat_up()
        return true

    def _names(
        self, filename: str, *, is_cloud: bool, print_id: str | None
    ) -> dict[str, Any]:
        """Return the names and ids that the printer gives a print."""
        model = self.model
        self._number += 17
        self._counter += 1
        task, subtask = str(self._number), print_id or str(self._number + 2)
        if not is_cloud:
            task = str(self._counter) if model.counts_local else "0"
            subtask = print_id or ("" if model.counts_local else "0")
        names: dict[str, Any] = {
            "print_type": "cloud" if is_cloud else "local",
            "subtask_name": filename.removesuffix(".3mf").removesuffix(".gcode"),
            "gcode_file": filename,
            "total_layer_num": LAYERS,
            **self._ids(task, subtask),
        }
        if model.has_plate_file:
            names["gcode_file"] = "/data/Metadata/plate_1.gcode"
        if model.has_start_time:
            names["gcode_start_time"] = str(int(datetime.now(UTC).timestamp()))
        return names

    def heat_up(self) -> None:
        """Go from preparing to printing; the names are told by now."""
        run = self._running()
        if self.model.is_late:
            self.report(**run.names)
        self.report(gcode_state="RUNNING", stg_cur=0, **self._heat(220, 220, 60, 60))
        self.go_on()

    def go_on(self) -> None:
        """Print on."""
        run = self._running()
        loop = asyncio.get_running_loop()
        run.since = loop.time()
        left_s = run.duration_s - run.printed_s
        run.timer = loop.call_later(left_s, self.finish)
        if self.status["gcode_state"] != "RUNNING":
            self.report(gcode_state="RUNNING")

    def hold(self, **changes: Any) -> None:
        """Pause."""
        run = self._running()
        run.printed_s, run.since = run.elapsed_s(), None
        if run.timer is not None:
            run.timer.cancel()
        self.report(gcode_state="PAUSE", **changes)

    def tick(self) -> None:
        """Report the progress, as about once a second."""
        run = self.run
        if run is None or run.since is None:
            self.report(wifi_signal="-46dBm")
            return
        share = run.elapsed_s() / run.duration_s
        self.report(
            mc_percent=min(int(share * 100), 99),
            mc_remaining_time=self._remaining_min(),
            layer_num=int(share * LAYERS),
        )

    def _remaining_min(self) -> int:
        """Return the minutes left."""
        run = self._running()
        return int((run.duration_s - run.elapsed_s()) // 60)

    # -- its end ---------------------------------------------------------------------

    def finish(self) -> None:
        """End as completed; the state stays until the next print."""
        self._close(Outcome.COMPLETED)
        self.report(
            mc_percent=100, mc_remaining_time=0, layer_num=LAYERS, **self._end("FINISH")
        )

    def cancel(self) -> None:
        """End by hand: the code stands for a moment."""
        self._close(Outcome.CANCELLED)
        self.report(print_error=CANCELLED)
        to_idle = self.model.cancels_to_idle
        changes = self._end("IDLE" if to_idle else "FAILED")
        if self.model.keeps_reason:
            changes |= {"fail_reason": str(CANCELLED), "mc_percent": 0}
        self.report(**changes)
        self.report(print_error=0)

    def fail(self, code: int) -> None:
        """End by an error."""
        self._close(Outcome.FAILED)
        self.report(print_error=code)
        changes = self._end("FAILED")
        if self.model.keeps_reason:
            changes["fail_reason"] = str(code)
        self.report(**changes)

    def boot(self) -> None:
        """Start after a power cut: the print is lost, its name left over (P1P)."""
        left_over = {"subtask_name": "", "mc_remaining_time": 0, "total_layer_num": 0}
        if self.run is not None:
            left_over = {key: self.status[key] for key in left_over}
            self._close(None)
        state = "FAILED" if left_over["subtask_name"] else "IDLE"
        self.status |= {**self._idle_status(), **left_over, "gcode_state": state}

    def _end(self, state: str) -> dict[str, Any]:
        """Return what every end changes."""
        changes = {
            "gcode_state": state,
            "print_type": self.model.idle_type,
            "stg_cur": self.model.idle_stage,
            **self._heat(200, 0, 55, 0),
        }
        if self.model.blanks_file:
            changes["gcode_file"] = ""
        return changes

    def _close(self, outcome: Outcome | None) -> None:
        """End the open print."""
        run = self._running()
        if run.timer is not None:
            run.timer.cancel()
        run.true.ended_at = datetime.now(UTC)
        run.true.outcome = outcome
        self.run = None
        self.over.set()

    def _running(self) -> Run:
        """Return the open print."""
        if self.run is None:
            raise RuntimeError("nothing is printed")
        return self.run

    def close(self) -> None:
        """Stop all clocks."""
        if self.run is not None and self.run.timer is not None:
            self.run.timer.cancel()
