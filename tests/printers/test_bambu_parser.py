"""What Bambu Lab's reports mean: one test for every trap of the protocol.

The reports are made from facts of public dumps (16 printers, firmware 2022 to 2026).
"""

import json
from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import Activity
from custom_components.printernizer.printers.bambu_lab.models import model_of
from custom_components.printernizer.printers.bambu_lab.parser import unpacked
from custom_components.printernizer.printers.bambu_lab.report import read_report
from tests.peers.bambu.models import SCENERY

from .bambu_line import IDS, NO_IDS, NOW, PLATE, RUNNING, Line


@pytest.mark.parametrize(
    ("word", "activity"),
    [
        ("IDLE", Activity.IDLE),
        ("PREPARE", Activity.PREPARING),
        ("SLICING", Activity.PREPARING),
        ("RUNNING", Activity.PRINTING),
        ("PAUSE", Activity.PAUSED),
        ("FINISH", Activity.ENDED),
        ("FAILED", Activity.ENDED),
        ("INIT", Activity.NO_NEWS),
        ("OFFLINE", Activity.NO_NEWS),
        ("UNKNOWN", Activity.NO_NEWS),
        ("", Activity.NO_NEWS),
        ("DREAMING", Activity.NO_NEWS),
    ],
)
def test_states(word: str, activity: Activity) -> None:
    """A word never seen before is no news, kept verbatim; never idle."""
    snapshot = Line().full(gcode_state=word)
    assert snapshot.activity is activity
    assert snapshot.message == word


def test_report_without_state_is_no_news() -> None:
    """Missing is not idle, and 42 % alone is not printing."""
    line = Line()
    line.delta(mc_percent=42, nozzle_temper=210)
    snapshot = line.bearings()
    assert snapshot.activity is Activity.NO_NEWS
    assert snapshot.progress == 42


def test_deltas_are_merged_deep() -> None:
    """A delta of device.extruder must not wipe device.bed."""
    line = Line()
    line.full(
        gcode_state="RUNNING",
        device={"bed": {"info": {"temp": 3932208}}, "extruder": {"info": []}},
    )
    line.delta(device={"extruder": {"state": 274}})
    telemetry = line.delta(device={"extruder": {"info": [{"id": 1, "temp": 40}]}})
    assert (telemetry.telemetry.bed_c, telemetry.telemetry.bed_target_c) == (48, 60)
    assert telemetry.telemetry.nozzle_c == 40


def test_null_and_wrong_types_say_nothing() -> None:
    """What was known stays."""
    line = Line()
    line.full(**RUNNING)
    snapshot = line.delta(
        gcode_state=None,
        mc_percent={"value": 3},
        subtask_name=["x"],
        mc_remaining_time=float("nan"),
        layer_num=True,
        device=[],
    )
    assert snapshot.activity is Activity.PRINTING
    assert (snapshot.progress, snapshot.title) == (42, "Vase")
    assert (snapshot.remaining_s, snapshot.telemetry.layer) == (78 * 60, 24)


def test_remaining_time_is_in_minutes() -> None:
    """759 minutes are not 759 seconds."""
    assert Line().full(**RUNNING).remaining_s == 78 * 60


@pytest.mark.parametrize(
    ("packed", "temperatures"),
    [
        (6553700, (100, 100)),
        (3932208, (48, 60)),
        (14745864, (264, 225)),
        (16384250, (250, 250)),
        (23, (23, 0)),
    ],
)
def test_packed_temperatures(packed: int, temperatures: tuple[int, int]) -> None:
    """Low half now, high half target; unheated it is the plain number."""
    assert unpacked(packed) == temperatures


@pytest.mark.parametrize(
    ("status", "bed"),
    [
        ({"bed_temper": 60.5, "bed_target_temper": 60}, (60.5, 60)),
        ({"bed_temper": "60.5", "bed_target_temper": "60"}, (60.5, 60)),
        ({"device": {"bed": {"info": {"temp": 3932208}}}}, (48, 60)),
        ({"device": {"bed_temp": 3932208}}, (48, 60)),
        ({"device": {"bed": {"info": {"temp": 23}}, "bed_temp": 99}}, (23, 0)),
        ({"device": {"bed_temp": "6553700"}}, (100, 100)),
        ({"device": {"ctc": {"info": {"temp": 3932208}}}}, (None, None)),
        ({"info": {"temp": 3932208}, "chamber_temper": 5}, (None, None)),
    ],
)
def test_bed_in_every_shape(
    status: dict[str, Any], bed: tuple[float | None, float | None]
) -> None:
    """Flat, as text, nested or packed (H2, P2S, X2D); the chamber is no bed."""
    telemetry = Line().full(**RUNNING, **status).telemetry
    assert (telemetry.bed_c, telemetry.bed_target_c) == bed


@pytest.mark.parametrize(("state", "nozzle"), [(2, 264), (0x8112, 40)])
def test_nozzle_in_use_is_shown(state: int, nozzle: int) -> None:
    """H2D's nozzle_temper is that of the other nozzle (dump of 01.01.02.07)."""
    extruders = [{"id": 0, "temp": 14745864}, {"id": 1, "temp": 40}]
    snapshot = Line().full(
        **RUNNING,
        nozzle_temper=33,
        device={"extruder": {"state": state, "info": extruders}},
    )
    assert snapshot.telemetry.nozzle_c == nozzle


