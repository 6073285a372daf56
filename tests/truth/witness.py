"""Who could have been seen: which prints some look sets apart from all before.

A print is visible when some look, together with the evidence that its protocol gives,
differs from anything that continuing the previous print could have shown. This is
decided here from the looks and the truth alone; the detector has no say in it.
"""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from custom_components.printernizer.core.names import match_name, match_path
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import (
    Activity,
    EventKind,
    FileCounters,
    Outcome,
    PastPrint,
    Snapshot,
)

from .course import Run
from .moonraker import Moonraker
from .peer import WORLD_BEGAN, Peer, Seen
from .story import Fate

# How far two looks may disagree about one and the same print. An answer may take up
# to ten seconds, and a clock of whole seconds is read at either end.
SLOW_ANSWER_S = 15.0
ROUNDING_S = 2.0
# PrusaLink on MK3 counts the time in steps of 100 lines.
MK3_STEP_S = 8.0
PERCENT = 1.0
# MK3 tells what is left in whole minutes, and thinks it a fifth too long at most.
MINUTE_S, TOO_LONG = 60.0, 1.2
# Row O12 of detection.md: within a minute the same name goes on, unless proved. Two
# looks a minute apart may be a little more or less apart by a sum of rounded times.
SAME_MINUTE_S = 60.0
ROUNDED_S = 0.001
# The clocks of a Moonraker's host and of its watcher may be apart by five seconds, and
# times that are rounded by a tenth.
CLOCKS_APART_S = 5.1
# A file's counter follows the end of its print after at most so long.
COUNT_LAG_S = 10.0
# So long a name is waited for (row O3).
LATE_NAME_S = 20.0
# So late the name of the print before may still stand (Bambu Lab P1).
OWN_NAME_S = 28.0

