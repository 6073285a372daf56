"""One decision in the making: the session as it changes, and the orders given."""

from datetime import datetime, timedelta
from math import inf
from typing import Any

from .frozen import replace
from .identity import print_key, shows_left_numbers
from .jobs import JobStatus, OutcomeSource
from .names import match_path
from .outcome import inferred
from .rules import verdict_on
from .session import (
    MAX_KEYS,
    EndedPrint,
    Live,
    Mark,
    Moment,
    Policy,
    Session,
    Settling,
    Verdict,
)
from .snapshot import Activity, Snapshot
from .transitions import Print, PrintBegan, PrintDropped, PrintEnded, Transition


class Judge:
    """Carry out single verdicts on a session and collect what follows from them."""

    def __init__(self, session: Session, now: Moment, policy: Policy) -> None:
        """Start from what is remembered."""
        self.before = session
        self.now = now
        self.policy = policy
        self.current: Print | None = session.current
        self.verdict: Verdict = session.verdict
        self.live: Live | None = session.live
        self.job_id: str | None = session.job_id
        self.settling: Settling | None = session.settling
        self.last: EndedPrint | None = session.last
        self.mark: Mark = session.mark
        self.steady_since = session.steady_since
        self.end_taken = False
        self.transitions: list[Transition] = []
        self.trace: list[str] = []

    def session(self, *, looked: bool, gap: bool) -> Session:
        """Return the session as it now stands."""
        before = self.before.mark
        if self.mark is not before:
            self.mark = replace(self.mark, changes=before.changes + 1)
        return Session(
            self.current,
            self.verdict,
            self.live,
            self.job_id,
            self.settling,
            self.last,
            self.mark,
            looked,
            self.before.looked_at if gap else self.now,
            gap,
            self.steady_since,
        )

    @property
    def has_job(self) -> bool:
        """Tell whether the current print may have a job.

        With creation off it may: a job made by hand that the print took over.
        """
        return self.verdict in (Verdict.RECORDED, Verdict.OFF)

    @property
    def is_counted(self) -> bool:
        """Tell whether the file of the current print was counted while it ran."""
        return self.current is not None and self.current.key == self.mark.counted_key

    def reported_start(self, snapshot: Snapshot) -> datetime | None:
        """Return when the print began, as the printer tells it or lets it follow."""
        start = snapshot.start_time
        if start is None and snapshot.elapsed_s is not None:
            start = _earlier(self.now.utc, snapshot.elapsed_s)
        return None if start is None else min(start, self.now.utc)

    # -- opening -----------------------------------------------------------------

    def open(
        self,
        snapshot: Snapshot,
        *,
        why: str,
        since: Moment | None = None,
        start_time: datetime | None = None,
        on_startup: bool = False,
        afterwards: bool = False,
        start_proved: bool = False,
        provisional: bool = False,
        late_until: float = -inf,
    ) -> None:
        """Make the snapshot's print the current one (rows O1 to O9, O14).

        ``provisional``: name, id and numbers may be those of the print before.
        """
        since = since or self.now
        discovered_at = since.utc
        left = provisional or shows_left_numbers(snapshot)
        began_at = start_time or discovered_at
        label = snapshot.title or snapshot.filename
        known = Print(
            key=print_key(snapshot.print_id, label, began_at, self.mark),
            discovered_at=discovered_at,
            print_id=snapshot.print_id,
            filename=snapshot.filename,
            title=snapshot.title,
            start_time=start_time,
            on_startup=on_startup,
            afterwards=afterwards,
            estimated_s=snapshot.estimated_s,
        )
        self.settling = None
        self.current = known
        self.job_id = None
        self.live = Live(
            seen_at=self.now,
            paused=snapshot.activity is Activity.PAUSED,
            progress=None if left else snapshot.progress,
            elapsed_s=snapshot.elapsed_s,
            remaining_s=None if left else snapshot.remaining_s,
            cancelling=snapshot.cancelling,
            start_proved=start_proved,
            material_g=snapshot.material_g,
            provisional=provisional,
            late_until=late_until,
            age_s=(discovered_at - began_at).total_seconds()
            + self.now.monotonic
            - since.monotonic,
            found=not snapshot.unbroken,
        )
        keys = (*self.mark.keys[1 - MAX_KEYS :], known.key)
        self.mark = replace(self.mark, keys=keys, end_state=None, borrowed=provisional)
        if known.print_id:
            self.mark = self.mark.with_id(known.print_id, ended=False)
        self.verdict = verdict_on(self.policy, snapshot, label)
        self.trace.append(f"{why}: {known.key} ({self.verdict})")
        if self.has_job:
            self.order_job(why)

    def order_job(self, why: str) -> None:
        """Order a job for the current print, or only its adoption."""
        assert self.current is not None
        assert self.live is not None
        self.transitions.append(
            PrintBegan(
                print=self.current,
                paused=self.live.paused,
                record=self.verdict is Verdict.RECORDED,
                progress=self.live.progress,
                elapsed_s=self.live.elapsed_s,
                seen_at=self.live.seen_at.utc,
                why=why,
            )
        )

    def reconsider(self) -> None:
        """Open the job of a running print when the user switched creation on (O9)."""
        if self.current and self.verdict is Verdict.OFF and self.policy.auto_create:
            self.verdict = Verdict.RECORDED
            self.trace.append(f"O9 switched on: {self.current.key}")
            self.order_job("O9 switched on while it printed")

    # -- closing -----------------------------------------------------------------

    def close(
        self,
        status: JobStatus,
        source: OutcomeSource,
        *,
        why: str,
        at: Moment | None = None,
        end_time: datetime | None = None,
        reason: str | None = None,
        material_g: float | None = None,
        seen_end: bool = False,
        announced: bool = False,
        counted: bool = False,
        resumable: bool = False,
        idle: bool = False,
    ) -> None:
        """End the current print (rows C1 to C9), now or ``at`` a moment before."""
        known, live = self.current, self.live
        assert known is not None
        assert live is not None
        at = at or self.now
        # Where the clock was ahead as it began, it ended before that all the same.
        told = min(end_time or at.utc, self.now.utc)
        end = known.end_within(told, self.now.utc)
        self.trace.append(f"{why}: {known.key} {status} ({source})")
        if self.has_job:
            self._order_end(
                PrintEnded(
                    key=known.key,
                    status=status,
                    source=source,
                    end_time=end,
                    progress=live.progress,
                    elapsed_s=live.elapsed_s,
                    reason=reason,
                    material_g=live.material_g if material_g is None else material_g,
                    why=why,
                ),
                known,
            )
        self.last = EndedPrint(
            print=known,
            verdict=self.verdict,
            status=status,
            ended_at=Moment(told, at.monotonic),
            inferred=source is OutcomeSource.INFERRED,
            seen_end=seen_end,
            announced=announced,
            counted=counted,
            resumable=resumable,
            idle=idle,
            live=live,
        )
        self.mark = replace(
            self.mark,
            lost_key=known.key if resumable else None,
            idle_key=known.key if idle else None,
            counted_end_key=known.key if counted else None,
        )
        if known.print_id:
            self.mark = self.mark.with_id(known.print_id, ended=seen_end)
        elif not counted:
            self._expect_count(self.last)
        self.current = self.live = self.job_id = None
        self.verdict = Verdict.RECORDED

    def _expect_count(self, ended: EndedPrint) -> None:
        """Expect the end of a print to be counted with its file.

        Most printers count none. So where none was counted yet, that is the first one,
        or what was announced since the last look.
        """
        if self.mark.owed and not self.mark.files:
            if not ended.announced:
                return
            self.mark = replace(self.mark, owed=self._owed_since_the_last_look())
        path = match_path(ended.print.filename)
        self.mark = self.mark.with_owed(path, (*self.mark.owed.get(path, ()), ended))

    def _owed_since_the_last_look(self) -> dict[str, tuple[EndedPrint, ...]]:
        """Return whose count no look could show yet."""
        looked = self.before.looked_at
        return {
            path: prints
            for path, prints in self.mark.owed.items()
            if looked is None or prints[-1].ended_at.monotonic > looked.monotonic
        }

    def renew_owed(self, known: Print, ended: EndedPrint | None) -> None:
        """Put what is known of a print now in the place of what was, or nothing."""
        path = match_path(known.filename)
        owed = (
            ended if one.print.key == known.key else one
            for one in self.mark.owed.get(path, ())
        )
        self.mark = self.mark.with_owed(path, tuple(filter(None, owed)))

    def _order_end(self, order: PrintEnded, known: Print) -> None:
        """Order the end of a job, or its removal where it was too short (O8)."""
        shortest_s = self.policy.ignore_shorter_s
        length_s = (order.end_time - known.began_at).total_seconds()
        if known.is_start_unknown or length_s >= shortest_s:
            self.transitions.append(order)
            return
        why = f"O8 shorter than {shortest_s:g} s"
        self.transitions.append(PrintDropped(key=known.key, why=why))

    def close_unseen(
        self, why: str, *, before: Moment | None = None, counted: bool = False
    ) -> None:
        """End the current print with what was last known of it (row C5).

        ``before`` is when the next one began, where that is known.
        """
        assert self.live is not None
        at = before or self.now
        status, source, evidence = inferred(self.live, at)
        why = f"{why}; {evidence}"
        self.close(status, source, at=at, why=why, counted=counted)

    def afterwards(
        self,
        snapshot: Snapshot,
        status: JobStatus,
        source: OutcomeSource,
        *,
        why: str,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        seen_end: bool = False,
        announced: bool = False,
        counted: bool = False,
    ) -> None:
        """Open and close a print that nobody looked at while it ran (row O14)."""
        resume = (self.current, self.verdict, self.live, self.job_id, self.settling)
        orders = len(self.transitions)
        self.open(
            snapshot,
            why=f"O14 {why}",
            start_time=start_time,
            afterwards=True,
        )
        self.close(
            status,
            source,
            end_time=end_time,
            reason=snapshot.reason,
            why=f"O14 {why}",
            seen_end=seen_end,
            announced=announced,
            counted=counted,
        )
        if self.last is not None and self.last.verdict is Verdict.OFF:
            del self.transitions[orders:]
        self.current, self.verdict, self.live, self.job_id, self.settling = resume

    # -- second thoughts -----------------------------------------------------------

    def correct(
        self,
        status: JobStatus,
        source: OutcomeSource,
        *,
        why: str,
        ended: EndedPrint | None = None,
        end_time: datetime | None = None,
        reason: str | None = None,
        material_g: float | None = None,
        seen_end: bool | None = None,
    ) -> None:
        """Put right how the print before, or ``ended``, came to its end (row C10)."""
        one = ended or self.last
        assert one is not None
        end = one.print.end_within(end_time or one.ended_at.utc, self.now.utc)
        why = f"C10 {why}"
        self.trace.append(f"{why}: {one.print.key} {status} ({source})")
        if one.verdict in (Verdict.RECORDED, Verdict.OFF):
            self.transitions.append(
                PrintEnded(
                    key=one.print.key,
                    status=status,
                    source=source,
                    end_time=end,
                    progress=one.live.progress,
                    reason=reason,
                    material_g=material_g,
                    corrects=True,
                    why=why,
                )
            )
        seen = one.seen_end if seen_end is None else seen_end
        if seen and not one.seen_end and one.print.print_id:
            self.mark = self.mark.with_id(one.print.print_id, ended=True)
        if self.last is not None and one.print.key == self.last.print.key:
            self.revise_last(
                status=status,
                inferred=source is OutcomeSource.INFERRED,
                seen_end=seen,
                resumable=False,
            )

    def revise_last(self, **changes: Any) -> None:
        """Note what is known better of the print before."""
        assert self.last is not None
        self.last = replace(self.last, **changes)
        self.renew_owed(self.last.print, self.last)


def _earlier(moment: datetime, seconds: float) -> datetime | None:
    """Return the moment so many seconds before, None where no calendar has it."""
    try:
        return moment - timedelta(seconds=seconds)
    except OverflowError:
        return None
