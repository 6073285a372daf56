"""OctoPrint's answers as snapshots. Nothing here does input or output."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...core.frozen import frozen
from ...core.snapshot import (
    NO_TELEMETRY,
    Activity,
    EventKind,
    FileCounters,
    Outcome,
    PrintEvent,
    Snapshot,
    Telemetry,
)
from ..parsing import as_float, as_int, as_mapping, as_percent, as_text, as_time
from .states import StateKind, kind_of

LOCAL = "local"
# Two answers that came within so many seconds leave no time for another print.
SLOW_S = 1.0
LONGEST_S = 10 * 365 * 86400
MAX_COUNT = 10**9
HOTTEST_C = 2000
MAX_TOOLS = 16


@frozen(kw_only=True)
class JobReport:
    """What ``GET /api/job`` said. Times are in seconds, progress is 0 to 100."""

    kind: StateKind
    state: str | None = None
    error: str | None = None
    path: str | None = None
    origin: str | None = None
    progress: float | None = None
    elapsed_s: float | None = None
    remaining_s: float | None = None
    estimated_s: float | None = None

    @property
    def local_path(self) -> str | None:
        """Return the selected file, if OctoPrint counts its prints."""
        return self.path if self.origin == LOCAL else None

    def continues(self, before: JobReport, within_s: float) -> bool:
        """Tell whether it still shows what a report did that was asked for before.

        ``within_s``: how long ago that was. What has printed for less, while an answer
        was slow, may be the next print of the same file.
        """
        if self.kind.is_active:
            goes_on = before.kind.is_active and not self.kind.is_winding_down
        else:
            goes_on = self.kind is before.kind
        elapsed_s = self.elapsed_s or 0
        may_be_next = self.kind.is_active and SLOW_S < within_s >= elapsed_s
        return (
            goes_on
            and not may_be_next
            and (self.path, self.origin) == (before.path, before.origin)
            and elapsed_s >= (before.elapsed_s or 0)
        )


@frozen(kw_only=True)
class Evidence:
    """What else is known at a look.

    ``is_uncounted`` tells that the print that ran when last seen is over, but is not
    among the ended ones in ``counters``. ``remembered`` is the file of the print that
    was last seen.
    """

    counters: tuple[FileCounters, ...] = ()
    is_uncounted: bool = False
    remembered: str | None = None
    telemetry: Telemetry = NO_TELEMETRY
    events: tuple[PrintEvent, ...] = ()


def parse_job(body: Mapping[str, Any]) -> JobReport:
    """Read ``GET /api/job``; never raises."""
    job = as_mapping(body.get("job"))
    file = as_mapping(job.get("file"))
    progress = as_mapping(body.get("progress"))
    state = as_text(body.get("state"))
    error = as_text(body.get("error"))
    return JobReport(
        kind=kind_of(state),
        state=state,
        error=error.strip().rstrip(":") if error else None,
        path=as_text(file.get("path")) or as_text(file.get("name")),
        origin=as_text(file.get("origin")),
        progress=as_percent(progress.get("completion")),
        elapsed_s=as_float(progress.get("printTime"), 0, LONGEST_S),
        remaining_s=as_float(progress.get("printTimeLeft"), 0, LONGEST_S),
        estimated_s=as_float(job.get("estimatedPrintTime"), 0, LONGEST_S),
    )


def parse_counters(body: Mapping[str, Any], path: str) -> FileCounters:
    """Read ``prints`` in ``GET /api/files/local/<path>``; never raises.

    A file that was never printed since its upload has none: all counts are 0.
    """
    prints = as_mapping(body.get("prints"))
    last = as_mapping(prints.get("last"))
    success = last.get("success")
    return FileCounters(
        filename=path,
        success=as_int(prints.get("success"), 0, MAX_COUNT) or 0,
        failure=as_int(prints.get("failure"), 0, MAX_COUNT) or 0,
        last_end=as_time(last.get("date")),
        last_success=success if isinstance(success, bool) else None,
        last_duration_s=as_float(last.get("printTime"), 0, LONGEST_S),
    )


def parse_telemetry(body: Mapping[str, Any]) -> Telemetry:
    """Read the temperatures in ``GET /api/printer``; never raises."""
    temperature = as_mapping(body.get("temperature"))
    tools = [as_mapping(temperature.get(f"tool{n}")) for n in range(MAX_TOOLS)]
    read = (tool for tool in tools if _celsius(tool.get("actual")) is not None)
    tool = next(read, tools[0])
    bed = as_mapping(temperature.get("bed"))
    return Telemetry(
        nozzle_c=_celsius(tool.get("actual")),
        nozzle_target_c=_celsius(tool.get("target")),
        bed_c=_celsius(bed.get("actual")),
        bed_target_c=_celsius(bed.get("target")),
    )


def _celsius(value: object) -> float | None:
    """Return a temperature that a printer may have."""
    return as_float(value, -100, HOTTEST_C)


def snapshot_of(report: JobReport, evidence: Evidence) -> Snapshot:
    """Return what one look told."""
    match report.kind:
        case StateKind.CONNECTING | StateKind.UNKNOWN:
            return Snapshot(
                activity=Activity.NO_NEWS,
                events=evidence.events,
                message=report.state,
            )
        case StateKind.READY | StateKind.OFFLINE:
            return _resting(report, evidence)
        case StateKind.ERROR:
            return _broken(report, evidence)
    return Snapshot(
        activity=(
            Activity.PAUSED if report.kind is StateKind.PAUSED else Activity.PRINTING
        ),
        filename=report.path,
        progress=report.progress,
        elapsed_s=report.elapsed_s,
        remaining_s=report.remaining_s,
        estimated_s=report.estimated_s,
        cancelling=report.kind is StateKind.CANCELLING,
        counters=evidence.counters,
        message=report.state,
        telemetry=evidence.telemetry,
        events=evidence.events,
    )


def _resting(report: JobReport, evidence: Evidence) -> Snapshot:
    """Return the look at a printer that prints nothing.

    The file stays selected after a print, so it names no running print. Completion
    stays at 100 after a finished one alone; it is taken for an end only where OctoPrint
    counts none, on the printer's SD card.
    """
    if (
        report.kind is StateKind.READY
        and report.path is not None
        and report.local_path is None
        and report.progress is not None
        and report.progress >= 100
    ):
        return Snapshot(
            activity=Activity.ENDED,
            outcome=Outcome.COMPLETED,
            filename=report.path,
            progress=report.progress,
            elapsed_s=report.elapsed_s,
            message=report.state,
            telemetry=evidence.telemetry,
            events=evidence.events,
        )
    return Snapshot(
        activity=Activity.IDLE,
        rebooted=report.kind is StateKind.OFFLINE or _is_lost(report, evidence),
        counters=evidence.counters,
        message=report.state,
        telemetry=evidence.telemetry,
        events=evidence.events,
    )


def _is_lost(report: JobReport, evidence: Evidence) -> bool:
    """Tell whether the print was lost with the connection, between two looks.

    A finished or cancelled print leaves its file selected; a disconnected printer
    and a server that was killed leave none. A lost connection counts as a failure,
    a killed server counts nothing (1.11).
    """
    if report.path is not None:
        return False
    return any(
        evidence.is_uncounted or one.last_success is not True
        for one in evidence.counters
        if one.filename == evidence.remembered
    )


def _broken(report: JobReport, evidence: Evidence) -> Snapshot:
    """Return the look at a printer that is offline after an error.

    A print that the error ended is counted as a failure. Where the count says that
    the print before ended well, the error came after it: a printer that is switched
    off by itself after a print looks like that.
    """
    counters = evidence.counters
    ended_well = bool(counters and counters[-1].last_success)
    if ended_well and not (evidence.is_uncounted or _began_since(evidence)):
        return Snapshot(
            activity=Activity.IDLE,
            fault=True,
            reason=report.error,
            counters=counters,
            message=report.state,
            events=evidence.events,
        )
    return Snapshot(
        activity=Activity.ENDED,
        outcome=Outcome.FAILED,
        reason=report.error,
        counters=counters,
        message=report.state,
        events=evidence.events,
    )


def _began_since(evidence: Evidence) -> bool:
    """Tell whether a print of a file was announced last whose counts are not known."""
    return any(
        event.kind is EventKind.STARTED
        and event.filename != evidence.counters[-1].filename
        for event in evidence.events[-1:]
    )


# -- events ------------------------------------------------------------------------

EVENT_TYPES = (
    "PrintStarted",
    "PrintDone",
    "PrintFailed",
    "PrintCancelled",
    "PrintPaused",
    "PrintResumed",
    "Connected",
    "Disconnected",
    "Error",
    "PrinterStateChanged",
)

_PROOFS = {
    "PrintStarted": (EventKind.STARTED, None),
    "PrintDone": (EventKind.ENDED, Outcome.COMPLETED),
    "PrintCancelled": (EventKind.ENDED, Outcome.CANCELLED),
    "PrintFailed": (EventKind.ENDED, Outcome.FAILED),
}


def parse_event(
    type_: str, payload: object, received_at: datetime
) -> PrintEvent | None:
    """Return the start or end that a pushed event proves, if it does; never raises.

    A cancel fires PrintCancelled and then PrintFailed with the reason "cancelled"
    (1.11): the second one says nothing new.
    """
    if type_ not in _PROOFS:
        return None
    kind, outcome = _PROOFS[type_]
    details = as_mapping(payload)
    if outcome is Outcome.FAILED and details.get("reason") == "cancelled":
        return None
    error = as_text(details.get("error")) if outcome is Outcome.FAILED else None
    return PrintEvent(
        kind=kind,
        received_at=received_at,
        filename=as_text(details.get("path")) or as_text(details.get("name")),
        outcome=outcome,
        reason=error.strip().rstrip(":") if error else None,
    )
