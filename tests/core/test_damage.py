"""What is damaged in a store is left out, and the rest is used."""

import json
from typing import Any

import pytest

from custom_components.printernizer.core.session import (
    NEW_SESSION,
    EndState,
    Mark,
    Moment,
    Session,
    Verdict,
)
from custom_components.printernizer.core.session_codec import (
    mark_from_dict,
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import FileCounters, Outcome

from .remembering import BACK, KNOWN, LAST, PRINTING, WAITING, ended_after
from .watching import utc


@pytest.mark.parametrize("damaged", [None, "torn", 1, []])
def test_a_damaged_store_is_as_good_as_none(damaged: object) -> None:
    """The database has what it takes to go on."""
    assert session_from_dict(damaged, BACK) == NEW_SESSION
    assert mark_from_dict(damaged, BACK) == Mark()


def _paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value of a tree."""
    if not isinstance(value, dict):
        return [path]
    below = [one for key in value for one in _paths(value[key], (*path, key))]
    return [path, *below] if path else below


@pytest.mark.parametrize("session", [PRINTING, WAITING], ids=["printing", "waiting"])
@pytest.mark.parametrize("damage", [None, "torn", [], {}, -1, "2026-11-22T12:00:00"])
def test_every_damage_is_left_out_and_the_rest_is_used(
    session: Session, damage: object
) -> None:
    """A store of another version, or a torn one, never stops the start."""
    stored = session_to_dict(session)
    for path in _paths(stored):
        torn = json.loads(json.dumps(stored))
        place = torn
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = damage
        after = session_from_dict(torn, BACK)
        assert isinstance(after.mark, Mark)
        assert (after.current is None) == (after.live is None)
        del place[path[-1]]
        session_from_dict(torn, BACK)


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("current", "key"),
        ("current", "discovered_at"),
        ("live", "seen_at"),
        ("last", "status"),
        ("last", "ended_at"),
        ("last", "print"),
        ("last", "live"),
    ],
)
def test_a_print_without_what_it_is_known_by_is_left_out(part: str, key: str) -> None:
    """Half a print would be judged wrongly."""
    stored = session_to_dict(PRINTING)
    stored[part][key] = None
    after = session_from_dict(stored, BACK)
    if part == "last":
        assert after.last is None
        assert after.current == KNOWN
    else:
        assert (after.current, after.live, after.job_id) == (None, None, None)
        assert after.last == ended_after(LAST)


def test_a_print_whose_age_is_torn_has_only_begun() -> None:
    """Nothing is inferred from a time that nobody knows."""
    stored = session_to_dict(PRINTING)
    stored["live"]["age_s"] = "torn"
    after = session_from_dict(stored, BACK)
    assert after.live is not None
    assert after.live.age_s == 0.0


@pytest.mark.parametrize("key", ["since", "activity"])
def test_a_wait_without_what_it_waits_for_is_left_out(key: str) -> None:
    """The next look begins it anew."""
    stored = session_to_dict(WAITING)
    stored["settling"][key] = None
    assert session_from_dict(stored, BACK).settling is None


def test_a_print_that_runs_waits_for_no_name() -> None:
    """A store that tells both is damaged; the print is what there is proof of."""
    both = session_to_dict(PRINTING) | {
        "settling": session_to_dict(WAITING)["settling"]
    }
    after = session_from_dict(both, BACK)
    assert after.current == KNOWN
    assert after.settling is None
    del both["live"]
    assert session_from_dict(both, BACK).settling is not None


def test_a_time_in_the_future_counts_as_now() -> None:
    """The clock was set back while Home Assistant was down."""
    early = Moment(utc(-500), 5.0)
    after = session_from_dict(session_to_dict(PRINTING), early)
    assert after.live is not None
    assert after.live.seen_at == Moment(utc(90), 5.0)


def test_an_unknown_verdict_of_a_print_that_runs_is_that_it_is_recorded() -> None:
    """No print is lost by a word that a newer version wrote."""
    stored = session_to_dict(PRINTING) | {"verdict": "of a newer version"}
    assert session_from_dict(stored, BACK).verdict is Verdict.RECORDED
    stored["last"]["verdict"] = "of a newer version"
    last = session_from_dict(stored, BACK).last
    assert last is not None
    assert last.verdict is Verdict.RECORDED


@pytest.mark.parametrize("number", [True, "5", None, float("nan"), float("inf")])
def test_numbers_that_are_none_are_left_out(number: object) -> None:
    """Neither flags nor texts nor what is beyond all numbers."""
    stored = session_to_dict(PRINTING)
    stored["live"]["progress"] = number
    stored["live"]["late_s"] = number
    stored["mark"]["ends"]["6"] = number
    stored["mark"]["changes"] = number
    after = session_from_dict(stored, BACK)
    assert after.live is not None
    assert after.live.progress is None
    assert after.live.late_until == after.live.seen_at.monotonic
    assert after.mark.ends == {"7": 0}
    assert after.mark.changes == 0


def test_what_is_of_another_type_is_left_out() -> None:
    """A number is no name, and no flag."""
    stored = session_to_dict(PRINTING)
    stored["current"]["filename"] = 5
    stored["mark"]["files"]["a.gcode"]["last_success"] = 1
    after = session_from_dict(stored, BACK)
    assert after.current is not None
    assert after.current.filename is None
    assert after.mark.files["a.gcode"].last_success is None


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-11-22T12:00:00", 5, None, ["2026-11-22T12:00:00Z"]]
)
def test_times_without_a_zone_are_none(text: object) -> None:
    """All times are kept in UTC; one of no known zone would be hours off (S6)."""
    stored = session_to_dict(PRINTING) | {"looked_at": text}
    assert session_from_dict(stored, BACK).looked_at is None


def test_what_a_file_counts_may_be_partly_lost() -> None:
    """What is left of it is used: its path is its name, nothing is counted."""
    stored = {"files": {"a.gcode": {}, "b.gcode": 5, 6: {}}, "ends": {"a": 2.0, 3: 1}}
    mark = mark_from_dict(stored, BACK)
    assert mark.files == {"a.gcode": FileCounters(filename="a.gcode")}
    assert mark.ends == {"a": 2}


def test_an_end_state_may_be_partly_lost() -> None:
    """What is left of it still tells one end from another."""
    state = mark_from_dict({"end_state": {"outcome": "completed"}}, BACK).end_state
    assert state == EndState(
        print_id=None, name="", elapsed_s=None, outcome=Outcome.COMPLETED
    )


@pytest.mark.parametrize("key", ["print_id", "start_time", "outcome"])
def test_a_row_that_does_not_tell_whose_end_it_is_and_how_is_left_out(key: str) -> None:
    """The print goes on without."""
    stored = session_to_dict(PRINTING)
    stored["live"]["row"][key] = None
    after = session_from_dict(stored, BACK)
    assert after.live is not None
    assert after.live.row is None
    assert after.current == KNOWN
