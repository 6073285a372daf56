"""Names and ids that come later than their print (O2, O3, S5)."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.session import Policy, Verdict
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import PrintBegan, PrintNamed

from .watching import Watching, kinds, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
UNKNOWN, RUNNING = JobStatus.UNKNOWN, JobStatus.RUNNING
PRINTING = Activity.PRINTING
NO_OLD = Policy(ignore_patterns=("old",))
OLD: dict[str, Any] = {"title": "Old", "filename": "old.3mf"}
NO_NEW = Policy(ignore_patterns=("new",))


def borrowing(policy: Policy | None = None, **old: Any) -> Watching:
    """Watch a printer whose second print runs under what the first one left.

    The second began at 200 s, and was opened when the wait was over.
    """
    printer = Watching(policy or Policy(), late_identity=True, unbroken=True)
    printer.idle(0)
    left = OLD | old
    printer.look(10, PRINTING, progress=50.0, **left)
    printer.wake(31)
    printer.ended(100, Outcome.COMPLETED, progress=100.0, **left)
    printer.look(200, PRINTING, progress=100.0, remaining_s=5.0, elapsed_s=90.0, **left)
    printer.wake(220)
    return printer


def test_o3_the_own_name_takes_the_place_of_the_borrowed_one() -> None:
    """It is one job, whose name and id change, and whose key does not."""
    printer = borrowing(print_id="1")
    key = printer.began[-1].print.key
    orders = printer.look(
        230, PRINTING, title="New", filename="new.3mf", print_id="2", progress=1.0
    )
    (order,) = orders
    assert isinstance(order, PrintNamed)
    assert (order.key, order.title, order.filename) == (key, "New", "new.3mf")
    assert order.print_id == "2"
    assert order.why
    assert printer.jobs == [COMPLETED, RUNNING]
    assert not printer.look(240, PRINTING, title="New", print_id="2", progress=2.0)
    assert printer.session.current is not None
    assert printer.session.current.label == "New"


def test_o3_the_job_learns_with_the_name_how_far_its_print_is() -> None:
    """A killed Home Assistant knows no more of it than what was written."""
    (named,) = borrowing().look(230, PRINTING, title="New", progress=3.0)
    assert isinstance(named, PrintNamed)
    assert named.progress == 3.0


def test_o3_numbers_that_were_left_standing_are_not_those_of_the_new_print() -> None:
    """Neither its progress nor its time; what comes beside its name is."""
    printer = borrowing()
    began = printer.began[-1]
    assert began.progress is None
    printer.silent(221)
    printer.idle(230)
    assert printer.ends[-1] == (UNKNOWN, OutcomeSource.INFERRED)


def test_o3_the_key_of_a_borrowed_id_is_never_used_again() -> None:
    """Whoever gets that id again: the print under it was another."""
    printer = borrowing(print_id="1")
    printer.look(230, PRINTING, title="New", print_id="2")
    printer.ended(300, Outcome.COMPLETED, title="New", print_id="2")
    printer.look(400, PRINTING, title="Older", print_id="1")
    assert printer.jobs == [COMPLETED, COMPLETED, RUNNING]
    assert printer.began[-1].print.key.startswith("1#2@")
    assert printer.session.mark.ends_of("2") == 1


@pytest.mark.parametrize(
    ("shown", "named"),
    [
        ({"title": "New"}, True),
        ({"filename": "new.3mf"}, True),
        ({"title": "Old", "print_id": "2"}, True),
        ({"title": "Old"}, False),
        ({"title": "old", "filename": "old.3mf"}, False),
        ({}, False),
        ({"print_id": "2"}, False),
    ],
)
def test_o3_only_another_name_or_id_is_news(shown: dict[str, Any], named: bool) -> None:
    """A report in parts, without a name, takes none away."""
    printer = borrowing()
    key = printer.began[-1].print.key
    orders = printer.look(230, PRINTING, **shown)
    if "print_id" in shown and not named:
        # An id alone is filled in.
        assert kinds(orders) == ["PrintNamed"]
    else:
        assert kinds(orders) == (["PrintNamed"] if named else [])
    assert printer.statuses[key] is RUNNING
    assert printer.session.current is not None
    assert (printer.session.current.label or "").lower() != ""


def test_o3_a_print_has_one_name_of_its_own() -> None:
    """Once it has come, another one long after is only another spelling (S4)."""
    printer = borrowing()
    printer.look(230, PRINTING, title="New")
    assert not printer.look(300, PRINTING, title="cache/other.3mf")
    assert printer.session.current is not None
    assert printer.session.current.label == "New"


def test_o8_a_print_whose_own_name_is_ignored_is_dropped() -> None:
    """Only the borrowed name had a job, and its end is told no more."""
    printer = borrowing(NO_NEW)
    (order,) = printer.look(230, PRINTING, title="New")
    assert kinds([order]) == ["PrintDropped"]
    printer.ended(300, Outcome.COMPLETED, title="New")
    assert printer.jobs == [COMPLETED]


def test_o8_a_print_whose_own_name_is_not_ignored_is_recorded() -> None:
    """Under its own name, with the time at which it was seen first."""
    printer = borrowing(NO_OLD)
    assert printer.orders == []
    (order,) = printer.look(230, PRINTING, title="New", progress=1.0)
    assert isinstance(order, PrintBegan)
    assert order.print.title == "New"
    assert order.print.discovered_at == utc(200)
    assert order.why
    assert printer.jobs == [RUNNING]


def test_o8_a_print_that_is_ignored_under_either_name_leads_to_no_order() -> None:
    """Neither the one it borrowed nor its own."""
    printer = borrowing(Policy(ignore_patterns=("old", "new")))
    printer.look(230, PRINTING, title="New")
    printer.ended(300, Outcome.COMPLETED, title="New")
    assert printer.orders == []


def test_o10_with_creation_off_a_name_still_reaches_a_job_made_by_hand() -> None:
    """The print may have taken one over."""
    printer = borrowing(Policy(auto_create=False))
    orders = printer.look(230, PRINTING, title="New")
    assert kinds(orders) == ["PrintNamed"]


def test_o10_with_creation_off_a_name_of_its_own_may_be_that_of_a_job_by_hand() -> None:
    """Under the name before it was ignored, so no job was offered to it."""
    printer = borrowing(Policy(auto_create=False, ignore_patterns=("old",)))
    (order,) = printer.look(230, PRINTING, title="New")
    assert isinstance(order, PrintBegan)
    assert not order.record


def test_o9_a_job_stays_when_creation_is_switched_off_before_its_name_comes() -> None:
    """The switch is about jobs to come."""
    printer = borrowing()
    printer.policy = Policy(auto_create=False)
    (order,) = printer.look(230, PRINTING, title="New")
    assert isinstance(order, PrintNamed)
    assert printer.session.verdict is Verdict.RECORDED


def test_s8_a_deleted_print_is_not_recorded_under_its_own_name() -> None:
    """The user deleted the job that it had under the borrowed one."""
    printer = borrowing()
    printer.session = replace(printer.session, verdict=Verdict.DELETED)
    assert not printer.look(230, PRINTING, title="New")
    assert printer.session.verdict is Verdict.DELETED


@pytest.mark.parametrize(
    ("unbroken", "title"),
    [(True, "New"), (False, "New"), (False, "Old")],
)
def test_o3_a_name_may_come_no_sooner_than_the_end(unbroken: bool, title: str) -> None:
    """A gap may have hidden when it came."""
    printer = borrowing()
    key = printer.began[-1].print.key
    printer.ended(270, Outcome.COMPLETED, title=title, print_id="2", unbroken=unbroken)
    assert printer.statuses[key] is COMPLETED
    assert "PrintNamed" in kinds(printer.orders)
    assert printer.session.mark.ends_of("2") == 1


def test_s4_names_vary_within_a_phase_that_is_old() -> None:
    """So long after it began, no other name is that of another print."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, title="A", progress=1.0)
    assert not printer.look(39, PRINTING, title="B", progress=2.0)
    young = Watching(late_identity=True, unbroken=True)
    young.idle(0)
    young.look(10, PRINTING, title="A", progress=1.0)
    assert kinds(young.look(38, PRINTING, title="B", progress=2.0)) == ["PrintNamed"]


