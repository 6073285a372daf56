"""Counter-examples of prints that were found after a break, each in a sentence."""

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .watching import Watching

COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
RUNNING, STOPPED = JobStatus.RUNNING, JobStatus.PAUSED
PRINTING, PAUSED = Activity.PRINTING, Activity.PAUSED
NAMED, NUMBERED = {"title": "Vase"}, {"title": "Vase", "print_id": "7"}


def lost_at(progress: float, shown: dict[str, str]) -> Watching:
    """Watch a printer that lost its print, seen at 29 %, at so many percent by 100 s."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, progress=29.0, **shown)
    printer.silent(20)
    printer.idle(100, progress=progress, rebooted=True, unbroken=False, **shown)
    return printer


@pytest.mark.parametrize(
    ("since", "jobs"),
    [
        ({}, [STOPPED]),
        ({41: 100.0}, [STOPPED]),
        ({41: None}, [STOPPED]),
        ({68: 100.0}, [STOPPED]),
        ({69: 100.0}, [COMPLETED, STOPPED]),
        ({41: 100.0, 42: 99.0}, [COMPLETED, STOPPED]),
    ],
)
def test_s3_a_percentage_that_stands_since_a_break_may_have_been_left_before_a_restart(
    since: dict[float, float | None], jobs: list[JobStatus]
) -> None:
    """A print that was found paused at 100 % was at 55 % when we were back."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.silent(10)
    printer.look(40, PRINTING, title="Vase", progress=100.0, unbroken=False)
    for at, progress in since.items():
        printer.look(at, PAUSED, title="Vase", progress=progress)
    printer.restart(70)
    printer.look(80, PAUSED, title="Vase", progress=55.0, unbroken=False)
    printer.wake(101)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("progress", "jobs"),
    [(77.0, [RUNNING]), (51.0, [RUNNING]), (50.0, [UNKNOWN, RUNNING])],
)
def test_c11_a_lost_print_that_counts_already_when_it_is_found_goes_on(
    progress: float, jobs: list[JobStatus]
) -> None:
    """The end that stood was at another percentage, so that no name is waited for."""
    printer = lost_at(52.0, NAMED)
    printer.silent(110)
    printer.look(140, PRINTING, title="Vase", progress=progress, unbroken=False)
    assert printer.jobs == jobs


def test_c5_what_prepares_at_a_percentage_that_was_left_does_not_prepare_again() -> (
    None
):
    """Its own percentage came in a gap, when the wait for its name was over."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(60, Activity.PREPARING, title="Vase", progress=32.0)
    printer.wake(81)
    printer.look(82, Activity.PREPARING, title="Vase", progress=32.0)
    printer.silent(90)
    printer.look(102, Activity.PREPARING, title="Vase", progress=0.0, unbroken=False)
    printer.look(120, PRINTING, title="Vase", progress=0.0)
    assert printer.jobs == [RUNNING]


@pytest.mark.parametrize(
    ("progress", "jobs"), [(51, [RUNNING]), (50, [UNKNOWN, RUNNING])]
)
def test_c11_a_print_that_was_lost_goes_on_no_further_back_than_it_had_come(
    progress: float, jobs: list[JobStatus]
) -> None:
    """It was seen at 29 % last, and had left 52 % when the printer was back."""
    printer = lost_at(52.0, NUMBERED)
    printer.silent(110)
    printer.look(140, PAUSED, progress=progress, unbroken=False, **NUMBERED)
    printer.look(150, PRINTING, progress=progress, **NUMBERED)
    printer.wake(171)
    assert printer.jobs == jobs


def test_c11_what_was_seen_to_begin_is_the_next_print_also_where_it_counts() -> None:
    """A lost one goes on from a pause."""
    printer = lost_at(52.0, NAMED)
    printer.look(140, PRINTING, title="Vase", progress=60.0)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_c11_an_id_tells_at_once_that_it_is_the_lost_print_that_goes_on() -> None:
    """Its end came before the wait for names was over."""
    printer = lost_at(77.0, NUMBERED)
    printer.silent(110)
    printer.look(140, PRINTING, title="Vase", progress=77.0, unbroken=False)
    printer.look(141, PRINTING, progress=77.0, **NUMBERED)
    printer.ended(142, Outcome.COMPLETED, progress=100.0, **NUMBERED)
    assert printer.jobs == [COMPLETED]


@pytest.mark.parametrize(
    ("stood", "jobs"),
    [("Vase", [RUNNING]), (None, [RUNNING]), ("Cup", [UNKNOWN, RUNNING])],
)
def test_c11_a_print_goes_on_no_more_where_another_stood_after_it(
    stood: str | None, jobs: list[JobStatus]
) -> None:
    """It was a print of another name that was lost, under the name left before."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, progress=29.0, title="Vase")
    printer.silent(20)
    printer.idle(100, title=stood, rebooted=True, unbroken=False)
    printer.silent(110)
    printer.look(140, PRINTING, title="Vase", progress=77.0, unbroken=False)
    printer.wake(161)
    assert printer.jobs == jobs
