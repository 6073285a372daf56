"""Ends that are shown after they were announced (OctoPrint, from an SD card)."""

from typing import Any

import pytest

from custom_components.printernizer.core.frozen import replace
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome

from .test_counting import counts
from .watching import Watching, ended, started

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, RUNNING = JobStatus.FAILED, JobStatus.RUNNING
UNKNOWN = JobStatus.UNKNOWN
DONE = Outcome.COMPLETED
A = {"filename": "a.gcode"}


def counted() -> Watching:
    """Return a printer that prints, and has counted no end of its file yet."""
    printer = Watching()
    printer.idle(0, counters=counts())
    printer.printing(10, "a.gcode", 50.0, 5.0, counters=counts())
    return printer


@pytest.mark.parametrize(
    ("shown", "jobs"),
    [
        (A | {"elapsed_s": 9.0, "outcome": DONE}, [COMPLETED]),
        (A | {"elapsed_s": 9.0}, [COMPLETED]),
        (A | {"elapsed_s": 9.0, "outcome": Outcome.FAILED}, [COMPLETED, FAILED]),
        ({"filename": "b", "elapsed_s": 9.0, "outcome": DONE}, [COMPLETED, COMPLETED]),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_an_end_that_was_announced_is_the_one_that_is_shown_first(
    shown: dict[str, Any], jobs: list[JobStatus], later: bool
) -> None:
    """Nothing counts there, so that the printer shows that it is done (C6)."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 5.0)
    shown = {"outcome": None} | shown
    over = ended(15, "a.gcode", DONE)
    if later:
        printer.events(16, Activity.PRINTING, over, filename="a.gcode", elapsed_s=9.0)
        printer.ended(17, **shown)
    else:
        printer.events(16, Activity.ENDED, over, **shown)
    printer.ended(30, **shown)
    assert printer.jobs == jobs


def test_what_prints_after_an_end_that_stood_is_not_on_its_way_out() -> None:
    """OctoPrint has left Finishing by then."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 5.0)
    over = ended(15, "a.gcode", Outcome.COMPLETED)
    shown = {"filename": "a.gcode", "elapsed_s": 9.0, "outcome": Outcome.COMPLETED}
    printer.events(16, Activity.ENDED, over, **shown)
    printer.printing(20, "a.gcode", cancelling=True)
    assert printer.jobs == [COMPLETED, RUNNING]


@pytest.mark.parametrize(
    ("at", "shown", "jobs"),
    [
        (17.1, {"progress": 60.0}, [CANCELLED, RUNNING]),
        (17.0, {"progress": 60.0}, [CANCELLED]),
        (17.1, {"progress": 100.0}, [CANCELLED]),
        (17.1, {"progress": None}, [CANCELLED]),
        (17.1, {"progress": 60.0, "cancelling": True}, [CANCELLED]),
    ],
)
def test_what_is_midway_after_its_end_was_announced_is_the_next_print(
    at: float, shown: dict[str, Any], jobs: list[JobStatus]
) -> None:
    """OctoPrint counts nothing of a print on its way out but that it is done (C6)."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 5.0)
    over = ended(15, "a.gcode", Outcome.CANCELLED)
    printer.events(at, Activity.PRINTING, over, elapsed_s=6.0, **A, **shown)
    assert printer.jobs == jobs


def test_an_end_that_is_shown_after_an_idle_printer_is_that_of_another() -> None:
    """Something else was selected in between."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 5.0)
    over = ended(15, "a.gcode", DONE)
    printer.events(16, Activity.ENDED, over, outcome=DONE, elapsed_s=9.0, **A)
    printer.idle(20)
    printer.ended(60, DONE, elapsed_s=12.0, **A)
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_an_end_without_a_name_is_not_known_for_the_one_that_was_announced() -> None:
    """Only what names its file shows that it is done."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 5.0)
    over = ended(15, "a.gcode", DONE)
    printer.events(16, Activity.PRINTING, over, elapsed_s=9.0, **A)
    printer.ended(17, DONE)
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_the_first_count_of_a_file_has_the_end_that_was_announced() -> None:
    """It came between two looks, and the file was not asked about at the first."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", cancelling=True)
    printer.printing(15, "a.gcode", cancelling=True)
    over = ended(14, "a.gcode", Outcome.CANCELLED)
    printer.events(20, Activity.IDLE, over, counters=counts(0, 1, 14, False))
    printer.idle(60, counters=counts(0, 2, 50, False))
    assert printer.jobs == [CANCELLED, CANCELLED]


@pytest.mark.parametrize("progress", [100.0, 99.0])
def test_a_success_that_was_announced_alone_comes_before_a_failure_that_was_counted(
    progress: float,
) -> None:
    """Its own count was dropped, as its file was sent anew for the next print."""
    printer = counted()
    printer.printing(15, "a.gcode", progress, 9.0)
    over = ended(16, "a.gcode", DONE)
    failed = counts(0, 1, 19, False)
    printer.events(30, Activity.PRINTING, over, filename="b.gcode", counters=failed)
    assert printer.jobs[:2] == [COMPLETED, UNKNOWN]


@pytest.mark.parametrize("end", [47.0, 44.0])
@pytest.mark.parametrize("progress", [100.0, 99.0])
def test_a_failure_that_was_counted_alone_is_younger_than_an_announced_success(
    progress: float, end: float
) -> None:
    """It is the newest end, and what was heard came from before the gap."""
    printer = counted()
    printer.printing(15, "a.gcode", progress, 9.0)
    printer.silent(50)
    told = ended(43, "a.gcode", DONE), started(44, "a.gcode")
    failed = counts(1, 1, end, False)
    shown: dict[str, Any] = {"filename": "a.gcode", "elapsed_s": 0.0}
    printer.events(60, Activity.PRINTING, *told, counters=failed, **shown)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


@pytest.mark.parametrize(
    ("end", "jobs"),
    [
        (45.1, [FAILED, UNKNOWN, RUNNING]),
        (45.0, [UNKNOWN, FAILED, RUNNING]),
        (90.0, [UNKNOWN, FAILED, RUNNING]),
    ],
)
def test_what_was_announced_before_a_gap_is_older_than_what_was_counted_in_it(
    end: float, jobs: list[JobStatus]
) -> None:
    """Another start is announced after the gap, by a clock near that of the counts."""
    printer = counted()
    printer.silent(50)
    told = ended(40, "a.gcode", Outcome.FAILED), started(59, "a.gcode")
    failed = counts(0, 2, end, False)
    shown: dict[str, Any] = {"filename": "a.gcode", "elapsed_s": 0.0}
    printer.events(60, Activity.PRINTING, *told, counters=failed, **shown)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("shown", "jobs"),
    [
        ({"filename": "a.gcode", "elapsed_s": 30.0}, [UNKNOWN, COMPLETED]),
        ({"filename": "a.gcode", "elapsed_s": 40.0}, [COMPLETED]),
        ({"filename": "b.gcode", "elapsed_s": 30.0}, [COMPLETED, COMPLETED]),
    ],
)
def test_an_announced_end_is_that_of_a_shorter_print_where_that_is_shown(
    shown: dict[str, Any], jobs: list[JobStatus]
) -> None:
    """The line was down when the one before ended, and when this one began."""
    printer = Watching()
    printer.idle(0)
    printer.printing(50, "a.gcode", 20.0, 40.0)
    printer.silent(60)
    over = ended(199, "a.gcode", DONE)
    printer.events(200, Activity.ENDED, over, outcome=DONE, **shown)
    assert printer.jobs == jobs


