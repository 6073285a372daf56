"""What one look at a printer told, normalised over all printer types."""

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from .frozen import frozen


class Activity(StrEnum):
    """What the printer is doing, as far as a job is concerned."""

    IDLE = "idle"
    PREPARING = "preparing"
    PRINTING = "printing"
    PAUSED = "paused"
    ENDED = "ended"
    NO_NEWS = "no_news"


class Outcome(StrEnum):
    """How a print ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class EventKind(StrEnum):
    """What a printer's own event proves."""

    STARTED = "started"
    ENDED = "ended"


@frozen(kw_only=True)
class PrintEvent:
    """One start or end that the printer announced, in the order of arrival.

    ``received_at`` is when the announcement reached us (UTC). ``followed`` tells that
    none was missed between the last look and this one.
    """

    kind: EventKind
    received_at: datetime
    filename: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    followed: bool = False


@frozen(kw_only=True)
class PastPrint:
    """One row of the printer's own history (Moonraker keeps one).

    ``ended`` is True once the printer says that the print is over, False while the
    row is in progress, and None where the row was abandoned: its writer stopped, so
    it proves nothing about the print's end. ``outcome`` None with ``ended`` True
    means that the record does not tell how. Times are by the clock of the printer's
    host, which is ``ahead`` of ours.
    """

    print_id: str
    filename: str | None
    start_time: datetime
    end_time: datetime | None = None
    ended: bool | None = False
    outcome: Outcome | None = None
    reason: str | None = None
    material_g: float | None = None
    ahead: timedelta = field(default=timedelta(0), compare=False)

    @property
    def began_at(self) -> datetime:
        """Return when the print began, by our clock."""
        return self.start_time - self.ahead

    @property
    def ended_at(self) -> datetime | None:
        """Return when the print ended, by our clock."""
        return None if self.end_time is None else self.end_time - self.ahead

    @property
    def told(self) -> Outcome | None:
        """Return how the print ended, None while it is in progress or where nothing tells."""
        return self.outcome if self.ended else None


@frozen(kw_only=True)
class FileCounters:
    """How often the printer's host ended prints of one file (OctoPrint's ``prints``).

    ``last_end`` is by the clock of that host, which is ``ahead`` of ours.
    """

    filename: str
    success: int = 0
    failure: int = 0
    last_end: datetime | None = None
    last_success: bool | None = None
    last_duration_s: float | None = None
    ahead: timedelta = field(default=timedelta(0), compare=False)

    @property
    def ended_at(self) -> datetime | None:
        """Return when the newest of these prints ended, by our clock."""
        return None if self.last_end is None else self.last_end - self.ahead


@frozen(kw_only=True)
class Telemetry:
    """Readings that accompany a print but decide nothing about it."""

    nozzle_c: float | None = None
    nozzle_target_c: float | None = None
    bed_c: float | None = None
    bed_target_c: float | None = None
    layer: int | None = None
    layers: int | None = None
    filament_used_mm: float | None = None


NO_TELEMETRY = Telemetry()


@frozen(kw_only=True)
class Snapshot:
    """One look at a printer; everything but the activity may be absent.

    Attributes:
        activity: What the printer is doing.
        outcome: With ``ended``: how, where the printer says so.
        print_id: What the printer itself calls this print, where that is trustworthy.
        filename: The file as the printer reports it, folders included.
        title: A name for people, where the printer has one beside the file's.
        progress: 0 to 100.
        elapsed_s: Seconds since the start as the printer counts them.
        elapsed_runs: ``elapsed_s`` counts every second since the start, pauses and
            heating included, so that it must keep pace with the clock.
        remaining_s: Seconds left, as the printer estimates them.
        estimated_s: The whole print's estimated duration in seconds.
        start_time: When the print began, only where the printer reports it (UTC).
        end_time: When it ended, only where the printer reports it (UTC).
        reason: Why it failed, in the printer's words.
        cancelling: A cancel is evidenced: a cancel code, or a cancel under way.
        system: A calibration or another job of the printer's own.
        tentative: With ``preparing``: the print may still be refused and never run.
        late_identity: Name and id may still be those of the previous print.
        id_may_change: A restart of the printer's host may give a running print a new
            id (PrusaLink 0.8 on MK3).
        unbroken: Pushed state, without a loss of connection since the last snapshot.
        rebooted: The printer, or the program in front of it, lost its print by a
            restart or a lost connection to the printer.
        fault: The printer reports an error that is not the end of a print.
        material_g: Filament used by the print, in grams.
        events: Starts and ends that the printer announced before this look.
        history: Rows of the printer's own record, oldest first.
        counters: The ended prints of the file that was being printed when last seen,
            and of the one that is being printed or selected, in this order.
        message: The printer's own word for its state, verbatim.
        look_again_s: Look again after so many seconds, where the next poll is too late.
        telemetry: Readings that decide nothing.
    """

    activity: Activity
    outcome: Outcome | None = None
    print_id: str | None = None
    filename: str | None = None
    title: str | None = None
    progress: float | None = None
    elapsed_s: float | None = None
    elapsed_runs: bool = False
    remaining_s: float | None = None
    estimated_s: float | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    reason: str | None = None
    cancelling: bool = False
    system: bool = False
    tentative: bool = False
    late_identity: bool = False
    id_may_change: bool = False
    unbroken: bool = False
    rebooted: bool = False
    fault: bool = False
    material_g: float | None = None
    events: tuple[PrintEvent, ...] = ()
    history: tuple[PastPrint, ...] = ()
    counters: tuple[FileCounters, ...] = ()
    message: str | None = None
    look_again_s: float | None = None
    telemetry: Telemetry = field(default=NO_TELEMETRY)


NO_NEWS = Snapshot(activity=Activity.NO_NEWS)


@frozen(kw_only=True)
class Remembered:
    """What a client may need to know of the past to look in the right place.

    ``elapsed_s`` is how far the print had come when it was last seen to run. ``ended``
    tells that it was seen to end, and ``idle`` that nothing was shown since, so that
    an end is that of another. ``history_since`` is the start of the newest print that
    is already judged: rows of the printer's history that began later are news.
    """

    filename: str | None = None
    print_id: str | None = None
    elapsed_s: float | None = None
    ended: bool = False
    idle: bool = False
    history_since: datetime | None = None


NOTHING_REMEMBERED = Remembered()