@pytest.mark.parametrize(
    ("before", "shown", "told"),
    [
        ({}, {"title": "A"}, (None, "A", None)),
        ({}, {"filename": "a.gcode"}, ("a.gcode", None, None)),
        ({"filename": "a.gcode"}, {"print_id": "1"}, ("a.gcode", None, "1")),
        ({"print_id": "1"}, {"filename": "a.gcode"}, ("a.gcode", None, "1")),
    ],
)
def test_o2_what_is_missing_is_filled_in(
    before: dict[str, Any], shown: dict[str, Any], told: tuple[str | None, ...]
) -> None:
    """What was known stays known."""
    printer = Watching()
    printer.idle(0)
    printer.look(30, PRINTING, **before)
    printer.wake(51)
    (order,) = printer.look(60, PRINTING, **shown)
    assert isinstance(order, PrintNamed)
    assert (order.filename, order.title, order.print_id) == told
    assert order.key == printer.began[0].print.key
    assert order.why
    assert not printer.look(90, PRINTING, **before | shown)
    assert not printer.look(95, PRINTING)


def test_o2_a_title_that_comes_late_does_not_take_the_place_of_a_name() -> None:
    """The job has been named after its file."""
    printer = Watching()
    printer.idle(0)
    printer.look(30, PRINTING, filename="a.gcode")
    assert not printer.look(60, PRINTING, filename="a.gcode", title="A")
    assert printer.session.current is not None
    assert printer.session.current.title is None