def test_flat_temperature_of_a_single_nozzle_is_finer() -> None:
    """A2L sends 22.6875 flat and 22 packed."""
    snapshot = Line().full(
        nozzle_temper=22.6875,
        device={"extruder": {"state": 1, "info": [{"id": 0, "temp": 22}]}},
    )
    assert snapshot.telemetry.nozzle_c == 22.6875


@pytest.mark.parametrize(
    ("ids", "print_id"),
    [
        ({"task_id": "0", "subtask_id": "0"}, None),
        ({"task_id": "", "subtask_id": ""}, None),
        ({"task_id": "9012", "subtask_id": ""}, None),
        ({"task_id": "9012"}, None),
        ({"task_id": "702383065"}, "702383065"),
        ({"task_id": "702383065", "subtask_id": "702384465"}, "702384465"),
        ({"task_id": "1", "subtask_id": "2147483647"}, None),
        ({"subtask_id": 904240393}, "904240393"),
        ({"subtask_id": "000"}, None),
        ({"subtask_id": True}, None),
        ({"subtask_id": None, "task_id": None}, None),
    ],
)
def test_ids(ids: dict[str, Any], print_id: str | None) -> None:
    """Blank ids, local counters and ids that the P1S cut are not trusted."""
    status = {**RUNNING, "task_id": None, "subtask_id": None, **ids}
    assert Line().full(**status).print_id == print_id


@pytest.mark.parametrize(
    ("file", "name", "filename"),
    [
        (PLATE, "Vase", "Vase"),
        ("plate_12.gcode", "Vase", "Vase"),
        (PLATE, "", PLATE),
        ("Vase.gcode.3mf", "Vase", "Vase.gcode.3mf"),
        ("cache/Vase.3mf", "Vase", "cache/Vase.3mf"),
        ("", "Vase", "Vase"),
        ("my_plate_1.gcode", "Vase", "my_plate_1.gcode"),
    ],
)
def test_names(file: str, name: str, filename: str) -> None:
    """A plate's path says nothing about the model."""
    snapshot = Line().full(**{**RUNNING, "gcode_file": file, "subtask_name": name})
    assert snapshot.filename == filename
    assert snapshot.title == (name or None)


@pytest.mark.parametrize(
    ("status", "is_system"),
    [
        ({"gcode_file": "/usr/etc/print/auto_cali_for_user.gcode"}, True),
        ({"gcode_file": "/usr/etc/print/O1S/calibrate_motion_precision.gcode"}, True),
        ({"print_type": "system"}, True),
        ({"subtask_name": "auto_cali_for_user_param"}, True),
        ({"subtask_name": "pa_line_calib_mode"}, True),
        ({"gcode_file": "auto_pa_line_calib_mode.3mf"}, True),
        ({"subtask_name": "some_new_calib_mode"}, True),
        ({"subtask_name": "pa_line_calib_mode_v2"}, False),
        ({"subtask_name": "auto_cali_for_user_manual"}, False),
        ({"gcode_file": "usr/etc/print.3mf"}, False),
        ({"stg_cur": 1}, False),
    ],
)
def test_system_prints(status: dict[str, Any], is_system: bool) -> None:
    """Whole names count; levelling inside a print is no job of its own."""
    assert Line().full(**{**RUNNING, **status}).system is is_system


@pytest.mark.parametrize(
    ("start", "ids", "is_used"),
    [
        (NOW.timestamp(), IDS, True),
        (str(int(NOW.timestamp())), IDS, True),
        ("0", IDS, False),
        (str(int(NOW.timestamp()) + 10**6), IDS, False),
        (str(int(NOW.timestamp())), NO_IDS, False),
        ("nan", IDS, False),
        (1e400, IDS, False),
    ],
)
def test_start_time(start: object, ids: dict[str, str], is_used: bool) -> None:
    """Only where it can be true, and with an id: it is reused where ids are "0"."""
    snapshot = Line().full(**{**RUNNING, **ids}, gcode_start_time=start)
    assert (snapshot.start_time == NOW) is is_used


@pytest.mark.parametrize("percent", [-5, 0, 100, 101, 1e300])
def test_progress_is_clamped(percent: float) -> None:
    """0 to 100 whatever is sent."""
    progress = Line().full(**{**RUNNING, "mc_percent": percent}).progress
    assert progress is not None and 0 <= progress <= 100


def test_double_keys_of_newer_firmware() -> None:
    """``percent`` and ``remain_time`` where the older keys are missing."""
    status = {**RUNNING, "percent": 7, "remain_time": 2}
    del status["mc_percent"], status["mc_remaining_time"]
    snapshot = Line().full(**status)
    assert (snapshot.progress, snapshot.remaining_s) == (7, 120)


def test_full_reports_are_told_by_their_content() -> None:
    """H2D's lack ``msg``; a delta with a state is none."""
    status = {**SCENERY, "gcode_state": "IDLE"}
    assert read_report(json.dumps({"print": status}).encode()).full
    assert not read_report(b'{"print": {"gcode_state": "RUNNING", "msg": 0}}').full
    assert not read_report(json.dumps({"print": SCENERY}).encode()).full


def test_version_from_the_board_where_ota_names_nothing() -> None:
    """Some old firmware tells the project with the esp32 module only."""
    modules = [
        {"name": "ota", "sw_ver": "01.04.00.00"},
        {"name": "esp32", "hw_ver": "AP04", "project_name": "C12"},
        "rubbish",
    ]
    body = {"info": {"command": "get_version", "module": modules}}
    version = read_report(json.dumps(body).encode()).version
    assert model_of(version) == "P1S"
    assert model_of(None) is None
