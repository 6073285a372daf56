"""How the models differ in what they report (public dumps, firmware 2022 to 2026)."""

from dataclasses import dataclass
from typing import Any

# Keys of a full report that say nothing about a print; they make it a full one.
SCENERY: dict[str, Any] = {
    "ams": {"ams": [], "tray_now": "255", "version": 3},
    "ams_rfid_status": 0,
    "ams_status": 0,
    "aux_part_fan": True,
    "bed_type": "textured_plate",
    "big_fan1_speed": "0",
    "big_fan2_speed": "0",
    "cali_version": 0,
    "cfg": "0",
    "cooling_fan_speed": "0",
    "filam_bak": [],
    "heatbreak_fan_speed": "0",
    "fan_gear": 0,
    "force_upgrade": False,
    "home_flag": 224478464,
    "hw_switch_state": 0,
    "ipcam": {"ipcam_dev": "1", "timelapse": "disable"},
    "k": "0.0200",
    "lan_task_id": "0",
    "lifecycle": "product",
    "lights_report": [{"mode": "on", "node": "chamber_light"}],
    "maintain": 3,
    "mc_print_stage": "1",
    "mc_print_sub_stage": 0,
    "mess_production_state": "active",
    "nozzle_diameter": "0.4",
    "nozzle_type": "hardened_steel",
    "online": {"ahb": False, "rfid": False, "version": 7},
    "print_gcode_action": 0,
    "print_real_action": 0,
    "queue_number": 0,
    "s_obj": [],
    "sdcard": True,
    "spd_lvl": 2,
    "spd_mag": 100,
    "stg": [],
    "upgrade_state": {"status": "IDLE", "progress": "0"},
    "vt_tray": {"id": "254"},
    "upload": {"status": "idle", "progress": 0},
    "wifi_signal": "-45dBm",
    "xcam": {"print_halt": False},
    "xcam_status": "0",
    "hms": [],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model with one family of firmware.

    Attributes:
        code: The vendor's code, announced and in older firmware's modules.
        product_name: What newer firmware calls itself, None where it does not.
        firmware: Its version.
        always_full: Every report is complete (X1 before 01.08).
        says_msg: Reports number themselves: 0 full, 1 delta. H2D's do not.
        is_packed: Temperatures are also packed under ``device`` (H2, P2S, X2D).
        has_plate_file: ``gcode_file`` is the plate's path, not the model's name.
        blanks_file: The file goes blank when a print ends (P1).
        idle_type: ``print_type`` while nothing is printed.
        idle_stage: ``stg_cur`` while nothing is printed.
        keeps_reason: ``fail_reason`` keeps the code of a cancel (X1, H2).
        is_late: State first, names and ids in a later report (P1).
        cancels_to_idle: A cancel leads to IDLE, not FAILED (reported for P1).
        counts_local: ``task_id`` of a local print is a counter (H2D, P2S).
        has_start_time: ``gcode_start_time`` is sent (X1 before 01.08).
    """

    code: str
    product_name: str | None
    firmware: str
    always_full: bool = False
    says_msg: bool = True
    is_packed: bool = False
    has_plate_file: bool = False
    blanks_file: bool = False
    idle_type: str = ""
    idle_stage: int = -1
    keeps_reason: bool = True
    is_late: bool = False
    cancels_to_idle: bool = False
    counts_local: bool = False
    has_start_time: bool = False

    @property
    def blank_id(self) -> str:
        """Return what stands for no id."""
        return "" if self.idle_type == "" else "0"


X1_OLD = Model(
    code="BL-P001",
    product_name=None,
    firmware="01.07.02.00",
    always_full=True,
    has_plate_file=True,
    has_start_time=True,
)
X1C = Model(
    code="BL-P001",
    product_name="Bambu Lab X1-Carbon",
    firmware="01.09.00.01",
    has_plate_file=True,
)
P1S = Model(
    code="C12",
    product_name="Bambu Lab P1S",
    firmware="01.08.02.00",
    blanks_file=True,
    idle_type="idle",
    idle_stage=255,
    keeps_reason=False,
    is_late=True,
)
P1P_OLD = Model(
    code="C11",
    product_name=None,
    firmware="01.07.00.00",
    blanks_file=True,
    idle_type="idle",
    idle_stage=255,
    keeps_reason=False,
    is_late=True,
    cancels_to_idle=True,
)
A1 = Model(
    code="N2S",
    product_name=None,
    firmware="01.05.00.00",
    idle_type="idle",
    idle_stage=0,
    keeps_reason=False,
    is_late=True,
)
H2D = Model(
    code="O1D",
    product_name="Bambu Lab H2D",
    firmware="01.01.02.07",
    says_msg=False,
    is_packed=True,
    has_plate_file=True,
    counts_local=True,
)
P2S = Model(
    code="N7",
    product_name="Bambu Lab P2S",
    firmware="01.01.00.00",
    is_packed=True,
    has_plate_file=True,
    counts_local=True,
)
MODELS = {
    "x1-old": X1_OLD,
    "x1c": X1C,
    "p1s": P1S,
    "p1p-old": P1P_OLD,
    "a1": A1,
    "h2d": H2D,
    "p2s": P2S,
}
