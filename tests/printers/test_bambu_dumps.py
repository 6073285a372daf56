"""The 16 machines of the public dumps (firmware 2022 to 2026), each seen at first sight.

A report of each is made from the facts of its dump.
"""

from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome

from .bambu_line import IDS, NO_IDS, PLATE, RUNNING, Line

DUMPS = [
    pytest.param(
        {
            "gcode_state": "FINISH",
            "subtask_name": "Garden Hose Healer: Male fitting",
            "gcode_file": PLATE,
            "task_id": "702383065",
            "subtask_id": "702384465",
            "mc_percent": 100,
            "fail_reason": "0",
        },
        (Activity.ENDED, Outcome.COMPLETED, "702384465"),
        "Garden Hose Healer: Male fitting",
        id="X1C 01.09.00.01",
    ),
    pytest.param(
        {
            **RUNNING,
            "subtask_name": "CyberBrick Gridfinity Organizer Box",
            "task_id": "724977923",
            "subtask_id": "724977924",
            "device": {"nozzle": {"info": 3}},
            "hms": [{"attr": 201327360, "code": 196615}],
        },
        (Activity.PRINTING, None, "724977924"),
        "CyberBrick Gridfinity Organizer Box",
        id="X1+ 99.00.00.00",
    ),
    pytest.param(
        {
            "gcode_state": "FINISH",
            "print_type": "idle",
            "subtask_name": "sensor_altanlås_v2_v3",
            "gcode_file": "",
            "task_id": "715417865",
            "subtask_id": "715417867",
            "stg_cur": 255,
            "mc_percent": 100,
        },
        (Activity.ENDED, Outcome.COMPLETED, "715417867"),
        "sensor_altanlås_v2_v3",
        id="P1P 01.08.02.00",
    ),
    pytest.param(
        {
            "gcode_state": "FAILED",
            "print_type": "idle",
            "subtask_name": "Fidget Collection",
            "gcode_file": "",
            **NO_IDS,
            "mc_percent": 0,
            "mc_remaining_time": 759,
            "layer_num": 1,
            "total_layer_num": 70,
        },
        (Activity.ENDED, None, None),
        "Fidget Collection",
        id="P1P 01.07.00.00",
    ),
    pytest.param(
        {"print_type": "idle", "subtask_name": "", "gcode_file": "", **NO_IDS},
        (Activity.IDLE, None, None),
        None,
        id="A1 01.05.00.00",
    ),
    pytest.param(
        {
            **RUNNING,
            "print_type": "local",
            "subtask_name": "Rear Dry Pod AMS 2 PRO ",
            "task_id": "6456",
            "subtask_id": "",
        },
        (Activity.PRINTING, None, None),
        "Rear Dry Pod AMS 2 PRO",
        id="P2S 01.01.00.00",
    ),
    pytest.param(
        {
            **RUNNING,
            "print_type": "local",
            "subtask_name": "T-pose - slim H2D dual AMS riser",
            "task_id": "9012",
            "subtask_id": "",
        },
        (Activity.PRINTING, None, None),
        "T-pose - slim H2D dual AMS riser",
        id="H2D 01.01.01.00",
    ),
    pytest.param(
        {"print_type": "", "subtask_name": "", "task_id": "", "subtask_id": ""},
        (Activity.IDLE, None, None),
        None,
        id="H2D Pro 01.01.00.00",
    ),
    pytest.param(
        {
            "gcode_state": "FAILED",
            "subtask_name": "► HEAVY - 55mm With Logo 100% infill",
            "gcode_file": PLATE,
            **IDS,
            "fail_reason": "50348044",
            "print_error": 0,
            "mc_percent": 0,
        },
        (Activity.ENDED, Outcome.CANCELLED, "576835111"),
        "► HEAVY - 55mm With Logo 100% infill",
        id="H2C 01.01.00.00",
    ),
    pytest.param(
        {
            **RUNNING,
            "subtask_name": "Build Plate Cleaner Trays - A1 Mini",
            "gcode_file": "/data/Metadata/plate_3.gcode",
            "task_id": "904240393",
            "subtask_id": "904240393",
            "hms": [{"attr": 83887616, "code": 131184, "ts_unix": "20260426002648"}],
        },
        (Activity.PRINTING, None, "904240393"),
        "Build Plate Cleaner Trays - A1 Mini",
        id="X2D 01.01.00.00",
    ),
    pytest.param(
        {
            "gcode_state": "FINISH",
            "subtask_name": "Garden Hose Healer: Male fitting",
            "gcode_file": PLATE,
            "task_id": "702383065",
            "subtask_id": "702384465",
            "mc_percent": 100,
            "layer_num": 480,
            "ams": {"ams": [{"id": "0", "humidity": "4"}, {"id": "128"}]},
        },
        (Activity.ENDED, Outcome.COMPLETED, "702384465"),
        "Garden Hose Healer: Male fitting",
        id="X1C with three AMS",
    ),
    pytest.param(
        {
            "print_type": "idle",
            "subtask_name": "",
            "gcode_file": "",
            **NO_IDS,
            "job_id": "0",
            "err": "100000000",
            "nozzle_temper": 22.6875,
        },
        (Activity.IDLE, None, None),
        None,
        id="A2L 01.01.00.00",
    ),
    pytest.param(
        {
            **RUNNING,
            "subtask_name": "Number 10 House Numbers_plate_1",
            "task_id": "690732215",
            "subtask_id": "690732217",
            "design_id": "",
            "mc_percent": 0,
            "percent": 0,
            "layer_num": 0,
            "nozzle_temper": 40,
        },
        (Activity.PRINTING, None, "690732217"),
        "Number 10 House Numbers_plate_1",
        id="H2D 01.01.02.07",
    ),
    pytest.param(
        {
            **RUNNING,
            "subtask_name": "Air Slides \N{EN DASH} Lightweight",
            "task_id": "726721039",
            "subtask_id": "726721040",
            "total_layer_num": 1525,
        },
        (Activity.PRINTING, None, "726721040"),
        "Air Slides \N{EN DASH} Lightweight",
        id="H2D 01.01.02.08",
    ),
    pytest.param(
        {
            "print_type": "",
            "subtask_name": "",
            "task_id": "",
            "subtask_id": "",
            "upgrade_state": {"status": "UPGRADE_SUCCESS"},
        },
        (Activity.IDLE, None, None),
        None,
        id="H2D 01.01.02.00",
    ),
    pytest.param(
        {
            **RUNNING,
            "subtask_name": "Kabelfuehrung_v3",
            "task_id": "465293773",
            "subtask_id": "465293773",
            "job_id": "465293773",
            "cali_version": 2,
            "info": {"temp": 3932208},
        },
        (Activity.PRINTING, None, "465293773"),
        "Kabelfuehrung_v3",
        id="H2S 01.01.00.00",
    ),
]

