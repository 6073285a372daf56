"""What is remembered survives a restart."""

from dataclasses import fields, replace
import json
from math import inf
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.reconcile import Recorded, reconcile
from custom_components.printernizer.core.session import (
    MAX_KEYS,
    NEW_SESSION,
    Mark,
    Moment,
)
from custom_components.printernizer.core.session_codec import (
    mark_from_dict,
    mark_to_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import FileCounters
from custom_components.printernizer.core.transitions import PrintEnded

from .remembering import (
    BACK,
    KNOWN,
    LAST,
    LIVE,
    MARK,
    PRINTING,
    SETTLING,
    UPTIME_LOST_S,
    WAITING,
    as_seen_after,
    ended_after,
    live_after,
    mark_after,
    restarted,
    seen,
)
from .watching import Watching, utc


@pytest.mark.parametrize(
    "changes",
    [
        {"live": replace(LIVE, progress=99.0)},
        {"current": replace(KNOWN, key="next")},
        {"last": replace(LAST, counted=not LAST.counted)},
        {"mark": replace(MARK, changes=MARK.changes + 1)},
        {"current": None, "live": None, "settling": SETTLING},
        {"job_id": "02", "looked_at": seen(91)},
    ],
    ids=" and ".join,
)
def test_only_what_changed_is_written_anew(changes: dict[str, Any]) -> None:
    """Once a minute a print has got on, and all else of its session is the same."""
    written = session_to_dict(PRINTING)
    after = replace(PRINTING, **changes)
    anew = session_to_dict(after, PRINTING, written)
    assert anew == session_to_dict(after)
    same = {"current", "live", "last", "mark"} - set(changes)
    assert [name for name in sorted(same) if anew[name] is not written[name]] == []


def test_s3_a_restart_keeps_all_that_is_known_of_a_print() -> None:
    """Nothing but the first look after it can tell whether it goes on."""
    assert restarted(PRINTING) == replace(
        PRINTING,
        live=live_after(LIVE),
        last=ended_after(LAST),
        mark=mark_after(MARK),
        looked=False,
        looked_at=as_seen_after(seen(90)),
        gap=True,
    )


def test_o2_a_restart_keeps_a_print_whose_name_is_awaited() -> None:
    """The wait goes on as long as it would have, by the new clock."""
    assert restarted(WAITING) == replace(
        WAITING,
        mark=mark_after(MARK),
        settling=replace(
            SETTLING,
            since=as_seen_after(SETTLING.since),
            deadline=SETTLING.deadline - UPTIME_LOST_S,
        ),
        looked=False,
        looked_at=as_seen_after(seen(99)),
        gap=True,
    )


def test_o4_a_restart_keeps_a_wait_that_has_no_end() -> None:
    """A question on the printer's screen waits for as long as it takes."""
    endless = replace(WAITING, settling=replace(SETTLING, deadline=inf))
    after = restarted(endless).settling
    assert after is not None
    assert after.deadline == inf


@pytest.mark.parametrize("kept", [KNOWN, LIVE, LAST, MARK, SETTLING, PRINTING])
def test_these_tests_leave_nothing_at_its_default(kept: Any) -> None:
    """A value that is lost would otherwise come back by itself."""
    left = {"row", "settling", "gap", "steady_since"}
    for field in fields(kept):
        if field.name not in left:
            assert getattr(kept, field.name) != field.default, field.name


def test_an_empty_session_comes_back_empty() -> None:
    """A printer that has just been added."""
    assert restarted(NEW_SESSION) == replace(NEW_SESSION, gap=True)


def test_marks_come_back_from_the_database() -> None:
    """They are the only memory where the session is lost."""
    stored = json.loads(json.dumps(mark_to_dict(MARK)))
    assert mark_from_dict(stored, BACK) == mark_after(MARK)
    assert mark_from_dict(mark_to_dict(Mark()), BACK) == Mark()


def test_c10_a_count_tells_how_a_print_ended_though_the_session_was_lost() -> None:
    """Another file was printed since, so that the mark alone knows it."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    printer.printing(30, "a.gcode", 50.0)
    printer.printing(60, "b.gcode", 1.0)
    printer.idle(90)
    stored = json.loads(json.dumps(mark_to_dict(printer.session.mark)))
    now = Moment(utc(95), 5.0)
    recorded = Recorded(mark=mark_from_dict(stored, now))
    printer.session = reconcile(NEW_SESSION, recorded, now).session
    after = FileCounters(filename="a.gcode", success=1, last_success=True)
    (order,) = printer.idle(96, counters=after)
    assert isinstance(order, PrintEnded)
    assert order.key == printer.began[0].print.key
    assert printer.jobs == [JobStatus.COMPLETED, JobStatus.UNKNOWN]


def test_a_mark_keeps_no_more_keys_than_it_may() -> None:
    """The newest ones, however many were stored."""
    keys = [str(number) for number in range(MAX_KEYS + 5)]
    assert mark_from_dict({"keys": keys}, BACK).keys == tuple(keys[5:])
