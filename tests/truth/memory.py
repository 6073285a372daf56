"""What a witness knows of the prints that it saw, and may have to forget again."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    Snapshot,
)

from .peer import WORLD_BEGAN, Peer, Seen

# So long a name is waited for (row O3).
LATE_NAME_S = 20.0

ACTIVE = frozenset({Activity.PREPARING, Activity.PRINTING, Activity.PAUSED})
_KNOWLEDGE = ("seen", "names", "evidence", "watched", "counters", "counted_at")


@dataclass
class Trace:
    """What a print that was seen showed of itself, first and last."""

    number: int
    first_at: float
    start: float
    ids: set[str] = field(default_factory=set)
    name: str = ""
    path: str = ""
    elapsed_s: float | None = None
    progress: float | None = None
    remaining_s: float | None = None
    last_at: float = 0.0
    began_utc: datetime = WORLD_BEGAN
    last_utc: datetime = WORLD_BEGAN
    """When it began and was last seen, by the watcher's clock."""
    over: bool = False
    """An end, or an idle printer, was seen since."""
    told: bool = False
    """The end that was seen said how."""
    paused: bool = False
    cancelling: bool = False
    """It was last seen on its way out, where that is a state of its own."""
    borrowed: bool = False
    """It first showed the name that the print before had left."""
    prepared: bool = False
    """It only prepared at first, and is waited for."""
    lost: bool = False
    """The printer came back without it, or it went while nobody looked."""
    found_id: str | None = None
    """The id beside which it was found, which a print unseen may have left."""
    joined: int | None = None
    """A later print that could not be told from it."""
    after_break: bool = False
    """The line had been down when it was found."""
    counts: bool = False
    """It was found at a percentage of its own, whatever name stood beside it."""
    announced: bool = False
    counted: bool = False
    over_at: float | None = None

    def remember(self) -> Trace:
        """Return a copy."""
        copied = object.__new__(Trace)
        vars(copied).update(vars(self), ids=set(self.ids))
        return copied


