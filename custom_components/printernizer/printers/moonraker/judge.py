"""What a look at Moonraker means: its live state and its history, judged together.

Neither is enough alone. Moonraker closes a running print's row when it is restarted,
and misses prints that begin right after; Klipper forgets its print in a restart and
shows a print that was lost to a shutdown as paused (measured, Moonraker 0.11.0 with
Klipper v0.13.0).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ...core.frozen import frozen, replace
from ...core.snapshot import Activity, Outcome, Remembered, Snapshot
from ..clock import CLOCKS_AGREE
from .history import (
    CLOCK_TOLERANCE,
    DURATION_TOLERANCE_S,
    ENDED_STATES,
    ROW_LAG,
    START_TOLERANCE,
    Row,
    find_ended,
    find_running,
    is_near,
    start_of,
)
from .metadata import NO_FACTS, FileFacts
from .report import Report

READY = "ready"
SHUTDOWN = "shutdown"
RESTARTED = frozenset({"startup", "error"})
DISCONNECTED = "disconnected"
STANDBY = "standby"
RUNNING_STATES = {"printing": Activity.PRINTING, "paused": Activity.PAUSED}
KNOWN_STATES = {STANDBY, *RUNNING_STATES, *ENDED_STATES}


@frozen(kw_only=True)
class Look:
    """Everything that one look brought; ``report`` is None while Klipper is away.

    ``asked_at``, ``now`` and ``told_at`` are when the report was asked for, when it
    came, and when the rows came, by our clock, and ``ahead`` is by how much the clock
    of Moonraker's host is ahead of it.
    """

    report: Report | None
    rows: Sequence[Row]
    remembered: Remembered
    asked_at: datetime
    now: datetime
    told_at: datetime
    ahead: timedelta = timedelta(0)
    facts: FileFacts | None = None

    @property
    def host_now(self) -> datetime:
        """Return the time of the report by the clock of Moonraker's host."""
        return self.now + self.ahead

    @property
    def host_told(self) -> datetime:
        """Return the time of the rows by the clock of Moonraker's host."""
        return self.told_at + self.ahead


def is_shown_running(report: Report) -> bool:
    """Tell whether Klipper is ready and says that a print goes on."""
    return report.klippy == READY and report.state in RUNNING_STATES


def is_shown_lost(report: Report) -> bool:
    """Tell whether Klipper is shut down with a print in its hands."""
    return report.klippy == SHUTDOWN and report.state in RUNNING_STATES


def is_shown_ended(report: Report) -> bool:
    """Tell whether the end of the last print is still shown."""
    return report.klippy in {READY, SHUTDOWN} and report.state in ENDED_STATES


def unknown_word(report: Report) -> str | None:
    """Return a word for a state that this module does not know."""
    if report.klippy is not None and report.klippy not in {
        READY,
        SHUTDOWN,
        *RESTARTED,
    }:
        return report.klippy
    if report.state is not None and report.state not in KNOWN_STATES:
        return report.state
    return None


def find_row(look: Look) -> Row | None:
    """Return the row of the print that the report shows, if there is one."""
    report = look.report
    if report is None or report.filename is None:
        return None
    look = replace(look, rows=[row for row in look.rows if not row.is_outlived])
    if is_shown_lost(report):
        # What Klipper lost is neither complete nor cancelled.
        rows = [row for row in look.rows if row.is_lost or not row.past.ended]
        return find_running(report, rows, look.host_now, look.host_told)
    if is_shown_running(report):
        rows = [row for row in look.rows if _may_run(look, row)]
        return find_running(report, rows, look.host_now, look.host_told)
    if is_shown_ended(report):
        rows = [
            row
            for row in look.rows
            if _may_have_ended(look, row) and not _began_since(look, row)
        ]
        return find_ended(report, rows, look.host_now)
    return None


def is_sure(look: Look, row: Row | None) -> bool:
    """Tell whether a row is the running print's, and not that of the one before.

    The latter goes on for a little while, as if the host had set its clock.
    """
    report = look.report
    if row is None or report is None or report.total_s is None:
        return False
    began = _began(look, report.total_s) + look.ahead
    return not report.is_young or is_near(row, began)


def _may_run(look: Look, row: Row) -> bool:
    """Tell whether a row may be that of a running print, which no known end is."""
    past, remembered = row.past, look.remembered
    if past.print_id == remembered.print_id and (remembered.ended or is_shorter(look)):
        return False
    return not (past.ended and _is_judged(look, row)) and not _ran_longer(look, row)


