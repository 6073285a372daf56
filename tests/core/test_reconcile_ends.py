"""What the database tells of prints that are over, and of what was judged."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.core.reconcile import (
    Recorded,
    merge_marks,
    reconcile,
)
from custom_components.printernizer.core.session import (
    NEW_SESSION,
    EndedPrint,
    Live,
    Mark,
    Moment,
    Verdict,
)
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    Snapshot,
)
from custom_components.printernizer.core.transitions import Print

from .test_reconcile import BEFORE, LAST, NOW, RUNNING, job
from .watching import ended as announced, kinds, utc

COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
FAILED = JobStatus.FAILED
INFERRED, PRINTER = OutcomeSource.INFERRED, OutcomeSource.PRINTER
BEHIND = timedelta(hours=-1)
IDLE = replace(NEW_SESSION, mark=Mark(keys=("1",)))


def ended(key: str = "1", status: JobStatus = COMPLETED, **fields: Any) -> Job:
    """Return a job that has ended."""
    plain: dict[str, Any] = {"outcome_source": PRINTER, "end_time": utc(50)}
    return job(key, status, **(plain | fields))


def last_of(latest: Job | None, **session: Any) -> EndedPrint | None:
    """Return the print before, as it is remembered after set-up."""
    before = replace(IDLE, **session)
    return reconcile(before, Recorded(latest=latest), NOW).session.last


def test_a_lost_session_remembers_the_newest_job_as_the_print_before() -> None:
    """Its end was told, so that nothing about it is open."""
    latest = ended(filename="a.gcode", progress=100.0, elapsed_s=40.0)
    assert last_of(latest) == EndedPrint(
        print=Print(key="1", discovered_at=utc(0), filename="a.gcode"),
        verdict=Verdict.RECORDED,
        status=COMPLETED,
        ended_at=Moment(utc(50), -45.0),
        inferred=False,
        seen_end=True,
        live=Live(Moment(utc(90), -5.0), progress=100.0, elapsed_s=40.0, age_s=90.0),
        announced=True,
    )


@pytest.mark.parametrize(
    ("fields", "elapsed_s", "known"),
    [
        ({}, 42.0, True),
        ({}, 42.1, False),
        ({}, None, True),
        ({"printer_start_time": None}, 42.1, True),
        ({"print_id": None}, 42.1, True),
    ],
)
def test_o14_what_took_longer_than_the_print_before_is_another(
    fields: dict[str, Any], elapsed_s: float | None, known: bool
) -> None:
    """It failed as that one did, and the session that saw more of it is lost."""
    told: dict[str, Any] = {"print_id": "1", "printer_start_time": utc(10)}
    latest = ended(status=FAILED, filename="a.gcode", **(told | fields))
    before = replace(IDLE, mark=replace(IDLE.mark, since=utc(0)))
    session = reconcile(before, Recorded(latest=latest), NOW).session
    shown = Snapshot(
        activity=Activity.ENDED,
        outcome=Outcome.FAILED,
        filename="a.gcode",
        elapsed_s=elapsed_s,
    )
    assert (step(session, shown, NOW).transitions == ()) is known


@pytest.mark.parametrize(
    ("counters", "counted"),
    [
        (FileCounters(filename="a.gcode", failure=1, last_end=utc(50)), True),
        (FileCounters(filename="a.gcode", failure=1, last_end=utc(0)), True),
        (FileCounters(filename="a.gcode", failure=1, last_end=utc(-1)), False),
        (FileCounters(filename="a.gcode"), False),
        (FileCounters(filename="a.gcode", last_end=utc(-3550), ahead=BEHIND), True),
        (FileCounters(filename="a.gcode", last_end=utc(-3601), ahead=BEHIND), False),
        (FileCounters(filename="b.gcode", failure=1, last_end=utc(50)), False),
    ],
)
def test_o12_a_count_outlives_a_lost_session(
    counters: FileCounters, counted: bool
) -> None:
    """What was counted is over: the same file printing within the minute is new."""
    mark = Mark(keys=("1",), files={counters.filename: counters})
    last = last_of(ended(filename="a.gcode", outcome_source=INFERRED), mark=mark)
    assert last is not None
    assert last.counted is counted


def test_c10_an_inferred_end_may_still_be_put_right() -> None:
    """Nobody saw it end, so that late evidence counts."""
    last = last_of(ended(outcome_source=INFERRED))
    assert last is not None
    assert last.inferred
    assert (last.seen_end, last.announced, last.resumable) == (False, False, False)


@pytest.mark.parametrize("lost_key", ["1", "0", None])
def test_c11_a_print_that_was_lost_may_go_on(lost_key: str | None) -> None:
    """By its printer, or as that was removed; without a time it ended when written."""
    one = ended("1", UNKNOWN, outcome_source=INFERRED, end_time=None)
    last = last_of(one, mark=Mark(keys=("1",), lost_key=lost_key))
    assert last is not None
    assert last.resumable is (lost_key == "1")
    assert last.ended_at == Moment(utc(90), -5.0)


@pytest.mark.parametrize(
    ("keys", "resumable"), [((), True), (("0", "1"), True), (("1", "2"), False)]
)
def test_c11_a_print_that_another_followed_goes_on_no_more(
    keys: tuple[str, ...], resumable: bool
) -> None:
    """The other was the printer's own, so that the database has no job of it."""
    one = ended("1", UNKNOWN, outcome_source=INFERRED)
    last = last_of(one, mark=Mark(keys=keys, lost_key="1"))
    assert last is not None
    assert last.resumable is resumable


