"""One decision in the making: the session as it changes, and the orders given."""

from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from math import inf
from typing import Any

from .frozen import replace
from .identity import LATE_ID_S, is_provisional, print_key, shown_name
from .jobs import JobStatus, OutcomeSource
from .names import match_name, match_path
from .outcome import inferred
from .session import (
    MAX_KEYS,
    EndedPrint,
    EndState,
    Live,
    Mark,
    Moment,
    Policy,
    Session,
    Settling,
    Verdict,
)
from .snapshot import Activity, Snapshot
from .transitions import (
    Print,
    PrintBegan,
    PrintDropped,
    PrintEnded,
    PrintNamed,
    PrintReopened,
    PrintStatusChanged,
    Transition,
    key_of,
)


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
        left = provisional or _are_left(snapshot)
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
        self.verdict = self._verdict_on(snapshot, label)
        self.trace.append(f"{why}: {known.key} ({self.verdict})")
        if self.has_job:
            self._begin(why)

    def _verdict_on(self, snapshot: Snapshot, label: str | None) -> Verdict:
        """Return whether this print becomes a job (rows O7 to O9)."""
        if snapshot.system and not self.policy.record_system:
            return Verdict.SYSTEM
        if self._is_ignored(label) or self._is_ignored(snapshot.filename):
            return Verdict.IGNORED
        return Verdict.RECORDED if self.policy.auto_create else Verdict.OFF

    def _is_ignored(self, name: str | None) -> bool:
        """Tell whether one of the user's patterns matches the file name."""
        if not name:
            return False
        folded = name.casefold()
        return any(
            fnmatchcase(folded, pattern.casefold())
            for pattern in self.policy.ignore_patterns
        )

    def _begin(self, why: str) -> None:
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
            self._begin("O9 switched on while it printed")

    # -- staying -----------------------------------------------------------------

    def update(self, snapshot: Snapshot) -> None:
        """Take over what the same print shows now (rows S1, S4, S5, S7)."""
        assert self.current is not None
        assert self.live is not None
        if snapshot.late_identity:
            self.come_into_its_own(snapshot)
        live = self.live
        paused = _is_paused(snapshot, live)
        progress, remaining_s = snapshot.progress, snapshot.remaining_s
        if live.provisional or _are_left(snapshot):
            # They may be those of the print before, as its name is.
            progress = remaining_s = None
        elif live.remaining_s and progress is None and snapshot.elapsed_s is None:
            # It shows no count for a moment.
            since_s = self.now.monotonic - live.seen_at.monotonic
            remaining_s = max(live.remaining_s - since_s, 0.0)
        self.live = Live(
            self.now,
            paused,
            live.progress if progress is None else progress,
            live.elapsed_s if snapshot.elapsed_s is None else snapshot.elapsed_s,
            remaining_s,
            live.cancelling or snapshot.cancelling,
            live.start_proved,
            live.material_g if snapshot.material_g is None else snapshot.material_g,
            live.row,
            live.provisional,
            -inf if _counts_up(live, snapshot) else live.late_until,
            live.age_s + self.now.monotonic - live.seen_at.monotonic,
            not snapshot.unbroken or (live.found and progress in (None, live.progress)),
        )
        if paused is not live.paused and self.has_job:
            self.transitions.append(
                PrintStatusChanged(
                    key=self.current.key,
                    paused=paused,
                    progress=self.live.progress,
                    elapsed_s=self.live.elapsed_s,
                    seen_at=self.now.utc,
                    why="S1 paused" if paused else "S1 resumed",
                )
            )
        if snapshot.print_id != self.current.print_id or self.current.label is None:
            self._complete_identity(snapshot)

        self._tell_how_far()

    def _tell_how_far(self) -> None:
        """Let the order that this look opens or names a print by tell what it shows."""
        assert self.current is not None
        assert self.live is not None
        for at, order in enumerate(self.transitions):
            if (
                isinstance(order, PrintBegan | PrintNamed)
                and key_of(order) == self.current.key
            ):
                told: Any = order
                self.transitions[at] = replace(
                    told,
                    progress=self.live.progress,
                    elapsed_s=self.live.elapsed_s,
                    seen_at=self.now.utc,
                )

    def come_into_its_own(self, snapshot: Snapshot) -> None:
        """Give a print that was opened under the name before its own one (row O3)."""
        assert self.current is not None
        assert self.live is not None
        known = self.current
        same = snapshot.print_id == known.print_id and snapshot.title == known.title
        if same and not self.live.provisional:
            return
        provisional = is_provisional(self.live, snapshot, self.now)
        if not (provisional or self._is_under_its_id(snapshot)):
            return
        label = snapshot.title or snapshot.filename
        renamed = match_name(label) != match_name(known.label)
        if label and (renamed or snapshot.print_id != known.print_id):
            self._rename(snapshot, label)
        elif label and self.now.monotonic > self.live.late_until:
            self.live = replace(self.live, provisional=False)
            self.mark = replace(self.mark, borrowed=False)

    def _is_under_its_id(self, snapshot: Snapshot) -> bool:
        """Tell whether it is shown under its id, and so beside its own name.

        That may have come since it was seen, unless it was sure by then.
        """
        assert self.current is not None
        assert self.live is not None
        own = snapshot.late_identity and snapshot.print_id is not None
        own = own and snapshot.print_id == self.current.print_id
        late = self.live.seen_at.monotonic <= self.live.late_until
        return own and late and not self.mark.is_used_again(snapshot)

    def _rename(self, snapshot: Snapshot, label: str) -> None:
        """Make the look's name and id those of the current print."""
        assert self.current is not None
        assert self.live is not None
        known = self.current
        if known.print_id and snapshot.print_id != known.print_id:
            # The key in use is taken, whoever gets that id again.
            self.mark = self.mark.with_id(known.print_id, ended=True)
        self.current = replace(
            known,
            print_id=snapshot.print_id,
            filename=snapshot.filename,
            title=snapshot.title,
        )
        if snapshot.print_id:
            self.mark = self.mark.with_id(snapshot.print_id, ended=False)
        late_until = self.live.late_until if self._may_be_of_unseen(snapshot) else -inf
        self.live = replace(self.live, provisional=False, late_until=late_until)
        self.mark = replace(self.mark, borrowed=False)
        self.trace.append(f"O3 its own name came: {known.key}")
        self._judge_anew(self._verdict_on(snapshot, label))

    def _may_be_of_unseen(self, snapshot: Snapshot) -> bool:
        """Tell whether the name that came may have been left by a print that nobody saw.

        What comes in a gap was not, where this print began in sight of the one before.
        """
        assert self.live is not None
        began_s = self.live.late_until - LATE_ID_S
        in_sight = self.before.looked and self.before.steady_since < began_s
        return snapshot.unbroken or not in_sight

    def _judge_anew(self, verdict: Verdict) -> None:
        """Record, or do not record, a print by its own name (rows O7 to O10).

        A job that is there stays when the user has switched creation off meanwhile.
        """
        assert self.current is not None
        before, had_job = self.verdict, self.has_job
        if before is Verdict.DELETED:
            return
        if not (before is Verdict.RECORDED and verdict is Verdict.OFF):
            self.verdict = verdict
        if before is Verdict.RECORDED and not self.has_job:
            why = f"O3 its own name came: {verdict}"
            self.transitions.append(PrintDropped(key=self.current.key, why=why))
        elif self.has_job and (not had_job or self.verdict is not before):
            self._begin("O3 its own name came")
        elif self.has_job:
            self._name("O3 its own name came")

    def _name(self, why: str) -> None:
        """Order the job's name and id to be those of the current print."""
        assert self.current is not None
        self.transitions.append(
            PrintNamed(
                key=self.current.key,
                filename=self.current.filename,
                title=self.current.title,
                print_id=self.current.print_id,
                why=why,
            )
        )

    def _complete_identity(self, snapshot: Snapshot) -> None:
        """Fill in a name or id that came late (rows O2, S5)."""
        assert self.current is not None
        known = self.current
        named = known.label is not None
        changed = replace(
            known,
            print_id=snapshot.print_id or known.print_id,
            filename=known.filename if named else snapshot.filename,
            title=known.title if named else snapshot.title,
        )
        if changed == known:
            return
        self.current = changed
        if changed.print_id:
            self.mark = self.mark.with_id(changed.print_id, ended=False)
        why = "S5 its id changed" if named else "O2 its name came"
        self.trace.append(f"{why}: {known.key}")
        if self.has_job:
            self._name(why)

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

    def _renew_owed(self, known: Print, ended: EndedPrint | None) -> None:
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
        self._renew_owed(self.last.print, self.last)

    def reopen(self, snapshot: Snapshot, *, why: str) -> None:
        """Go on with the print before, whose end was a mistake (rows C11, O12)."""
        last = self.last
        assert last is not None
        self.settling = None
        self.current = last.print
        self.verdict = last.verdict
        paused = _is_paused(snapshot, last.live)
        self.live = replace(last.live, paused=paused)
        self.last = None
        self.mark = replace(self.mark, end_state=None)
        self._renew_owed(last.print, None)
        self.trace.append(f"{why}: {last.print.key}")
        at = len(self.transitions)
        self.update(snapshot)
        if self.has_job:
            order = PrintReopened(
                key=last.print.key,
                paused=paused,
                progress=self.live.progress,
                elapsed_s=self.live.elapsed_s,
                seen_at=self.now.utc,
                why=why,
            )
            self.transitions.insert(at, order)

    def note_end_state(self, snapshot: Snapshot) -> None:
        """Remember which name and id stand while nothing prints."""
        stood = self.mark.end_state
        other = stood and snapshot.print_id and snapshot.print_id != stood.print_id
        if stood and stood.print_id and other and snapshot.unbroken:
            # The next job may be named while the end of the last one still stands.
            return
        if snapshot.activity is Activity.IDLE and not snapshot.late_identity:
            state = None
        else:
            state = EndState(
                print_id=snapshot.print_id,
                name=shown_name(snapshot),
                elapsed_s=snapshot.elapsed_s,
                outcome=snapshot.outcome,
                progress=snapshot.progress,
            )
        if state != self.mark.end_state:
            self.mark = replace(self.mark, end_state=state)


def _is_paused(snapshot: Snapshot, live: Live) -> bool:
    """Tell whether the print rests; a printer that prepares goes on as it was."""
    if snapshot.activity is Activity.PREPARING:
        return True if snapshot.tentative else live.paused
    return snapshot.activity is Activity.PAUSED


def _are_left(snapshot: Snapshot) -> bool:
    """Tell whether the numbers are those of the print before: ours has come nowhere."""
    prepares = snapshot.late_identity and snapshot.activity is Activity.PREPARING
    return prepares and bool(snapshot.progress)


def _counts_up(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether progress goes up, so that the name beside it is in use (row O3)."""
    if live.provisional or live.progress is None or snapshot.progress is None:
        return False
    return snapshot.progress > live.progress


def _earlier(moment: datetime, seconds: float) -> datetime | None:
    """Return the moment so many seconds before, None where no calendar has it."""
    try:
        return moment - timedelta(seconds=seconds)
    except OverflowError:
        return None
