"""What the print before left standing, and keys that are never used twice (O3, C6)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.printernizer.core.identity import borrows, is_stale, print_key
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import (
    EndedPrint,
    EndState,
    Live,
    Mark,
    Moment,
    Verdict,
)
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.core.transitions import Print

from .watching import Watching, utc

LAST = EndedPrint(
    print=Print(key="k", discovered_at=utc(0), print_id="1", filename="old.3mf"),
    verdict=Verdict.RECORDED,
    status=JobStatus.COMPLETED,
    ended_at=Moment(utc(60), 1060.0),
    inferred=False,
    seen_end=True,
    live=Live(Moment(utc(60), 1060.0)),
)
STOOD = EndState(print_id="1", name="older", elapsed_s=None, progress=100.0)
SEEN = Mark(ends={"1": 1, "2": 0})


def look(**fields: Any) -> Snapshot:
    """Return what a printer shows whose names come late."""
    told: dict[str, Any] = {"activity": Activity.PRINTING, "late_identity": True}
    return Snapshot(**(told | fields))


@pytest.mark.parametrize(
    ("mark", "shown", "borrowed"),
    [
        (SEEN, {"filename": "old.gcode"}, True),
        (SEEN, {"title": "Old"}, True),
        (SEEN, {"title": "new", "filename": "old.3mf"}, False),
        (SEEN, {"filename": "new.3mf"}, False),
        (SEEN, {}, True),
        (SEEN, {"filename": "old.3mf", "late_identity": False}, False),
        # An id whose end was seen is left over, one without an end is in use.
        (SEEN, {"filename": "old.3mf", "print_id": "1"}, True),
        (SEEN, {"filename": "old.3mf", "print_id": "2"}, False),
        (SEEN, {"filename": "old.3mf", "print_id": "3"}, False),
        # What the ended state showed may stand on, its id too.
        (Mark(end_state=STOOD), {"filename": "older.3mf"}, True),
        (Mark(end_state=STOOD), {"filename": "older.3mf", "print_id": "1"}, True),
        (Mark(end_state=STOOD), {"filename": "older.3mf", "print_id": "2"}, False),
        # What no longer stood then is news.
        (Mark(end_state=STOOD), {"filename": "old.3mf"}, False),
    ],
)
def test_o3_a_name_that_was_left_standing_is_only_borrowed(
    mark: Mark, shown: dict[str, Any], borrowed: bool
) -> None:
    """Name and ids come together, and a new id is nobody else's."""
    assert borrows(LAST, mark, look(**shown)) is borrowed


def test_o3_the_first_print_borrows_nothing() -> None:
    """There was none before it, and no end stood."""
    assert not borrows(None, Mark(), look(filename="old.3mf"))
    assert borrows(None, Mark(end_state=STOOD), look(filename="older.3mf"))


@pytest.mark.parametrize(
    ("shown", "stale"),
    [
        ({"progress": 1.0}, False),
        ({"progress": 100.0}, True),
        ({"progress": 0.0}, True),
        ({"progress": None}, True),
        ({"progress": 1.0, "cancelling": True}, True),
        ({"progress": 1.0, "activity": Activity.PREPARING}, True),
        ({"progress": 1.0, "activity": Activity.PAUSED}, True),
    ],
)
def test_o3_a_borrowed_name_is_in_use_once_its_progress_counts(
    shown: dict[str, Any], stale: bool
) -> None:
    """What was left standing does not count, and 0 is no count yet."""
    mark = Mark(end_state=STOOD)
    assert is_stale(LAST, mark, look(filename="older.3mf", **shown)) is stale
    assert not is_stale(LAST, mark, look(filename="new.3mf", **shown))


def test_o3_progress_proves_nothing_where_none_stood() -> None:
    """It may be what the print before showed last."""
    unknown = Mark(end_state=EndState(print_id=None, name="old", elapsed_s=None))
    for mark in (Mark(), unknown):
        assert is_stale(LAST, mark, look(filename="old.3mf", progress=1.0))


def test_o14_another_leftover_of_a_power_cut_is_that_of_another_print() -> None:
    """Bambu Lab's tell neither id nor outcome, but how far it had come (C7)."""
    for before, jobs in ({}, 1), ({"progress": 51.0}, 1), ({"progress": 36.0}, 0):
        printer = Watching(late_identity=True, title="Cube", rebooted=True)
        printer.idle(0, title=None)
        activity = Activity.ENDED if before else Activity.IDLE
        printer.look(10, activity, unbroken=True, **before)
        printer.silent(20)
        printer.ended(90, None, progress=36.0)
        assert len(printer.jobs) == jobs


def test_o12_a_key_is_made_of_the_name_and_the_second_of_the_start() -> None:
    """Two prints of one file in one second still have two keys."""
    second = int(utc(0).timestamp())
    keys: tuple[str, ...] = ()
    for _ in range(3):
        key = print_key(None, "Parts/Cube.gcode", utc(0.9), Mark(keys=keys))
        keys = (*keys, key)
    assert keys == (f"cube@{second}", f"cube@{second}~2", f"cube@{second}~3")
    assert print_key(None, None, utc(0), Mark()) == f"@{second}"


def test_c6_the_key_of_an_id_counts_the_seen_ends_of_that_id() -> None:
    """A third-party sender repeats its ids."""
    second = int(utc(0).timestamp())
    assert print_key("7", "Cube", utc(0), Mark()) == f"7#0@{second}"
    assert print_key("7", "Cube", utc(0), Mark(ends={"7": 2})) == f"7#2@{second}"
    later = utc(0) + timedelta(days=1)
    assert print_key("7", "Cube", later, Mark()) != f"7#0@{second}"


def test_a_key_has_room_in_the_database_however_long_the_id() -> None:
    """Ids are the printer's, and no printer promises how long they are."""
    key = print_key("x" * 500, None, utc(0), Mark(ends={"x" * 500: 1}))
    assert key.startswith("x" * 100 + "#1@")


@pytest.mark.parametrize("progress", [30.0, 0.0])
def test_c6_an_end_whose_progress_is_reset_is_still_the_same(progress: float) -> None:
    """Its outcome stands, so that it is no leftover of a power cut."""
    printer = Watching(late_identity=True, title="Cube")
    printer.ended(10, Outcome.FAILED, progress=30.0)
    printer.silent(20)
    printer.ended(90, Outcome.FAILED, progress=progress)
    assert not printer.jobs


@pytest.mark.parametrize(
    ("unbroken", "jobs"),
    [
        (False, [JobStatus.RUNNING]),
        (True, [JobStatus.UNKNOWN, JobStatus.RUNNING]),
    ],
)
def test_progress_that_was_found_after_a_break_may_be_that_of_the_print_before(
    unbroken: bool, jobs: list[JobStatus]
) -> None:
    """That one was never seen, and the line was lost again at once."""
    printer = Watching(late_identity=True)
    printer.idle(0)
    printer.silent(100)
    printer.look(300, Activity.PRINTING, title="Vase", progress=50.0, unbroken=unbroken)
    printer.look(360, Activity.PRINTING, title="Vase", progress=40.0)
    printer.wake(381)
    assert printer.jobs == jobs


def test_progress_that_stood_when_names_come_no_more_is_the_print_s_own() -> None:
    """Another look was late enough."""
    printer = Watching(late_identity=True)
    printer.idle(0)
    for at in (300, 329):
        printer.look(at, Activity.PRINTING, title="Vase", progress=50.0)
    printer.look(360, Activity.PRINTING, title="Vase", progress=40.0)
    printer.wake(381)
    assert printer.jobs == [JobStatus.UNKNOWN, JobStatus.RUNNING]
