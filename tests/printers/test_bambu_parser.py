"""What Bambu Lab's reports mean: one test for every trap of the protocol.

The reports are made from facts of public dumps (16 printers, firmware 2022 to 2026).
"""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.printers.bambu_lab.models import model_of
from custom_components.printernizer.printers.bambu_lab.parser import unpacked
from custom_components.printernizer.printers.bambu_lab.report import read_report
from custom_components.printernizer.printers.bambu_lab.tracker import Tracker
from tests.peers.bambu.models import SCENERY

NOW = datetime(2026, 4, 26, 12, 0, tzinfo=UTC)
PLATE = "/data/Metadata/plate_1.gcode"


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

# Section 6 of the document: what each dump is, and what it has to mean.
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


def test_unknown_state_within_a_print_starts_no_other() -> None:
    """INIT between two RUNNING is the same print, and its evidence stays."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    assert line.delta(gcode_state="INIT").activity is Activity.NO_NEWS
    assert line.delta(gcode_state="RUNNING").cancelling


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


def test_failed_and_finished_of_the_past_stay_what_they_are() -> None:
    """FINISH stands until the next print or a reboot."""
    line = Line()
    line.full(**{**RUNNING, "gcode_state": "FINISH", "mc_percent": 100})
    ended = line.delta(wifi_signal="-1dBm")
    assert (ended.activity, ended.outcome) == (Activity.ENDED, Outcome.COMPLETED)
    assert line.delta(gcode_state="IDLE").activity is Activity.IDLE


def test_prepare_can_be_missing_and_running_can_be_missing() -> None:
    """FINISH to RUNNING (HAB 355), PREPARE to FAILED (BBY 1111)."""
    line = Line()
    line.full(**{**RUNNING, "gcode_state": "FINISH"})
    assert line.delta(gcode_state="RUNNING").activity is Activity.PRINTING
    line.delta(gcode_state="PREPARE")
    ended = line.delta(gcode_state="FAILED", print_error=0x03008003)
    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "0300-8003")


@pytest.mark.parametrize("code", [0x0300400C, 0x0500400E])
@pytest.mark.parametrize("state", ["FAILED", "IDLE"])
def test_cancel_codes(code: int, state: str) -> None:
    """The code is gone when the state comes, and in one report with it."""
    line = Line()
    line.full(**RUNNING)
    assert line.delta(print_error=code).cancelling
    line.delta(print_error=0)
    ended = line.delta(gcode_state=state, gcode_file="")
    assert (ended.activity, ended.outcome) == (Activity.ENDED, Outcome.CANCELLED)
    assert ended.print_id == "576835111"
    again = Line()
    again.full(**RUNNING)
    assert again.delta(gcode_state=state, print_error=code).outcome is Outcome.CANCELLED


def test_cancel_belongs_to_one_print_only() -> None:
    """The next one fails by itself."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    line.delta(print_error=0, gcode_state="FAILED", fail_reason="50348044")
    begun = line.delta(gcode_state="RUNNING")
    assert not begun.cancelling
    line.delta(fail_reason="0")
    assert line.delta(gcode_state="FAILED").outcome is Outcome.FAILED


def test_cancelled_print_whose_end_was_not_shown() -> None:
    """After a cancel, PREPARE is the next print."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    assert not line.delta(gcode_state="PREPARE").cancelling


def test_old_fail_reason_is_not_that_of_a_finished_print() -> None:
    """It is kept after the end, and says nothing about the next one's success."""
    line = Line()
    line.full(**RUNNING, fail_reason="50348044")
    ended = line.delta(gcode_state="FINISH")
    assert (ended.outcome, ended.cancelling) == (Outcome.COMPLETED, False)


def test_failed_seen_late_on_a_p1_is_failed() -> None:
    """Its file and ids still there, no reason: the printer's word counts."""
    ended = Line().full(
        **{**RUNNING, "gcode_state": "FAILED", "print_type": "idle", "gcode_file": ""}
    )
    assert (ended.outcome, ended.rebooted) == (Outcome.FAILED, False)


def test_errors_that_do_not_end_a_print() -> None:
    """Codes with a low half under 0x4000 are status; hms never ends a job."""
    line = Line()
    assert not line.full(**RUNNING, print_error=0x07000005).fault
    assert line.delta(print_error=0x07008011).fault
    assert line.delta(gcode_state="PAUSE").fault
    line.delta(print_error=0)
    assert not line.delta(gcode_state="RUNNING").fault
    assert line.delta(gcode_state="FAILED").reason is None


