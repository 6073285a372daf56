"""Who could have been seen: which prints some look sets apart from all before.

A print is visible when some look, together with the evidence that its protocol gives,
differs from anything that continuing the previous print could have shown. This is
decided here from the looks and the truth alone; the detector has no say in it.
"""

from dataclasses import dataclass

from custom_components.printernizer.core.names import match_name, match_path
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .evidence import Evidence
from .likeness import OWN_NAME_S, ROUNDED_S, SAME_MINUTE_S
from .memory import ACTIVE, Trace, start_shown
from .moonraker import Moonraker
from .peer import Seen
from .story import Fate


@dataclass(slots=True)
class Witness(Evidence):
    """Watch the looks, and note which prints they prove."""

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

    # -- what runs -----------------------------------------------------------------------

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
        start = start_shown(look, now)
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

    # -- what is over --------------------------------------------------------------------

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

    # -- what is shown -------------------------------------------------------------------

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
