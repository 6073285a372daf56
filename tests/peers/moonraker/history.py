"""Moonraker's job history, with its real gaps.

Measured on Moonraker 0.11.0: a restart abandons the running print's row for good, and
prints between two status reports are never seen.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .klipper import FILAMENT_MM, FILE_BYTES, HEADER_BYTES

IDLE = frozenset({"standby", "complete", "cancelled", "error"})
STATUS_OF = {"complete": "completed", "cancelled": "cancelled", "error": "error"}
WEIGHT_G = 3.0


def metadata_of(estimated_s: float) -> dict[str, Any]:
    """Return what Moonraker reads out of a g-code file."""
    return {
        "size": FILE_BYTES,
        "slicer": "PrusaSlicer",
        "gcode_start_byte": HEADER_BYTES,
        "gcode_end_byte": FILE_BYTES,
        "estimated_time": estimated_s,
        "layer_count": 10,
        "filament_total": FILAMENT_MM,
        "filament_weight_total": WEIGHT_G,
    }


class History:
    """The rows, and the rules by which Moonraker writes them."""

    def __init__(self) -> None:
        """Start empty; ``with_metadata`` off leaves rows without file metadata."""
        self.rows: list[dict[str, Any]] = []
        self.with_metadata = True
        self.estimated_s = 60.0
        self.clock_ahead_s = 0.0
        self.on_changed: Callable[[str, dict[str, Any]], None] = lambda *_: None
        self._current: dict[str, Any] | None = None
        self._last: dict[str, Any] | None = None

    def take_bearings(self, stats: dict[str, Any]) -> None:
        """Begin with what Klipper shows: a print that runs already gets no row."""
        self._last = dict(stats)

    def see(self, stats: dict[str, Any]) -> None:
        """Take in a status report of print_stats."""
        last, self._last = self._last, dict(stats)
        if last is None:
            return
        old, new = last["state"], stats["state"]
        restarted = stats["total_duration"] < last["total_duration"]
        if new == "printing" and (old in IDLE or (old == "paused" and restarted)):
            self._finish("cancelled", last)
            self._add(stats)
        elif old != new and old in IDLE and new in STATUS_OF:
            self._add(stats)
            self._finish(STATUS_OF[new], stats)
        elif old != new and new in STATUS_OF:
            self._finish(STATUS_OF[new], stats)
        elif old != new and new == "standby":
            self._finish("cancelled", last)

    def end(self, status: str) -> None:
        """Close the running print's row because Klipper or Moonraker stops."""
        self._finish(status, self._last or {})
        self._last = None

    def interrupt(self) -> None:
        """Mark what a killed Moonraker left behind, as its next start does."""
        for row in self.rows:
            if row["status"] == "in_progress":
                row["status"] = "interrupted"
        self._current = self._last = None

    def query(
        self, since: float, order: str, limit: int, start: int
    ) -> list[dict[str, Any]]:
        """Return rows as ``/server/history/list`` does: by number, ``since`` exclusive."""
        rows = sorted(self.rows, key=lambda row: int(row["job_id"], 16))
        rows = [row for row in rows if since < 0 or row["start_time"] > since]
        if order == "desc":
            rows.reverse()
        return rows[start : start + limit] if limit > 0 else rows[start:]

    def _add(self, stats: dict[str, Any]) -> None:
        """Write a new row."""
        newest = max((int(row["job_id"], 16) for row in self.rows), default=0)
        self._current = {
            "job_id": f"{newest + 1:06X}",
            "user": "No User",
            "filename": stats["filename"],
            "status": "in_progress",
            "start_time": self._now(),
            "end_time": None,
            "print_duration": stats["print_duration"],
            "total_duration": stats["total_duration"],
            "filament_used": stats["filament_used"],
            "metadata": metadata_of(self.estimated_s) if self.with_metadata else {},
            "auxiliary_data": [],
            "exists": True,
        }
        self.rows.append(self._current)
        self.on_changed("added", self._current)

    def _finish(self, status: str, stats: dict[str, Any]) -> None:
        """Close the running print's row, if there is one."""
        row, self._current = self._current, None
        if row is None:
            return
        row.update(status=status, end_time=self._now())
        shorter = stats.get("total_duration", 0.0) < row["total_duration"]
        if shorter or stats.get("filename") != row["filename"]:
            # They are those of another print.
            stats = {}
        for key in ("print_duration", "total_duration", "filament_used"):
            row[key] = stats.get(key, row[key])
        self.on_changed("finished", row)

    def _now(self) -> float:
        """Return the clock of Moonraker's host."""
        return datetime.now(UTC).timestamp() + self.clock_ahead_s
