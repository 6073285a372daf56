"""What a printer has said, as a snapshot: pure functions of the merged fields.

Facts are from dumps of 16 printers (2022 to 2026 firmware) and from the public
descriptions of the protocol (OpenBambuAPI mqtt.md).
"""

from datetime import datetime
import re

from ...core.frozen import frozen
from ...core.names import job_name
from ...core.snapshot import Activity, Outcome, Telemetry
from ..parsing import as_float, as_int, as_time
from .report import Fields

ACTIVITIES = {
    "IDLE": Activity.IDLE,
    "PREPARE": Activity.PREPARING,
    "SLICING": Activity.PREPARING,
    "RUNNING": Activity.PRINTING,
    "PAUSE": Activity.PAUSED,
    "FINISH": Activity.ENDED,
    "FAILED": Activity.ENDED,
}
ACTIVE = frozenset({Activity.PREPARING, Activity.PRINTING, Activity.PAUSED})
OVER = frozenset({Activity.IDLE, Activity.ENDED})

# 0300-400C "The task was canceled" and 0500-400E "Printing was cancelled".
CANCEL_CODES = frozenset({0x0300400C, 0x0500400E})
# 0300-8007 "unfinished print job when the printer lost power".
POWER_LOSS = 0x03008007
# Codes whose low half is less than this tell a status, not an error.
FIRST_ERROR = 0x4000

SYSTEM_NAMES = frozenset({"auto_cali_for_user", "auto_cali_for_user_param"})
SYSTEM_ENDING = "_calib_mode"
_PLATE = re.compile(r"(?:.*/)?plate_\d+\.gcode", re.IGNORECASE)

# The P1S cuts ids at the largest signed 32-bit number, so that one is nobody's.
CLAMPED_IDS = frozenset({str(2**31 - 1), str(2**32 - 1)})
FIRST_TIME_S = 1_000_000_000
HOTTEST_C = 600.0


@frozen(kw_only=True)
class Named:
    """Which print it is, as far as the printer tells."""

    print_id: str | None = None
    filename: str | None = None
    title: str | None = None
    start_time: datetime | None = None
    system: bool = False


NAMELESS = Named()


def activity_of(said: Fields) -> Activity:
    """Return what the state word means: NO_NEWS where it is missing or not known."""
    return ACTIVITIES.get(said.state or "", Activity.NO_NEWS)


def strong_id(said: Fields) -> str | None:
    """Return the id that the sender gave this print, None where it gave none.

    Prints from the local network and the SD card have "0" or "". ``task_id`` is left
    alone where there is a ``subtask_id``: on H2D and P2S it holds a small counter for
    local prints ("9012"), and two ids for one print would look like two prints.
    """
    one = said.task_id if said.subtask_id is None else said.subtask_id
    if not one or not one.strip("0") or one in CLAMPED_IDS:
        return None
    if said.subtask_id is None and (not one.isdigit() or len(one) < 7):
        return None
    return one


def named(said: Fields, file: str | None, now: datetime) -> Named:
    """Return which print this is; ``file`` is its file where it is no longer said."""
    print_id = strong_id(said)
    path = said.gcode_file or file
    title = said.subtask_name or None
    is_plate = bool(path and _PLATE.fullmatch(path))
    filename = (title or path) if is_plate else (path or title)
    return Named(
        print_id=print_id,
        filename=filename,
        title=title,
        start_time=_start_time(said, now) if print_id else None,
        system=is_system(said),
    )


def is_system(said: Fields) -> bool:
    """Tell whether this is a calibration or another job of the printer's own.

    Whole names count: ``pa_line_calib_mode_v2`` is a user's model.
    """
    path = said.gcode_file or ""
    if path.startswith("/usr/") or said.print_type == "system":
        return True
    names = {job_name(name) for name in (path, said.subtask_name) if name}
    return any(name in SYSTEM_NAMES or name.endswith(SYSTEM_ENDING) for name in names)


def is_error(code: int | None) -> bool:
    """Tell whether this code is an error, and not the end of a print by hand."""
    if not code or code in CANCEL_CODES:
        return False
    return (code & 0xFFFF) >= FIRST_ERROR


def code_text(code: int) -> str:
    """Return an error code as the vendor prints it: ``0300-8007``."""
    return f"{code >> 16:04X}-{code & 0xFFFF:04X}"


def is_leftover(said: Fields) -> bool:
    """Tell whether this is what a power cut leaves of a print (P1P 01.07, a dump).

    The ids and the file are gone, the name and the remaining time still stand.
    """
    return (
        activity_of(said) in OVER
        and said.print_type == "idle"
        and bool(said.subtask_name)
        and not said.gcode_file
        and strong_id(said) is None
        and bool(said.remaining_min)
        and (said.percent or 0) < 100
    )


def outcome_of(said: Fields, *, cancelled: bool, lost: bool) -> Outcome | None:
    """Return how the print ended, None where the printer does not say."""
    if activity_of(said) is not Activity.ENDED:
        return None
    if said.state == "FINISH":
        return Outcome.COMPLETED
    if cancelled:
        return Outcome.CANCELLED
    return None if lost else Outcome.FAILED


def progress_of(said: Fields) -> float | None:
    """Return the progress, 0 to 100."""
    percent = as_float(said.percent)
    return None if percent is None else min(max(percent, 0.0), 100.0)


def remaining_s(said: Fields) -> float | None:
    """Return the seconds left; the printer counts minutes."""
    minutes = as_float(said.remaining_min, 0, 1_000_000)
    return None if minutes is None else minutes * 60.0


def telemetry_of(said: Fields) -> Telemetry:
    """Return the readings.

    With several extruders ``nozzle_temper`` may be that of an idle one (H2D 01.01.02),
    so the packed value of the extruder in use goes first then.
    """
    nozzle_c, nozzle_target_c = said.nozzle_c, said.nozzle_target_c
    packed = said.extruders.get(_current_extruder(said))
    if packed is not None and (nozzle_c is None or len(said.extruders) > 1):
        nozzle_c, nozzle_target_c = unpacked(packed)
    bed_c, bed_target_c = said.bed_c, said.bed_target_c
    if said.bed_packed is not None and bed_c is None:
        bed_c, bed_target_c = unpacked(said.bed_packed)
    return Telemetry(
        nozzle_c=as_float(nozzle_c, -100, HOTTEST_C),
        nozzle_target_c=as_float(nozzle_target_c, 0, HOTTEST_C),
        bed_c=as_float(bed_c, -100, HOTTEST_C),
        bed_target_c=as_float(bed_target_c, 0, HOTTEST_C),
        layer=as_int(said.layer, 0, 1_000_000),
        layers=as_int(said.layers, 1, 1_000_000),
    )


def unpacked(value: int) -> tuple[float, float]:
    """Return temperature and target: 3932208 is 48 °C on the way to 60 °C."""
    return float(value & 0xFFFF), float(value >> 16)


def _current_extruder(said: Fields) -> int:
    """Return the extruder in use: bits 4 to 7 of the extruders' state."""
    return ((said.extruder_state or 0) >> 4) & 0xF


def _start_time(said: Fields, now: datetime) -> datetime | None:
    """Return the start that X1 firmware before 01.08 reports, if it can be true."""
    start = as_time(as_float(said.start_time_s, FIRST_TIME_S))
    return start if start is not None and start <= now else None
