"""Whatever a Bambu Lab printer sends, reading it raises nothing but our errors."""

import contextlib
from datetime import UTC, datetime
import json
from typing import Any

from hypothesis import given, strategies as st

from custom_components.printernizer.core.snapshot import Activity
from custom_components.printernizer.printers.bambu_lab.discovery import parse_notice
from custom_components.printernizer.printers.bambu_lab.parser import ACTIVE, ACTIVITIES
from custom_components.printernizer.printers.bambu_lab.report import read_report
from custom_components.printernizer.printers.bambu_lab.tracker import Tracker
from custom_components.printernizer.printers.base import PrinterProtocolError
from tests.peers.bambu.models import SCENERY

from .fuzzing import fuzz

NOW = datetime(2026, 4, 26, tzinfo=UTC)

numbers = st.integers() | st.floats() | st.booleans()
words = st.sampled_from([*ACTIVITIES, "", "0", "INIT", "idle", "system", "50348044"])
scalars = st.none() | numbers | words | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["info", "temp", "bed", "extruder", "id", "state"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KEYS = [
    "gcode_state",
    "print_type",
    "subtask_name",
    "gcode_file",
    "subtask_id",
    "task_id",
    "mc_percent",
    "percent",
    "mc_remaining_time",
    "layer_num",
    "total_layer_num",
    "print_error",
    "fail_reason",
    "gcode_start_time",
    "nozzle_temper",
    "bed_temper",
    "device",
]
statuses = st.dictionaries(st.sampled_from(KEYS), values)
steps = st.lists(
    st.tuples(st.sampled_from(["full", "delta", "connect", "bearings"]), statuses),
    min_size=1,
    max_size=8,
)


@fuzz
@given(payload=st.binary(max_size=200))
def test_any_bytes(payload: bytes) -> None:
    """Bytes are a report or an error of ours."""
    with contextlib.suppress(PrinterProtocolError):
        read_report(payload)


@fuzz
@given(message=values | st.dictionaries(st.sampled_from(["print", "info"]), values))
def test_any_json(message: Any) -> None:
    """So is any JSON."""
    with contextlib.suppress(PrinterProtocolError):
        read_report(json.dumps(message).encode())


@fuzz
@given(steps=steps)
def test_any_sequence_of_reports(steps: list[tuple[str, dict[str, Any]]]) -> None:
    """A state is told only where the printer said it; numbers stay in their bounds."""
    tracker = Tracker()
    tracker.connected()
    word: object = None
    for now_s, (kind, status) in enumerate(steps):
        if kind == "connect":
            tracker.connected()
            word = None
            continue
        if kind == "bearings":
            tracker.take_bearings(now_s, NOW)
        else:
            body = {**(SCENERY if kind == "full" else {}), **status}
            tracker.apply(read_report(json.dumps({"print": body}).encode()), now_s, NOW)
            said = status.get("gcode_state")
            word = said if isinstance(said, str) else word
        snapshot = tracker.snapshot(NOW, unbroken=False)
        told = ACTIVITIES.get(str(word).strip(), Activity.NO_NEWS)
        if told in ACTIVE or told is Activity.NO_NEWS:
            assert snapshot.activity is told
        else:
            assert snapshot.activity in (Activity.IDLE, Activity.ENDED)
        assert snapshot.progress is None or 0 <= snapshot.progress <= 100
        assert snapshot.remaining_s is None or snapshot.remaining_s >= 0
        assert snapshot.start_time is None or snapshot.start_time <= NOW
        assert snapshot.print_id != ""
        assert snapshot.filename != ""


@fuzz
@given(
    packet=st.binary(max_size=300), head=st.sampled_from([b"", b"NOTIFY * HTTP\r\n"])
)
def test_any_packet(packet: bytes, head: bytes) -> None:
    """Rubbish on the discovery port is no printer."""
    parse_notice(head + packet, "192.0.2.1")
