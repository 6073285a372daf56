"""A name and an id that come while the print runs already (rows O2, O3, S5)."""

from math import inf

from .frozen import replace
from .identity import LATE_ID_S, is_provisional
from .judge import Judge
from .names import match_name
from .rules import verdict_on
from .session import Verdict
from .snapshot import Snapshot
from .transitions import PrintDropped, PrintNamed


def come_into_its_own(judge: Judge, snapshot: Snapshot) -> None:
    """Give a print that was opened under the name before its own one (row O3)."""
    assert judge.current is not None
    assert judge.live is not None
    known = judge.current
    same = snapshot.print_id == known.print_id and snapshot.title == known.title
    if same and not judge.live.provisional:
        return
    provisional = is_provisional(judge.live, snapshot, judge.now)
    if not (provisional or _is_under_its_id(judge, snapshot)):
        return
    label = snapshot.title or snapshot.filename
    renamed = match_name(label) != match_name(known.label)
    if label and (renamed or snapshot.print_id != known.print_id):
        _rename(judge, snapshot, label)
    elif label and judge.now.monotonic > judge.live.late_until:
        judge.live = replace(judge.live, provisional=False)
        judge.mark = replace(judge.mark, borrowed=False)


def _is_under_its_id(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether it is shown under its id, and so beside its own name.

    That may have come since it was seen, unless it was sure by then.
    """
    assert judge.current is not None
    assert judge.live is not None
    own = snapshot.late_identity and snapshot.print_id is not None
    own = own and snapshot.print_id == judge.current.print_id
    own = own and (snapshot.unbroken or not _is_named_after_last(judge))
    late = judge.live.seen_at.monotonic <= judge.live.late_until
    return own and late and not judge.mark.is_used_again(snapshot)


def _is_named_after_last(judge: Judge) -> bool:
    """Tell whether the name is that of the print before, beside another id.

    It may be the same file again. Then a sender may give its id to the next print, too,
    so that another name which came in a gap is that print's.
    """
    known, last = judge.current, judge.last
    assert known is not None
    return (
        last is not None
        and last.print.print_id != known.print_id
        and match_name(last.print.label) == match_name(known.label)
    )


def _rename(judge: Judge, snapshot: Snapshot, label: str) -> None:
    """Make the look's name and id those of the current print."""
    assert judge.current is not None
    assert judge.live is not None
    known = judge.current
    if known.print_id and snapshot.print_id != known.print_id:
        # The key in use is taken, whoever gets that id again.
        judge.mark = judge.mark.with_id(known.print_id, ended=True)
    judge.current = replace(
        known,
        print_id=snapshot.print_id,
        filename=snapshot.filename,
        title=snapshot.title,
    )
    if snapshot.print_id:
        judge.mark = judge.mark.with_id(snapshot.print_id, ended=False)
    late_until = judge.live.late_until if _may_be_of_unseen(judge, snapshot) else -inf
    judge.live = replace(judge.live, provisional=False, late_until=late_until)
    judge.mark = replace(judge.mark, borrowed=False)
    judge.trace.append(f"O3 its own name came: {known.key}")
    _judge_anew(judge, verdict_on(judge.policy, snapshot, label))


def _may_be_of_unseen(judge: Judge, snapshot: Snapshot) -> bool:
    """Tell whether the name that came may have been left by a print that nobody saw.

    What comes in a gap was not, where this print began in sight of the one before.
    """
    assert judge.live is not None
    began_s = judge.live.late_until - LATE_ID_S
    in_sight = judge.before.looked and judge.before.steady_since < began_s
    return snapshot.unbroken or not in_sight


def _judge_anew(judge: Judge, verdict: Verdict) -> None:
    """Record, or do not record, a print by its own name (rows O7 to O10).

    A job that is there stays when the user has switched creation off meanwhile.
    """
    assert judge.current is not None
    before, had_job = judge.verdict, judge.has_job
    if before is Verdict.DELETED:
        return
    if not (before is Verdict.RECORDED and verdict is Verdict.OFF):
        judge.verdict = verdict
    if before is Verdict.RECORDED and not judge.has_job:
        why = f"O3 its own name came: {verdict}"
        judge.transitions.append(PrintDropped(key=judge.current.key, why=why))
    elif judge.has_job and (not had_job or judge.verdict is not before):
        judge.order_job("O3 its own name came")
    elif judge.has_job:
        _name(judge, "O3 its own name came")


def _name(judge: Judge, why: str) -> None:
    """Order the job's name and id to be those of the current print."""
    assert judge.current is not None
    judge.transitions.append(
        PrintNamed(
            key=judge.current.key,
            filename=judge.current.filename,
            title=judge.current.title,
            print_id=judge.current.print_id,
            why=why,
        )
    )


def complete_identity(judge: Judge, snapshot: Snapshot) -> None:
    """Fill in a name or id that came late (rows O2, S5)."""
    assert judge.current is not None
    known = judge.current
    named = known.label is not None
    changed = replace(
        known,
        print_id=snapshot.print_id or known.print_id,
        filename=known.filename if named else snapshot.filename,
        title=known.title if named else snapshot.title,
    )
    if changed == known:
        return
    judge.current = changed
    if changed.print_id:
        judge.mark = judge.mark.with_id(changed.print_id, ended=False)
    why = "S5 its id changed" if named else "O2 its name came"
    judge.trace.append(f"{why}: {known.key}")
    if judge.has_job:
        _name(judge, why)
