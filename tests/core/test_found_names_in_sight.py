"""Names that were seen to take the place of others, as the simulation found them."""

from dataclasses import replace

import pytest

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import Policy
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import (
    PrintBegan,
    PrintEnded,
    PrintNamed,
)

from .watching import Watching, after_a_print, kinds, utc

PREPARING, PRINTING = Activity.PREPARING, Activity.PRINTING
COMPLETED, UNKNOWN = JobStatus.COMPLETED, JobStatus.UNKNOWN
RUNNING = JobStatus.RUNNING


def test_o3_no_print_gets_another_name_after_its_own_was_seen_to_come() -> None:
    """A restart lay between the two, and the next one had begun by then."""
    printer = after_a_print()
    printer.silent(150)
    printer.look(200, PREPARING, title="Old", progress=0.0, unbroken=False)
    printer.look(204, PRINTING, title="New", progress=11.0)
    printer.look(215, PRINTING, title="New", progress=11.0, unbroken=False)
    printer.look(216, PRINTING, title="Next", progress=5.0)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_o3_a_name_that_came_unseen_may_be_the_one_before() -> None:
    """The line was lost once more, so that its own may still come."""
    printer = after_a_print()
    printer.silent(150)
    printer.look(200, PREPARING, title="Old", progress=0.0, unbroken=False)
    printer.look(204, PRINTING, title="Next", progress=11.0, unbroken=False)
    printer.look(215, PRINTING, title="New", progress=12.0)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_c11_a_name_that_comes_to_one_without_any_may_be_that_of_a_lost_print() -> None:
    """It goes on, and what had no name took none from the print before."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="New", progress=50.0)
    printer.silent(300)
    printer.look(400, Activity.IDLE, title="New", rebooted=True, unbroken=False)
    printer.silent(410)
    printer.look(500, PRINTING, progress=50.0, unbroken=False)
    printer.look(505, PRINTING, title="New", progress=50.0)
    printer.wake(521)
    assert printer.jobs == [COMPLETED, RUNNING]


@pytest.mark.parametrize(
    ("shown", "whole"),
    [
        ({"title": "A", "print_id": "1"}, True),
        ({"filename": "A", "print_id": "1"}, False),
        ({"print_id": "1"}, False),
    ],
)
def test_o3_what_came_where_nothing_stood_is_all_of_it(
    shown: dict[str, str], whole: bool
) -> None:
    """No other name under its id is the print's, if its own was shown."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, progress=0.0)
    printer.look(14, PRINTING, **shown, progress=11.0)
    printer.silent(20)
    end = {"title": "B", "print_id": "1", "progress": 100.0, "unbroken": False}
    orders = kinds(printer.ended(60, Outcome.COMPLETED, **end))
    assert orders == (["PrintEnded"] if whole else ["PrintNamed", "PrintEnded"])


@pytest.mark.parametrize(
    ("back", "came", "jobs"),
    [(400, 403, [UNKNOWN, RUNNING]), (30, 33, [RUNNING]), (400, 429, [RUNNING])],
)
def test_c5_an_id_that_comes_after_a_gap_is_not_that_of_one_without(
    back: float, came: float, jobs: list[JobStatus]
) -> None:
    """Ours would have had it long before, and the next one has its own in time."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, title="A", progress=1.0)
    printer.silent(20)
    printer.look(back, PRINTING, title="A", progress=85.0, unbroken=False)
    printer.look(came, PRINTING, title="A", print_id="2", progress=4.0)
    assert printer.jobs == jobs


def test_o3_a_name_comes_in_sight_over_an_end_without_one() -> None:
    """It is the print's own, though the print before was called so too."""
    printer = after_a_print()
    printer.silent(110)
    printer.ended(300, Outcome.COMPLETED, unbroken=False)
    printer.look(400, PREPARING, title="Old", progress=0.0)
    began, end = printer.ended(405, Outcome.CANCELLED, title="Old")
    assert isinstance(began, PrintBegan)
    assert began.print.label == "Old"
    assert isinstance(end, PrintEnded)


