"""A print that goes on: what a look at the same print changes (rows S1, S4, S5, S7)."""

from math import inf
from typing import Any

from .frozen import replace
from .identity import shows_own_numbers
from .judge import Judge
from .late_names import come_into_its_own, complete_identity
from .session import Live
from .snapshot import Activity, Snapshot
from .transitions import PrintBegan, PrintNamed, PrintStatusChanged, key_of


def go_on(judge: Judge, snapshot: Snapshot) -> None:
    """Take over what the same print shows now (rows S1, S4, S5, S7)."""
    assert judge.current is not None
    assert judge.live is not None
    if snapshot.late_identity:
        come_into_its_own(judge, snapshot)
    live = judge.live
    paused = is_paused(snapshot, live)
    progress, remaining_s = snapshot.progress, snapshot.remaining_s
    if not shows_own_numbers(live, snapshot):
        progress = remaining_s = None
    elif live.remaining_s and progress is None and snapshot.elapsed_s is None:
        # It shows no count for a moment.
        since_s = judge.now.monotonic - live.seen_at.monotonic
        remaining_s = max(live.remaining_s - since_s, 0.0)
    judge.live = Live(
        judge.now,
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
        live.age_s + judge.now.monotonic - live.seen_at.monotonic,
        not snapshot.unbroken or (live.found and progress in (None, live.progress)),
    )
    if paused is not live.paused and judge.has_job:
        judge.transitions.append(
            PrintStatusChanged(
                key=judge.current.key,
                paused=paused,
                progress=judge.live.progress,
                elapsed_s=judge.live.elapsed_s,
                seen_at=judge.now.utc,
                why="S1 paused" if paused else "S1 resumed",
            )
        )
    if snapshot.print_id != judge.current.print_id or judge.current.label is None:
        complete_identity(judge, snapshot)
    _tell_how_far(judge)


def _tell_how_far(judge: Judge) -> None:
    """Let the order that this look opens or names a print by tell what it shows."""
    assert judge.current is not None
    assert judge.live is not None
    for at, order in enumerate(judge.transitions):
        if (
            isinstance(order, PrintBegan | PrintNamed)
            and key_of(order) == judge.current.key
        ):
            told: Any = order
            judge.transitions[at] = replace(
                told,
                progress=judge.live.progress,
                elapsed_s=judge.live.elapsed_s,
                seen_at=judge.now.utc,
            )


def is_paused(snapshot: Snapshot, live: Live) -> bool:
    """Tell whether the print rests; a printer that prepares goes on as it was."""
    if snapshot.activity is Activity.PREPARING:
        return True if snapshot.tentative else live.paused
    return snapshot.activity is Activity.PAUSED


def _counts_up(live: Live, snapshot: Snapshot) -> bool:
    """Tell whether progress goes up, so that the name beside it is in use (row O3)."""
    if live.provisional or live.progress is None or snapshot.progress is None:
        return False
    return snapshot.progress > live.progress