ACTIVE = frozenset({Activity.PREPARING, Activity.PRINTING, Activity.PAUSED})


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
class Witness:
    """Watch the looks, and note which prints they prove."""

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

    def recorded(self, at: float, *, held_up: bool = False) -> Witness:
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

    def was_held_up(self, before: Witness, at: float) -> None:
        """Forget how far a print is whose start is written late: as at its first look."""
        last = self.last
        if last and last.first_at < at and last.number not in before.traces:
            last.progress = None
            if last.elapsed_s is not None:
                last.elapsed_s = min(last.elapsed_s, last.first_at - last.start)

    def noted(self, other: Witness, at: float) -> Witness:
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

    def feed(self, look: Seen, now: Moment) -> None:
        """Take in one look."""
        snapshot = look.snapshot
        if look.shows is not None:
            self.looked_at.append(look.at)
            self.showed.append(look.shows)
        self._events(look, now)
        if snapshot.activity is Activity.NO_NEWS:
            self.gap = True
            return
        if not snapshot.unbroken:
            self.steady_at = look.at
        if not self.looked:
            self.looked, self.bearings = True, look.at
            self._first(look)
        self._rows(look)
        for counters in snapshot.counters:
            self._counts(counters, look, now)
        if snapshot.activity in ACTIVE:
            self._active(look, now)
        else:
            self._resting(look, now)
        self._take_outcome(look)
        self.before, self.before_at = snapshot, look.at
        self.gap = self.fresh = False

    def remember(self) -> Witness:
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

    # -- verdicts --------------------------------------------------------------------

    def _prove(self, number: int, look: Seen, now: Moment) -> Trace:
        """Note that a print was seen to be one of its own."""
        run = self.peer.runs[number]
        self.seen.setdefault(number, look.at)
        began_watched = self.before is not None and not self.gap
        self.watched.setdefault(number, began_watched and run.begin >= self.before_at)
        trace = self.traces.get(number)
        if trace is None:
            start = _start_shown(look, now)
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

    def _first(self, look: Seen) -> None:
        """Take bearings: all that is over at the first look is history."""

    def _take_outcome(self, look: Seen) -> None:
        """Note what the state tells of the end of the print that it shows."""
        snapshot = look.snapshot
        if look.shows is None:
            return
        named = snapshot.filename or snapshot.title or snapshot.print_id
        if named or look.shows in self.traces:
            self._tell(look.shows, look.tells)
        elif self.last and self.before and self.before.activity in ACTIVE:
            # An error without a file (OctoPrint) may be that of the print that ran.
            known = self.merged.get(self.last.number, frozenset())
            self.merged[self.last.number] = known | look.tells

    # -- evidence of its own -----------------------------------------------------------

    def _events(self, look: Seen, now: Moment) -> None:
        """Take what was announced."""
        for event in look.snapshot.events:
            number = self.peer.event_numbers[event]
            run = self.peer.runs[number]
            if event.kind is EventKind.STARTED:
                self._start_event(run, look, now, event.received_at)
            elif number in self.traces:
                self.traces[number].announced = True
                self.traces[number].over = True
                self._tell(
                    number, frozenset({event.outcome}) if event.outcome else frozenset()
                )
            elif self.looked and self._end_is_new(run):
                trace = self._prove(number, look, now)
                trace.announced = trace.over = trace.told = True
                self._tell(
                    number, frozenset({event.outcome}) if event.outcome else frozenset()
                )

    def _start_event(self, run: Run, look: Seen, now: Moment, heard: datetime) -> None:
        """Take an announced start; it may be that of the print seen just before."""
        if run.number in self.traces:
            return
        last = self.last
        unsure = (
            last is not None
            and not last.over
            and match_path(self.peer.runs[last.number].file) == match_path(run.file)
            and run.begin - last.first_at < 5.0
        )
        if not unsure:
            trace = self._prove(run.number, look, now)
            trace.start = run.begin
            trace.path, trace.name = match_path(run.file), match_name(run.file)

    def _end_is_new(self, run: Run) -> bool:
        """Tell whether an announced end cannot be that of the print seen before."""
        last = self.last
        if last is None or last.announced:
            return True
        other = match_path(self.peer.runs[last.number].file) != match_path(run.file)
        return other or (last.over and last.told)

    def _rows(self, look: Seen) -> None:
        """Take the rows of the printer's history."""
        peer = self.peer
        if not isinstance(peer, Moonraker):
            return
        for past in look.snapshot.history:
            number = peer.id_numbers[past.print_id]
            run = peer.runs[number]
            if run.begin <= self.bearings and past.ended is not False:
                continue
            if past.ended is False:
                continue
            if number not in self.traces and (
                self._may_be_of_last(run, past)
                or self._may_be_of_shown(run, past, look)
            ):
                self.taken.add(number)
            if number in self.taken:
                continue
            self.seen.setdefault(number, look.at)
            self.watched.setdefault(number, False)
            self.names.setdefault(number, set()).add(run.file)
            self._tell(number, peer.told_by(past))
            if number not in self.traces:
                trace = Trace(number, look.at, run.begin)
                trace.path, trace.name = match_path(run.file), match_name(run.file)
                trace.over = trace.told = True
                trace.ids.add(past.print_id)
                self.traces[number] = trace
                if self.last is None or number > self.last.number:
                    self.last = trace

    def _may_be_of_last(self, run: Run, past: PastPrint) -> bool:
        """Tell whether a print's row may be that of the last, which showed none before.

        The clocks of host and watcher may be apart by as much as their starts are.
        """
        last = self.last
        if last is None or last.ids:
            return last is not None and past.print_id in last.ids
        apart_s = abs(run.begin - last.start)
        return last.path == match_path(run.file) and apart_s <= CLOCKS_APART_S

    def _may_be_of_shown(self, run: Run, past: PastPrint, look: Seen) -> bool:
        """Tell whether an abandoned row may be that of the print that is shown.

        That one began so soon after that clocks which are apart do not tell.
        """
        if look.shows is None or past.ended:
            return False
        shown = self.peer.runs[look.shows]
        apart_s = shown.begin - run.begin
        return shown.file == run.file and 0 < apart_s <= CLOCKS_APART_S

    def _counts(self, counters: FileCounters, look: Seen, now: Moment) -> None:
        """Take the counters of a file: each rise is the end of one print."""
        path = match_path(counters.filename)
        before = self.counters.get(path)
        self.counters[path] = counters
        if before is None or before == counters:
            self.counted_at[path] = look.at
            if before is None:
                self._count_known(counters)
            return
        successes = counters.success - before.success
        failures = counters.failure - before.failure
        newest = failures if counters.last_success is False else successes
        if successes < 0 or failures < 0 or not newest:
            self._count_anew(path, counters, before.last_end)
            return
        rises = successes + failures
        ended = self._counted(path, counters)[-rises:]
        self._mix_up(ended, successes)
        waiting = self._waiting_for(path, look)
        if rises == 1 and self._may_be_of_one_before(waiting, counters, look, now):
            waiting[0].counted = waiting[0].over = True
            self._mingle(waiting[0].number, ended)
            return
        spare = rises - len(waiting)
        # Where one of them was seen by nobody, the newest may be any of them.
        seen = all(number in self.traces for number in ended)
        last = counters.last_success if seen else None
        told = _kinds(ended, successes, failures, last)
        for number in reversed(ended):
            known = self.traces.get(number)
            if known is None and spare > 0:
                spare -= 1
                known = self._prove(number, look, now)
                known.path, known.name = path, match_name(counters.filename)
                known.over = known.told = True
            if rises > 1 and failures and not (known and known.announced):
                # Whose cancel was seen is as unsure as whose end was counted first.
                self.evidence.pop(number, None)
            if known is not None:
                known.counted = known.over = True
        for number in filter(told.get, ended):
            self._tell(number, frozenset({Outcome.COMPLETED}))
        self.undone.update(number for number in told if not told[number])
        self._end_waiting(waiting[:rises], ended, counters, look)

    def _waiting_for(self, path: str, look: Seen) -> list[Trace]:
        """Return the prints of a file whose ends may still have to be counted."""
        traces = (one for one in self.traces.values() if one.path == path)
        return [one for one in traces if not one.counted and self._may_count(one, look)]

    def _may_be_of_one_before(
        self, waiting: list[Trace], counters: FileCounters, look: Seen, now: Moment
    ) -> bool:
        """Tell whether the end counted may be that of the print before the last one.

        A paused print that is restarted is counted by none, and what runs may be the
        one that followed as well as another after that.
        """
        last = self.last
        if last is None or not waiting or look.snapshot.activity not in ACTIVE:
            return False
        first = waiting[0]
        ended = self._counted(last.path, counters)[-1:]
        if first is last or ended != [last.number] or _is_short(first, counters):
            return False
        return not self._differs(last, look, now)

    def _end_waiting(
        self,
        waiting: list[Trace],
        ended: list[int],
        counters: FileCounters,
        look: Seen,
    ) -> None:
        """Take those that waited for these counts as over, for all that can be seen.

        One whose server was killed, or that was restarted, is counted by none of
        them; nobody can tell whose they are then, unless that print was shorter. Nor
        can anybody where an upload has dropped what was counted of it, and which of
        the others these counts have proved.
        """
        unseen = [number for number in ended if number not in self.traces]
        proved = [number for number in ended if self.seen.get(number) == look.at]
        for trace in waiting:
            trace.counted = trace.over = True
            told = len(ended) == 1 and _is_short(trace, counters)
            if trace.number not in ended and not told:
                self._mingle(trace.number, unseen)
                for number in proved:
                    self._mingle(number, unseen)

    def _mix_up(self, ended: list[int], successes: int) -> None:
        """Note whose ends nobody could tell apart by the counts.

        An upload may have dropped them, and they rose above what was known before the
        next look: then others succeeded than these prints, as many as were counted.
        And of a print and a later one that was taken for it both ends are counted.
        """
        done = {number for _, _, success, number in self.peer.counted if success}
        if len(done.intersection(ended)) < successes:
            for number in ended:
                told = self.merged.get(number, frozenset())
                self.merged[number] = told | {Outcome.COMPLETED}
        for trace in self.traces.values():
            if trace.number in ended and trace.joined in ended:
                self._mingle(trace.joined, [trace.number])
                self._mingle(trace.number, [trace.joined])

    def _mingle(self, number: int, others: list[int]) -> None:
        """Note that the end of a print may as well be that of any of the others."""
        told = [self.merged.get(number, frozenset())]
        told += [self.peer.runs[other].outcomes for other in others]
        self.merged[number] = frozenset().union(*told)

    def _counted(self, path: str, counters: FileCounters) -> list[int]:
        """Return the prints whose ends the counters of a file have counted."""
        return [
            number
            for at, file, _, number in self.peer.counted
            if match_path(file) == path and _is_among(at, counters)
        ]

    def _count_anew(
        self, path: str, counters: FileCounters, known: datetime | None
    ) -> None:
        """Take the newest end of a file that was uploaded again, as the last one's.

        The upload has dropped how many there were before, so that nobody can tell
        whose it is, unless that print was shorter.
        """
        last = self.last
        if last is None or last.over or last.path != path:
            return
        if counters.last_end in (None, known):
            return
        if not _is_short(last, counters):
            self._mingle(last.number, self._counted(path, counters)[-1:])

    def _count_known(self, counters: FileCounters) -> None:
        """Take the first counters of a file: they may have all ends that were seen."""
        path = match_path(counters.filename)
        over = [one for one in self.traces.values() if one.path == path and one.over]
        if len(over) <= counters.success + counters.failure:
            for trace in over:
                trace.counted = True

    def _may_count(self, trace: Trace, look: Seen) -> bool:
        """Tell whether the end of a print may still have to be counted."""
        if look.snapshot.activity in ACTIVE and look.shows == trace.number:
            return False
        checked = self.counted_at.get(trace.path)
        if trace.over_at is None or checked is None:
            return True
        return checked - trace.over_at <= COUNT_LAG_S

    # -- the state ---------------------------------------------------------------------

    def _active(self, look: Seen, now: Moment) -> None:
        """Take a look at a print that runs."""
        snapshot, number = look.snapshot, look.shows
        if number is None:
            return
        if isinstance(self.peer, Moonraker) and snapshot.print_id:
            # Beside the row of the next print nobody can tell the one before from it.
            number = max(number, self.peer.id_numbers[snapshot.print_id])
        if snapshot.tentative and not (
            number in self.traces or snapshot.progress or snapshot.elapsed_s
        ):
            self._ask(look, now)
            return
        self.asked = None
        last = self.last
        if number not in self.traces and self._proves_nothing(number, look):
            return
        refused = self.peer.runs[number].fate is Fate.REFUSED
        known = self.traces.get(number)
        if known is None:
            if last is not None and not self._differs(last, look, now):
                self._take_for_last(last, look, now)
                if snapshot.system or refused:
                    self.revealed.add(number)
                if look.shows in self.revealed:
                    # What seemed to be a print came to be known as none.
                    self.seen.pop(last.number, None)
                return
            known = self._prove_another(number, look, now)
        self._notice_halving(known, look, now)
        known.over = False
        self._note(known, look, now)
        if refused or (snapshot.system and not known.borrowed):
            # What a job of the printer's own has left may stand over a print.
            self.revealed.add(number)
        self._name(number, look)

    def _prove_another(self, number: int, look: Seen, now: Moment) -> Trace:
        """Note a print that runs after the last one, and which is shown to be another."""
        snapshot, last = look.snapshot, self.last
        if last is not None and last.joined == number:
            # It was taken for the last one, and now for another than itself.
            self.split.add(number)
        # While the last one ran, what it had found standing was left no more.
        borrowed = snapshot.late_identity and self._may_be_left(snapshot, last)
        known = self._prove(number, look, now)
        known.borrowed = borrowed
        # One that waits for an answer and counts is under way for all to see.
        prepares = snapshot.activity is Activity.PREPARING
        known.prepared = prepares and not snapshot.tentative
        known.found_id = None if snapshot.unbroken else snapshot.print_id
        return known

    def _take_for_last(self, last: Trace, look: Seen, now: Moment) -> None:
        """Take what runs for the last print, from which nothing tells it."""
        fell = self._fell(last, look.snapshot)
        # A lost one of which no count is known need not be what is resumed.
        resumed = last.lost and (last.progress, last.elapsed_s) != (None, None)
        self._note(last, look, now)
        start = _start_shown(look, now)
        or_next = abs(start - last.start - SAME_MINUTE_S) <= ROUNDED_S and last.over
        if or_next:
            # Or for the next one, and then the minute begins anew.
            last.start = start
        last.over, last.over_at = False, None
        if or_next or (not resumed and (fell or last.joined != look.shows)):
            # Whoever takes it for the next one waits for its name anew.
            last.joined, last.first_at = look.shows, look.at
            last.borrowed = look.snapshot.late_identity
            if not look.snapshot.late_identity:
                last.elapsed_s = look.snapshot.elapsed_s
                last.progress = look.snapshot.progress
        elif last.lost:
            # And the percentage may be its own beside a name that is not.
            last.first_at = look.at
            last.borrowed = look.snapshot.late_identity
        if last.joined is not None and look.snapshot.elapsed_s is not None:
            # And whoever took it for the last one until now sees it begin here.
            last.start = max(last.start, start)
        last.lost = False
        known = self.merged.get(last.number, frozenset())
        self.merged[last.number] = known | look.tells

    def _ask(self, look: Seen, now: Moment) -> None:
        """Take a print that has printed nothing yet, and may be refused.

        Or it is the last one, which waits under a new number (row S5).
        """
        self.asked, last = look, self.last
        new = look.snapshot.print_id if look.snapshot.id_may_change else None
        if new and last and not last.over and not self._differs(last, look, now):
            last.ids.add(new)
            # An answer is the end of the last one then.
            self.asked = None

    def _proves_nothing(self, number: int, look: Seen) -> bool:
        """Tell whether what runs may turn back, or is the printer's own so far."""
        last, is_print = self.last, self.peer.runs[number].is_print
        snapshot = look.snapshot
        if last and self._prepares_again(last, snapshot):
            last.over, last.over_at = True, look.at
            # What stood before it was left no more while it ran under its own name.
            self.left_name = last.name
        if snapshot.system and self.gap and last and last.borrowed:
            # Its name may have come in the gap: that of no print of the user's.
            self.seen.pop(last.number, None)
        return self._only_prepares(snapshot) or (snapshot.system and is_print)

    def _notice_halving(self, known: Trace, look: Seen, now: Moment) -> None:
        """Note a print that nobody can know for the same.

        Row S5 of detection.md: where the host was not seen to be away, a new id is a
        new print. And where the watcher's clock was wrong when it was stopped, one
        that began while it was stopped would look the same.
        """
        snapshot = look.snapshot
        if not snapshot.print_id or not known.ids:
            halved = self.fresh and self._lost_pace(known, look, now)
        elif snapshot.id_may_change and snapshot.print_id not in known.ids:
            unsure = self.fresh and self.forgot
            halved = unsure or self._differs(known, look, now)
        else:
            halved = False
        if halved:
            self.split.add(known.number)

    def _only_prepares(self, snapshot: Snapshot) -> bool:
        """Tell whether a print under the name before may still turn back (row O1)."""
        if snapshot.activity is not Activity.PREPARING or not snapshot.late_identity:
            return False
        known = any(snapshot.print_id in trace.ids for trace in self.traces.values())
        is_new = snapshot.print_id not in {None, self.left_id} and not known
        return not is_new and self._may_be_left(snapshot, self.last)

    def _prepares_again(self, last: Trace, snapshot: Snapshot) -> bool:
        """Tell whether what was printing is over: no print is prepared twice (C5).

        Of one that borrowed its name the progress may have been borrowed too.
        """
        missed = snapshot.late_identity and not snapshot.unbroken
        prepares = snapshot.activity is Activity.PREPARING and not last.borrowed
        return missed and prepares and not last.over and bool(last.progress)

    def _may_be_left(self, snapshot: Snapshot, last: Trace | None) -> bool:
        """Tell whether the print before may have left the name that is shown."""
        stands = self.left_name if last is None or last.over else last.name
        return match_name(snapshot.title or snapshot.filename) in {"", stands}

    def _name(self, number: int, look: Seen) -> None:
        """Note the name that a look shows of a print, if it is its own."""
        snapshot = look.snapshot
        label = snapshot.title or snapshot.filename
        run = self.peer.runs[number]
        file = run.file
        before = [trace for key, trace in self.traces.items() if key < number]
        left = {self.left_name, before[-1].name if before else ""}
        if snapshot.late_identity and match_name(label) in left:
            # Its own name looks like the one that was left standing.
            others = [trace for trace in self.traces.values() if trace.number != number]
            found_id = self.traces[number].found_id
            old = {None, self.left_id, found_id}
            new = snapshot.print_id not in old and not any(
                snapshot.print_id in trace.ids for trace in others
            )
            first = self.traces[number].first_at
            if found_id not in (None, snapshot.print_id):
                # It was another one's then: that it is none of that id shows since.
                first = max(first, self.steady_at)
            if not new and look.at - first <= OWN_NAME_S:
                return
        if label and match_name(label) == match_name(file):
            self.names.setdefault(number, set()).add(file)

    def _note(self, trace: Trace, look: Seen, now: Moment) -> None:
        """Remember what a print showed."""
        snapshot = look.snapshot
        trace.last_at, trace.last_utc = look.at, now.utc
        trace.remaining_s = snapshot.remaining_s
        trace.paused = snapshot.activity is not Activity.PRINTING
        trace.cancelling = snapshot.cancelling and not snapshot.late_identity
        if snapshot.elapsed_s is not None:
            trace.elapsed_s = snapshot.elapsed_s
        late = snapshot.late_identity and look.at - trace.first_at <= OWN_NAME_S
        shown, known = snapshot.progress, trace.progress
        # What fell in sight proves nothing, and is how far the print is for all to see.
        fell = snapshot.unbroken and shown is not None and shown < (known or 0.0)
        if shown is not None and (fell or not late):
            trace.progress = shown
        stale = late and (
            snapshot.print_id == self.left_id
            or any(
                snapshot.print_id in other.ids
                for other in self.traces.values()
                if other is not trace
            )
        )
        if snapshot.print_id and not stale:
            trace.ids.add(snapshot.print_id)
        if late and snapshot.unbroken and not snapshot.print_id and trace.found_id:
            # It went in sight: a print that nobody saw had left it.
            trace.ids.discard(trace.found_id)
        if snapshot.filename:
            trace.path = match_path(snapshot.filename)
        if label := snapshot.title or snapshot.filename:
            old = look.at - trace.first_at > OWN_NAME_S
            if old or match_name(label) not in {"", trace.name}:
                trace.borrowed = trace.borrowed and look.at == trace.first_at
            trace.name = match_name(label)

    def _differs(  # noqa: C901 - one line for each thing that cannot go on
        self, last: Trace, look: Seen, now: Moment
    ) -> bool:
        """Tell whether continuing the last print cannot look like this."""
        snapshot = look.snapshot
        fell = self._fell(last, snapshot)
        if last.borrowed and not last.over and snapshot.late_identity:
            # Its own name may have come since, and be this one.
            return False
        if snapshot.print_id and last.ids and not self._is_worn(last, snapshot):
            if snapshot.print_id in last.ids:
                rests = self._begins_from_rest(snapshot)
                return last.over and (last.told or rests or fell)
            less = (
                snapshot.progress is not None
                and last.progress is not None
                and snapshot.progress < last.progress - PERCENT
            )
            left_s = (snapshot.remaining_s or 0.0) / TOO_LONG - MINUTE_S
            more = last.remaining_s is not None and left_s > last.remaining_s
            if last.over or not snapshot.id_may_change or fell or less or more:
                return True
            if self._same_name(last, snapshot) is False:
                return True
            # No print of the same file comes so far in so short a time.
            since_s = self._known_since_s(last, look)
            spent_s = snapshot.elapsed_s
            if spent_s is None and snapshot.remaining_s and snapshot.progress:
                # By its own estimates, which are at most a fifth too long.
                rest = 100.0 / snapshot.progress - 1.0
                spent_s = snapshot.remaining_s / TOO_LONG / max(rest, 0.01)
            if spent_s is not None and spent_s > since_s - MK3_STEP_S:
                return False
            young = last.paused or since_s > self._took_s(last, snapshot)
            away = self.gap and not self.fresh
            # What a job remembers is younger than what was written when it began.
            unsure = away or (self.fresh and self.forgot)
            return not unsure and bool(snapshot.filename) and young
        same = self._same_name(last, snapshot)
        goes_on = snapshot.unbroken and not last.over
        if same is False and (not goes_on or self._comes_late(last, look)):
            return True
        # Who took a later one for the next has not seen that under an id.
        had_id = snapshot.late_identity and last.ids and last.joined is None
        lacks_id = had_id and not (snapshot.print_id or snapshot.unbroken)
        # One that was lost could not come to its id any more until it was resumed.
        until = last.last_at if last.lost else self.before_at
        if lacks_id or self._is_new_id(last, snapshot, until):
            return True
        goes_back = last.cancelling and not snapshot.cancelling
        if fell or goes_back or self._lost_pace(last, look, now):
            return True
        if not last.over:
            return False
        if snapshot.late_identity and last.lost and same:
            # A print that was lost may be resumed, and it goes on from a pause.
            return self._begins_from_rest(snapshot)
        # Whoever took one for the next saw that begin when it was first seen, or later.
        began = last.start if last.joined is None else max(last.start, last.first_at)
        shortly = _start_shown(look, now) - began < SAME_MINUTE_S + ROUNDED_S
        # What the printer lost by a restart is begun no second time.
        lost = last.lost and not snapshot.late_identity
        proved = last.told or last.announced or last.counted or lost
        return proved or same is False or not shortly

    def _took_s(self, last: Trace, snapshot: Snapshot) -> float:
        """Return how long another print needs at least to come further than the last.

        Most of its time that one may have been paused.
        """
        took_s = last.last_at - last.start
        further = (snapshot.progress or 0.0) > (last.progress or 0.0)
        return min(took_s, last.elapsed_s or took_s) if further else took_s

    def _is_worn(self, last: Trace, snapshot: Snapshot) -> bool:
        """Tell whether the last print's id says nothing: one before ended under it."""
        others = (one for one in self.traces.values() if one is not last and one.told)
        return (
            snapshot.late_identity
            and snapshot.print_id in last.ids
            and any(snapshot.print_id in one.ids for one in others)
        )

    def _is_new_id(self, last: Trace, snapshot: Snapshot, until: float) -> bool:
        """Tell whether an id is shown that the last print would have had long before.

        It was watched ``until`` then. One that was used before may still stand.
        """
        old = {None, self.left_id}.union(*(one.ids for one in self.traces.values()))
        return (
            snapshot.late_identity
            and not (snapshot.unbroken or last.ids or snapshot.print_id in old)
            and until - last.first_at > OWN_NAME_S
        )

    def _comes_late(self, last: Trace, look: Seen) -> bool:
        """Tell whether a name comes that can only be that of a print begun in a gap.

        The last one has had its own for long.
        """
        own = look.at - last.first_at > OWN_NAME_S
        late = look.snapshot.late_identity
        return late and own and look.at - self.steady_at <= OWN_NAME_S

    def _begins_from_rest(self, snapshot: Snapshot) -> bool:
        """Tell whether a printer was seen to begin what it shows, whatever its id."""
        paused = snapshot.activity is Activity.PAUSED
        stands = self.left_id == snapshot.print_id
        return snapshot.late_identity and snapshot.unbroken and stands and not paused

    def _same_name(self, last: Trace, snapshot: Snapshot) -> bool | None:
        """Tell whether a look shows the last print's name; None: one has none."""
        if snapshot.late_identity:
            left, right = last.name, match_name(snapshot.title or snapshot.filename)
        else:
            left, right = last.path, match_path(snapshot.filename)
        return left == right if left and right else None

    def _fell(self, last: Trace, snapshot: Snapshot) -> bool:
        """Tell whether a count went down that only rises within one print."""
        if snapshot.unbroken and not last.over:
            return False
        if snapshot.elapsed_s is not None and last.elapsed_s is not None:
            return snapshot.elapsed_s < last.elapsed_s - ROUNDING_S
        if snapshot.progress is None or last.progress is None:
            return False
        if snapshot.activity is Activity.PREPARING:
            return False
        return snapshot.progress < last.progress - PERCENT

    def _lost_pace(self, last: Trace, look: Seen, now: Moment) -> bool:
        """Tell whether a duration that always counts is too short."""
        snapshot = look.snapshot
        if not snapshot.elapsed_runs:
            return False
        if snapshot.elapsed_s is None or last.elapsed_s is None or last.over:
            return False
        since_s = self._known_since_s(last, look)
        if self.fresh:
            began = now.utc - timedelta(seconds=snapshot.elapsed_s)
            if abs(began - last.began_utc) <= timedelta(seconds=SLOW_ANSWER_S):
                return False
        return snapshot.elapsed_s < last.elapsed_s + since_s - SLOW_ANSWER_S

    def _known_since_s(self, last: Trace, look: Seen) -> float:
        """Return how long ago the last print was seen, as far as the watcher knows.

        After its start only its clock tells how long it was stopped.
        """
        if not self.fresh:
            return look.at - last.last_at
        stopped_s = (self.started.utc - last.last_utc).total_seconds()
        return max(stopped_s, 0.0) + look.at - self.started.monotonic

    def _resting(self, look: Seen, now: Moment) -> None:
        """Take a look at a printer that prints nothing."""
        snapshot, number, last = look.snapshot, look.shows, self.last
        asked, self.asked = self.asked, None
        answered = asked is not None and (
            # What is refused leaves the printer idle.
            snapshot.outcome in {Outcome.COMPLETED, Outcome.CANCELLED}
        )
        if (
            snapshot.activity is Activity.ENDED
            and number is not None
            and number not in self.traces
            # It may be the end of the one that was asked about.
            and (asked is None or asked.shows == number)
            and not (snapshot.system and self.peer.runs[number].is_print)
            and self.before is not None
            and (answered or self._ended_differs(last, snapshot))
            and (self.peer.runs[number].end > self.bearings)
        ):
            trace = self._prove(number, look, now)
            self._note(trace, look, now)
            self._name(number, asked or look)
            trace.over = trace.told = True
            trace.over_at = look.at
        elif last is not None and not last.over:
            last.over, last.over_at = True, look.at
            last.told = snapshot.activity is Activity.ENDED and (
                snapshot.outcome is not None
                or (snapshot.late_identity and not snapshot.rebooted)
            )
            last.lost = not last.told and (self.gap or snapshot.rebooted)
            if snapshot.activity is Activity.ENDED and number == last.number:
                self._name(last.number, look)
            if number is not None and self._may_have_come(last, snapshot):
                last.joined = number
            if number is not None and last.borrowed:
                # It is, or may be, the end of that one, whose own name this is.
                self._note(last, look, now)
                if snapshot.system:
                    self.seen.pop(last.number, None)
        elif (
            last is not None and snapshot.outcome is not None and last.number == number
        ):
            last.told = True
        self.left_name = match_name(snapshot.title or snapshot.filename)
        if not self.left_name and last and snapshot.outcome is None:
            # Beside an end its name would stand.
            self.left_name = last.name
        self.left_id = snapshot.print_id

    def _may_have_come(self, last: Trace, snapshot: Snapshot) -> bool:
        """Tell whether the name beside the end of an id may be its print's own.

        Nobody saw that begin, and it was seen only while another's name may stand.
        """
        own = snapshot.late_identity and snapshot.print_id in last.ids
        young = last.last_at - last.first_at <= OWN_NAME_S
        unseen = last.after_break or not self.watched.get(last.number)
        return own and young and unseen

    def _ended_differs(  # noqa: C901 - one line for each thing that may tell them apart
        self, last: Trace | None, snapshot: Snapshot
    ) -> bool:
        """Tell whether the end that stands cannot be that of the last print."""
        before = self.before
        assert before is not None
        if last is None and before.activity is Activity.ENDED:
            last = Trace(-1, 0.0, 0.0, over=True)
            last.ids = {before.print_id} if before.print_id else set()
            last.path = match_path(before.filename)
            last.name = match_name(before.title or before.filename)
        if last and last.borrowed and (last.lost or not last.over):
            # Its own name may have come since, also where it was lost and resumed.
            return False
        worn = last is not None and self._is_worn(last, snapshot)
        if last and snapshot.print_id and last.ids and not worn:
            # A row that was abandoned may be that of any end, but no shorter one's.
            counts = isinstance(self.peer, Moonraker)
            shorter = counts and self._fell(last, snapshot)
            return shorter or snapshot.print_id not in last.ids
        if snapshot.unbroken:
            return False
        if last and self._same_name(last, snapshot) is False:
            return True
        if last and self._is_new_id(last, snapshot, self.before_at):
            return True
        if not snapshot.filename and snapshot.outcome is Outcome.FAILED:
            # An idle printer may break as well.
            return False
        if last and (before.activity in ACTIVE or not last.over):
            if snapshot.elapsed_s is not None and last.elapsed_s is not None:
                return snapshot.elapsed_s < last.elapsed_s - ROUNDING_S
            return False
        if before.activity is Activity.IDLE:
            return not snapshot.late_identity
        if snapshot.elapsed_s is not None and before.elapsed_s is not None:
            return snapshot.elapsed_s != before.elapsed_s
        both = {snapshot.outcome, before.outcome}
        contrary = Outcome.COMPLETED in both and None not in both
        # Without a name it is what a printer shows that came back.
        contrary = contrary and bool(snapshot.title or snapshot.filename)
        return len(both) > 1 and (contrary or not snapshot.late_identity)


