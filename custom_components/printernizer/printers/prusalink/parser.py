"""What ``/api/v1/status`` tells, as a snapshot.

Facts: Prusa-Firmware-Buddy 6.3.0 ("Buddy"), PrusaLink 0.8.1 on a Pi ("MK3").
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ...core.snapshot import Activity, Outcome, Snapshot, Telemetry
from ..parsing import as_float, as_int, as_mapping, as_percent, as_text

MAX_ID = 2**32 - 1
MAX_DURATION_S = 10 * 366 * 24 * 3600
MAX_CELSIUS = 2000
MAX_STATE = 100

# MK3 shows how a print ended for 11 s only, so a look at its end must come sooner.
# Its remaining time counts down in whole minutes.
NEAR_END_S = 60
ALMOST_DONE = 99.0
LOOK_AGAIN_S = 5.0

# What MK3's ``status_printer`` says while PrusaLink and the printer do not
# understand each other; the print itself may go on.
_LINK_TROUBLES = (
    "serial device",
    "rpi port",
    "device is not supported",
    "firmware is not up-to-date",
    "serial number",
    "job id",
    "communication",
)


class State(StrEnum):
    """The words for a printer's state that are known."""

    IDLE = "IDLE"
    READY = "READY"
    BUSY = "BUSY"
    PRINTING = "PRINTING"
    PAUSED = "PAUSED"
    ATTENTION = "ATTENTION"
    FINISHED = "FINISHED"
    STOPPED = "STOPPED"
    ERROR = "ERROR"


def state_word(status: Mapping[str, Any]) -> str | None:
    """Return the printer's word for its state, verbatim."""
    return as_text(as_mapping(status.get("printer")).get("state"), MAX_STATE)


def is_known(word: str) -> bool:
    """Tell whether this word for a state is known."""
    return word in State


def parse_status(status: Mapping[str, Any]) -> Snapshot:
    """Return what one ``/api/v1/status`` tells, without the name of the file.

    The printer names no file there, and reports no points in time.
    """
    job = as_mapping(status.get("job"))
    printer = as_mapping(status.get("printer"))
    condition = as_mapping(printer.get("status_printer"))
    word = state_word(status)
    has_job = isinstance(status.get("job"), dict)
    activity, outcome = _judge(word, condition, has_job=has_job)
    job_id = as_int(job.get("id"), 0, MAX_ID)
    elapsed_s = as_float(job.get("time_printing"), 0, MAX_DURATION_S)
    shown_left_s = as_float(job.get("time_remaining"), 0, MAX_DURATION_S)
    progress = as_percent(job.get("progress"))
    is_mk3 = "status_printer" in printer or isinstance(status.get("storage"), list)
    # On MK3 zero is less than a minute, or nothing known yet: a print shows it at its
    # beginning, so it proves no end (0.8.1).
    remaining_s = None if is_mk3 and shown_left_s == 0 else shown_left_s
    failed = outcome is Outcome.FAILED
    return Snapshot(
        activity=activity,
        outcome=outcome,
        print_id=None if job_id is None else str(job_id),
        progress=progress,
        elapsed_s=elapsed_s,
        remaining_s=remaining_s,
        estimated_s=_whole(elapsed_s, remaining_s),
        reason=as_text(condition.get("message")) if failed else None,
        # The number is taken before the printer's questions are answered, and the
        # answer may be no (Buddy 6.3.0).
        tentative=activity is Activity.PREPARING,
        id_may_change=is_mk3,
        fault=word == State.ERROR and not failed,
        message=word,
        look_again_s=_look_again(activity, progress, shown_left_s),
        telemetry=_telemetry(printer),
    )


def _judge(
    word: str | None, condition: Mapping[str, Any], *, has_job: bool
) -> tuple[Activity, Outcome | None]:
    """Return what a state means for a job."""
    match word:
        case State.PRINTING:
            return Activity.PRINTING, None
        case State.PAUSED:
            return Activity.PAUSED, None
        case State.ATTENTION if has_job:
            return Activity.PREPARING, None
        case State.IDLE | State.READY:
            return Activity.IDLE, None
        case State.FINISHED:
            return Activity.ENDED, Outcome.COMPLETED
        case State.STOPPED:
            return Activity.ENDED, Outcome.CANCELLED
        case State.ERROR if not has_job and _has_failed(condition):
            return Activity.ENDED, Outcome.FAILED
        case _:
            # BUSY and ATTENTION without a job prove nothing: crash recovery and
            # prints fed over USB look so, and so do warnings on an idle printer.
            return Activity.NO_NEWS, None


def _has_failed(condition: Mapping[str, Any]) -> bool:
    """Tell whether an ERROR means that the printer halted.

    Buddy gives no condition: it shows ERROR after it has halted and rebooted. MK3
    shows ERROR also while PrusaLink has lost its serial line; a print from the SD
    card then goes on, under a new id later.
    """
    message = as_text(condition.get("message"))
    if not condition:
        return True
    if message is None or condition.get("ok") is True:
        return False
    folded = message.casefold()
    return not any(trouble in folded for trouble in _LINK_TROUBLES)


def _whole(elapsed_s: float | None, remaining_s: float | None) -> float | None:
    """Return the estimated duration, in seconds, of a print with both its parts."""
    if elapsed_s is None or remaining_s is None:
        return None
    return elapsed_s + remaining_s


def _look_again(
    activity: Activity, progress: float | None, remaining_s: float | None
) -> float | None:
    """Return in how many seconds to look again where the print is about to end."""
    if activity is not Activity.PRINTING:
        return None
    if remaining_s is not None:
        near = remaining_s <= NEAR_END_S and (progress or 0) > 0
    else:
        near = progress is not None and progress >= ALMOST_DONE
    return LOOK_AGAIN_S if near else None


def _telemetry(printer: Mapping[str, Any]) -> Telemetry:
    """Return the temperatures in degrees Celsius."""

    def celsius(key: str) -> float | None:
        """Return one temperature."""
        return as_float(printer.get(key), -MAX_CELSIUS, MAX_CELSIUS)

    return Telemetry(
        nozzle_c=celsius("temp_nozzle"),
        nozzle_target_c=celsius("target_nozzle"),
        bed_c=celsius("temp_bed"),
        bed_target_c=celsius("target_bed"),
    )
