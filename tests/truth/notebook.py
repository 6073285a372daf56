"""The shortest way from a look to a record: detector, session codec, and a dict."""

from dataclasses import replace
from typing import Any

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.names import job_name
from custom_components.printernizer.core.session import NEW_SESSION, Moment, Session
from custom_components.printernizer.core.session_codec import (
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import Remembered, Snapshot
from custom_components.printernizer.core.transitions import (
    PrintBegan,
    PrintDropped,
    PrintEnded,
    PrintNamed,
    PrintReopened,
    Transition,
)

from .ledger import Death
from .matching import Record


class Notebook:
    """Carry out what the detector decides, in memory and without failing."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.session: Session = NEW_SESSION
        self.records: dict[str, Record] = {}
        self.log: list[str] = []
        # Nothing is ever lost here.
        self.commits = self.notes = self.saves = -1
        self.refusals = 0
        self._stored: dict[str, Any] = {}

    @property
    def remembered(self) -> Remembered:
        """Return what the client may need to know."""
        return self.session.remembered

    async def start(self, now: Moment) -> None:
        """Begin to watch, with what was kept."""
        if self._stored:
            self.session = session_from_dict(self._stored, now)

    async def stop(self) -> None:
        """Stop watching, and keep what is remembered."""
        self._stored = session_to_dict(self.session)

    def arm(self, death: Death) -> None:
        """Do nothing yet: nothing here lies between two writes."""

    async def kill(self, *, forget: bool) -> None:
        """Stop at once."""
        await self.stop()

    @property
    def is_dead(self) -> bool:
        """Tell whether it was killed."""
        return False

    def fail(self, *, disk_fails: bool) -> None:
        """Do nothing: there is no disk."""

    async def observe(self, snapshot: Snapshot | None, now: Moment) -> float | None:
        """Take in one look; returns when to be woken."""
        decision = step(self.session, snapshot, now)
        self.session = decision.session
        for line in decision.trace:
            self.log.append(f"{now.monotonic:12.1f}    {line}")
        for transition in decision.transitions:
            self._carry_out(transition, now)
        return decision.wake_at

    async def result(self) -> list[Record]:
        """Return the records in the order in which they came."""
        return list(self.records.values())

    def _carry_out(self, transition: Transition, now: Moment) -> None:
        """Change the records as one transition says."""
        match transition:
            case PrintBegan(print=known) if transition.record:
                if known.key in self.records:
                    self.log.append(f"KEY TWICE {known.key}")
                    return
                self.records[known.key] = Record(
                    made_at=now.monotonic,
                    seen_at=now.monotonic,
                    key=known.key,
                    name=job_name(known.label),
                    filename=known.filename or known.title,
                    status=JobStatus.RUNNING,
                    source=None,
                    start=known.start_time,
                    discovered=known.discovered_at,
                    afterwards=known.afterwards,
                )
            case PrintEnded():
                self._change(
                    transition.key,
                    status=transition.status,
                    source=transition.source,
                    end=transition.end_time,
                )
            case PrintNamed():
                label = transition.title or transition.filename
                self._change(
                    transition.key, name=job_name(label), filename=transition.filename
                )
            case PrintReopened():
                self._change(transition.key, status=JobStatus.RUNNING, source=None)
            case PrintDropped():
                self.records.pop(transition.key, None)
            case _:
                pass

    def _change(self, key: str, **changes: Any) -> None:
        """Change one record."""
        self.records[key] = replace(self.records[key], **changes)
