"""What the slicer wrote into a file about its print."""

from ...core.frozen import frozen
from ..parsing import as_float, as_int, as_mapping
from .report import LONGEST_PRINT_S, Report

HEAVIEST_G = 1_000_000.0
EARLY_PERCENT = 5.0


@frozen(kw_only=True)
class FileFacts:
    """The metadata that Moonraker read out of a g-code file; all of it may be absent.

    ``first_byte`` and ``last_byte`` enclose the g-code between the slicer's comments.
    """

    estimated_s: float | None = None
    filament_mm: float | None = None
    weight_g: float | None = None
    layers: int | None = None
    first_byte: int | None = None
    last_byte: int | None = None

    def grams(self, filament_mm: float | None) -> float | None:
        """Return the weight of so much filament, by the file's own ratio."""
        if filament_mm is None or self.weight_g is None or not self.filament_mm:
            return None
        return as_float(filament_mm / self.filament_mm * self.weight_g, 0, HEAVIEST_G)

    def progress(self, report: Report) -> float | None:
        """Return how much of the g-code was read, in percent."""
        first, last, position = self.first_byte, self.last_byte, report.position
        if first is None or last is None or position is None or first >= last:
            return report.progress
        return min(max((position - first) / (last - first) * 100.0, 0.0), 100.0)

    def remaining_s(self, report: Report) -> float | None:
        """Return the seconds left, pauses aside, None where nothing is known yet.

        By the share that was read rather than by the slicer's estimate, which may
        have run out long before the print ends.
        """
        progress, printed_s = self.progress(report), report.printed_s
        if progress is not None and progress >= EARLY_PERCENT and printed_s:
            return as_float(
                printed_s * (100.0 - progress) / progress, 0, LONGEST_PRINT_S
            )
        if self.estimated_s is None or (printed_s or 0) >= self.estimated_s:
            return None
        return self.estimated_s - (printed_s or 0)


NO_FACTS = FileFacts()


def parse_metadata(value: object) -> FileFacts:
    """Return the facts in the metadata of a file or of a row of the history."""
    data = as_mapping(value)
    return FileFacts(
        estimated_s=as_float(data.get("estimated_time"), 1, LONGEST_PRINT_S),
        filament_mm=as_float(data.get("filament_total"), 0.001),
        weight_g=as_float(data.get("filament_weight_total"), 0, HEAVIEST_G),
        layers=as_int(data.get("layer_count"), 1, 10_000_000),
        first_byte=as_int(data.get("gcode_start_byte"), 0),
        last_byte=as_int(data.get("gcode_end_byte"), 0),
    )