def _is_short(trace: Trace, counters: FileCounters) -> bool:
    """Tell whether the newest end that was counted is that of a shorter print."""
    lasted_s = counters.last_duration_s
    return lasted_s is not None and lasted_s < (trace.elapsed_s or 0.0) - ROUNDING_S


def _kinds(
    ended: list[int], successes: int, failures: int, newest: bool | None
) -> dict[int, bool]:
    """Return which of the prints that were counted surely succeeded, and which not."""
    if not successes or not failures:
        return dict.fromkeys(ended, successes > 0)
    if newest is None or len(ended) != 2:
        return {}
    return {ended[0]: not newest, ended[1]: newest}


def _is_among(at: float, counters: FileCounters) -> bool:
    """Tell whether a print that ended then is counted: the count is a little late."""
    last = counters.last_end
    return last is not None and at <= (last - WORLD_BEGAN).total_seconds() + 0.001


_KNOWLEDGE = ("seen", "names", "evidence", "watched", "counters", "counted_at")


def _start_shown(look: Seen, now: Moment) -> float:
    """Return when a print began as far as a look shows, by the world's time."""
    snapshot = look.snapshot
    if snapshot.start_time is not None:
        return look.at - (now.utc - snapshot.start_time) / timedelta(seconds=1)
    if snapshot.elapsed_s is not None:
        return look.at - snapshot.elapsed_s
    return look.at
