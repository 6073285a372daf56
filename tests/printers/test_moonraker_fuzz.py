"""Whatever Moonraker may answer, no print is invented and nothing is raised."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st

from custom_components.printernizer.core.snapshot import Activity, Remembered
from custom_components.printernizer.printers.moonraker.discovery import parse_discovery
from custom_components.printernizer.printers.moonraker.history import merge, parse_rows
from custom_components.printernizer.printers.moonraker.judge import (
    Look,
    judge,
    unknown_word,
)
from custom_components.printernizer.printers.moonraker.metadata import parse_metadata
from custom_components.printernizer.printers.moonraker.report import parse_report

from .fuzzing import fuzz
from .moonraker_recorded import LOOKS, with_facts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIVE = {Activity.PRINTING, Activity.PAUSED, Activity.ENDED}

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63, 1e308, NOW.timestamp()])
    | st.floats()
    | st.text(st.characters(), max_size=20)
)
WORDS = st.sampled_from(
    [
        "standby",
        "printing",
        "paused",
        "complete",
        "cancelled",
        "error",
        "ready",
        "startup",
        "shutdown",
        "in_progress",
        "completed",
        "interrupted",
        "server_exit",
        "klippy_shutdown",
        "a.gcode",
        "",
    ]
)
JSON = st.recursive(
    SCALARS | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=8,
)
SECONDS = st.floats(-10, 100_000) | JSON


def some(keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Return objects of which every key may be missing, or anything at all."""
    return st.fixed_dictionaries({}, optional=keys) | JSON


REPORTS = some(
    {
        "webhooks": some({"state": WORDS | JSON, "state_message": JSON}),
        "print_stats": some(
            {
                "state": WORDS | JSON,
                "filename": st.just("a.gcode") | JSON,
                "total_duration": SECONDS,
                "print_duration": SECONDS,
                "filament_used": SECONDS,
                "message": JSON,
                "info": some({"total_layer": JSON, "current_layer": JSON}),
            }
        ),
        "virtual_sdcard": some(
            {"progress": SECONDS, "file_position": SECONDS, "file_path": JSON}
        ),
        "extruder": some({"temperature": SECONDS, "target": SECONDS}),
        "heater_bed": JSON,
    }
)
METADATA = some(
    {
        "estimated_time": SECONDS,
        "filament_total": SECONDS,
        "filament_weight_total": SECONDS,
        "gcode_start_byte": st.integers(0, 10) | JSON,
        "gcode_end_byte": st.integers(0, 10) | JSON,
        "layer_count": JSON,
    }
)
ROWS = some(
    {
        "job_id": st.just("000001") | JSON,
        "filename": st.just("a.gcode") | JSON,
        "status": WORDS | JSON,
        "start_time": st.floats(NOW.timestamp() - 1000, NOW.timestamp() + 10) | JSON,
        "end_time": st.floats(NOW.timestamp() - 1000, NOW.timestamp() + 10) | JSON,
        "total_duration": SECONDS,
        "filament_used": SECONDS,
        "metadata": METADATA,
    }
)
TIMES = st.datetimes(timezones=st.just(UTC)) | st.just(NOW)


@fuzz
@given(
    report=st.none()
    | st.builds(lambda status: {"result": {"status": status}}, REPORTS),
    jobs=st.lists(ROWS, max_size=4) | JSON,
    remembered=st.builds(Remembered, print_id=st.text(max_size=20)),
    ahead=st.sampled_from([0.0, 3600.0, -86_400.0]),
)
def test_no_print_out_of_nonsense(
    report: Any, jobs: Any, remembered: Remembered, ahead: float
) -> None:
    """Live states need their words, and every value stays within its limits."""
    told = None if report is None else parse_report(report)
    look = with_facts(
        Look(
            report=told,
            rows=merge(parse_rows({"result": {"jobs": jobs}})),
            remembered=remembered,
            asked_at=NOW,
            now=NOW,
            told_at=NOW,
            ahead=timedelta(seconds=ahead),
        )
    )
    snapshot = judge(look)
    if snapshot.activity in LIVE:
        assert told is not None and told.state is not None
        assert told.klippy in {"ready", "shutdown"}
        assert unknown_word(told) is None
    assert snapshot.progress is None or 0 <= snapshot.progress <= 100
    for amount in (snapshot.elapsed_s, snapshot.remaining_s, snapshot.material_g):
        assert amount is None or 0 <= amount < float("inf")
    for moment in (snapshot.start_time, snapshot.end_time):
        assert moment is None or (moment.tzinfo is UTC and moment <= NOW)
    starts = [row.start_time for row in snapshot.history]
    assert starts == sorted(starts)


@fuzz
@given(answer=JSON)
def test_any_json_is_survived(answer: Any) -> None:
    """Every parser takes anything."""
    parse_report(answer)
    parse_rows(answer)
    parse_rows({"result": answer})
    parse_metadata(answer)
    parse_discovery("host", 7125, {"uuid": answer, "route_prefix": answer})


@fuzz
@given(
    name=st.sampled_from(sorted(LOOKS)),
    path=st.lists(st.integers(0, 20), max_size=5),
    value=JSON,
)
def test_recorded_report_with_one_value_replaced(
    name: str, path: list[int], value: Any
) -> None:
    """A real answer of which any one part is something else is survived."""
    answer = LOOKS[name]["objects"]
    told = parse_report(_replaced(answer, path, value))
    snapshot = judge(
        with_facts(
            Look(
                report=told,
                rows=merge(parse_rows(LOOKS[name]["history"] or {})),
                remembered=Remembered(),
                asked_at=NOW,
                now=NOW,
                told_at=NOW,
            )
        )
    )
    if told.state is None:
        assert snapshot.activity not in LIVE


def _replaced(node: Any, path: list[int], value: Any) -> Any:
    """Return a copy of a JSON tree with the part at a path replaced."""
    if not isinstance(node, dict) or not node or not path:
        return value
    key = sorted(node)[path[0] % len(node)]
    replaced = _replaced(node[key], path[1:], value)
    return {**node, key: replaced}
