"""A printer that is removed (C8), or silent for so long that its print is given up."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.printernizer.core.detector import Decision
from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.reconcile import give_up, leave
from custom_components.printernizer.core.session import (
    NEW_SESSION,
    Mark,
    Moment,
    Session,
    Verdict,
)
from custom_components.printernizer.core.transitions import PrintEnded

from .remembering import KNOWN, LIVE, MARK, PRINTING, SETTLING, WAITING
from .watching import utc

NOW = Moment(utc(700), 1700.0)
RECORDED = replace(PRINTING, verdict=Verdict.RECORDED)

type Goodbye = Callable[[Session, Moment], Decision]


@pytest.mark.parametrize("goodbye", [leave, give_up])
def test_c8_nobody_will_see_how_the_print_ends(goodbye: Goodbye) -> None:
    """Its job closes as unknown now, and it may be seen to go on (C11)."""
    decision = goodbye(RECORDED, NOW)
    (order,) = decision.transitions
    assert isinstance(order, PrintEnded)
    assert (order.key, order.end_time) == (KNOWN.key, utc(700))
    assert (order.status, order.source) == (JobStatus.UNKNOWN, OutcomeSource.INFERRED)
    assert order.why
    assert decision.trace
    after = decision.session
    assert (after.current, after.live, after.job_id) == (None, None, None)
    assert after.last is not None
    assert after.last.print == KNOWN
    assert after.last.live == LIVE
    assert after.last.resumable
    assert not after.last.seen_end
    assert after.gap


@pytest.mark.parametrize("goodbye", [leave, give_up])
def test_where_nothing_prints_nothing_ends(goodbye: Goodbye) -> None:
    """An idle printer leaves no job behind."""
    decision = goodbye(NEW_SESSION, NOW)
    assert not decision.transitions
    assert decision.session.current is None
    assert decision.session.last is None


def test_c8_a_removed_printer_loses_its_bearings_and_keeps_its_keys() -> None:
    """Its older history is not news when it comes back; its ids are still known."""
    after = leave(WAITING, NOW).session
    assert after == replace(
        NEW_SESSION,
        mark=Mark(
            ends=MARK.ends,
            keys=MARK.keys,
            lost_key=MARK.lost_key,
            idle_key=MARK.idle_key,
            counted_end_key=MARK.counted_end_key,
            changes=MARK.changes + 1,
        ),
        gap=True,
    )


@pytest.mark.parametrize("looked", [True, False])
def test_s2_a_silent_printer_stays_under_watch(looked: bool) -> None:
    """What it did meanwhile is still news, and a name may still come."""
    after = give_up(replace(WAITING, looked=looked), NOW).session
    assert after == replace(WAITING, looked=looked, gap=True)
    assert after.settling == SETTLING
