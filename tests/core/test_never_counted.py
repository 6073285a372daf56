"""Ends that are never counted, and counts that come in their place (OctoPrint)."""

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    PrintEvent,
)
from custom_components.printernizer.core.transitions import PrintEnded

from .test_counting import counts, printing
from .watching import Watching, ended, started, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
IDLE = Activity.IDLE


@pytest.mark.parametrize(
    ("remaining_s", "jobs"),
    [(60.0, [COMPLETED, UNKNOWN]), (60.1, [UNKNOWN, UNKNOWN, COMPLETED])],
)
def test_a_success_is_that_of_a_print_that_half_of_its_time_was_left_to(
    remaining_s: float, jobs: list[JobStatus]
) -> None:
    """Another one was seen 30 s later: what had more to do cannot have been done."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(30, "a.gcode", 15.0, 12.0, remaining_s=remaining_s, counters=none)
    printer.printing(60, "b.gcode", 1.0, 1.0)
    printer.idle(61)
    printer.idle(62, counters=counts(1, 0, 60, True))
    assert printer.jobs == jobs


def test_what_is_due_is_counted_before_an_end_that_is_announced() -> None:
    """Both counts rose at once, and neither tells of a third print."""
    printer = printing()
    printer.ended(20, Outcome.COMPLETED, filename="a.gcode")
    printer.printing(22, "a.gcode", 1.0, 1.0)
    event = ended(24, "a.gcode", Outcome.COMPLETED)
    printer.events(25, IDLE, event, counters=counts(2, 0, 24, True))
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_a_count_that_was_dropped_is_awaited_no_more_and_the_next_is_taken() -> None:
    """The file was sent anew after a failure, and its next print was done."""
    printer = printing()
    printer.ended(20, Outcome.FAILED, filename="a.gcode")
    printer.printing(22, "a.gcode", 1.0, 1.0)
    printer.ended(24, Outcome.COMPLETED, filename="a.gcode")
    assert len(printer.session.mark.owed["a.gcode"]) == 2
    printer.idle(25, counters=counts(1, 0, 24, True))
    assert printer.jobs == [FAILED, COMPLETED]


def test_nothing_more_is_awaited_of_what_a_killed_server_never_counts() -> None:
    """Two were lost; what is counted since is that of the three after them."""
    printer = printing(elapsed_s=50.0)
    printer.printing(20, "a.gcode", 5.0, 40.0)
    printer.idle(24)
    assert len(printer.session.mark.owed["a.gcode"]) == 2
    event = ended(26, "a.gcode", Outcome.CANCELLED)
    printer.events(26, IDLE, event, counters=counts(1, 0, 25, True, 1.0))
    assert printer.session.mark.owed == {"a.gcode": (printer.session.last,)}
    printer.idle(27, counters=counts(1, 1, 26, False))
    printer.idle(29, counters=counts(2, 1, 28, True, 1.0))
    assert printer.jobs == [UNKNOWN, UNKNOWN, COMPLETED, CANCELLED, COMPLETED]


def test_one_count_tells_of_one_print() -> None:
    """Of two that are due, the second count says nothing about the one told of."""
    printer = printing()
    printer.printing(20, "a.gcode", 1.0, 1.0)
    printer.idle(24)
    printer.printing(25, "b.gcode", 1.0, 1.0)
    printer.idle(28)
    printer.idle(29, counters=counts(1, 0, 28, True))
    assert printer.jobs == [UNKNOWN, COMPLETED, UNKNOWN]
    assert not printer.idle(30, counters=counts(1, 1, 29, False))


def test_nothing_more_is_awaited_of_counts_that_were_dropped() -> None:
    """Two were cancelled, and their file was sent anew for the one that succeeded."""
    printer = printing()
    for at in (20, 24):
        two = ended(at - 0.2, "a.gcode", Outcome.CANCELLED), started(at, "a.gcode")
        printer.events(at + 0.1, Activity.PRINTING, *two, filename="a.gcode")
    assert len(printer.session.mark.owed["a.gcode"]) == 2
    event = ended(26, "a.gcode", Outcome.CANCELLED)
    printer.events(26, IDLE, event, counters=counts(1, 0, 25, True))
    printer.idle(27, counters=counts(1, 1, 26, False))
    printer.idle(29, counters=counts(2, 1, 28, True))
    assert printer.jobs == [CANCELLED, CANCELLED, COMPLETED, CANCELLED, COMPLETED]


def test_a_success_that_is_too_short_for_the_last_is_that_of_the_print_before() -> None:
    """The server was killed while the last one ran."""
    printer = printing(elapsed_s=3.0)
    printer.printing(20, "b.gcode", 1.0, 1.0)
    printer.printing(60, "a.gcode", 30.0, 39.0)
    printer.idle(61, rebooted=True)
    printer.idle(62, counters=counts(1, 0, 15, True, 5.0))
    assert printer.jobs == [COMPLETED, UNKNOWN, UNKNOWN]


def test_what_was_told_late_is_not_put_right_by_its_count() -> None:
    """Its end was announced after it had been seen to be gone; another followed."""
    printer = printing()
    printer.idle(20)
    event = ended(19.9, "a.gcode", Outcome.COMPLETED)
    printer.events(20.5, IDLE, event)
    printer.printing(22, "b.gcode", 1.0, 1.0)
    printer.idle(24)
    assert not printer.idle(25, counters=counts(1, 0, 19.9, True))
    assert printer.jobs == [COMPLETED, UNKNOWN]


def test_a_failure_is_not_the_count_of_a_print_that_was_completed() -> None:
    """Its file was sent anew at once for the next print, which nobody saw run."""
    printer = printing()
    done = ended(20, "a.gcode", Outcome.COMPLETED)
    printer.events(20.4, IDLE, done, counters=counts())
    printer.idle(25, counters=counts(0, 1, 24, False))
    assert printer.jobs == [COMPLETED, CANCELLED]


def test_a_print_that_seemed_to_be_done_is_not_where_its_count_says_no() -> None:
    """Its time had run out when the next one was seen, which alone succeeded."""
    printer = printing(elapsed_s=50.0, remaining_s=1.0, progress=98.0)
    printer.printing(20, "a.gcode", 100.0, 5.0)
    assert printer.jobs == [COMPLETED, RUNNING]
    correction, _ = printer.idle(25, counters=counts(1, 1, 21, True))
    assert isinstance(correction, PrintEnded)
    assert correction.progress == 98.0
    assert printer.jobs == [UNKNOWN, COMPLETED]


@pytest.mark.parametrize(
    ("shown", "done", "jobs"),
    [
        ({}, 2, [UNKNOWN, UNKNOWN]),
        ({}, 3, [COMPLETED, COMPLETED]),
        ({"progress": 1.0}, 2, [COMPLETED, CANCELLED]),
        ({"elapsed_s": 0.0}, 2, [COMPLETED, CANCELLED]),
        ({"cancelling": True}, 2, [CANCELLED, COMPLETED]),
        ({"events": (started(10, "a.gcode"),)}, 2, [COMPLETED, CANCELLED]),
    ],
)
def test_of_a_print_that_showed_nothing_nobody_knows_which_end_is_its_own(
    shown: dict[str, object], done: int, jobs: list[JobStatus]
) -> None:
    """It may have been on its way out, which a killed Home Assistant has forgotten."""
    printer = Watching()
    printer.idle(0, counters=counts(1, 0, -10, True))
    printer.look(11, Activity.PRINTING, filename="a.gcode", **shown)
    newest = counts(done, 3 - done, 15, done == 3)
    printer.idle(60, counters=newest)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("first", "done", "jobs"),
    [
        (100.0, 1, [UNKNOWN, COMPLETED, CANCELLED]),
        (99.0, 1, [COMPLETED, CANCELLED]),
        (100.0, 2, [COMPLETED, COMPLETED]),
    ],
)
def test_a_success_is_not_that_of_a_print_before_one_that_was_done(
    first: float, done: int, jobs: list[JobStatus]
) -> None:
    """The one before was restarted from a pause, which counts none."""
    printer = printing()
    printer.look(15, Activity.PAUSED, filename="a.gcode", progress=50.0, elapsed_s=4.0)
    printer.printing(20, "a.gcode", first, 0.0)
    printer.idle(30, counters=counts(done, 2 - done, 29, done == 2))
    assert printer.jobs == jobs


def test_a_success_that_is_announced_of_what_was_done_leaves_the_other_one() -> None:
    """Both ends were announced, and are counted together."""
    printer = printing()
    first = ended(20, "a.gcode", Outcome.COMPLETED), started(21, "a.gcode")
    shown = {"filename": "a.gcode", "progress": 100.0, "elapsed_s": 1.0}
    printer.events(22, Activity.PRINTING, *first, **shown)
    second = ended(23, "a.gcode", Outcome.COMPLETED)
    printer.events(24, IDLE, second, counters=counts(2, 0, 23, True))
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_how_long_a_print_took_that_was_done_tells_nothing_of_the_one_before() -> None:
    """Both succeeded, and the newest count is that of the one that was done."""
    printer = printing(elapsed_s=40.0)
    printer.printing(20, "a.gcode", 100.0, 0.0)
    printer.idle(30, counters=counts(2, 0, 29, True, 5.0))
    assert printer.jobs == [COMPLETED, COMPLETED]


@pytest.mark.parametrize("events", [(), (started(40, "a.gcode"),)])
@pytest.mark.parametrize(
    ("at", "jobs"),
    [(40.5, [COMPLETED, UNKNOWN]), (41, [UNKNOWN, COMPLETED])],
)
def test_a_late_count_is_that_of_what_came_at_once_where_that_is_over_too(
    at: float, jobs: list[JobStatus], events: tuple[PrintEvent, ...]
) -> None:
    """Unless it comes as soon as the count of the one before."""
    printer = printing()
    shown = {"filename": "a.gcode", "progress": 0.0, "elapsed_s": 0.0}
    printer.look(40, Activity.PRINTING, events=events, counters=counts(), **shown)
    printer.idle(at, counters=counts(1, 0, 40, True))
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("filename", "jobs"),
    [
        ("b.gcode", [UNKNOWN, COMPLETED, RUNNING]),
        ("a.gcode", [COMPLETED, RUNNING]),
    ],
)
def test_a_late_count_is_that_of_what_came_at_once_where_another_file_prints_by_then(
    filename: str, jobs: list[JobStatus]
) -> None:
    """Its time may have run for as long as if the same print went on."""
    printer = printing()
    printer.look(15, Activity.PAUSED, filename="a.gcode", progress=50.0, elapsed_s=5.0)
    printer.printing(20, "a.gcode", 0.0, 0.0, counters=counts())
    counted = counts(1, 0, 21, True)
    printer.printing(25, filename, 9.0, 4.0, counters=counted)
    assert printer.jobs == jobs


@pytest.mark.parametrize("filename", ["a.gcode", None])
def test_a_count_is_not_that_of_a_print_that_was_announced_and_runs(
    filename: str | None,
) -> None:
    """It is younger than the start, and so the end of the one before."""
    printer = printing()
    event = started(30, "a.gcode")
    shown = {"filename": filename, "elapsed_s": 1.0, "progress": 0.0}
    counted = counts(1, 0, 38, True)
    printer.events(40, Activity.PRINTING, event, counters=counted, **shown)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_two_counts_are_those_of_two_prints_where_the_second_was_announced() -> None:
    """The one before was not restarted, but done."""
    printer = printing()
    printer.look(20, Activity.PAUSED, filename="a.gcode", progress=50.0)
    event = started(21, "a.gcode")
    printer.events(30, IDLE, event, counters=counts(2, 0, 22, True))
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_a_print_that_was_given_up_before_a_restart_could_be_done_by_then() -> None:
    """The printer has been silent for longer than it had to go."""
    printer = printing(remaining_s=60.0)
    printer.silent(60)
    printer.give_up(600)
    printer.restart(610)
    printer.idle(700, counters=counts(1, 0, 80, True))
    assert printer.jobs == [COMPLETED]


@pytest.mark.parametrize(
    ("length_s", "jobs"), [(29.0, [COMPLETED]), (28.9, [UNKNOWN, COMPLETED])]
)
def test_c5_a_success_that_took_less_than_a_print_has_run_is_that_of_another(
    length_s: float, jobs: list[JobStatus]
) -> None:
    """The line was down from its end until that of the next print of the file."""
    printer = printing(elapsed_s=31.0)
    printer.silent(30)
    printer.idle(60, counters=counts(1, 0, 50, True, length_s))
    assert printer.jobs == jobs


def test_how_long_the_newest_took_tells_nothing_of_the_one_before() -> None:
    """Both are counted at once; the newest was announced, and took less."""
    printer = printing(elapsed_s=31.0)
    printer.printing(60, "a.gcode", 10.0, 1.0)
    event = ended(75, "a.gcode", Outcome.COMPLETED)
    printer.events(76, IDLE, event, filename=None)
    printer.idle(77, counters=counts(2, 0, 75, True, 7.0))
    assert printer.jobs == [COMPLETED, COMPLETED]


@pytest.mark.parametrize(
    ("heard", "jobs"),
    [(59.9, [UNKNOWN, COMPLETED, RUNNING]), (60.0, [COMPLETED, RUNNING])],
)
def test_a_print_was_over_when_the_next_start_was_announced_not_when_we_heard_of_it(
    heard: float, jobs: list[JobStatus]
) -> None:
    """Half of its time was left to it then, so that the success is the next one's."""
    printer = Watching()
    printer.idle(0)
    none = counts(0, 0, None, None)
    left = {"remaining_s": 60.0, "counters": none}
    printer.printing(30, "a.gcode", 15.0, 12.0, **left)
    printer.silent(50)
    told, done = started(heard, "a.gcode"), counts(1, 0, 65.2, True)
    shown = {"filename": "a.gcode", "elapsed_s": 70.0}
    printer.events(200, Activity.PRINTING, told, counters=done, **shown)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("heard", "status"), [(39.9, UNKNOWN), (40.0, COMPLETED), (90.0, COMPLETED)]
)
def test_c4_whether_the_time_had_run_out_is_told_by_when_the_next_one_began(
    heard: float, status: JobStatus
) -> None:
    """Its start was heard of later."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 92.0, 115.0, remaining_s=10.0)
    printer.silent(50)
    told = started(heard, "b.gcode")
    printer.events(100, Activity.PRINTING, told, filename="b.gcode")
    assert printer.jobs == [status, RUNNING]


def test_s6_a_print_that_began_by_a_clock_ahead_ended_when_it_did() -> None:
    """No count of an end long after that is its own, though its record begins later."""
    printer = Watching()
    printer.idle(0, counters=counts())
    printer.clock_step = 3600
    printer.printing(20, "a.gcode", 40.0, 10.0, counters=counts())
    printer.clock_step = 0
    printer.events(40, Activity.PRINTING, started(40, "a.gcode"), filename="a.gcode")
    (end,) = (one for one in printer.orders if isinstance(one, PrintEnded))
    assert end.end_time == utc(3610)
    printer.restart(100)
    printer.printing(110, "a.gcode", 80.0, 80.0)
    printer.idle(150, counters=counts(1, 0, 149, True))
    assert printer.jobs == [UNKNOWN, COMPLETED]


@pytest.mark.parametrize(
    ("reason", "rebooted", "counted", "jobs"),
    [
        ("Heater", False, (2, 1, 15, False), [UNKNOWN, FAILED]),
        (None, True, (2, 1, 15, False), [UNKNOWN, UNKNOWN]),
        ("Heater", False, (2, 1, 15, True), [UNKNOWN, UNKNOWN]),
        ("Heater", False, (2, 2, 15, False), [UNKNOWN, UNKNOWN, FAILED]),
        ("Heater", False, (3, 1, 15, False), [UNKNOWN, UNKNOWN, FAILED]),
    ],
)
def test_what_broke_was_not_the_print_seen_on_its_way_out(
    reason: str | None,
    rebooted: bool,
    counted: tuple[int, int, float, bool],
    jobs: list[JobStatus],
) -> None:
    """It was the newest; of those before nobody knows which was which."""
    printer = Watching()
    printer.idle(0, counters=counts(1, 0, -10, True))
    printer.look(11, Activity.PRINTING, filename="a.gcode")
    shown = {"reason": reason, "rebooted": rebooted}
    printer.look(60, Activity.IDLE, counters=counts(*counted), **shown)
    assert printer.jobs == jobs
