"""Whether what a look shows may be the print that was seen before."""

from dataclasses import dataclass
from datetime import timedelta

from custom_components.printernizer.core.names import match_name, match_path
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot

from .memory import ACTIVE, Memory, Trace, start_shown
from .moonraker import Moonraker
from .peer import Seen

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
# So late the name of the print before may still stand (Bambu Lab P1).
OWN_NAME_S = 28.0


@dataclass(slots=True)
class Likeness(Memory):
    """Ask whether a print that was seen can have gone on like this."""

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
        shortly = start_shown(look, now) - began < SAME_MINUTE_S + ROUNDED_S
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

    def _same_name(self, last: Trace, snapshot: Snapshot) -> bool | None:
        """Tell whether a look shows the last print's name; None: one has none."""
        if snapshot.late_identity:
            left, right = last.name, match_name(snapshot.title or snapshot.filename)
        else:
            left, right = last.path, match_path(snapshot.filename)
        return left == right if left and right else None

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

    def _may_be_left(self, snapshot: Snapshot, last: Trace | None) -> bool:
        """Tell whether the print before may have left the name that is shown."""
        stands = self.left_name if last is None or last.over else last.name
        return match_name(snapshot.title or snapshot.filename) in {"", stands}

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
