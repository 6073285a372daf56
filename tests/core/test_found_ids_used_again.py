"""Ids that third parties used again (Bambu Lab), as the simulation found them."""

from dataclasses import replace

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.snapshot import Activity, Outcome

from .watching import Watching

PRINTING = Activity.PRINTING
COMPLETED, FAILED = JobStatus.COMPLETED, JobStatus.FAILED
RUNNING, UNKNOWN = JobStatus.RUNNING, JobStatus.UNKNOWN


def after_an_id() -> Watching:
    """Return a printer whose first print ended under the id 1."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, title="Vase", print_id="1", progress=1.0)
    printer.ended(100, Outcome.COMPLETED, title="Vase", print_id="1", progress=100.0)
    return printer


@pytest.mark.parametrize(
    ("before", "unbroken", "name"),
    [(None, True, "Vase"), ("1", True, None), (None, False, None)],
)
def test_o3_an_id_that_takes_the_place_of_another_in_sight_is_the_print_s_own(
    before: str | None, unbroken: bool, name: str | None
) -> None:
    """It ended before its wait was over; the printer had been switched off and on."""
    printer = after_an_id()
    printer.idle(150, title="Vase", print_id=before)
    shown = {"title": "Vase", "print_id": "1", "progress": 0.0}
    printer.look(200, PRINTING, unbroken=unbroken, **shown)
    printer.ended(207, Outcome.CANCELLED, cancelling=True, **shown)
    assert printer.jobs == [COMPLETED, JobStatus.CANCELLED]
    assert printer.began[-1].print.label == name


@pytest.mark.parametrize(
    ("shown", "jobs"),
    [
        ({"title": "Other", "progress": 62.0}, [COMPLETED, UNKNOWN, RUNNING]),
        ({"title": "Bowl", "progress": 62.0}, [COMPLETED, RUNNING]),
    ],
)
def test_c5_an_id_that_ended_before_tells_less_than_the_name(
    shown: dict[str, str | float], jobs: list[JobStatus]
) -> None:
    """The second print lost its power, and the third began while the line was lost."""
    printer = after_an_id()
    printer.look(200, PRINTING, title="Bowl", print_id="1", progress=1.0)
    printer.look(240, PRINTING, title="Bowl", print_id="1", progress=50.0)
    printer.silent(250)
    printer.look(400, PRINTING, print_id="1", unbroken=False, **shown)
    assert printer.jobs == jobs


def test_c5_a_print_under_an_id_that_ended_before_does_not_fall_back() -> None:
    """The same file was sent again under the same id, in a gap."""
    printer = after_an_id()
    printer.look(200, PRINTING, title="Bowl", print_id="1", progress=50.0)
    printer.silent(250)
    printer.look(
        400, PRINTING, title="Bowl", print_id="1", progress=4.0, unbroken=False
    )
    printer.wake(421)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_s3_an_id_of_its_own_tells_more_than_a_name() -> None:
    """As long as no print before has ended under it."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, title="Vase", print_id="1", progress=50.0)
    printer.silent(60)
    printer.look(
        400, PRINTING, title="Bowl", print_id="1", progress=4.0, unbroken=False
    )
    assert printer.jobs == [RUNNING]


@pytest.mark.parametrize(
    ("at", "title", "progress", "jobs"),
    [
        (410, "Bowl", 4.0, [UNKNOWN, RUNNING]),
        (410, "Bowl", 83.0, [RUNNING]),
        (410, "Vase", 4.0, [RUNNING]),
        (450, "Bowl", 4.0, [RUNNING]),
    ],
)
def test_c5_another_name_in_sight_beside_progress_that_fell_is_another_print(
    at: float, title: str, progress: float, jobs: list[JobStatus]
) -> None:
    """It was sent under the same id in a gap, and its name came soon after it."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, Activity.PREPARING, title="Vase", print_id="1", progress=0.0)
    printer.silent(60)
    shown = {"title": "Vase", "print_id": "1", "progress": 81.0}
    printer.look(400, PRINTING, unbroken=False, **shown)
    printer.look(at, PRINTING, title=title, print_id="1", progress=progress)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("title", "outcome", "jobs"),
    [
        ("Bowl", Outcome.COMPLETED, [COMPLETED, COMPLETED]),
        ("Vase", Outcome.FAILED, [COMPLETED, FAILED]),
        ("Vase", Outcome.COMPLETED, [COMPLETED]),
        ("Vase", None, [COMPLETED]),
        (None, Outcome.FAILED, [COMPLETED]),
    ],
)
def test_o14_another_name_or_outcome_beside_the_id_that_ended_is_another_end(
    title: str | None, outcome: Outcome | None, jobs: list[JobStatus]
) -> None:
    """A short print was sent under the same id, and nobody saw it."""
    printer = after_an_id()
    printer.ended(400, outcome, title=title, print_id="1", unbroken=False)
    assert printer.jobs == jobs


def test_c6_an_outcome_that_changes_in_sight_is_that_of_no_other_print() -> None:
    """None was seen to begin since: a printer that is done may break as well."""
    printer = after_an_id()
    printer.ended(400, Outcome.FAILED, title="Vase", print_id="1")
    assert printer.jobs == [COMPLETED]


def test_o14_an_id_that_ended_before_stands_again_where_another_stood() -> None:
    """Ids above 31 bits are all the same number (P1S)."""
    printer = after_an_id()
    printer.look(200, PRINTING, title="Vase", print_id="2", progress=1.0)
    printer.ended(300, Outcome.COMPLETED, title="Vase", print_id="2")
    printer.ended(400, Outcome.FAILED, title="Vase", print_id="1", unbroken=False)
    assert printer.jobs == [COMPLETED, COMPLETED, FAILED]


def test_o14_what_took_the_place_of_an_end_in_sight_is_no_other_end() -> None:
    """The print's own name came when it was over, under the id before."""
    printer = after_an_id()
    printer.look(200, PRINTING, title="Vase", print_id="1", progress=100.0)
    printer.ended(205, Outcome.FAILED, title="Vase", print_id="1")
    printer.ended(210, Outcome.FAILED, title="Bowl", print_id="1")
    printer.ended(400, Outcome.FAILED, title="Bowl", print_id="1", unbroken=False)
    assert printer.jobs == [COMPLETED, FAILED]