def test_o3_an_id_may_come_after_the_name() -> None:
    """The print before has left one standing."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, title="Old", print_id="1", progress=1.0)
    printer.ended(100, Outcome.COMPLETED, title="Old", print_id="1", progress=100.0)
    printer.look(200, PRINTING, title="Old", print_id="1", progress=100.0)
    printer.look(202, PRINTING, title="New", print_id="1", progress=0.0)
    printer.look(203, PRINTING, title="New", print_id="2", progress=0.0)
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.session.current is not None
    assert printer.session.current.print_id == "2"


@pytest.mark.parametrize(
    "shown", [{"title": "New", "print_id": "1"}, {"print_id": "2"}]
)
def test_o3_an_id_that_was_used_before_may_have_been_left_as_well(
    shown: dict[str, str],
) -> None:
    """By one that nobody saw under the last one's name; or by that without its own."""
    printer = after_a_print()
    for at, print_id in ((200, "1"), (400, "2")):
        printer.look(at, PRINTING, title="New", print_id=print_id, progress=1.0)
        printer.ended(at + 90, Outcome.COMPLETED, title="New", print_id=print_id)
    assert not printer.look(600, PRINTING, unbroken=False, **shown)
    printer.look(605, PRINTING, title="Next", print_id="3", progress=1.0)
    assert printer.jobs == [COMPLETED] * 3 + [RUNNING]


def test_a_print_that_follows_at_once_is_not_the_last_one_on_its_way_out() -> None:
    """It shows what that one left, whose end the database alone remembers."""
    printer = after_a_print()
    assert printer.session.last is not None
    last = replace(printer.session.last, announced=True)
    printer.session = replace(printer.session, last=last)
    printer.look(105, PRINTING, title="Old", progress=100.0)
    printer.ended(106, Outcome.CANCELLED, title="Old", progress=3.0)
    assert printer.jobs == [COMPLETED, JobStatus.CANCELLED]


def test_o9_a_job_is_opened_under_its_own_name_where_creation_was_switched_on() -> None:
    """Since the print began, under the name before: until then it had none."""
    printer = after_a_print()
    printer.policy = Policy(auto_create=False)
    printer.look(200, PRINTING, title="Old", progress=100.0)
    printer.wake(221)
    printer.policy = Policy()
    (order,) = printer.look(230, PRINTING, title="New", progress=1.0)
    assert isinstance(order, PrintBegan)
    assert order.record
    assert order.print.title == "New"


def test_c2_a_cancel_that_was_seen_while_a_name_was_awaited_is_its_end() -> None:
    """We were killed after it, and found the printer idle much later."""
    printer = after_a_print()
    printer.look(200, PRINTING, title="Old", progress=0.0)
    printer.look(210, PRINTING, title="Old", progress=51.0, cancelling=True)
    printer.restart(220)
    printer.idle(900, title="Old", unbroken=False)
    assert printer.jobs == [COMPLETED, JobStatus.CANCELLED]


def without_an_id() -> Watching:
    """Return a printer whose print has had no id for half a minute and more."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    for at in (10, 15, 50):
        printer.look(at, PRINTING, title="Vase", progress=float(at))
    return printer


def test_c5_what_runs_under_an_id_is_not_the_print_that_had_none_for_long() -> None:
    """The next one bears the same name and is further on; the line was lost."""
    printer = without_an_id()
    printer.silent(60)
    shown = {"title": "Vase", "print_id": "9", "unbroken": False}
    printer.look(400, PRINTING, progress=62.0, **shown)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_o14_an_end_with_an_id_is_not_that_of_the_print_that_had_none_for_long() -> (
    None
):
    """The one without an id had lost its power, and the next has ended since."""
    printer = without_an_id()
    shown = {"title": "Vase", "print_id": "9", "unbroken": False}
    lost = printer.session
    for looked_at in (lost.looked_at, None):
        printer.session = replace(lost, looked_at=looked_at)
        printer.ended(400, Outcome.COMPLETED, progress=100.0, **shown)
        assert printer.jobs[-1:] == [COMPLETED]
        assert printer.began[-1].print.print_id == "9"


@pytest.mark.parametrize("put_back_at", [20, 50])
def test_o14_no_clock_that_is_put_back_tells_how_long_a_print_had_no_id(
    put_back_at: int,
) -> None:
    """While its name was awaited, or after its end."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0, title="Vase")
    printer.look(10, PRINTING, title="Vase", progress=60.0)
    for at in (30, 35, 60):
        printer.clock_step = -86_400.0 if at > put_back_at else 0.0
        if at == 30:
            printer.wake(at)
        else:
            printer.idle(at, title="Vase")
    shown = {"title": "Vase", "print_id": "9", "unbroken": False}
    printer.ended(400, Outcome.COMPLETED, progress=100.0, **shown)
    assert printer.jobs == [UNKNOWN, COMPLETED]