def test_an_announced_end_that_was_followed_is_that_of_the_print_that_ran() -> None:
    """The line was lost after it, so that the shorter one began and ended unheard."""
    printer = Watching()
    printer.idle(0)
    printer.printing(50, "a.gcode", 80.0, 40.0)
    over = replace(ended(59, "a.gcode", DONE), followed=True)
    printer.events(70, Activity.ENDED, over, outcome=DONE, elapsed_s=1.0, **A)
    assert printer.jobs == [COMPLETED, COMPLETED]


@pytest.mark.parametrize(("at", "jobs"), [(22.0, 1), (22.1, 2)])
def test_an_end_that_is_announced_after_another_stood_is_a_second_one(
    at: float, jobs: int
) -> None:
    """Nothing ran any more when that was seen."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 5.0)
    printer.ended(20, DONE, elapsed_s=9.0, **A)
    over = ended(at, "a.gcode", DONE)
    printer.events(25, Activity.ENDED, over, outcome=DONE, elapsed_s=9.0, **A)
    assert len(printer.jobs) == jobs


def test_an_end_that_took_less_is_not_the_one_that_was_announced() -> None:
    """The next print is over when the printer is looked at."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 5.0)
    over = ended(15, "a.gcode", DONE)
    printer.events(16, Activity.PRINTING, over, elapsed_s=9.0, **A)
    printer.ended(20, DONE, elapsed_s=1.0, **A)
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_the_end_that_is_announced_at_the_first_look_is_the_one_counted() -> None:
    """No printer announces anything twice, so that it is news."""
    printer = Watching()
    over = ended(14, "a.gcode", Outcome.CANCELLED)
    printer.events(20, Activity.IDLE, over, counters=counts(0, 1, 14, False))
    printer.idle(60, counters=counts(0, 2, 50, False))
    assert printer.jobs == [CANCELLED, CANCELLED]


