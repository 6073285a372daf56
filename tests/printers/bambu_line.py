"""A Bambu Lab printer's reports, without a printer."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

from custom_components.printernizer.core.snapshot import Snapshot
from custom_components.printernizer.printers.bambu_lab.report import read_report
from custom_components.printernizer.printers.bambu_lab.tracker import Tracker
from tests.peers.bambu.models import SCENERY

NOW = datetime(2026, 4, 26, 12, 0, tzinfo=UTC)


PLATE = "/data/Metadata/plate_1.gcode"


IDS = {"task_id": "576835111", "subtask_id": "576835111"}


NO_IDS = {"task_id": "0", "subtask_id": "0", "project_id": "0"}


RUNNING = {
    "gcode_state": "RUNNING",
    "print_type": "cloud",
    "subtask_name": "Vase",
    "gcode_file": PLATE,
    "mc_percent": 42,
    "mc_remaining_time": 78,
    "layer_num": 24,
    "total_layer_num": 75,
    **IDS,
}


class Line:
    """A tracker, and the reports that reach it."""

    def __init__(self) -> None:
        """Connect."""
        self.tracker = Tracker()
        self.now_s = 1000.0
        self.connect()

    def connect(self) -> None:
        """Begin a connection."""
        self.tracker.connected()

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.now_s += seconds

    def delta(self, **status: Any) -> Snapshot:
        """Report what changed; returns what that shows."""
        body = {"print": {"command": "push_status", "msg": 1, **status}}
        report = read_report(json.dumps(body).encode())
        now = NOW + timedelta(seconds=self.now_s)
        self.tracker.apply(report, self.now_s, now)
        return self.tracker.snapshot(now, unbroken=True)

    def full(self, **status: Any) -> Snapshot:
        """Report everything; returns what that shows."""
        return self.delta(**{**SCENERY, "gcode_state": "IDLE", **status})

    def bearings(self) -> Snapshot:
        """Give up waiting for a full report."""
        now = NOW + timedelta(seconds=self.now_s)
        self.tracker.take_bearings(self.now_s, now)
        return self.tracker.snapshot(now, unbroken=True)