def _ran_longer(look: Look, row: Row) -> bool:
    """Tell whether a row's print ran for longer than the shown one can have by then."""
    total_s = look.report.total_s if look.report else None
    if total_s is None or row.total_s is None:
        return False
    took_s = (look.told_at - look.asked_at).total_seconds()
    return row.total_s > total_s + took_s + DURATION_TOLERANCE_S


def _may_have_ended(look: Look, row: Row) -> bool:
    """Tell whether a row may be that of an end: the remembered print's, or news.

    The row of the print that ended may be gone, or have never been written. The newest
    of all may have been news while the print before it, which has none, was shown.
    """
    past, remembered = row.past, look.remembered
    if remembered.idle:
        return past.print_id != remembered.print_id and not _is_judged(look, row)
    if past.print_id == remembered.print_id:
        return not is_shorter(look)
    if remembered.filename is None:
        return True
    if past.ended and row is look.rows[-1] and past.filename != remembered.filename:
        return True
    start, known = start_of(past.print_id), start_of(remembered.print_id)
    is_older = start is not None and known is not None and start < known
    return not is_older and not _is_judged(look, row)


def is_shorter(look: Look) -> bool:
    """Tell whether what is shown is a shorter print than the remembered one.

    How far that one had come may have followed from its start by the host's clock.
    """
    total_s = look.report.total_s if look.report else None
    known_s = look.remembered.elapsed_s
    if total_s is None or known_s is None:
        return False
    return known_s - total_s > CLOCKS_AGREE.total_seconds()


def _began_since(look: Look, row: Row) -> bool:
    """Tell whether a row is that of a print that began after the report was made.

    Had that one ended by then, its row would say so in an answer that came late.
    """
    return row.past.ended is False and _may_be_later(look, row)


def _may_be_later(look: Look, row: Row) -> bool:
    """Tell whether a row's print may have begun after the report was made."""
    slow = look.told_at - look.now > ROW_LAG
    return slow and row.past.start_time > look.host_now - CLOCK_TOLERANCE


def _is_judged(look: Look, row: Row) -> bool:
    """Tell whether a row was news once, and is none any more."""
    since = look.remembered.history_since
    return since is not None and row.past.start_time <= since


def judge(look: Look) -> Snapshot:
    """Return what a look means for a job."""
    report = look.report
    if report is None:
        return _nothing_runs(look, DISCONNECTED, restarted=False)
    if is_shown_running(report):
        return _running(look, report)
    if is_shown_lost(report):
        return _lost(look, report)
    if is_shown_ended(report):
        return _ended(look, report)
    if report.state != STANDBY:
        return _snapshot(look, Activity.NO_NEWS, message=_word(report))
    if report.klippy in {READY, SHUTDOWN}:
        return _snapshot(
            look,
            Activity.IDLE,
            rebooted=_is_own_print_lost(look),
            fault=report.klippy == SHUTDOWN,
            message=_word(report),
        )
    if report.klippy in RESTARTED:
        return _nothing_runs(look, report.klippy or "", restarted=True)
    return _snapshot(look, Activity.NO_NEWS, message=_word(report))


def _nothing_runs(look: Look, word: str, *, restarted: bool) -> Snapshot:
    """Return the meaning of a Klipper that is away, starting, or failed to start.

    One that starts anew has lost the print that it ran, unless the history knows how
    that one ended. One that is away tells nothing by itself: Moonraker may just have
    been restarted in front of a Klipper that prints on.
    """
    own = _own_row(look)
    lost = own.is_lost if own and own.past.ended else restarted
    known = restarted or lost
    return _snapshot(
        look,
        Activity.IDLE if known else Activity.NO_NEWS,
        rebooted=lost,
        fault=word == "error",
        message=word,
    )


def _running(look: Look, report: Report) -> Snapshot:
    """Return the meaning of a print that goes on."""
    facts = look.facts or NO_FACTS
    row = find_row(look)
    return _snapshot(
        look if row else _without_later_rows(look, report),
        RUNNING_STATES[report.state or ""],
        print_id=row.past.print_id if row else None,
        filename=report.filename,
        progress=facts.progress(report),
        elapsed_s=report.total_s,
        elapsed_runs=report.total_s is not None,
        remaining_s=facts.remaining_s(report),
        estimated_s=facts.estimated_s,
        start_time=_start_time(look, report, row),
        material_g=facts.grams(report.filament_mm),
        message=report.state,
    )


