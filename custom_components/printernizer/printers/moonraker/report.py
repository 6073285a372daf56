"""What Klipper's objects tell, taken out of Moonraker's answer."""

from collections.abc import Mapping
from typing import Any

from ...core.frozen import frozen
from ...core.snapshot import NO_TELEMETRY, Telemetry
from ..parsing import as_float, as_int, as_mapping, as_percent, as_text

OBJECTS = (
    "webhooks",
    "print_stats",
    "virtual_sdcard",
    "display_status",
    "extruder=temperature,target",
    "heater_bed=temperature,target",
)
MAX_PATH = 4096
LONGEST_PRINT_S = 10 * 365 * 86_400.0
COLDEST_C, HOTTEST_C = -273.0, 2000.0
MOST_LAYERS = 10_000_000
YOUNG_PRINT_S = 1.0


@frozen(kw_only=True)
class Report:
    """One answer to an objects query (Klipper v0.13, docs/Status_Reference.md).

    Attributes:
        klippy: ``webhooks.state``: ready, startup, shutdown or error.
        klippy_message: Klipper's explanation of that state.
        state: ``print_stats.state``: standby, printing, paused, complete, cancelled
            or error. Means something only where ``klippy`` is ready: on a shutdown
            in mid-print it reads paused.
        filename: Relative to the folder of g-code files; stays after the end.
        message: Why the print failed.
        total_s: Since the start, heating and pauses included; stands still after
            the end, but not after a shutdown.
        printed_s: Since the first extrusion, pauses excluded.
        filament_mm: Extruded since the start.
        progress: Share of the file that was read, in percent.
        position: Byte of the file that is being read.
        has_file: The print's file is open (not after the end or a cancel).
        telemetry: Temperatures, layers and filament.
    """

    klippy: str | None = None
    klippy_message: str | None = None
    state: str | None = None
    filename: str | None = None
    message: str | None = None
    total_s: float | None = None
    printed_s: float | None = None
    filament_mm: float | None = None
    progress: float | None = None
    position: int | None = None
    has_file: bool = False
    telemetry: Telemetry = NO_TELEMETRY

    @property
    def is_young(self) -> bool:
        """Tell whether the print may have begun before its row was written."""
        return (self.total_s or 0.0) < YOUNG_PRINT_S


def parse_report(answer: object) -> Report:
    """Return what the JSON answer of ``/printer/objects/query`` tells."""
    status = as_mapping(as_mapping(as_mapping(answer).get("result")).get("status"))
    webhooks = as_mapping(status.get("webhooks"))
    stats = as_mapping(status.get("print_stats"))
    card = as_mapping(status.get("virtual_sdcard"))
    display = as_mapping(status.get("display_status"))
    progress = as_percent(card.get("progress"), 1.0)
    if progress is None:
        progress = as_percent(display.get("progress"), 1.0)
    return Report(
        klippy=as_text(webhooks.get("state")),
        klippy_message=as_text(webhooks.get("state_message")),
        state=as_text(stats.get("state")),
        filename=as_text(stats.get("filename"), MAX_PATH),
        message=as_text(stats.get("message")),
        total_s=as_float(stats.get("total_duration"), 0, LONGEST_PRINT_S),
        printed_s=as_float(stats.get("print_duration"), 0, LONGEST_PRINT_S),
        filament_mm=as_float(stats.get("filament_used"), 0),
        progress=progress,
        position=as_int(card.get("file_position"), 0),
        has_file=as_text(card.get("file_path"), MAX_PATH) is not None,
        telemetry=_telemetry(status, stats),
    )


def _telemetry(status: Mapping[str, Any], stats: Mapping[str, Any]) -> Telemetry:
    """Return the readings that decide nothing."""
    nozzle = as_mapping(status.get("extruder"))
    bed = as_mapping(status.get("heater_bed"))
    info = as_mapping(stats.get("info"))
    return Telemetry(
        nozzle_c=_celsius(nozzle.get("temperature")),
        nozzle_target_c=_celsius(nozzle.get("target")),
        bed_c=_celsius(bed.get("temperature")),
        bed_target_c=_celsius(bed.get("target")),
        layer=as_int(info.get("current_layer"), 0, MOST_LAYERS),
        layers=as_int(info.get("total_layer"), 1, MOST_LAYERS),
        filament_used_mm=as_float(stats.get("filament_used"), 0),
    )


def _celsius(value: object) -> float | None:
    """Return a temperature that a heater can have."""
    return as_float(value, COLDEST_C, HOTTEST_C)
