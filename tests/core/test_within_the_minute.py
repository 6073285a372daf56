"""When a second start continues the first print, and when it is another (O12)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import Policy
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome

from .test_found_at_octoprint import counts
from .test_history import row
from .watching import Watching, ended, kinds, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
UNKNOWN, RUNNING, PAUSED = JobStatus.UNKNOWN, JobStatus.RUNNING, JobStatus.PAUSED


def test_o4_a_question_about_the_file_before_reopens_nothing() -> None:
    """Within the minute, but it may still be refused."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 1.0, 5.0)
    printer.idle(40)
    printer.look(50, Activity.PREPARING, filename="a.gcode", tentative=True)
    assert printer.jobs == [UNKNOWN]


@pytest.mark.parametrize(("at", "jobs"), [(84.9, 1), (85.0, 2)])
def test_o12_a_second_start_continues_the_first_within_a_minute(
    at: float, jobs: int
) -> None:
    """A minute from the first start, which was 5 s before it was seen."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 1.0, 5.0)
    printer.idle(40)
    printer.printing(at, "a.gcode", 3.0)
    assert len(printer.jobs) == jobs


@pytest.mark.parametrize(
    "shown", [{"filename": "b.gcode"}, {"filename": "a.gcode", "progress": 0.0}]
)
def test_o12_another_name_or_a_count_that_fell_is_a_second_print(
    shown: dict[str, Any],
) -> None:
    """However soon it begins."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0)
    printer.idle(40)
    printer.look(45, Activity.PRINTING, **shown)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_o12_a_print_that_its_printer_lost_by_a_restart_is_begun_no_second_time() -> (
    None
):
    """However soon its file is printed again, it had run for longer than that has."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 23.0, 1.0)
    printer.idle(40, rebooted=True)
    printer.printing(50, "a.gcode", 0.0, 0.0)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_c11_the_record_knows_which_print_was_lost_and_which_was_closed_idle() -> None:
    """Until the next one has ended: the session that knows it too may be lost."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode")
    marks = []
    printer.idle(40, rebooted=True)
    marks.append(printer.session.mark)
    printer.printing(200, "b.gcode")
    printer.idle(210)
    marks.append(printer.session.mark)
    printer.printing(400, "c.gcode")
    printer.remove(410)
    marks.append(printer.session.mark)
    keys = list(printer.statuses)
    assert [mark.lost_key for mark in marks] == [keys[0], None, keys[2]]
    assert [mark.idle_key for mark in marks] == [keys[0], keys[1], None]


@pytest.mark.parametrize(
    ("before", "after"),
    [((), ()), ((), (5.0, 10.0)), ((1.0, 5.0), ())],
)
def test_c11_a_printer_that_is_added_again_at_once_goes_on_with_its_print(
    before: tuple[float, ...], after: tuple[float, ...]
) -> None:
    """Also where it did not show yet how far it had come."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", *before)
    printer.remove(40)
    printer.printing(45, "a.gcode", *after)
    assert printer.jobs == [RUNNING]


def test_o12_an_end_that_was_told_is_proof_of_two_prints() -> None:
    """The same file within the minute, and the first was seen to be completed."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0)
    printer.ended(40, Outcome.COMPLETED, filename="a.gcode")
    printer.printing(50, "a.gcode", 12.0)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_o9_a_print_that_goes_on_with_creation_off_has_no_job() -> None:
    """But one that it took over is reopened."""
    printer = Watching(Policy(auto_create=False))
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 5.0)
    printer.idle(40)
    orders = printer.printing(50, "a.gcode", 12.0, 25.0)
    assert kinds(orders) == ["PrintReopened"]
    assert not printer.began


def test_o8_an_ignored_print_that_goes_on_is_still_ignored() -> None:
    """No order tells of it."""
    printer = Watching(Policy(ignore_patterns=("a*",)))
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 5.0)
    printer.idle(40)
    printer.printing(50, "a.gcode", 12.0, 25.0)
    printer.idle(60)
    assert printer.orders == []


@pytest.mark.parametrize(
    ("activity", "job"), [(Activity.PRINTING, RUNNING), (Activity.PAUSED, PAUSED)]
)
def test_c11_a_print_that_heats_up_again_goes_on_as_it_was(
    activity: Activity, job: JobStatus
) -> None:
    """It prepares, and that is no change."""
    printer = Watching()
    printer.idle(0)
    printer.look(60, activity, filename="a.gcode", elapsed_s=50.0)
    printer.silent(90)
    printer.idle(120, rebooted=True)
    printer.look(150, Activity.PREPARING, filename="a.gcode", elapsed_s=80.0)
    assert printer.jobs == [job]


def test_o12_a_second_start_may_lack_the_id_of_the_first() -> None:
    """Then its name decides."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 1.0, 5.0, print_id="1")
    printer.idle(40)
    printer.printing(50, "a.gcode", 3.0, 25.0)
    assert printer.jobs == [RUNNING]


def test_o12_an_end_that_was_announced_or_counted_is_proof_of_two_prints() -> None:
    """Though it did not tell how it came."""
    announced = Watching()
    announced.idle(0)
    announced.printing(30, "a.gcode", 10.0, 5.0)
    announced.events(40, Activity.IDLE, ended(40, "a.gcode", None))
    announced.printing(55, "a.gcode", 12.0, 20.0)
    assert announced.jobs == [UNKNOWN, RUNNING]
    counted = Watching()
    counted.idle(0, counters=FileCounters(filename="a.gcode"))
    counted.printing(30, "a.gcode", 10.0, 5.0)
    counted.idle(40, counters=FileCounters(filename="a.gcode", failure=1))
    counted.printing(55, "a.gcode", 12.0, 20.0)
    assert counted.jobs == [UNKNOWN, RUNNING]


def test_o12_what_is_on_record_alone_is_not_the_print_that_runs() -> None:
    """The host was restarted as the first one ended, and knows nothing of the next."""
    printer = Watching()
    printer.idle(0, history=())
    printer.printing(25, "a.gcode", 20.0, 2.0, print_id="8", history=())
    rows = (
        row("8", 23, 29, outcome=Outcome.COMPLETED),
        row("9", 30, ended=None, outcome=None),
    )
    printer.printing(40, "a.gcode", 0.0, 4.0, history=rows)
    printer.printing(45, "a.gcode", 0.0, 9.0, history=rows)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]
    assert printer.began[-1].print.start_time == utc(36)


def test_the_record_knows_whose_end_was_counted() -> None:
    """Until the next one has ended, as it knows which print was lost."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    printer.printing(30, "a.gcode", counters=FileCounters(filename="a.gcode"))
    printer.idle(60, counters=counts(0, 1, 50, good=False))
    marks = [printer.session.mark]
    printer.printing(200, "b.gcode")
    printer.idle(230)
    marks.append(printer.session.mark)
    keys = list(printer.statuses)
    assert [mark.counted_end_key for mark in marks] == [keys[0], None]