def test_two_ends_that_are_announced_one_after_the_other_are_two_prints() -> None:
    """The line was down at both starts."""
    printer = Watching()
    printer.idle(0)
    printer.events(30, Activity.IDLE, ended(29.5, "a.gcode", DONE))
    printer.events(31, Activity.IDLE, ended(30.5, "a.gcode", DONE))
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_a_success_that_an_upload_dropped_leaves_those_before_it_counted() -> None:
    """They are as many as before, and so it is not among them."""
    printer = Watching()
    printer.idle(0, counters=counts(1, 0, -9, True))
    printer.printing(10, "a.gcode", 50.0, 5.0, counters=counts(1, 0, -9, True))
    printer.printing(15, "a.gcode", 100.0, 9.0)
    over = ended(16, "a.gcode", DONE)
    failed = counts(1, 1, 19, False)
    printer.events(30, Activity.PRINTING, over, filename="b.gcode", counters=failed)
    assert printer.jobs[:2] == [COMPLETED, UNKNOWN]


def test_an_end_that_is_not_the_one_that_stands_is_that_of_the_print_before() -> None:
    """The end of the next one, which took less time, was not heard."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 34.0, 5.0)
    printer.silent(20)
    over = ended(55, "a.gcode", Outcome.CANCELLED)
    printer.events(60, Activity.ENDED, over, **A, outcome=DONE, elapsed_s=1.0)
    assert printer.jobs == [CANCELLED, COMPLETED]


def test_a_success_of_no_print_that_was_seen_may_be_newer_than_what_was_counted() -> (
    None
):
    """The clocks may be as far apart as the two ends are."""
    printer = Watching()
    printer.idle(0, counters=counts())
    told = ended(40, "a.gcode", DONE)
    printer.events(60, Activity.NO_NEWS)
    printer.events(70, Activity.IDLE, told, counters=counts(1, 1, 43, False))
    assert printer.jobs == [UNKNOWN, COMPLETED]


@pytest.mark.parametrize(
    ("filename", "jobs"),
    [("a.gcode", [UNKNOWN, FAILED, RUNNING]), ("b.gcode", [FAILED, UNKNOWN, RUNNING])],
)
def test_what_was_announced_to_begin_and_runs_no_more_is_what_was_counted_last(
    filename: str, jobs: list[JobStatus]
) -> None:
    """While it runs, clocks that are apart do not tell which end came first."""
    printer = counted()
    printer.silent(50)
    told = ended(43, "a.gcode", Outcome.FAILED), started(44, "a.gcode")
    shown: dict[str, Any] = {"filename": filename, "elapsed_s": 0.0}
    shown["counters"] = counts(0, 2, 47, False)
    printer.events(60, Activity.PRINTING, *told, **shown)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("after", "jobs"),
    [
        (counts(1, 1, 21, False), [COMPLETED, FAILED]),
        (counts(1, 0, 17, True), [COMPLETED, UNKNOWN]),
    ],
)
def test_a_failure_newer_than_the_start_of_what_was_lost_is_its_end(
    after: FileCounters, jobs: list[JobStatus]
) -> None:
    """The one before was done, and a server that was killed counts none."""
    printer = counted()
    printer.printing(15, "a.gcode", 68.0, 9.0, counters=counts())
    told = ended(17, "a.gcode", DONE), started(18, "a.gcode")
    printer.events(22, Activity.IDLE, *told, counters=after, rebooted=True)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("outcome", "told", "after", "jobs"),
    [
        (Outcome.FAILED, DONE, counts(1, 1, 21, False), [COMPLETED, FAILED]),
        (None, DONE, counts(1, 1, 21, False), [COMPLETED, UNKNOWN]),
        (Outcome.FAILED, DONE, counts(1, 1, 21, True), [UNKNOWN, COMPLETED]),
        (Outcome.FAILED, Outcome.FAILED, counts(1, 1, 21, False), [COMPLETED, FAILED]),
    ],
)
def test_a_failure_that_is_shown_is_newer_than_the_success_that_was_announced(
    outcome: Outcome | None, told: Outcome, after: FileCounters, jobs: list[JobStatus]
) -> None:
    """The line was down when it came, and the clocks are too near to tell."""
    printer = Watching()
    printer.idle(0, counters=counts())
    printer.printing(10, "a.gcode", 4.0, 1.0, counters=counts())
    event = ended(18, "a.gcode", told)
    shown = {"outcome": outcome, "counters": after, "reason": "Jam"}
    printer.events(30, Activity.ENDED, event, **shown)
    assert printer.jobs == jobs
