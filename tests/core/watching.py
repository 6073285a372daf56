"""A printer under watch, told in one line a look."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.printernizer.core.detector import Decision, step
from custom_components.printernizer.core.frozen import replace
from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.reconcile import give_up, leave
from custom_components.printernizer.core.session import (
    DEFAULT_POLICY,
    NEW_SESSION,
    Moment,
    Policy,
    Session,
)
from custom_components.printernizer.core.session_codec import (
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import (
    NO_NEWS,
    Activity,
    EventKind,
    FileCounters,
    Outcome,
    PrintEvent,
    Snapshot,
)
from custom_components.printernizer.core.transitions import (
    PrintBegan,
    PrintDropped,
    PrintEnded,
    PrintNamed,
    PrintReopened,
    PrintStatusChanged,
    Transition,
)

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def utc(seconds: float) -> datetime:
    """Return the time so many seconds after the story began."""
    return T0 + timedelta(seconds=seconds)


class Watching:
    """Feed looks to the detector and keep what it ordered, as the record would.

    ``ahead`` is by how much the clock of the printer's host is ahead of ours: what it
    counts and keeps on record is told by ours.
    """

    ahead = timedelta(0)

    def __init__(self, policy: Policy = DEFAULT_POLICY, **always: Any) -> None:
        """Watch a new printer; ``always`` is part of every snapshot."""
        self.session: Session = NEW_SESSION
        self.policy = policy
        self.always = always
        self.orders: list[Transition] = []
        self.decision = Decision(session=NEW_SESSION)
        self.clock_step = 0.0
        self._uptime = 1000.0

    def _moment(self, at: float) -> Moment:
        return Moment(utc(at + self.clock_step), self._uptime + at)

    def _by_host(self, one: Any) -> Any:
        """Return what the host notes by its clock."""
        if not self.ahead:
            return one
        told: dict[str, Any] = {"ahead": self.ahead}
        for name in ("start_time", "end_time", "last_end"):
            if moment := getattr(one, name, None):
                told[name] = moment + self.ahead
        return replace(one, **told)

    def _take(self, decision: Decision) -> list[Transition]:
        self.decision = decision
        self.session = decision.session
        self.orders.extend(decision.transitions)
        return list(decision.transitions)

    def look(self, at: float, activity: Activity, **fields: Any) -> list[Transition]:
        """Look at the printer ``at`` seconds into the story.

        ``counters`` are those of one file, or of several.
        """
        told = self.always | fields
        counters = told.pop("counters", None) or ()
        if isinstance(counters, FileCounters):
            counters = (counters,)
        told["history"] = tuple(map(self._by_host, told.get("history", ())))
        counters = tuple(map(self._by_host, counters))
        snapshot = Snapshot(activity=activity, counters=counters, **told)
        return self._take(step(self.session, snapshot, self._moment(at), self.policy))

    def idle(self, at: float, **fields: Any) -> list[Transition]:
        """Find the printer idle."""
        return self.look(at, Activity.IDLE, **fields)

    def printing(
        self,
        at: float,
        filename: str | None = None,
        progress: float | None = None,
        elapsed_s: float | None = None,
        **fields: Any,
    ) -> list[Transition]:
        """Find the printer printing."""
        return self.look(
            at,
            Activity.PRINTING,
            filename=filename,
            progress=progress,
            elapsed_s=elapsed_s,
            **fields,
        )

    def ended(
        self, at: float, outcome: Outcome | None, **fields: Any
    ) -> list[Transition]:
        """Find the printer showing an end."""
        return self.look(at, Activity.ENDED, outcome=outcome, **fields)

    def silent(self, at: float) -> list[Transition]:
        """Get no answer."""
        now = self._moment(at)
        return self._take(step(self.session, NO_NEWS, now, self.policy))

    def wake(self, at: float) -> list[Transition]:
        """Let time alone pass."""
        return self._take(step(self.session, None, self._moment(at), self.policy))

    def events(
        self, at: float, activity: Activity, *events: PrintEvent, **fields: Any
    ) -> list[Transition]:
        """Look at the printer after it announced something."""
        return self.look(at, activity, events=events, **fields)

    def restart(self, at: float, uptime: float = 5.0) -> None:
        """Restart Home Assistant: what is stored comes back, nothing else does."""
        self._uptime = uptime - at
        stored = session_to_dict(self.session)
        self.session = session_from_dict(stored, self._moment(at))

    def reload(self) -> None:
        """Reload the printer's entry: the session stays in memory."""

    def remove(self, at: float) -> list[Transition]:
        """Remove the printer from the configuration."""
        return self._take(leave(self.session, self._moment(at)))

    def give_up(self, at: float) -> list[Transition]:
        """Close the print of a printer that has been silent for long."""
        return self._take(give_up(self.session, self._moment(at)))

    @property
    def began(self) -> list[PrintBegan]:
        """Return the prints that were opened with a job, each key once."""
        found: dict[str, PrintBegan] = {}
        for order in self.orders:
            if isinstance(order, PrintBegan) and order.record:
                found.setdefault(order.print.key, order)
        return list(found.values())

    @property
    def ends(self) -> list[tuple[JobStatus, OutcomeSource]]:
        """Return how prints ended, in order, corrections included."""
        return [
            (order.status, order.source)
            for order in self.orders
            if isinstance(order, PrintEnded)
        ]

    @property
    def statuses(self) -> dict[str, JobStatus]:
        """Return the status of every job as the record would have it."""
        found: dict[str, JobStatus] = {}
        for order in self.orders:
            match order:
                case PrintBegan(print=known, paused=paused, record=True):
                    found[known.key] = _running(paused=paused)
                case (
                    PrintStatusChanged(key=key, paused=paused)
                    | PrintReopened(key=key, paused=paused)
                ):
                    found[key] = _running(paused=paused)
                case PrintEnded(key=key, status=status):
                    found[key] = status
                case PrintDropped(key=key):
                    del found[key]
                case _:
                    assert isinstance(order, PrintBegan | PrintNamed)
        return found

    @property
    def jobs(self) -> list[JobStatus]:
        """Return the statuses of all jobs, in the order of their opening."""
        return list(self.statuses.values())


def _running(*, paused: bool) -> JobStatus:
    return JobStatus.PAUSED if paused else JobStatus.RUNNING


def started(at: float, filename: str) -> PrintEvent:
    """Return the announcement of a start."""
    return PrintEvent(kind=EventKind.STARTED, received_at=utc(at), filename=filename)


def ended(
    at: float, filename: str, outcome: Outcome | None, reason: str | None = None
) -> PrintEvent:
    """Return the announcement of an end."""
    return PrintEvent(
        kind=EventKind.ENDED,
        received_at=utc(at),
        filename=filename,
        outcome=outcome,
        reason=reason,
    )


def kinds(orders: Sequence[Transition]) -> list[str]:
    """Return what kinds of orders were given."""
    return [type(order).__name__ for order in orders]


def after_a_print() -> Watching:
    """Return a watched printer whose print called Old ended at 100 s."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(0, Activity.IDLE, title="Older")
    printer.look(10, Activity.PRINTING, title="Old", progress=1.0)
    printer.ended(100, Outcome.COMPLETED, title="Old", progress=100.0)
    return printer