def test_an_end_that_is_written_now_is_now() -> None:
    """To the last second of it."""
    last = last_of(ended(end_time=utc(100), updated_at=utc(100)))
    assert last is not None
    assert last.ended_at == Moment(utc(100), 5.0)


@pytest.mark.parametrize(
    ("discovered", "marked", "order"),
    [
        (45, {}, "PrintReopened"),
        (35, {}, "PrintBegan"),
        (45, {"lost_key": "1"}, "PrintBegan"),
        (45, {"counted_end_key": "0"}, "PrintReopened"),
        (45, {"counted_end_key": "1"}, "PrintBegan"),
    ],
)
def test_o12_a_print_restored_as_of_unknown_end_goes_on_within_the_minute(
    discovered: float, marked: dict[str, str], order: str
) -> None:
    """Where it went without a word (C4), neither lost by its printer (C7) nor counted."""
    known = mark(1, since=utc(0), **marked)
    before = replace(IDLE, looked=True, mark=known)
    one = ended(
        "1",
        UNKNOWN,
        filename="a.gcode",
        outcome_source=INFERRED,
        created_at=utc(discovered),
        end_time=utc(90),
    )
    session = reconcile(before, Recorded(latest=one), NOW).session
    runs = Snapshot(activity=Activity.PRINTING, filename="a.gcode")
    assert kinds(step(session, runs, NOW).transitions) == [order]


@pytest.mark.parametrize(
    ("idle_key", "orders"),
    [("1", ["PrintBegan", "PrintEnded"]), (None, ["PrintEnded"])],
)
def test_o14_what_was_idle_ends_no_more_when_its_file_does(
    idle_key: str | None, orders: list[str]
) -> None:
    """That is announced, and its start was not; what was cut off may still end."""
    known = mark(1, since=utc(0), lost_key="1", idle_key=idle_key)
    before = replace(IDLE, looked=True, mark=known)
    one = ended(filename="a.gcode", status=UNKNOWN, outcome_source=INFERRED)
    session = reconcile(before, Recorded(latest=one), NOW).session
    event = announced(99, "a.gcode", Outcome.CANCELLED)
    look = Snapshot(activity=Activity.IDLE, events=(event,))
    assert kinds(step(session, look, NOW).transitions) == orders


def test_what_prints_under_another_id_is_not_the_restored_one_on_its_way_out() -> None:
    """It was over seconds before we were killed."""
    before = replace(IDLE, looked=True, mark=mark(2, since=utc(0)))
    one = ended(filename="a.gcode", print_id="1", end_time=utc(99))
    session = reconcile(before, Recorded(latest=one), NOW).session
    runs = Snapshot(activity=Activity.PRINTING, filename="a.gcode", print_id="2")
    assert kinds(step(session, runs, NOW).transitions) == ["PrintBegan"]


def test_s6_an_end_in_the_future_was_when_it_was_written() -> None:
    """The clock was ahead when it began."""
    last = last_of(ended(end_time=utc(900)))
    assert last is not None
    assert last.ended_at == Moment(utc(90), -5.0)


@pytest.mark.parametrize(
    "latest",
    [
        None,
        ended(print_key=None),
        job("1", JobStatus.PENDING),
        job("1", JobStatus.RUNNING),
    ],
)
def test_a_job_that_tells_of_no_end_changes_nothing(latest: Job | None) -> None:
    """There is none, or it belongs to no print, or its print is not over."""
    assert last_of(latest) is None
    assert last_of(latest, last=LAST) == LAST


