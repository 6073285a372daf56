"""What is remembered survives a restart, and what is damaged is left out."""

from dataclasses import fields, replace
import json
from math import inf
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import (
    MAX_KEYS,
    NEW_SESSION,
    EndedPrint,
    EndState,
    Live,
    Mark,
    Moment,
    Session,
    Settling,
    Verdict,
)
from custom_components.printernizer.core.session_codec import (
    mark_from_dict,
    mark_to_dict,
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    Snapshot,
)
from custom_components.printernizer.core.transitions import Print

from .watching import utc

# Home Assistant was stopped at 100 s of the story and 1100 s of uptime, and is up
# again at 160 s of the story and 5 s of uptime.
STOPPED = Moment(utc(100), 1100.0)
BACK = Moment(utc(160), 5.0)
UPTIME_LOST_S = 1155.0


def seen(at: float) -> Moment:
    """Return when something was seen before the restart."""
    return Moment(utc(at), 1000.0 + at)


def as_seen_after(before: Moment) -> Moment:
    """Return the same moment on the clock that the restart began."""
    return replace(before, monotonic=before.monotonic - UPTIME_LOST_S)


KNOWN = Print(
    key="7#0@1",
    discovered_at=utc(30),
    print_id="7",
    filename="a.gcode",
    title="A",
    start_time=utc(10),
    on_startup=True,
    afterwards=True,
    estimated_s=600.0,
)
LIVE = Live(
    seen_at=seen(90),
    paused=True,
    progress=40.0,
    elapsed_s=80.0,
    remaining_s=120.0,
    cancelling=True,
    start_proved=True,
    material_g=2.5,
    provisional=True,
    late_until=1120.0,
)
LAST = EndedPrint(
    print=replace(KNOWN, key="6#0@0", print_id="6"),
    verdict=Verdict.OFF,
    status=JobStatus.CANCELLED,
    ended_at=seen(20),
    inferred=True,
    seen_end=True,
    live=replace(LIVE, seen_at=seen(15)),
    announced=True,
    counted=True,
    resumable=True,
    idle=True,
)
MARK = Mark(
    since=utc(-10),
    ends={"6": 2, "7": 0},
    files={
        "a.gcode": FileCounters(
            filename="A.gcode",
            success=3,
            failure=1,
            last_end=utc(-5),
            last_success=True,
            last_duration_s=12.5,
        )
    },
    due={"a.gcode": 1},
    end_state=EndState(
        print_id="6",
        name="a",
        elapsed_s=70.0,
        outcome=Outcome.FAILED,
        progress=99.0,
    ),
    keys=("6#0@0", "7#0@1"),
    changes=5,
)
SETTLING = Settling(
    since=seen(95),
    deadline=1115.0,
    snapshot=Snapshot(
        activity=Activity.PREPARING,
        progress=1.0,
        elapsed_s=2.0,
        remaining_s=3.0,
        estimated_s=4.0,
        material_g=5.0,
        print_id="8",
        filename="b.gcode",
        title="B",
        cancelling=True,
        system=True,
        tentative=True,
        late_identity=True,
        id_may_change=True,
    ),
    on_startup=True,
    start_time=utc(94),
    ran=True,
    unbroken=True,
)
PRINTING = Session(
    current=KNOWN,
    verdict=Verdict.IGNORED,
    live=LIVE,
    job_id="01",
    last=LAST,
    owed={"b.gcode": replace(LAST, status=JobStatus.UNKNOWN)},
    mark=MARK,
    looked=True,
    looked_at=utc(90),
    gap=False,
)
WAITING = replace(
    NEW_SESSION, settling=SETTLING, mark=MARK, looked=True, looked_at=utc(99)
)


def restarted(session: Session) -> Session:
    """Return what is left of a session after a restart."""
    stored = json.loads(json.dumps(session_to_dict(session)))
    return session_from_dict(stored, BACK)


def live_after(live: Live) -> Live:
    """Return what a print showed, on the clock of after the restart."""
    until = live.late_until - UPTIME_LOST_S
    return replace(live, seen_at=as_seen_after(live.seen_at), late_until=until)


def ended_after(ended: EndedPrint) -> EndedPrint:
    """Return the print before, on the clock of after the restart."""
    return replace(
        ended, ended_at=as_seen_after(ended.ended_at), live=live_after(ended.live)
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
    left = {"row", "settling", "gap"}
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


@pytest.mark.parametrize("damaged", [None, "torn", 1, []])
def test_a_damaged_store_is_as_good_as_none(damaged: object) -> None:
    """The database has what it takes to go on."""
    assert session_from_dict(damaged, BACK) == NEW_SESSION
    assert mark_from_dict(damaged) == Mark()


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


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-11-22T12:00:00", 5, None, ["2026-11-22T12:00:00Z"]]
)
def test_times_without_a_zone_are_none(text: object) -> None:
    """All times are kept in UTC; one of no known zone would be hours off (S6)."""
    stored = session_to_dict(PRINTING) | {"looked_at": text}
    assert session_from_dict(stored, BACK).looked_at is None


def test_what_a_file_counts_may_be_partly_lost() -> None:
    """What is left of it is used: its path is its name, nothing is counted."""
    stored = {"files": {"a.gcode": {}, "b.gcode": 5, 6: {}}, "due": {"a": 2.0, 3: 1}}
    mark = mark_from_dict(stored)
    assert mark.files == {"a.gcode": FileCounters(filename="a.gcode")}
    assert mark.due == {"a": 2}


def test_an_end_state_may_be_partly_lost() -> None:
    """What is left of it still tells one end from another."""
    state = mark_from_dict({"end_state": {"outcome": "completed"}}).end_state
    assert state == EndState(
        print_id=None, name="", elapsed_s=None, outcome=Outcome.COMPLETED
    )
