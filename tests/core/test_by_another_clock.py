"""What is counted and on record by a clock that is wrong (O14, C4, C5, C10).

The printer's host is three hours behind: not every one has a battery.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from inspect import signature
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.session_codec import (
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.transitions import PrintEnded

from . import (
    test_announced,
    test_counted_later,
    test_counting,
    test_counts_begun_anew,
    test_found_at_octoprint,
    test_found_in_counts,
    test_found_in_the_simulation,
    test_within_the_minute,
)
from .test_counting import counts
from .test_history import row
from .watching import Watching, utc

CANCELLED, FAILED = JobStatus.CANCELLED, JobStatus.FAILED
UNKNOWN, RUNNING = JobStatus.UNKNOWN, JobStatus.RUNNING
BEHIND = timedelta(hours=-3)


STORIES = [
    story
    for module in (
        test_announced,
        test_counted_later,
        test_counting,
        test_counts_begun_anew,
        test_found_at_octoprint,
        test_found_in_counts,
        test_found_in_the_simulation,
        test_within_the_minute,
    )
    for name, story in vars(module).items()
    if name.startswith("test_") and not signature(story).parameters
]


@pytest.fixture(autouse=True)
def wrong_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host of every printer be behind."""
    monkeypatch.setattr(Watching, "ahead", BEHIND)


def watched() -> Watching:
    """Watch a printer whose host is behind from before its first print."""
    printer = Watching()
    printer.idle(0, history=())
    return printer


def ends(printer: Watching) -> list[Any]:
    """Return when each print ended, as was told last."""
    told = {
        each.key: each.end_time
        for each in printer.orders
        if isinstance(each, PrintEnded)
    }
    return list(told.values())