def test_c11_a_print_that_was_lost_with_an_id_does_not_go_on_without_one() -> None:
    """The next one of the same name came as far while the line was lost."""
    for after, jobs in (({}, [UNKNOWN, RUNNING]), ({"print_id": "9"}, [RUNNING])):
        printer = Watching(late_identity=True, unbroken=True)
        printer.idle(0)
        printer.look(10, PRINTING, title="Vase", print_id="9", progress=27.0)
        printer.silent(20)
        printer.idle(100, title="Vase", rebooted=True, unbroken=False)
        printer.silent(120)
        shown = {"title": "Vase", "progress": 29.0, **after}
        printer.look(400, PRINTING, unbroken=False, **shown)
        printer.wake(421)
        assert printer.jobs == jobs


def test_c11_a_print_that_was_lost_without_an_id_does_not_go_on_under_one() -> None:
    """The next one of the same name was paused when the line came back."""
    printer = without_an_id()
    printer.idle(100, title="Vase", rebooted=True, unbroken=False)
    shown = {"title": "Vase", "print_id": "9", "unbroken": False}
    printer.look(400, Activity.PAUSED, progress=62.0, **shown)
    assert printer.jobs == [UNKNOWN, JobStatus.PAUSED]


def test_c11_a_lost_print_does_not_go_on_further_back_under_its_id() -> None:
    """Third-party senders repeat their ids."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, title="Vase", print_id="9", progress=42.0)
    printer.silent(60)
    shown = {"title": "Vase", "unbroken": False}
    printer.ended(100, None, progress=42.0, rebooted=True, **shown)
    printer.look(400, PRINTING, progress=31.0, print_id="9", **shown)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_o14_an_end_with_a_new_id_is_news_after_a_nameless_print() -> None:
    """What stood beside its end was the id of the one before."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(10, PRINTING, title="Vase", print_id="1", progress=1.0)
    for at in (50, 55):
        printer.ended(at, Outcome.COMPLETED, title="Vase", print_id="1")
    printer.look(60, PRINTING, title="Vase", print_id="1", progress=100.0)
    for at in (62, 120):
        printer.ended(at, Outcome.COMPLETED, title="Vase", print_id="1")
    printer.silent(130)
    shown = {"title": "Vase", "print_id": "2", "unbroken": False}
    printer.ended(400, Outcome.COMPLETED, **shown)
    assert printer.jobs == [COMPLETED, COMPLETED, COMPLETED]


@pytest.mark.parametrize(
    ("second", "jobs"),
    [
        (85.0, [COMPLETED, UNKNOWN, RUNNING]),
        (22.0, [COMPLETED, RUNNING]),
        (21.0, [COMPLETED, RUNNING]),
    ],
)
def test_o3_a_name_beside_which_progress_went_up_is_its_own(
    second: float, jobs: list[JobStatus]
) -> None:
    """What a print has left standing does not count, so that the next name is new."""
    printer = after_a_print()
    printer.silent(150)
    shown = {"title": "New", "print_id": "2", "unbroken": False}
    printer.look(200, PRINTING, progress=22.0, **shown)
    printer.look(210, PRINTING, progress=second, **shown)
    printer.look(216, PRINTING, title="Next", progress=7.0)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("end_id", "late_identity", "seen_s", "names"),
    [
        ("2", True, 28.0, ["Late"]),
        ("2", True, 28.1, []),
        ("2", False, 28.0, []),
        (None, True, 28.0, []),
    ],
)
def test_o3_the_name_beside_the_end_of_an_id_is_its_own(
    end_id: str | None, late_identity: bool, seen_s: float, names: list[str]
) -> None:
    """It came in a gap, half a minute after the print was seen first."""
    printer = after_a_print()
    printer.silent(150)
    printer.look(200, PRINTING, title="New", print_id="2", unbroken=False)
    printer.look(200 + seen_s, PRINTING, title="New", print_id="2", unbroken=False)
    shown = {"print_id": end_id, "late_identity": late_identity, "unbroken": False}
    printer.ended(230, Outcome.COMPLETED, title="Late", progress=100.0, **shown)
    named = [order.title for order in printer.orders if isinstance(order, PrintNamed)]
    assert named == names