def _without_later_rows(look: Look, report: Report) -> Look:
    """Return the look at a print without a row, without those of prints after it.

    They began since it was taken: at the next look they are news.
    """
    if report.total_s is None:
        return look
    latest = _began(look, report.total_s) + look.ahead + START_TOLERANCE
    rows = tuple(row for row in look.rows if row.past.start_time <= latest)
    return replace(look, rows=rows)


def _lost(look: Look, report: Report) -> Snapshot:
    """Return the meaning of a print that Klipper's shutdown ended.

    Only a firmware restart leads out of a shutdown, and forgets the print. Its
    duration goes on counting, so it is left out: it tells nothing any more.
    """
    facts = look.facts or NO_FACTS
    row = find_row(look)
    return _snapshot(
        look,
        Activity.ENDED,
        outcome=Outcome.FAILED,
        print_id=row.past.print_id if row else None,
        filename=report.filename,
        progress=facts.progress(report),
        estimated_s=facts.estimated_s,
        start_time=_start_time(look, report, row),
        end_time=_end_time(look, row, None) if row and row.past.ended else None,
        reason=_first_line(report.klippy_message),
        material_g=facts.grams(report.filament_mm),
        fault=True,
        message=report.klippy,
    )


def _ended(look: Look, report: Report) -> Snapshot:
    """Return the meaning of an end that is still shown."""
    facts = look.facts or NO_FACTS
    outcome = ENDED_STATES[report.state or ""]
    row = find_row(look)
    progress = facts.progress(report) if report.has_file else None
    if row is None:
        # What ends after an end without a row is news when it is shown.
        rows = tuple(row for row in look.rows if not _may_be_later(look, row))
        look = replace(look, rows=rows)
    return _snapshot(
        look,
        Activity.ENDED,
        outcome=outcome,
        print_id=row.past.print_id if row else None,
        filename=report.filename,
        progress=100.0 if outcome is Outcome.COMPLETED else progress,
        elapsed_s=report.total_s,
        estimated_s=facts.estimated_s,
        start_time=min(row.past.start_time - look.ahead, look.now) if row else None,
        end_time=_end_time(look, row, report.total_s),
        reason=(report.message or "").strip() or None,
        cancelling=outcome is Outcome.CANCELLED,
        material_g=facts.grams(report.filament_mm),
        fault=report.klippy == SHUTDOWN,
        message=report.state,
    )


def _start_time(look: Look, report: Report, row: Row | None) -> datetime | None:
    """Return when the running print began, by our clock."""
    if row and not look.ahead:
        began = row.past.start_time
        if report.total_s is None or abs(_began(look, report.total_s) - began) < (
            timedelta(seconds=60)
        ):
            return min(began, look.now)
    return None if report.total_s is None else _began(look, report.total_s)


def _began(look: Look, total_s: float) -> datetime:
    """Return the start that follows from the time that a print runs already."""
    return look.now - timedelta(seconds=total_s)


def _end_time(look: Look, row: Row | None, total_s: float | None) -> datetime | None:
    """Return when the print of a row ended, by our clock and never in the future."""
    if row is None:
        return None
    end = row.past.end_time if row.past.ended else None
    if end is None and total_s is not None:
        end = row.past.start_time + timedelta(seconds=total_s)
    return None if end is None else min(end - look.ahead, look.now)


def _own_row(look: Look) -> Row | None:
    """Return the row of the print that is remembered."""
    wanted = look.remembered.print_id
    return next((row for row in look.rows if row.past.print_id == wanted), None)


def _is_own_print_lost(look: Look) -> bool:
    """Tell whether the remembered print was lost, while Klipper shows none.

    Klipper forgets a print by a restart, or by a reset of the file after the end. A
    row that Moonraker abandoned in mid-print tells of the former: the host was
    switched off.
    """
    own = _own_row(look)
    return own is not None and (own.is_lost or own.past.ended is None)


def _word(report: Report) -> str | None:
    """Return the printer's own word for what it does."""
    return report.state if report.klippy == READY else report.klippy


def _first_line(text: str | None) -> str | None:
    """Return the line that tells the reason: the others tell what to do about it."""
    lines = (text or "").strip().splitlines()
    return lines[0].strip() if lines else None


def _snapshot(look: Look, activity: Activity, **told: Any) -> Snapshot:
    """Return a snapshot with what every look has."""
    past = (replace(row.past, ahead=look.ahead) for row in look.rows)
    extra: dict[str, Any] = {"history": tuple(past)}
    if look.report is not None:
        telemetry = look.report.telemetry
        if telemetry.layers is None and look.facts is not None:
            telemetry = replace(telemetry, layers=look.facts.layers)
        extra["telemetry"] = telemetry
    return Snapshot(activity=activity, **extra, **told)