@dataclass(slots=True)
class Memory:
    """What was seen, and of which prints."""

    peer: Peer
    seen: dict[int, float] = field(default_factory=dict)
    names: dict[int, set[str]] = field(default_factory=dict)
    evidence: dict[int, frozenset[Outcome]] = field(default_factory=dict)
    watched: dict[int, bool] = field(default_factory=dict)
    last: Trace | None = None
    looked: bool = False
    before: Snapshot | None = None
    before_at: float = 0.0
    bearings: float = 0.0
    clock_wrong: list[tuple[float, float]] = field(default_factory=list)
    """From when to when the watcher's clock was wrong, and recorded times with it."""
    gap: bool = True
    asked: Seen | None = None
    """The look at a print that may still be refused."""
    forgot: bool = False
    """All but the jobs was lost at the last start of the watcher."""
    fresh: bool = True
    """No look has told anything since the watcher was started."""
    started: Moment = field(default_factory=lambda: Moment(WORLD_BEGAN, 0.0))
    """When the watcher was started, by its clock and the world's time."""
    steady_at: float = 0.0
    """When a look came last that had a break before it."""
    counters: dict[str, FileCounters] = field(default_factory=dict)
    traces: dict[int, Trace] = field(default_factory=dict)
    merged: dict[int, frozenset[Outcome]] = field(default_factory=dict)
    """What looks told of later prints that could not be told from this one."""
    counted_at: dict[str, float] = field(default_factory=dict)
    """When a file's counters were looked at and had not risen."""
    left_name: str = ""
    left_id: str | None = None
    revealed: set[int] = field(default_factory=set)
    """What was shown to be no print of the user's."""
    split: set[int] = field(default_factory=set)
    """What nobody can know for the same, and has to be taken for two prints."""

    undone: set[int] = field(default_factory=set)
    """Whose end was surely counted as none that succeeded."""

    taken: set[int] = field(default_factory=set)
    """Whose row nobody can know from that of the print before."""

    looked_at: list[float] = field(default_factory=list)
    showed: list[int] = field(default_factory=list)
    """When a print was looked at and which, whether it could be known for it or not.

    This is the truth, of which nothing is ever lost: all copies share it.
    """

    # -- restarts ------------------------------------------------------------------------

    def restart(self, at: float, now: Moment, *, forgot: bool = False) -> None:
        """Note that the watcher was restarted: connections are new.

        Only its clock, which may have been put right, tells for how long, and where it
        ``forgot`` all but the jobs also when a print began and since when it is known.
        """
        self.forgot = forgot or (self.fresh and self.forgot)
        self.gap = self.fresh = True
        self.started = Moment(now.utc, at)
        last = self.last
        if last is None:
            return
        if forgot:
            known_s = max((now.utc - last.began_utc).total_seconds(), 0.0)
            last.first_at = max(last.first_at, at - known_s)
            last.start = at - known_s
            last.remaining_s = None
            return
        stopped_s = max((now.utc - last.last_utc).total_seconds(), 0.0)
        unnoticed_s = at - last.last_at - stopped_s
        last.first_at += unnoticed_s
        last.start += unnoticed_s
        last.last_at += unnoticed_s

    def remember(self) -> Self:
        """Return a copy, to go back to when what came since was lost."""
        copied = copy(self)
        for name in _KNOWLEDGE:
            setattr(copied, name, dict(getattr(self, name)))
        copied.revealed = set(self.revealed)
        copied.split, copied.taken = set(self.split), set(self.taken)
        copied.undone = set(self.undone)
        copied.traces = {
            number: trace.remember() for number, trace in self.traces.items()
        }
        if self.last is not None:
            copied.last = copied.traces.get(self.last.number)
        return copied

    def recorded(self, at: float, *, held_up: bool = False) -> Self:
        """Return a copy that knows what a database can know.

        What is written at the first look at a print that is waited for is the end of
        the one before, or what was ``held_up``, and of what is no print nothing is
        written.
        """
        copied = self.remember()
        copied.asked, last = None, copied.last
        ends = held_up or any(one.over_at == at for one in self.traces.values())
        # An id that is nobody else's is not waited for, nor one that counts already.
        waits = last is not None and last.borrowed and not (last.ids or last.counts)
        if last and (
            last.number in self.revealed
            or (
                ends
                and last.first_at == at
                and (last.prepared or waits)
                and self._is_awaited(last.number, at)
            )
        ):
            copied.seen.pop(last.number, None)
            del copied.traces[last.number]
            last = copied.last = copied.traces.get(max(copied.traces, default=-1))
        if last and last.joined in self.revealed:
            # The name that it had before is in the record alone.
            last.borrowed = True
        if last and not last.over:
            # A cancel that was seen under way is in the store alone.
            copied.evidence.pop(last.number, None)
            last.cancelling = False
        return copied

    def _is_awaited(self, number: int, at: float) -> bool:
        """Tell whether a print was first looked at so lately that its name may come."""
        return at - self.looked_at[self.showed.index(number)] < LATE_NAME_S

    def was_held_up(self, before: Memory, at: float) -> None:
        """Forget how far a print is whose start is written late: as at its first look."""
        last = self.last
        if last and last.first_at < at and last.number not in before.traces:
            last.progress = None
            if last.elapsed_s is not None:
                last.elapsed_s = min(last.elapsed_s, last.first_at - last.start)

    def noted(self, other: Self, at: float) -> Self:
        """Take over how far a running print is, which is written now and then.

        That no other id has come tells whose the one is. Where it is not known at all,
        its record was made before it could be told from the one before it.
        """
        ours, theirs = self.last, other.last
        if theirs is None or theirs.over:
            return self
        if ours is None or theirs.number > ours.number:
            return other.recorded(at)
        if ours.number == theirs.number:
            ours.ids |= theirs.ids
            ours.elapsed_s, ours.progress = theirs.elapsed_s, theirs.progress
            ours.last_at, ours.last_utc = theirs.last_at, theirs.last_utc
        return self

    # -- verdicts ------------------------------------------------------------------------

    def _prove(self, number: int, look: Seen, now: Moment) -> Trace:
        """Note that a print was seen to be one of its own."""
        run = self.peer.runs[number]
        self.seen.setdefault(number, look.at)
        began_watched = self.before is not None and not self.gap
        self.watched.setdefault(number, began_watched and run.begin >= self.before_at)
        trace = self.traces.get(number)
        if trace is None:
            start = start_shown(look, now)
            trace = Trace(number, look.at, start)
            trace.after_break = not look.snapshot.unbroken
            trace.counts = self._counts_on(look.snapshot)
            trace.began_utc = now.utc - timedelta(seconds=look.at - start)
            self.traces[number] = trace
        if self.last is None or number > self.last.number:
            if self.last is not None and self.last.over_at is None:
                self.last.over, self.last.over_at = True, look.at
                # What stood before it was left no more while it ran under its own name.
                self.left_name = self.last.name
            self.last = trace
        return trace

    def _counts_on(self, snapshot: Snapshot) -> bool:
        """Tell whether a percentage is shown that no end before has left standing."""
        prints = snapshot.activity is Activity.PRINTING and not snapshot.cancelling
        before = self.before
        if before is None or before.activity in ACTIVE or not prints:
            return False
        return bool(snapshot.progress) and before.progress not in {
            None,
            snapshot.progress,
        }

    def _tell(self, number: int, outcomes: frozenset[Outcome]) -> None:
        """Note what a look tells of a print's end."""
        if outcomes:
            known = self.evidence.get(number, outcomes)
            self.evidence[number] = known & outcomes or outcomes

    def _mingle(self, number: int, others: list[int]) -> None:
        """Note that the end of a print may as well be that of any of the others."""
        told = [self.merged.get(number, frozenset())]
        told += [self.peer.runs[other].outcomes for other in others]
        self.merged[number] = frozenset().union(*told)


def start_shown(look: Seen, now: Moment) -> float:
    """Return when a print began as far as a look shows, by the world's time."""
    snapshot = look.snapshot
    if snapshot.start_time is not None:
        return look.at - (now.utc - snapshot.start_time) / timedelta(seconds=1)
    if snapshot.elapsed_s is not None:
        return look.at - snapshot.elapsed_s
    return look.at