@pytest.mark.parametrize(
    ("shown", "jobs"),
    [
        ({"title": "Cup"}, [COMPLETED, UNKNOWN, FAILED]),
        ({"title": "Bowl"}, [COMPLETED, FAILED]),
        ({}, [COMPLETED, FAILED]),
    ],
)
def test_c5_the_end_of_another_name_under_an_id_that_ended_before(
    shown: dict[str, str], jobs: list[JobStatus]
) -> None:
    """The second print lost its power, and the third has ended since."""
    printer = after_an_id()
    printer.look(200, PRINTING, title="Bowl", print_id="1", progress=1.0)
    printer.silent(250)
    printer.ended(400, Outcome.FAILED, print_id="1", unbroken=False, **shown)
    assert printer.jobs == jobs


def test_c5_the_end_of_an_id_that_ended_before_is_not_that_of_one_of_its_own() -> None:
    """The second print had an id of its own, and the third that of the first."""
    printer = after_an_id()
    printer.look(200, PRINTING, title="Bowl", print_id="2", progress=1.0)
    printer.silent(250)
    printer.ended(400, Outcome.FAILED, title="Cup", print_id="1", unbroken=False)
    assert printer.jobs == [COMPLETED, UNKNOWN, FAILED]


def test_o6_an_end_under_a_known_id_is_no_print_where_nothing_else_is_known() -> None:
    """The ids alone are remembered, and this may be the end of the last of them."""
    printer = after_an_id()
    mark = replace(printer.session.mark, end_state=None)
    printer.session = replace(printer.session, last=None, mark=mark)
    printer.ended(400, Outcome.FAILED, title="Cup", print_id="1", unbroken=False)
    assert printer.jobs == [COMPLETED]


def test_an_end_without_a_name_is_that_of_the_print_before_under_its_id() -> None:
    """As it was before the line was lost."""
    printer = after_an_id()
    printer.silent(150)
    printer.ended(400, Outcome.COMPLETED, print_id="1", unbroken=False)
    assert printer.jobs == [COMPLETED]


@pytest.mark.parametrize(
    ("activity", "progress", "unbroken", "jobs"),
    [
        (Activity.PREPARING, 0.0, True, [COMPLETED, UNKNOWN, RUNNING]),
        (Activity.PREPARING, 0.0, False, [COMPLETED, RUNNING]),
        (PRINTING, 0.0, True, [COMPLETED, UNKNOWN, RUNNING]),
        (PRINTING, 0.0, False, [COMPLETED, RUNNING]),
        (PRINTING, 1.0, True, [COMPLETED, RUNNING]),
        (Activity.PAUSED, 0.0, True, [COMPLETED, RUNNING]),
    ],
)
def test_what_begins_from_rest_under_the_id_of_a_lost_print_is_the_next(
    activity: Activity, progress: float, unbroken: bool, jobs: list[JobStatus]
) -> None:
    """A lost one goes on from a pause, or where it was."""
    printer = after_an_id()
    shown = {"title": "Vase", "print_id": "1"}
    printer.look(200, PRINTING, **shown)
    printer.look(230, PRINTING, **shown)
    printer.silent(250)
    printer.idle(300, unbroken=False)
    printer.look(400, activity, progress=progress, unbroken=unbroken, **shown)
    printer.look(420, PRINTING, **shown)
    printer.look(430, PRINTING, **shown, progress=5.0)
    assert printer.jobs == jobs
