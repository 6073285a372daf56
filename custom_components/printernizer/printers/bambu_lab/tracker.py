"""Follow one printer's reports and tell what it is doing: pure, no clock, no I/O.

What a report does not tell is kept here: the merged state, what stood in it for two
seconds only (a cancel code), and which print an ended state belongs to.
"""

from datetime import datetime

from ...core.frozen import replace
from ...core.snapshot import Activity, Outcome, Snapshot
from .evidence import Ended, Evidence, is_other, reason_of
from .parser import (
    ACTIVE,
    CANCEL_CODES,
    NAMELESS,
    OVER,
    POWER_LOSS,
    Named,
    activity_of,
    is_error,
    is_leftover,
    named,
    outcome_of,
    progress_of,
    remaining_s,
    strong_id,
    telemetry_of,
)
from .report import NOTHING_SAID, Fields, Report

# A P1 names a print some reports after it began, so one that failed at once may get
# its name after its end. Later names in an ended state are those of the next print.
BRIEF_S = 30.0
LATE_NAME_S = 20.0


class Tracker:
    """Merge a printer's reports into snapshots.

    Times ``now_s`` are monotonic seconds, ``now`` is UTC. Nothing is told before the
    state is known for sure: after each connection a full report, or ``take_bearings``
    when the printer answers no request for one.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.ready = False
        self._said = NOTHING_SAID
        self._before = Activity.NO_NEWS
        self._evidence: Evidence | None = None
        self._ended: Ended | None = None
        self._last_end: datetime | None = None
        self._file: tuple[str, str] | None = None

    def connected(self) -> None:
        """Forget the state: while the line was down anything may have happened."""
        self.ready = False
        self._said = NOTHING_SAID
        self._before = Activity.NO_NEWS
        self._ended = None

    def apply(self, report: Report, now_s: float, now: datetime) -> None:
        """Take in one report."""
        self._said = report.fields.over(self._said)
        self._remember_file()
        self.ready = self.ready or report.full
        self._weigh(report.fields, now_s, now)

    def take_bearings(self, now_s: float, now: datetime) -> None:
        """Go by the deltas alone from now on: no full report came."""
        if not self.ready:
            self.ready = True
            self._weigh(self._said, now_s, now)

    def snapshot(self, now: datetime, *, unbroken: bool) -> Snapshot:
        """Return what the printer is doing."""
        said, evidence = self._said, self._evidence or Evidence()
        activity = activity_of(said)
        common = Snapshot(
            activity=activity,
            message=said.state,
            late_identity=True,
            unbroken=unbroken,
            cancelling=evidence.cancelled,
            rebooted=evidence.lost and activity in OVER,
            fault=is_error(said.print_error) and activity is not Activity.ENDED,
            telemetry=telemetry_of(said),
        )
        if activity in ACTIVE:
            return _identified(
                replace(
                    common,
                    progress=progress_of(said),
                    remaining_s=remaining_s(said),
                ),
                self._running(now),
            )
        if activity is Activity.NO_NEWS:
            return replace(common, progress=progress_of(said))
        return self._over(common, evidence, now)

    def _over(self, common: Snapshot, evidence: Evidence, now: datetime) -> Snapshot:
        """Return what an idle or ended printer tells; an idle one keeps a name too.

        The P1 goes from a cancelled print to IDLE without FAILED (reported for
        firmware of 2023), so a cancel that was seen makes IDLE its end.
        """
        said = self._said
        cancelled = evidence.cancelled or (
            said.state == "FAILED" and said.fail_reason in CANCEL_CODES
        )
        if common.activity is Activity.IDLE:
            if self._ended is None:
                return _identified(common, self._running(now))
            common = replace(common, activity=Activity.ENDED)
            outcome: Outcome | None = Outcome.CANCELLED
        else:
            outcome = outcome_of(said, cancelled=cancelled, lost=evidence.lost)
        reason = None
        if outcome is Outcome.FAILED:
            reason = reason_of(said, evidence)
        ended = replace(
            common,
            outcome=outcome,
            reason=reason,
            progress=progress_of(said),
            cancelling=cancelled and outcome is not Outcome.COMPLETED,
        )
        return _identified(ended, self._ended.print if self._ended else NAMELESS)

    # -- evidence --------------------------------------------------------------------

    def _weigh(self, news: Fields, now_s: float, now: datetime) -> None:
        """Notice that a print began or ended, and what it left as evidence."""
        activity, before = activity_of(self._said), self._before
        if not self.ready or activity is Activity.NO_NEWS:
            self._weigh_codes(news)
            return
        self._before = activity
        known = self._evidence
        if before is Activity.NO_NEWS and known and self._is_other(known, now):
            self._evidence = None
        if activity in ACTIVE:
            self._weigh_active(before, now_s, now)
            self._weigh_codes(news)
        else:
            self._weigh_codes(news)
            self._weigh_over(before, now_s, now)

    def _is_other(self, known: Evidence, now: datetime) -> bool:
        """Tell whether the state is of another print than one that was cancelled, or ran."""
        said = self._said
        ended_so = said.state == "FINISH" or is_error(said.fail_reason)
        return (known.cancelled and ended_so) or is_other(
            known, self._running(now), said.percent
        )

    def _weigh_active(self, before: Activity, now_s: float, now: datetime) -> None:
        """Keep the evidence while the same print goes on, begin anew for another."""
        self._ended = None
        running = self._running(now)
        known = self._evidence
        if known is None or known.over or before in OVER:
            known = Evidence(began_s=now_s if before in OVER else None)
        elif known.cancelled and self._goes_on_after_cancel(before):
            known = Evidence()
        if before is Activity.PAUSED and activity_of(self._said) is Activity.PRINTING:
            known = replace(known, error=None)
        self._evidence = replace(
            known,
            print_id=running.print_id or known.print_id,
            name=running.title or running.filename or known.name,
            lost=False,
        )

    def _goes_on_after_cancel(self, before: Activity) -> bool:
        """Tell whether what runs must be the next print: nobody saw the end."""
        prepares = activity_of(self._said) is Activity.PREPARING
        return before is Activity.NO_NEWS or (
            prepares and before is not Activity.PREPARING
        )

    def _weigh_over(self, before: Activity, now_s: float, now: datetime) -> None:
        """Notice an end, and whose it is."""
        evidence = self._evidence or Evidence()
        if before not in OVER and not evidence.over:
            if before in ACTIVE:
                self._last_end = now
            lost = before is Activity.NO_NEWS and self._is_lost(evidence)
            evidence = replace(evidence, lost=lost)
        if POWER_LOSS in (self._said.print_error, self._said.fail_reason):
            evidence = replace(evidence, lost=not evidence.cancelled)
        self._freeze(before, evidence, now_s, now)
        ended = self._ended.print if self._ended else NAMELESS
        self._evidence = replace(
            evidence,
            print_id=evidence.print_id or ended.print_id,
            name=evidence.name or ended.title or ended.filename,
            over=True,
            percent=self._said.percent,
        )

    def _is_lost(self, evidence: Evidence) -> bool:
        """Tell whether the printer came back without the print that it ran.

        An end keeps the ids until the next print (P1P 01.08, X1C 01.09), a restart
        does not.
        """
        if evidence.cancelled or self._said.state == "FINISH":
            return False
        ids_gone = evidence.print_id is not None and strong_id(self._said) is None
        same = evidence.name is not None and evidence.name == self._said.subtask_name
        return (ids_gone and same) or is_leftover(self._said)

    def _freeze(
        self, before: Activity, evidence: Evidence, now_s: float, now: datetime
    ) -> None:
        """Keep which print an ended state belongs to.

        The H2D Pro shows FINISH for up to 55 s after it took the next job, with that
        job's name, and a P1 blanks the file at the end.
        """
        if self._said.state == "IDLE" and not (
            evidence.cancelled and (before in ACTIVE or self._ended is not None)
        ):
            self._ended = None
            return
        known = self._ended
        if known is not None and known.state == self._said.state:
            late = known.brief and now_s - known.at_s <= LATE_NAME_S
            if late:
                self._ended = replace(known, print=self._finished(before, now))
            return
        if known is not None and self._said.state == "IDLE":
            return
        began_s = evidence.began_s
        self._ended = Ended(
            state=self._said.state,
            print=self._finished(before, now),
            at_s=now_s,
            brief=self._said.state == "FAILED"
            and began_s is not None
            and now_s - began_s < BRIEF_S,
        )

    def _finished(self, before: Activity, now: datetime) -> Named:
        """Return the print that an ended state shows.

        On first sight FINISH at 0 % is contradictory: the name is that of the next
        print already.
        """
        said = self._said
        at_first = before is Activity.NO_NEWS
        if at_first and said.state == "FINISH" and said.percent == 0:
            return NAMELESS
        return named(self._said, self._known_file(), now)

    def _weigh_codes(self, said: Fields) -> None:
        """Notice codes: a cancel's stands for about two seconds."""
        code = said.print_error
        evidence = self._evidence or Evidence()
        if code in CANCEL_CODES:
            evidence = replace(evidence, cancelled=True, lost=False)
        elif is_error(code):
            evidence = replace(evidence, error=code)
        else:
            return
        self._evidence = evidence

    # -- names -----------------------------------------------------------------------

    def _running(self, now: datetime) -> Named:
        """Return the print that runs; a start before the last end is the last one's."""
        running = named(self._said, self._known_file(), now)
        start = running.start_time
        if start is not None and self._last_end is not None and start < self._last_end:
            return replace(running, start_time=None)
        return running

    def _remember_file(self) -> None:
        """Remember which file a name belongs to."""
        if self._said.gcode_file and self._said.subtask_name:
            self._file = (self._said.subtask_name, self._said.gcode_file)

    def _known_file(self) -> str | None:
        """Return the file of the present name, where the printer blanked it."""
        if self._file is not None and self._file[0] == self._said.subtask_name:
            return self._file[1]
        return None


def _identified(snapshot: Snapshot, one: Named) -> Snapshot:
    """Return the snapshot with the print's name and id."""
    return replace(
        snapshot,
        print_id=one.print_id,
        filename=one.filename,
        title=one.title,
        start_time=one.start_time,
        system=one.system,
    )