def test_h2d_pro_takes_the_next_job_while_it_shows_finish() -> None:
    """FINISH stands for 48 to 55 s with the next job's name (BBY 1078)."""
    line = Line()
    line.full(**RUNNING)
    line.wait(600)
    line.delta(gcode_state="FINISH", mc_percent=100)
    line.wait(20)
    names = {"subtask_name": "Next", "subtask_id": "999999999"}
    ended = line.delta(**names)
    assert (ended.title, ended.print_id) == ("Vase", "576835111")
    begun = line.delta(gcode_state="RUNNING")
    assert (begun.title, begun.print_id) == ("Next", "999999999")


def test_next_jobs_name_under_finish_at_first_sight() -> None:
    """FINISH at 0 % contradicts itself: an end, but nobody's name."""
    ended = Line().full(**{**RUNNING, "gcode_state": "FINISH", "mc_percent": 0})
    assert ended.activity is Activity.ENDED
    assert (ended.title, ended.filename, ended.print_id) == (None, None, None)


def test_brief_print_gets_its_late_name() -> None:
    """A P1 names a print that failed at once some seconds after its end."""
    line = Line()
    line.full(**{**RUNNING, "gcode_state": "FINISH"})
    line.delta(gcode_state="PREPARE")
    line.wait(3)
    assert line.delta(gcode_state="FAILED").title == "Vase"
    line.wait(2)
    assert line.delta(subtask_name="Late", subtask_id="888888888").title == "Late"
    line.wait(60)
    assert line.delta(subtask_name="Next").title == "Late"


def test_file_blanked_at_the_end_is_remembered() -> None:
    """P1: gcode_file goes blank with FINISH."""
    line = Line()
    line.full(**{**RUNNING, "gcode_file": "Vase.gcode.3mf"})
    ended = line.delta(gcode_state="FINISH", gcode_file="")
    assert ended.filename == "Vase.gcode.3mf"


def test_reboot_takes_the_ids_away() -> None:
    """A normal end keeps them: the print was lost (C7)."""
    line = Line()
    line.full(**RUNNING)
    line.connect()
    lost = line.full(gcode_state="IDLE", subtask_name="Vase", gcode_file="", **NO_IDS)
    assert (lost.activity, lost.rebooted) == (Activity.IDLE, True)
    assert not line.delta(gcode_state="RUNNING", **IDS).rebooted


def test_power_loss_that_offers_to_resume_is_a_pause() -> None:
    """0300-8007 with PAUSE may go on; when it idles, the print is lost."""
    line = Line()
    line.full(**RUNNING)
    line.connect()
    paused = line.full(**{**RUNNING, "gcode_state": "PAUSE"}, print_error=0x03008007)
    assert (paused.activity, paused.rebooted) == (Activity.PAUSED, False)
    assert line.delta(gcode_state="IDLE").rebooted


def test_reboot_after_an_end_loses_nothing() -> None:
    """The print was over before."""
    line = Line()
    line.full(**RUNNING)
    line.delta(gcode_state="FAILED")
    line.connect()
    idle = line.full(
        gcode_state="IDLE",
        print_type="idle",
        subtask_name="Vase",
        gcode_file="",
        mc_remaining_time=12,
        **NO_IDS,
    )
    assert not idle.rebooted


def test_cancel_before_a_broken_line_is_remembered() -> None:
    """The same print is found FAILED after the reconnect."""
    line = Line()
    line.full(**RUNNING)
    line.delta(print_error=50348044)
    line.connect()
    assert (
        line.full(**{**RUNNING, "gcode_state": "FAILED"}).outcome is Outcome.CANCELLED
    )
    line.connect()
    other = {**RUNNING, "gcode_state": "FAILED", "subtask_id": "999999999"}
    assert line.full(**other).outcome is Outcome.FAILED


def test_cancel_code_before_the_full_report_counts() -> None:
    """Deltas before it are not told, but what they prove is kept."""
    line = Line()
    line.delta(print_error=50348044)
    line.delta(print_error=0)
    assert (
        line.full(**{**RUNNING, "gcode_state": "FAILED"}).outcome is Outcome.CANCELLED
    )


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


def test_start_time_of_the_print_before_is_not_used() -> None:
    """It stays after the end (HAB 172)."""
    line = Line()
    line.full(**RUNNING, gcode_start_time=str(int(NOW.timestamp())))
    line.delta(gcode_state="FINISH")
    begun = line.delta(gcode_state="RUNNING", subtask_id="999999999")
    assert begun.start_time is None


def test_third_party_id_again_is_told_as_it_is() -> None:
    """The end in between makes it another print; the detector counts."""
    line = Line()
    line.full(**RUNNING)
    assert line.delta(gcode_state="FINISH").print_id == "576835111"
    assert line.delta(gcode_state="RUNNING").print_id == "576835111"


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


def test_state_is_known_after_the_full_report() -> None:
    """Deltas alone are not enough."""
    line = Line()
    line.delta(gcode_state="RUNNING")
    known = [line.tracker.ready]
    line.full(gcode_state="RUNNING")
    known.append(line.tracker.ready)
    assert known == [False, True]


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