@pytest.mark.parametrize("ahead", [BEHIND, -BEHIND], ids=["behind", "ahead"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_what_counts_tell_depends_on_no_clock(
    story: Callable[[], None], ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every story of counts is the same where the host's clock is wrong."""
    monkeypatch.setattr(Watching, "ahead", ahead)
    story()


def test_ends_that_are_awaited_are_known_by_our_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that was counted already, and one that came long after."""
    monkeypatch.setattr(Watching, "ahead", -BEHIND)
    test_counts_begun_anew.test_an_end_that_is_the_newest_of_the_first_counts_is_awaited_no_more(
        35, [FAILED, CANCELLED]
    )
    monkeypatch.setattr(Watching, "ahead", BEHIND)
    test_counted_later.test_an_end_long_after_a_print_was_over_may_be_seen_at_once(36.0)


def test_c4_a_print_that_was_counted_ended_by_our_clock() -> None:
    """It would have ended as it began; and so would one that nobody saw."""
    printer = Watching()
    printer.idle(0, counters=counts())
    printer.printing(10, "a.gcode", 10.0, 5.0, counters=counts())
    printer.idle(60, counters=counts(success=1, end=50, last=True, length_s=45))
    assert ends(printer) == [utc(50)]
    printer.idle(90, counters=counts(success=2, end=80, last=True, length_s=10))
    assert ends(printer) == [utc(50), utc(80)]
    assert printer.began[1].print.start_time == utc(70)


def test_s2_the_clock_of_what_is_known_outlives_a_restart() -> None:
    """Of what was counted, and of the record."""
    printer = Watching()
    over = row("1", 10, 50)
    counted = counts(success=1, end=-5, last=True)
    printer.printing(
        60, "a.gcode", 9.0, 50.0, print_id="1", history=(over,), counters=counted
    )
    printer.restart(70)
    live, files = printer.session.live, printer.session.mark.files
    assert live is not None
    assert live.row is not None
    assert (live.row.began_at, live.row.ended_at) == (utc(10), utc(50))
    assert files["a.gcode"].ended_at == utc(-5)


def test_s2_a_session_of_an_earlier_version_knows_of_no_other_clock() -> None:
    """What it keeps was taken to be by ours."""
    printer = watched()
    printer.idle(60, counters=counts(success=1, end=50, last=True))
    stored = session_to_dict(printer.session)
    for counted in stored["mark"]["files"].values():
        del counted["ended_at"]
    files = session_from_dict(stored, Moment(utc(70), 1070.0)).mark.files
    assert files["a.gcode"].ended_at == utc(50) + BEHIND


def test_o14_a_print_that_was_not_seen_has_its_times_by_our_clock() -> None:
    """Its job would be listed among those of three hours before."""
    printer = watched()
    printer.idle(100, history=(row("1", 10, 50),))
    assert [order.print.start_time for order in printer.began] == [utc(10)]
    assert ends(printer) == [utc(50)]


def test_o14_a_print_without_an_end_was_over_when_the_next_one_began() -> None:
    """The next may run, or be over as well; without one the look is the end."""
    lost = row("1", 10, ended=None, outcome=None)
    printer = watched()
    printer.idle(100, history=(lost, row("2", 40, 60)))
    assert ends(printer) == [utc(40), utc(60)]
    assert printer.jobs == [UNKNOWN, FAILED]
    printer = watched()
    runs = row("2", 40, ended=False, outcome=None)
    printer.printing(100, "a.gcode", 9.0, 60.0, print_id="2", history=(lost, runs))
    assert ends(printer) == [utc(40)]
    assert printer.jobs == [UNKNOWN, RUNNING]
    printer = watched()
    printer.idle(100, history=(lost,))
    assert ends(printer) == [utc(100)]


def test_c10_what_the_record_tells_later_is_by_our_clock() -> None:
    """The print would have ended as it began."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id="1", start_time=utc(10))
    printer.idle(60)
    printer.idle(90, history=(row("1", 10, 50),))
    assert printer.jobs == [FAILED]
    assert ends(printer) == [utc(50)]


@pytest.mark.parametrize("ahead", [BEHIND, timedelta(seconds=3)])
@pytest.mark.parametrize("start", [utc(10), None])
def test_c5_the_row_of_a_print_tells_its_end_by_our_clock(
    start: datetime | None, ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its start is known or not, and however wrong the other clock is."""
    monkeypatch.setattr(Watching, "ahead", ahead)
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, print_id="1", start_time=start)
    over = row("1", 10, 50)
    printer.printing(60, "b.gcode", 10.0, 5.0, print_id="2", history=(over,))
    assert ends(printer) == [utc(50)]


def test_c5_a_print_is_over_when_a_newer_one_on_record_began_by_our_clock() -> None:
    """How it ended nobody knows."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, print_id="1", start_time=utc(10))
    printer.idle(
        90,
        history=(
            row("1", 10, ended=None, outcome=None),
            row("2", 50, 80),
        ),
    )
    assert ends(printer) == [utc(50), utc(80)]


def test_a_row_is_about_the_print_without_an_id_that_began_with_it() -> None:
    """By the other clock it would be one that nobody saw."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, start_time=utc(10))
    printer.idle(90, history=(row("1", 10, 50),))
    assert printer.jobs == [FAILED]


def test_the_row_of_a_print_that_begins_without_an_id_is_kept() -> None:
    """The next look may have it no more."""
    printer = watched()
    mine = row("1", 10, ended=False, outcome=None)
    printer.printing(30, "a.gcode", 10.0, 20.0, start_time=utc(10), history=(mine,))
    assert printer.session.live is not None
    assert printer.session.live.row is not None
    assert printer.session.live.row.began_at == utc(10)


def test_a_row_is_newer_than_a_print_without_one_by_our_clock() -> None:
    """By the other clock it would be older, and the print go on."""
    printer = watched()
    printer.printing(30, "a.gcode", 10.0, 20.0, start_time=utc(10))
    over = row("2", 60, 80, filename="b.gcode")
    printer.idle(90, history=(over,))
    assert printer.jobs == [UNKNOWN, FAILED]
    assert ends(printer) == [utc(60), utc(80)]
