"""What tells of a print beside the state: what is announced, listed and counted."""

from dataclasses import dataclass
from datetime import datetime
from math import inf

from custom_components.printernizer.core.names import match_name, match_path
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import (
    EventKind,
    FileCounters,
    Outcome,
    PastPrint,
)

from .course import Run
from .likeness import ROUNDING_S, Likeness
from .memory import ACTIVE, Trace
from .moonraker import Moonraker
from .octoprint import OctoPrint
from .peer import WORLD_BEGAN, Seen

# The clocks of a Moonraker's host and of its watcher may be apart by five seconds, and
# times that are rounded by a tenth.
CLOCKS_APART_S = 5.1
# A file's counter follows the end of its print after at most so long.
COUNT_LAG_S = 10.0


@dataclass(slots=True)
class Evidence(Likeness):
    """Take events, rows and counts."""

    # -- events --------------------------------------------------------------------------

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

    # -- rows ----------------------------------------------------------------------------

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

    # -- counts --------------------------------------------------------------------------

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

    def _counted(self, path: str, counters: FileCounters) -> list[int]:
        """Return the prints whose ends the counters of a file have counted."""
        peer, last = self.peer, counters.last_end
        assert isinstance(peer, OctoPrint)
        latest = (last - WORLD_BEGAN).total_seconds() - peer.ahead_s if last else -inf
        return [
            number
            for at, file, _, number in peer.counted
            if match_path(file) == path and at <= latest + 0.001
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
