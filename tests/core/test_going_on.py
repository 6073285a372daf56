"""When a print that was lost goes on, and when another has begun (C11, O12)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity
from custom_components.printernizer.core.transitions import PrintReopened

from .watching import Watching, kinds, utc

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
        (184, {"elapsed_s": 80.0}, True),
        (185, {"elapsed_s": 80.0}, False),
        (150, {"progress": 51.0}, False),
        (150, {}, False),
    ],
)
def test_c11_a_print_that_may_have_begun_since_is_another(
    at: float, shown: dict[str, Any], goes_on: bool
) -> None:
    """The printer was without its print for about as long as this one has run.

    The look that told so may have been a slow one.
    """
    printer = lost()
    printer.look(at, Activity.PRINTING, filename="a.gcode", **shown)
    assert printer.jobs == ([RUNNING] if goes_on else [UNKNOWN, RUNNING])


def test_c11_a_print_that_goes_on_paused_is_paused() -> None:
    """Power-loss recovery asks first."""
    printer = lost()
    orders = printer.look(
        150, Activity.PAUSED, filename="a.gcode", progress=50.0, elapsed_s=50.0
    )
    (order,) = orders
    assert isinstance(order, PrintReopened)
    assert (order.progress, order.elapsed_s) == (50.0, 50.0)
    assert order.seen_at == utc(150)
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
    for at in (150, 155):
        assert not printer.look(at, Activity.PRINTING, title="Vase", progress=51.0)
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


def test_c11_what_was_seen_to_begin_from_rest_is_the_next_print() -> None:
    """That was seen, and is remembered for as long as it waits."""
    printer = bambu(title="Vase", progress=50.0)
    printer.look(150, Activity.PRINTING, title="Vase", progress=51.0, unbroken=True)
    printer.look(152, Activity.PRINTING, title="Vase", progress=51.0)
    printer.wake(171)
    assert printer.jobs == [UNKNOWN, RUNNING]
    printer = bambu(title="Vase", progress=50.0)
    printer.look(150, Activity.PREPARING, title="Vase", unbroken=True)
    assert not printer.wake(171)
    printer.look(180, Activity.PRINTING, title="Vase", progress=51.0, unbroken=True)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_c11_a_lost_print_is_known_again_by_its_name_where_its_id_is_missing() -> None:
    """Before it was lost, or after that."""
    for before, after in (({"print_id": "1"}, {}), ({}, {"print_id": "1"})):
        printer = Watching()
        printer.idle(0)
        printer.printing(60, "a.gcode", 50.0, 50.0, **before)
        printer.silent(90)
        printer.idle(120, rebooted=True)
        printer.printing(150, "a.gcode", 51.0, 80.0, **after)
        assert printer.jobs == [RUNNING]


def test_c11_a_removed_printers_print_needs_not_to_have_run_for_long() -> None:
    """It was we who lost it; its progress went on."""
    printer = Watching()
    printer.idle(0)
    printer.printing(60, "a.gcode", 50.0)
    printer.remove(70)
    printer.printing(9000, "a.gcode", 55.0)
    assert printer.jobs == [RUNNING]


def test_c11_a_print_whose_end_was_seen_is_not_taken_up_from_a_pause() -> None:
    """What pauses under its name is the next one."""
    printer = Watching(late_identity=True)
    printer.idle(0)
    printer.look(10, Activity.PRINTING, title="Vase", progress=50.0)
    printer.idle(40)
    printer.look(200, Activity.PAUSED, title="Vase", progress=51.0)
    printer.wake(221)
    assert printer.jobs == [UNKNOWN, PAUSED]


def test_o4_a_question_of_a_lost_print_is_its_pause() -> None:
    """It counts on from where it was."""
    printer = lost()
    printer.look(
        150, Activity.PREPARING, filename="a.gcode", elapsed_s=80.0, tentative=True
    )
    assert printer.jobs == [PAUSED]


@pytest.mark.parametrize(
    ("title", "jobs"), [("Vase", [RUNNING]), ("Other", [UNKNOWN, RUNNING])]
)
def test_c11_an_id_that_comes_back_after_a_reboot_needs_no_wait(
    title: str, jobs: list[JobStatus]
) -> None:
    """It did not stand meanwhile; under another name it is used a second time."""
    printer = bambu(title="Vase", progress=50.0, print_id="2")
    printer.look(150, Activity.PRINTING, title=title, print_id="2", progress=51.0)
    assert printer.jobs == jobs


@pytest.mark.parametrize("rebooted", [True, False])
@pytest.mark.parametrize("shown", [{}, {"print_id": "1"}])
def test_a_print_whose_name_comes_a_look_later_goes_on_all_the_same(
    rebooted: bool, shown: dict[str, str]
) -> None:
    """It was lost (C11), or found idle for a moment (O12)."""
    printer = Watching()
    printer.idle(0)
    printer.printing(60, "a.gcode", 50.0, 50.0, **shown)
    printer.silent(70)
    printer.idle(80, rebooted=rebooted)
    printer.printing(90, progress=51.0, elapsed_s=80.0)
    printer.printing(95, "a.gcode", 51.0, 85.0, **shown)
    assert printer.jobs == [RUNNING]