NOISE = [
    {"stg_cur": -1},
    {"stg_cur": 0},
    {"stg_cur": 1},
    {"stg_cur": 22, "ipcam": {"timelapse": "enable"}},
    {"stg_cur": 255, "stg": [255]},
    {"gcode_file_prepare_percent": "99"},
    {"gcode_file_prepare_percent": "100"},
    {"state": 0},
    {"state": 4},
    {"state": 7},
    {"job_attr": 0x12},
    {"job": {"job_state": 1}},
    {"hms": [{"attr": 83887616, "code": 131184}]},
    {"mc_print_error_code": "50348044"},
    {"err": "100000000"},
    {"fun": "41AFFF9CFF"},
    {"chamber_temper": 5, "info": {"temp": 3932208}},
    {"ams": {"ams": [{"id": "1", "tray": [{"tray_now": "255"}]}]}},
    {"device": {"nozzle": {"info": 3}}},
    {"device": {"nozzle": {"info": [{"id": 0}]}}},
]


@pytest.mark.parametrize(("status", "means", "name"), DUMPS)
def test_dumps_of_all_models(
    status: dict[str, Any],
    means: tuple[Activity, Outcome | None, str | None],
    name: str | None,
) -> None:
    """A first look at each of the printers."""
    snapshot = Line().full(**status)
    assert (snapshot.activity, snapshot.outcome, snapshot.print_id) == means
    assert snapshot.title == snapshot.filename == name
    assert snapshot.late_identity
    assert not snapshot.fault
    assert not snapshot.system


@pytest.mark.parametrize("noise", NOISE, ids=str)
@pytest.mark.parametrize("state", ["IDLE", "PREPARE", "RUNNING", "PAUSE", "FINISH"])
def test_what_decides_nothing(state: str, noise: dict[str, Any]) -> None:
    """Stage, download, timelapse, warnings and new words beside it say nothing more."""
    status = {**RUNNING, "gcode_state": state}
    assert Line().full(**{**status, **noise}) == Line().full(**status)


@pytest.mark.parametrize("word", [float("nan"), float("inf"), -1, 2**70, [], {}, None])
def test_a_state_that_is_no_word_is_none(word: object) -> None:
    """The state that was told before stands."""
    line = Line()
    line.full(**RUNNING)
    assert line.delta(gcode_state=word).activity is Activity.PRINTING