def test_o3_the_name_beside_an_id_is_its_own_also_while_the_print_goes_on() -> None:
    """Found printing right after its start, it was seen again when the line was up."""
    printer = Watching(late_identity=True, print_id="1")
    printer.look(10, PRINTING, title="Old", progress=100.0)
    printer.look(40, Activity.PAUSED, title="New", progress=57.0)
    (named,) = [one for one in printer.orders if isinstance(one, PrintNamed)]
    assert (named.title, named.progress, named.seen_at) == ("New", 57.0, utc(40))


@pytest.mark.parametrize(("progress", "title"), [(98.0, "Cube"), (100.0, None)])
def test_o3_a_name_beside_less_progress_than_the_one_before_had_is_its_own(
    progress: float, title: str | None
) -> None:
    """What that one left standing is no less; it was over before the wait was."""
    printer = Watching(late_identity=True, title="Cube")
    printer.look(10, PRINTING, progress=1.0)
    printer.wake(31)
    printer.look(60, PRINTING, progress=100.0)
    printer.silent(400)
    activity = PRINTING if progress < 100 else PREPARING
    printer.look(500, activity, progress=progress)
    printer.look(501, PRINTING, progress=progress, unbroken=True)
    printer.ended(504, Outcome.COMPLETED, progress=100.0, unbroken=True)
    assert [order.print.title for order in printer.began] == ["Cube", title]


def test_o3_no_name_beside_an_end_is_that_of_a_print_whose_own_was_seen_to_come() -> (
    None
):
    """Another one was over by then, and had no id to take the place of ours."""
    printer = after_a_print()
    printer.look(200, PRINTING, progress=0.0)
    printer.look(211, PRINTING, title="New", print_id="2", progress=2.0)
    printer.silent(220)
    shown = {"title": "Next", "print_id": "2", "unbroken": False}
    printer.ended(900, Outcome.COMPLETED, progress=100.0, **shown)
    assert [order.print.title for order in printer.began] == ["Old", "New"]
    assert not any(isinstance(order, PrintNamed) for order in printer.orders)


def test_o3_a_late_name_is_its_own_where_no_progress_is_told() -> None:
    """Nothing shows that the one before it was in use."""
    printer = after_a_print()
    printer.silent(150)
    shown = {"title": "New", "print_id": "2", "unbroken": False}
    printer.look(200, PRINTING, **shown)
    printer.look(205, PRINTING, **shown)
    printer.look(210, PRINTING, title="Own")
    assert printer.jobs == [COMPLETED, RUNNING]


@pytest.mark.parametrize(
    ("lived", "stood", "title"), [(80.0, 30.0, None), (80.0, 80.0, None)]
)
def test_o3_a_name_beside_what_stood_is_not_its_own(
    lived: float, stood: float, title: str | None
) -> None:
    """Also where the printer had put back how far the one before had come."""
    printer = Watching(late_identity=True, unbroken=True, title="Old")
    printer.look(10, PRINTING, progress=1.0)
    printer.wake(31)
    printer.look(60, PRINTING, progress=lived)
    printer.ended(70, Outcome.CANCELLED, progress=stood)
    printer.look(200, PRINTING, progress=stood)
    printer.ended(204, Outcome.COMPLETED, progress=100.0)
    assert [order.print.title for order in printer.began] == ["Old", title]


def test_o3_the_first_print_of_all_may_end_before_its_name_is_sure() -> None:
    """Nothing was left before it."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, progress=50.0)
    printer.ended(14, Outcome.COMPLETED, title="Cube", progress=100.0)
    assert [order.print.title for order in printer.began] == ["Cube"]


def test_a_name_that_takes_the_place_of_one_left_by_a_print_unseen_is_its_own() -> None:
    """Though it is the name that stood before the line was lost."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(0, Activity.PRINTING, title="Vase", print_id="1", progress=9.0)
    printer.ended(90, Outcome.COMPLETED, title="Vase", print_id="1", progress=100.0)
    printer.ended(100, Outcome.COMPLETED, title="Vase", progress=100.0)
    printer.silent(150)
    left = {"title": "Cup", "print_id": "2", "progress": 99.0}
    printer.look(200, Activity.PREPARING, unbroken=False, **left)
    own = {"title": "Vase", "progress": 0.0}
    printer.look(202, Activity.PREPARING, **own)
    printer.look(203, Activity.PRINTING, **own)
    printer.silent(204)
    later = {"title": "Cup", "print_id": "3", "progress": 50.0}
    printer.look(400, Activity.PRINTING, unbroken=False, **later)
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]
