"""What has been judged stays known, and is no more than memory has room for."""

from dataclasses import replace

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import (
    MAX_FILES,
    MAX_IDS,
    MAX_OWED,
    NEW_SESSION,
    EndedPrint,
    Live,
    Mark,
    Moment,
    Session,
    Verdict,
)
from custom_components.printernizer.core.snapshot import FileCounters, Remembered
from custom_components.printernizer.core.transitions import Print

from .remembering import LAST
from .watching import utc


def test_c6_each_seen_end_of_an_id_is_counted() -> None:
    """An id that was only seen is known, and its ends are none."""
    seen = Mark().with_id("1", ended=False)
    assert seen.knows("1")
    assert not seen.knows("2")
    assert seen.ends_of("1") == seen.ends_of("2") == 0
    ended = seen.with_id("1", ended=True).with_id("1", ended=True)
    assert ended.ends_of("1") == 2
    assert ended.with_id("1", ended=False).ends_of("1") == 2


def test_the_oldest_ids_are_forgotten() -> None:
    """What was seen again is not old."""
    mark = Mark()
    for number in range(MAX_IDS):
        mark = mark.with_id(str(number), ended=True)
    assert len(mark.ends) == MAX_IDS
    mark = mark.with_id("0", ended=False).with_id("new", ended=False)
    assert list(mark.ends) == [*map(str, range(2, MAX_IDS)), "0", "new"]
    assert mark.ends_of("0") == 1


def test_the_counts_of_the_oldest_files_are_forgotten() -> None:
    """What was printed again is not old."""
    counters = FileCounters(filename="x")
    mark = Mark()
    for number in range(MAX_FILES):
        mark = mark.with_file(str(number), counters)
    assert len(mark.files) == MAX_FILES
    newer = FileCounters(filename="x", success=1)
    mark = mark.with_file("0", newer).with_file("new", counters)
    assert list(mark.files) == [*map(str, range(2, MAX_FILES)), "0", "new"]
    assert mark.files["0"] == newer
    assert mark.files["new"] == counters


def test_the_oldest_ends_that_are_still_to_be_counted_are_forgotten() -> None:
    """Those of the oldest files, and of each file the oldest; none that was counted."""
    mark = Mark()
    for number in range(MAX_FILES):
        mark = mark.with_owed(str(number), (LAST,))
    assert len(mark.owed) == MAX_FILES
    newer = replace(LAST, status=JobStatus.UNKNOWN)
    many = (LAST,) * MAX_OWED
    mark = mark.with_owed("0", (*many, newer)).with_owed("new", (LAST,))
    assert list(mark.owed) == [*map(str, range(2, MAX_FILES)), "0", "new"]
    assert mark.owed["0"] == (*many[1:], newer)
    assert "5" not in mark.with_owed("5", ()).owed


def test_a_mark_that_says_nothing_new_is_the_same_mark() -> None:
    """A look that changes nothing leads to no write."""
    mark = Mark().with_owed("a", (LAST,))
    assert mark.with_owed("a", (LAST,)) is mark
    assert mark.with_owed("b", ()) is mark


def test_the_last_key_is_that_of_the_newest_print() -> None:
    """None before the first."""
    assert Mark().last_key is None
    assert Mark(keys=("a", "b", "c")).last_key == "c"


def test_a_client_is_told_of_the_print_that_runs_or_else_of_the_last() -> None:
    """It looks for their end in the right place."""
    known = Print(key="2", discovered_at=utc(0), print_id="2", filename="b.gcode")
    last = EndedPrint(
        print=Print(key="1", discovered_at=utc(0), print_id="1", filename="a.gcode"),
        verdict=Verdict.RECORDED,
        status=JobStatus.COMPLETED,
        ended_at=Moment(utc(0), 0.0),
        inferred=False,
        seen_end=True,
        live=Live(Moment(utc(0), 0.0), elapsed_s=7.0),
    )
    mark, live = Mark(since=utc(5)), Live(Moment(utc(0), 0.0), elapsed_s=3.0)
    assert NEW_SESSION.remembered == Remembered()
    assert Session(last=last, mark=mark).remembered == Remembered(
        filename="a.gcode",
        print_id="1",
        elapsed_s=7.0,
        ended=True,
        history_since=utc(5),
    )
    assert Session(current=known, live=live, last=last).remembered == Remembered(
        filename="b.gcode", print_id="2", elapsed_s=3.0
    )


def test_a_print_is_named_after_its_title_and_began_when_the_printer_says() -> None:
    """Else after its file, and when it was discovered."""
    known = Print(key="1", discovered_at=utc(9), filename="a.gcode")
    assert (known.label, known.began_at) == ("a.gcode", utc(9))
    told = Print(key="1", discovered_at=utc(9), title="A", start_time=utc(5))
    assert (told.label, told.began_at) == ("A", utc(5))
