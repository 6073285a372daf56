"""What is remembered survives a restart."""

from dataclasses import fields, replace
import json
from math import inf
from typing import Any

import pytest

from custom_components.printernizer.core.session import MAX_KEYS, NEW_SESSION, Mark
from custom_components.printernizer.core.session_codec import (
    mark_from_dict,
    mark_to_dict,
)

from .remembering import (
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
    restarted,
)


def test_s3_a_restart_keeps_all_that_is_known_of_a_print() -> None:
    """Nothing but the first look after it can tell whether it goes on."""
    (path,) = PRINTING.owed
    assert restarted(PRINTING) == replace(
        PRINTING,
        live=live_after(LIVE),
        last=ended_after(LAST),
        owed={path: ended_after(PRINTING.owed[path])},
        looked=False,
        gap=True,
    )


def test_o2_a_restart_keeps_a_print_whose_name_is_awaited() -> None:
    """The wait goes on as long as it would have, by the new clock."""
    assert restarted(WAITING) == replace(
        WAITING,
        settling=replace(
            SETTLING,
            since=as_seen_after(SETTLING.since),
            deadline=SETTLING.deadline - UPTIME_LOST_S,
        ),
        looked=False,
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
    assert mark_from_dict(json.loads(json.dumps(mark_to_dict(MARK)))) == MARK
    assert mark_from_dict(mark_to_dict(Mark())) == Mark()


def test_a_mark_keeps_no_more_keys_than_it_may() -> None:
    """The newest ones, however many were stored."""
    keys = [str(number) for number in range(MAX_KEYS + 5)]
    assert mark_from_dict({"keys": keys}).keys == tuple(keys[5:])
