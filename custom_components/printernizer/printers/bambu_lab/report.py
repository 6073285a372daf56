"""Read one MQTT message of a printer: bytes to the few fields that matter.

A printer sends full reports of about a hundred keys and deltas of those that changed,
nested objects included. Every key that matters becomes one flat field here, so that
laying a delta over what is known never wipes its neighbours.
"""

from collections.abc import Mapping
from dataclasses import field, fields
import json
from typing import Any

from ...core.frozen import frozen, replace
from ..base import AnswerNotJson, AnswerTooLarge, PrinterProtocolError
from ..parsing import as_float, as_list, as_mapping, as_text

MAX_REPORT_BYTES = 4 * 1024 * 1024
# Full reports have 63 keys (P1P 01.07) to 100 (H2D 01.01); a delta has a few.
FULL_KEYS = 40
MAX_EXTRUDERS = 8
MAX_STATE = 40
MAX_ID = 40


@frozen(kw_only=True)
class Fields:
    """What a printer has said so far; None is what it has not said.

    A blank text is something else: the printer said that there is none. Times are in
    minutes, as sent; the ``packed`` ones are temperatures and their targets in one
    number; ``extruders`` holds those by extruder.
    """

    state: str | None = None
    print_type: str | None = None
    subtask_name: str | None = None
    gcode_file: str | None = None
    subtask_id: str | None = None
    task_id: str | None = None
    percent: float | None = None
    remaining_min: float | None = None
    layer: int | None = None
    layers: int | None = None
    print_error: int | None = None
    fail_reason: int | None = None
    start_time_s: float | None = None
    nozzle_c: float | None = None
    nozzle_target_c: float | None = None
    bed_c: float | None = None
    bed_target_c: float | None = None
    bed_packed: int | None = None
    extruder_state: int | None = None
    extruders: Mapping[int, int] = field(default_factory=dict)

    def over(self, older: Fields) -> Fields:
        """Return ``older`` with what was said here laid over it."""
        said = {
            name: value for name in _PLAIN if (value := getattr(self, name)) is not None
        }
        if self.extruders:
            said["extruders"] = {**older.extruders, **self.extruders}
        return replace(older, **said)


_PLAIN = tuple(part.name for part in fields(Fields) if part.name != "extruders")
NOTHING_SAID = Fields()


@frozen(kw_only=True)
class Version:
    """Model and firmware, as far as the answer to get_version tells."""

    product_name: str | None = None
    project_name: str | None = None
    firmware: str | None = None


@frozen(kw_only=True)
class Report:
    """One message. ``full``: it tells the whole state, not just what changed."""

    fields: Fields = NOTHING_SAID
    full: bool = False
    version: Version | None = None


def read_report(payload: bytes) -> Report:
    """Read one message; raises PrinterProtocolError and its subclasses alone.

    Invalid UTF-8 is replaced: the A1 mini (01.07.02) sends some. Only ``push_status``
    tells the state; other commands under ``print`` are echoes of requests.
    """
    if len(payload) > MAX_REPORT_BYTES:
        raise AnswerTooLarge(f"more than {MAX_REPORT_BYTES} bytes")
    try:
        message = json.loads(payload.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError) as err:
        raise AnswerNotJson("the report is not JSON") from err
    if not isinstance(message, dict):
        raise PrinterProtocolError(f"expected an object, got {type(message).__name__}")
    status = as_mapping(message.get("print"))
    version = _version(as_mapping(message.get("info")))
    if status.get("command", "push_status") != "push_status":
        return Report(version=version)
    said = _fields(status)
    return Report(
        fields=said,
        full=said.state is not None and len(status) >= FULL_KEYS,
        version=version,
    )


def as_number(value: object) -> float | None:
    """Return a number, also one in a text: the printers send both."""
    if isinstance(value, str) and len(value) <= 32:
        try:
            value = float(value)
        except ValueError:
            return None
    return as_float(value)


def _whole(value: object) -> int | None:
    """Return a whole number from 0 to what 32 bits hold, also one in a text."""
    number = as_number(value)
    if number is None or not 0 <= number < 2**32 or not number.is_integer():
        return None
    return int(number)


def _said(value: object, limit: int = 1000) -> str | None:
    """Return a text without blanks around it, "" included; None for anything else."""
    if not isinstance(value, str):
        return None
    return (as_text(value, limit) or "").strip()


def _id(value: object) -> str | None:
    """Return an id, sent as text or as number."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value) if value < 2**64 else None
    return _said(value, MAX_ID)


def _first(status: Mapping[str, Any], *keys: str) -> float | None:
    """Return the first of these keys that holds a number."""
    for key in keys:
        if (number := as_number(status.get(key))) is not None:
            return number
    return None


def _fields(status: Mapping[str, Any]) -> Fields:
    """Return the fields of a ``push_status``, flat."""
    device = as_mapping(status.get("device"))
    bed_info = as_mapping(as_mapping(device.get("bed")).get("info"))
    extruder = as_mapping(device.get("extruder"))
    packed = _whole(bed_info.get("temp"))
    return Fields(
        state=_said(status.get("gcode_state"), MAX_STATE),
        print_type=_said(status.get("print_type"), MAX_STATE),
        subtask_name=_said(status.get("subtask_name")),
        gcode_file=_said(status.get("gcode_file")),
        subtask_id=_id(status.get("subtask_id")),
        task_id=_id(status.get("task_id")),
        # Newer firmware has both, with the same value in every dump that was seen.
        percent=_first(status, "mc_percent", "percent"),
        remaining_min=_first(status, "mc_remaining_time", "remain_time"),
        layer=_whole(status.get("layer_num")),
        layers=_whole(status.get("total_layer_num")),
        print_error=_whole(status.get("print_error")),
        fail_reason=_whole(status.get("fail_reason")),
        start_time_s=as_number(status.get("gcode_start_time")),
        nozzle_c=as_number(status.get("nozzle_temper")),
        nozzle_target_c=as_number(status.get("nozzle_target_temper")),
        bed_c=as_number(status.get("bed_temper")),
        bed_target_c=as_number(status.get("bed_target_temper")),
        bed_packed=packed if packed is not None else _whole(device.get("bed_temp")),
        extruder_state=_whole(extruder.get("state")),
        extruders=_extruders(extruder),
    )


def _extruders(extruder: Mapping[str, Any]) -> dict[int, int]:
    """Return the packed temperatures by extruder."""
    found: dict[int, int] = {}
    for item in as_list(extruder.get("info"))[:MAX_EXTRUDERS]:
        one = as_mapping(item)
        number, packed = _whole(one.get("id")), _whole(one.get("temp"))
        if number is not None and number < MAX_EXTRUDERS and packed is not None:
            found[number] = packed
    return found


def _version(info: Mapping[str, Any]) -> Version | None:
    """Return what the answer to get_version tells, None where this is none.

    ``ota`` is the printer itself; before 2025 its firmware names no product, but a
    module's ``project_name`` is the model's code (C11, N2S).
    """
    if info.get("command") != "get_version":
        return None
    modules = [as_mapping(item) for item in as_list(info.get("module"))[:64]]
    named = {name: one for one in modules if (name := _said(one.get("name")))}
    ota = named.get("ota", {})
    board = named.get("esp32", {})
    return Version(
        product_name=_said(ota.get("product_name")) or None,
        project_name=_said(ota.get("project_name"))
        or _said(board.get("project_name"))
        or None,
        firmware=_said(ota.get("sw_ver")) or None,
    )