def test_s5_an_id_that_changed_is_known_from_then_on() -> None:
    """It is the same print when it ends under it, and has no news after that."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0, print_id="47")
    printer.silent(60)
    printer.printing(90, "a.gcode", 15.0, 80.0, print_id="48")
    assert printer.session.mark.knows("48")
    assert printer.session.mark.ends_of("48") == 0
    printer.ended(120, Outcome.COMPLETED, print_id="48")
    assert printer.jobs == [COMPLETED]
    assert not printer.ended(150, Outcome.COMPLETED, print_id="48")


def test_o8_a_print_that_is_ignored_is_filled_in_silently() -> None:
    """It has no job that could be told."""
    printer = Watching(Policy(ignore_patterns=("a*",)))
    printer.idle(0)
    printer.look(30, PRINTING, filename="a.gcode")
    assert not printer.look(60, PRINTING, filename="a.gcode", print_id="1")
    assert printer.session.mark.knows("1")


def test_o3_what_stands_after_an_end_is_not_what_stood_before_it() -> None:
    """An idle printer whose names come late shows the last one's on."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0, title="Left", print_id="5", progress=40.0)
    assert not printer.look(10, PRINTING, title="Left", print_id="5", progress=40.0)
    printer.look(12, PRINTING, title="Left", print_id="5", progress=41.0)
    assert printer.jobs == [RUNNING]


def test_o3_the_next_name_may_stand_beside_the_end_of_the_last_print() -> None:
    """It is not taken for one that was left."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, title="Old", print_id="1")
    printer.ended(100, Outcome.COMPLETED, title="Old", print_id="1")
    printer.ended(110, Outcome.COMPLETED, title="New", print_id="2")
    printer.look(120, PRINTING, title="New", print_id="2")
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.began[-1].print.label == "New"
    assert printer.began[-1].print.key.startswith("2#0@")


def test_o3_a_name_that_comes_after_the_id_is_the_print_s_own() -> None:
    """A printer may begin without a word of preparing, and tell its id first."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, title="Old", print_id="1")
    printer.ended(100, Outcome.COMPLETED, title="Old", print_id="1")
    printer.look(200, PRINTING, title="Old", print_id="1")
    printer.look(201, PRINTING, title="Old", print_id="2")
    assert printer.jobs == [COMPLETED, RUNNING]
    assert kinds(printer.look(202, PRINTING, title="New", print_id="2")) == [
        "PrintNamed"
    ]
    assert printer.session.current is not None
    assert printer.session.current.label == "New"


def test_o3_a_name_that_comes_in_a_gap_may_be_of_the_next_print() -> None:
    """The same file was printed again, and a third-party sender repeats its ids."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, PRINTING, title="Old", print_id="1")
    printer.ended(100, Outcome.COMPLETED, title="Old", print_id="1")
    printer.look(200, PRINTING, title="Old", print_id="2")
    printer.silent(210)
    printer.ended(900, Outcome.COMPLETED, title="Next", print_id="2", unbroken=False)
    assert [kind for kind in kinds(printer.orders) if kind == "PrintNamed"] == []


def test_o3_a_borrowed_name_is_one_for_as_long_as_no_other_comes() -> None:
    """Reports under it make it no print's own, and end no wait for another."""
    printer = borrowing()
    printer.look(228, PRINTING, **OLD, progress=100.0)
    assert kinds(printer.look(400, PRINTING, title="New")) == ["PrintNamed"]
    young = Watching(late_identity=True, unbroken=True)
    young.idle(0)
    for at in (10, 20):
        young.look(at, PRINTING, title="A", progress=1.0)
    assert kinds(young.look(38, PRINTING, title="B", progress=2.0)) == ["PrintNamed"]


def test_s4_file_names_that_vary_in_a_young_phase_name_nothing_anew() -> None:
    """Only a title or an id is a name of its own there."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    for at, name in ((10, "cache/x.3mf"), (11, "/data/Metadata/plate_1.gcode")):
        printer.look(at, PRINTING, filename=name)
    assert kinds(printer.orders) == ["PrintBegan"]


def test_c6_a_name_of_its_own_is_no_end_of_its_id() -> None:
    """Only an id that was borrowed is taken by another print."""
    printer = borrowing(print_id="1")
    printer.look(230, PRINTING, title="New", print_id="1")
    assert printer.session.mark.ends == {"1": 1}
    without = borrowing()
    without.look(230, PRINTING, title="New", print_id="2")
    assert without.session.mark.ends == {"2": 0}
