"""When a print that was lost goes on, and when another has begun (C11, O12)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import Policy
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .watching import Watching, kinds

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
UNKNOWN, RUNNING, PAUSED = JobStatus.UNKNOWN, JobStatus.RUNNING, JobStatus.PAUSED


def lost(at: float = 120, **always: Any) -> Watching:
    """Watch a printer that lost its print by a reboot, 60 s after its last look."""
    printer = Watching(**always)
    printer.idle(0)
    printer.printing(60, "a.gcode", 50.0, 50.0)
    printer.silent(90)
    printer.idle(at, rebooted=True)
    assert printer.jobs == [UNKNOWN]
    return printer


def bambu(**before: Any) -> Watching:
    """Watch a printer whose names come late, and which lost a print by a reboot."""
    printer = Watching(late_identity=True)
    printer.idle(0)
    printer.look(60, Activity.PRINTING, **before)
    printer.wake(81)
    printer.silent(90)
    printer.idle(120, rebooted=True)
    assert printer.jobs == [UNKNOWN]
    return printer


def test_c11_a_print_with_an_id_is_known_again_by_it() -> None:
    """Nobody saw its end, and the printer still calls it the same."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 50.0, print_id="1")
    printer.silent(60)
    printer.idle(90)
    assert printer.jobs == [UNKNOWN]
    printer.printing(700, "a.gcode", 1.0, print_id="1")
    assert printer.jobs == [RUNNING]


@pytest.mark.parametrize("print_id", ["1", "2"])
def test_c6_an_id_is_another_print_after_a_seen_end(print_id: str) -> None:
    """The end was seen while the line was up, though not how it came."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 50.0, print_id="1")
    printer.idle(40)
    printer.printing(50, "a.gcode", 51.0, print_id=print_id)
    assert printer.jobs == [UNKNOWN, RUNNING]


@pytest.mark.parametrize(
    ("shown", "goes_on"),
    [
        ({"filename": "a.gcode", "elapsed_s": 80.0}, True),
        ({"filename": "a.gcode", "elapsed_s": 50.0}, True),
        ({"filename": "a.gcode", "elapsed_s": 80.0, "progress": 1.0}, True),
        ({"filename": "a.gcode", "elapsed_s": 47.0}, False),
        ({"filename": "b.gcode", "elapsed_s": 80.0}, False),
        ({"elapsed_s": 80.0}, False),
    ],
)
def test_c11_a_lost_print_is_known_again_by_its_name_and_its_time(
    shown: dict[str, Any], goes_on: bool
) -> None:
    """It has run for longer than the printer was without it."""
    printer = lost()
    printer.look(150, Activity.PRINTING, **shown)
    printer.wake(171)
    assert printer.jobs == ([RUNNING] if goes_on else [UNKNOWN, RUNNING])


@pytest.mark.parametrize(
    ("at", "shown", "goes_on"),
    [
        (199, {"elapsed_s": 80.0}, True),
        (200, {"elapsed_s": 80.0}, False),
        (150, {"progress": 51.0}, False),
        (150, {}, False),
    ],
)
def test_c11_a_print_that_may_have_begun_since_is_another(
    at: float, shown: dict[str, Any], goes_on: bool
) -> None:
    """The printer was without its print for as long as this one has run."""
    printer = lost()
    printer.look(at, Activity.PRINTING, filename="a.gcode", **shown)
    assert printer.jobs == ([RUNNING] if goes_on else [UNKNOWN, RUNNING])


def test_c11_a_print_that_goes_on_paused_is_paused() -> None:
    """Power-loss recovery asks first."""
    printer = lost()
    orders = printer.look(
        150, Activity.PAUSED, filename="a.gcode", progress=50.0, elapsed_s=50.0
    )
    assert kinds(orders) == ["PrintReopened"]
    assert printer.jobs == [PAUSED]
    printer.printing(180, "a.gcode", 60.0, 60.0)
    assert printer.jobs == [RUNNING]


def test_c11_a_lost_print_is_known_again_only_until_another_was_seen() -> None:
    """The one before the last never goes on."""
    printer = lost()
    printer.printing(150, "b.gcode", 1.0, 5.0)
    printer.silent(160)
    printer.idle(170, rebooted=True)
    printer.printing(180, "a.gcode", 51.0, 80.0)
    assert printer.jobs == [UNKNOWN, UNKNOWN, RUNNING]


def test_c11_a_late_name_decides_when_the_wait_is_over() -> None:
    """The next print may run under the name that the lost one left."""
    printer = bambu(title="Vase", progress=50.0)
    assert not printer.look(150, Activity.PRINTING, title="Vase", progress=51.0)
    assert kinds(printer.wake(170)) == ["PrintReopened"]
    assert printer.jobs == [RUNNING]


def test_c11_a_pause_needs_no_wait() -> None:
    """Nothing but the lost print can be paused under its name."""
    printer = bambu(title="Vase", progress=50.0)
    orders = printer.look(150, Activity.PAUSED, title="Vase", progress=50.0)
    assert kinds(orders) == ["PrintReopened"]


@pytest.mark.parametrize(
    "shown",
    [
        {"title": "Vase", "progress": 1.0},
        {"title": "Vase"},
        {"title": "Vase", "progress": 51.0, "unbroken": True},
    ],
)
def test_c11_what_began_anew_or_from_rest_is_the_next_print(
    shown: dict[str, Any],
) -> None:
    """Less progress, none at all, or a beginning that was seen."""
    printer = bambu(title="Vase", progress=50.0)
    printer.look(150, Activity.PRINTING, **shown)
    printer.wake(171)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_c11_ids_that_differ_are_two_prints_after_a_wait_as_well() -> None:
    """The name is the same, and the same as the one that was lost."""
    printer = bambu(title="Vase", progress=50.0, print_id="1")
    printer.look(150, Activity.PREPARING, title="Vase", print_id="2", progress=51.0)
    printer.wake(171)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_c11_an_id_that_stood_while_idle_is_the_next_prints() -> None:
    """Its name is that of the lost one, and it is known only when the wait is over."""
    printer = bambu(title="Vase", progress=50.0, print_id="1")
    printer.idle(130, title="Vase", print_id="2")
    printer.look(150, Activity.PRINTING, title="Vase", print_id="2", progress=51.0)
    assert printer.jobs == [UNKNOWN]
    printer.wake(171)
    assert printer.jobs == [UNKNOWN, RUNNING]


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