@pytest.mark.parametrize(
    ("remembered", "source", "unsure"),
    [
        (True, INFERRED, True),
        (True, PRINTER, False),
        (False, INFERRED, False),
        (False, PRINTER, False),
    ],
)
def test_the_end_of_the_print_before_is_as_sure_as_either_knows(
    remembered: bool, source: OutcomeSource, unsure: bool
) -> None:
    """All else that the session knows of it stays; the status is the record's."""
    before = replace(LAST, inferred=remembered)
    assert last_of(ended(outcome_source=source), last=before) == replace(
        before, status=COMPLETED, inferred=unsure
    )


def test_an_older_job_does_not_take_the_place_of_a_newer_print() -> None:
    """Only the mark's key tells which is the newest: clocks may be wrong."""
    newer = replace(LAST, print=replace(BEFORE, key="2"))
    assert last_of(ended("1"), last=newer, mark=Mark(keys=("1", "2"))) == newer
    taken = last_of(ended("1"), last=newer, mark=Mark(keys=("2", "1")))
    assert taken is not None
    assert taken.print.key == "1"


@pytest.mark.parametrize("latest", [None, ended("2"), ended("3")])
def test_an_end_that_only_the_database_knows_is_followed(latest: Job | None) -> None:
    """The session lies behind, by one print or by more."""
    session = replace(RUNNING, last=LAST, mark=Mark(keys=("1", "2", "3")))
    known = ended("2")
    decision = reconcile(session, Recorded(known=known, latest=latest), NOW)
    after = decision.session
    assert (after.current, after.live, after.job_id) == (None, None, None)
    assert after.last is not None
    assert after.last.print.key == (latest or known).print_key
    assert not decision.transitions


def mark(changes: int, **fields: Any) -> Mark:
    """Return a mark of some age."""
    return Mark(changes=changes, **fields)


A, B = FileCounters(filename="a"), FileCounters(filename="b")


def test_of_two_marks_the_younger_decides_and_neither_forgets() -> None:
    """The database is written with each order, the store also without any."""
    old = mark(
        1, since=utc(9), ends={"1": 2, "2": 1, "3": 0}, files={"a": A}, keys=("1",)
    )
    young = mark(
        2, since=utc(5), ends={"2": 3, "1": 1, "4": 0}, files={"b": B}, keys=("1", "2")
    )
    both = mark(
        2,
        since=utc(9),
        ends={"3": 0, "2": 3, "1": 2, "4": 0},
        files={"a": A, "b": B},
        keys=("1", "2"),
    )
    assert merge_marks(old, young) == merge_marks(young, old) == both
    assert list(merge_marks(old, young).ends) == ["3", "2", "1", "4"]
    assert merge_marks(old, None) is old


def test_the_younger_counts_of_a_file_are_taken() -> None:
    """They are what the printer showed last."""
    more = replace(A, success=1)
    merged = merge_marks(mark(3, files={"a": more}), mark(2, files={"a": A}))
    assert merged.files == {"a": more}


@pytest.mark.parametrize("one", [None, utc(5)])
def test_bearings_are_kept_where_only_one_mark_has_them(one: Any) -> None:
    """None where neither has."""
    for ours, theirs in ((one, None), (None, one)):
        merged = merge_marks(mark(1, since=ours), mark(2, since=theirs))
        assert merged.since == one


def test_set_up_takes_what_the_database_has_judged() -> None:
    """Also where there is no job to go on with."""
    theirs = mark(2, since=utc(5), keys=("1",))
    session = reconcile(NEW_SESSION, Recorded(mark=theirs), NOW).session
    assert session == replace(NEW_SESSION, mark=theirs, gap=True)


@pytest.mark.parametrize(
    ("updated_s", "orders"), [(90, ["PrintBegan", "PrintEnded"]), (28, [])]
)
def test_an_id_is_due_since_a_print_began_though_the_session_is_older(
    updated_s: float, orders: list[str]
) -> None:
    """Its job was written when it was over, and the next one has an id at its end."""
    before = replace(IDLE, looked_at=Moment(utc(20), -75.0), mark=mark(2, since=utc(0)))
    one = ended(filename="a.gcode", updated_at=utc(updated_s))
    session = reconcile(before, Recorded(latest=one), NOW).session
    end = Snapshot(
        activity=Activity.ENDED,
        outcome=Outcome.FAILED,
        title="a",
        print_id="2",
        late_identity=True,
    )
    assert kinds(step(session, end, NOW).transitions) == orders
