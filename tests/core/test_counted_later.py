"""Counts that follow the end they count: no other print, but how it ended (C10)."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome
from custom_components.printernizer.core.transitions import PrintEnded

from .test_counting import counts, idle, printing
from .watching import Watching, ended, started, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN, RUNNING = JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.RUNNING
HISTORY, INFERRED = OutcomeSource.HISTORY, OutcomeSource.INFERRED
IDLE, PRINTING = Activity.IDLE, Activity.PRINTING
DONE = Outcome.COMPLETED


def gone(*, gap: bool = False, **fields: Any) -> Watching:
    """Watch a printer whose print went without a word at 20 s."""
    printer = printing(**fields)
    if gap:
        printer.silent(15)
    printer.idle(20)
    return printer


@pytest.mark.parametrize(
    ("gap", "after", "jobs", "source"),
    [
        (False, counts(1, 0, 19, True), [COMPLETED], HISTORY),
        (False, counts(0, 1, 19, False), [CANCELLED], INFERRED),
        (True, counts(0, 1, 19, False), [FAILED], INFERRED),
        (True, counts(1, 0, 19, True), [COMPLETED], HISTORY),
        # Of two, the first was its own.
        (False, counts(1, 1, 24, True), [CANCELLED, COMPLETED], INFERRED),
        (False, counts(1, 1, 24, False), [COMPLETED, CANCELLED], HISTORY),
    ],
)
def test_c10_a_count_tells_how_the_print_before_ended(
    gap: bool, after: FileCounters, jobs: list[JobStatus], source: OutcomeSource
) -> None:
    """A failure is a cancel, unless the connection was lost."""
    printer = gone(gap=gap)
    correction = printer.idle(25, counters=after)[0]
    assert isinstance(correction, PrintEnded)
    assert correction.corrects
    assert correction.source is source
    assert printer.jobs == jobs


def test_c2_of_two_ends_the_failure_is_that_of_the_cancel_that_was_seen() -> None:
    """The other print succeeded, before or after it."""
    printer = gone(cancelling=True)
    printer.idle(25, counters=counts(1, 1))
    assert printer.jobs == [CANCELLED, COMPLETED]


def test_c5_a_failure_before_another_print_was_seen_may_be_either() -> None:
    """Nobody saw whether it was cancelled or broke; a success is one."""
    for after, status in ((counts(0, 1), UNKNOWN), (counts(1, 0), COMPLETED)):
        printer = printing()
        printer.printing(20, "b.gcode", 1.0, 1.0)
        printer.printing(20.5, "b.gcode", 2.0, 1.5, counters=after)
        assert printer.jobs == [status, RUNNING]


def test_c10_an_end_that_was_told_is_not_put_right_by_its_count() -> None:
    """Not by its state, and not by its announcement, which was unsure itself."""
    told = printing()
    told.ended(20, Outcome.CANCELLED, filename="a.gcode")
    announced = printing()
    announced.events(20, IDLE, ended(20, "a.gcode", None))
    for printer, status in ((told, CANCELLED), (announced, UNKNOWN)):
        assert not printer.idle(25, counters=counts(0, 1, 19, False))
        assert printer.jobs == [status]


def test_c10_the_count_of_a_print_before_the_last_puts_right_that_one() -> None:
    """Another file was printed since; both keep their own ends."""
    printer = printing()
    printer.printing(20, "b.gcode", 1.0, 1.0)
    printer.idle(24)
    assert set(printer.session.mark.owed) == {"a.gcode", "b.gcode"}
    (order,) = printer.idle(25, counters=counts(1, 0, 19, True))
    assert isinstance(order, PrintEnded)
    assert order.key == printer.began[0].print.key
    assert printer.jobs == [COMPLETED, UNKNOWN]
    assert set(printer.session.mark.owed) == {"b.gcode"}


def test_a_count_that_nobody_owes_an_outcome_is_that_of_the_print_before() -> None:
    """It had ended for sure, and another file was printed since."""
    for after, jobs in ((counts(1, 0), 2), (counts(1, 1), 3)):
        printer = printing()
        printer.ended(20, DONE, filename="a.gcode")
        printer.printing(21, "b.gcode", 1.0, 0.0)
        printer.ended(24, DONE, filename="b.gcode")
        printer.idle(25, counters=after)
        assert printer.jobs == [COMPLETED, COMPLETED, UNKNOWN][:jobs]


@pytest.mark.parametrize(
    ("elapsed_s", "after", "jobs"),
    [
        (50.0, counts(1, 0, 24, True, 47.9), [UNKNOWN, COMPLETED]),
        (50.0, counts(1, 0, 24, True, 48.0), [COMPLETED]),
        (50.0, counts(1, 0, 24, True), [COMPLETED]),
        (None, counts(1, 0, 24, True, 1.0), [COMPLETED]),
        (50.0, counts(2, 0, 24, True, 1.0), [COMPLETED, COMPLETED]),
        (50.0, counts(2, 1, 24, False, 1.0), [COMPLETED, COMPLETED, CANCELLED]),
        (50.0, counts(1, 1, 24, True, 1.0), [CANCELLED, COMPLETED]),
        (50.0, counts(0, 1, 24, False, 1.0), [CANCELLED]),
        (50.0, counts(1, 0, 24, None, 1.0), [UNKNOWN, COMPLETED]),
    ],
)
def test_a_server_that_was_killed_never_counts_the_print_that_it_ran(
    elapsed_s: float | None, after: FileCounters, jobs: list[JobStatus]
) -> None:
    """A success that is shorter than what was seen is that of another print."""
    printer = gone(elapsed_s=elapsed_s)
    printer.idle(25, counters=after)
    assert printer.jobs == jobs


def test_no_count_is_awaited_of_prints_that_are_never_counted() -> None:
    """Two were lost; what is counted then are others, each of them."""
    printer = printing(elapsed_s=50.0)
    printer.printing(20, "a.gcode", 5.0, 40.0)
    printer.idle(24)
    assert len(printer.session.mark.owed["a.gcode"]) == 2
    printer.idle(26, counters=counts(1, 0, 25, True, 1.0))
    printer.idle(28, counters=counts(2, 0, 27, True, 1.0))
    assert printer.jobs == [UNKNOWN, UNKNOWN, COMPLETED, COMPLETED]


def test_each_end_is_counted_once() -> None:
    """Two that were seen are counted one after the other; a third is another print."""
    printer = printing()
    printer.ended(20, DONE, filename="a.gcode")
    printer.printing(21, "a.gcode", 1.0, 0.0)
    printer.ended(24, DONE, filename="a.gcode")
    for at, jobs in ((25, 2), (26, 2), (27, 3)):
        printer.idle(at, counters=counts(at - 24, 0, at, True))
        assert len(printer.jobs) == jobs


@pytest.mark.parametrize(("at", "jobs"), [(30.0, [COMPLETED]), (30.1, [UNKNOWN] * 2)])
def test_a_count_follows_its_end_within_seconds(
    at: float, jobs: list[JobStatus]
) -> None:
    """After ten, without one, nothing more is awaited: what is counted is another."""
    printer = gone()
    printer.idle(at, counters=counts())
    printer.idle(31, counters=counts(1, 0, 30.5, True))
    assert printer.jobs == jobs[:1] + [COMPLETED] * (len(jobs) - 1)


@pytest.mark.parametrize("activity", [PRINTING, Activity.PAUSED])
@pytest.mark.parametrize(("at", "jobs"), [(20.6, 2), (20.8, 3)])
def test_a_count_follows_its_end_at_once_where_another_print_runs(
    activity: Activity, at: float, jobs: int
) -> None:
    """The server counts before it begins another print."""
    printer = printing()
    printer.printing(20, "b.gcode", 1.0, 1.0)
    printer.look(at, activity, filename="b.gcode", counters=counts())
    printer.look(21, activity, filename="b.gcode", counters=counts(1, 0, 20.9, True))
    assert len(printer.jobs) == jobs


def test_counts_beside_a_state_are_younger_than_the_end_that_it_shows() -> None:
    """They were asked for after it, so that a later rise is another print's."""
    printer = printing()
    printer.idle(20, counters=counts())
    printer.idle(25, counters=counts(1, 0, 24, True))
    assert printer.jobs == [UNKNOWN, COMPLETED]


@pytest.mark.parametrize(
    ("outcome", "status", "counted"),
    [
        (Outcome.COMPLETED, COMPLETED, counts(1, 0, 20, True)),
        (Outcome.CANCELLED, CANCELLED, counts(0, 1, 20, False)),
    ],
)
def test_an_announced_end_is_counted_with_it_or_soon_after(
    outcome: Outcome, status: JobStatus, counted: FileCounters
) -> None:
    """Either way it is one print, and the next rise is that of the next."""
    for beside in (counts(), counted):
        printer = printing()
        event = ended(20, "a.gcode", outcome)
        printer.events(20, IDLE, event, counters=beside)
        printer.idle(22, counters=counted)
        assert printer.jobs == [status]
        after = counts(counted.success + 1, counted.failure, 23, True)
        printer.idle(24, counters=after)
        assert printer.jobs == [status, COMPLETED]


def test_o14_what_was_not_announced_ended_before_what_was() -> None:
    """So that the newest time is not its own."""
    for told in ((DONE,), (DONE, Outcome.CANCELLED)):
        printer = idle(counts())
        events = [ended(18 + at, "a.gcode", each) for at, each in enumerate(told)]
        after = counts(2, len(told) - 1, 20, True, 5.0)
        printer.events(30, IDLE, *events, counters=after)
        assert printer.began[0].print.start_time is None
        assert printer.began[0].print.discovered_at == utc(30)


def test_what_one_file_owes_is_not_awaited_of_another() -> None:
    """Each file has its own counts."""
    printer = gone()
    printer.idle(22, counters=counts(filename="b.gcode"))
    printer.idle(24, counters=counts(1, 0, 23, True, filename="b.gcode"))
    assert printer.jobs == [UNKNOWN, COMPLETED]


def test_nothing_is_awaited_where_the_print_before_goes_on() -> None:
    """It was taken back to run, and an older count is too late by now."""
    printer = gone()
    printer.printing(22, "b.gcode", 1.0, 1.0)
    printer.idle(24)
    printer.printing(26, "b.gcode", 2.0, 5.0)
    assert printer.jobs == [UNKNOWN, RUNNING]
    printer.printing(28, "b.gcode", 3.0, 7.0, counters=counts())
    printer.printing(30, "b.gcode", 4.0, 9.0, counters=counts(1, 0, 29, True))
    assert printer.jobs == [UNKNOWN, RUNNING, COMPLETED]


def test_c2_a_failure_after_a_success_is_no_cancel_where_none_was_seen() -> None:
    """Another print runs by now, so that it may have been either."""
    printer = printing()
    printer.printing(30, "b.gcode", 1.0, 1.0, counters=counts(1, 1, 20, False))
    assert printer.jobs == [COMPLETED, UNKNOWN, RUNNING]


def test_c6_a_counted_end_is_a_seen_end_of_its_id() -> None:
    """What prints on under the same id is the next print, with a key of its own."""
    printer = printing(print_id="1")
    after = counts(1, 0, 25, True)
    printer.printing(30, "a.gcode", 20.0, 9.0, print_id="1", counters=after)
    assert printer.jobs == [COMPLETED]
    printer.printing(60, "a.gcode", 30.0, 39.0, print_id="1", counters=after)
    assert printer.jobs == [COMPLETED, RUNNING]
    assert printer.began[-1].print.key.startswith("1#1@")


def test_o12_what_goes_on_is_not_counted_yet() -> None:
    """Of two that were lost, the second was none: one count is awaited."""
    printer = gone(elapsed_s=50.0)
    printer.printing(22, "a.gcode", 11.0, 60.0)
    assert printer.jobs == [RUNNING]
    assert printer.session.mark.owed == {}
    printer.printing(24, "a.gcode", 1.0, 1.0)
    printer.idle(26)
    owed = printer.session.mark.owed["a.gcode"]
    assert [one.print for one in owed] == [one.print for one in printer.began]
    printer.printing(28, "a.gcode", 2.0, 5.0)
    assert printer.jobs == [UNKNOWN, RUNNING]
    assert printer.session.mark.owed == {"a.gcode": owed[:1]}


def test_o12_a_print_that_goes_on_after_all_owes_no_count() -> None:
    """It had ended for sure, as a cancel; the lost one before it is still awaited."""
    alone, second = printing(), gone(elapsed_s=50.0)
    second.printing(24, "a.gcode", 1.0, 1.0)
    for printer, awaited in ((alone, []), (second, [UNKNOWN])):
        printer.printing(60, "a.gcode", 11.0, 37.0, cancelling=True)
        printer.silent(70)
        printer.idle(72)
        assert printer.session.mark.owed["a.gcode"][-1].status is CANCELLED
        printer.printing(74, "a.gcode", 12.0, 50.0)
        assert printer.jobs[-1] is RUNNING
        owed = printer.session.mark.owed.get("a.gcode", ())
        assert [one.status for one in owed] == awaited


def test_a_print_whose_end_was_told_tells_which_count_is_its() -> None:
    """That outlives it as the last one."""
    printer = printing()
    printer.ended(20, DONE, filename="a.gcode")
    assert printer.session.mark.owed == {"a.gcode": (printer.session.last,)}


def test_the_first_count_of_all_is_that_of_the_print_whose_end_was_announced() -> None:
    """Our clock was an hour behind then, and so the count seems to be younger."""
    printer = Watching()
    printer.idle(0)
    printer.clock_step = -3600.0
    printer.events(4, IDLE, ended(4, "a.gcode", Outcome.FAILED))
    printer.clock_step = 0.0
    printer.idle(6, counters=counts(0, 1, 4, False))
    assert printer.jobs == [FAILED]


def test_o14_an_announced_end_of_an_unseen_print_is_counted_soon_after() -> None:
    """It is one print, whichever tells of it first."""
    printer = idle(counts())
    event = ended(20, "a.gcode", DONE)
    printer.events(20, IDLE, event)
    printer.idle(22, counters=counts(1, 0, 20, True))
    assert printer.jobs == [COMPLETED]


def test_a_count_is_that_of_the_print_that_was_announced_with_it() -> None:
    """Not that of two that a killed server never counts, nor of the next."""
    printer = printing(elapsed_s=50.0)
    printer.printing(20, "a.gcode", 5.0, 40.0)
    printer.idle(24)
    printer.printing(26, "a.gcode", 1.0, 1.0)
    event = ended(28, "a.gcode", DONE)
    printer.events(28, IDLE, event, counters=counts(1, 0, 28, True, 1.0))
    assert printer.jobs == [UNKNOWN, UNKNOWN, COMPLETED]
    printer.idle(30, counters=counts(2, 0, 29, True, 1.0))
    assert printer.jobs == [UNKNOWN, UNKNOWN, COMPLETED, COMPLETED]


@pytest.mark.parametrize(
    ("activity", "elapsed_s", "jobs"),
    [
        (PRINTING, None, [UNKNOWN, UNKNOWN]),
        (PRINTING, 0.0, [UNKNOWN, UNKNOWN, CANCELLED]),
        (Activity.PAUSED, None, [UNKNOWN, UNKNOWN, CANCELLED]),
    ],
)
def test_a_print_that_shows_no_time_yet_may_begin_before_the_last_one_is_counted(
    activity: Activity, elapsed_s: float | None, jobs: list[JobStatus]
) -> None:
    """It is of another file, so that the count comes when that is looked at again."""
    printer = printing()
    both = counts(), counts(filename="b.gcode")
    shown: dict[str, Any] = {"filename": "b.gcode", "elapsed_s": elapsed_s}
    printer.look(20, activity, counters=both, **shown)
    printer.idle(40)
    failed = counts(0, 1, 19, False), counts(filename="b.gcode")
    printer.idle(70, counters=failed)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("end", "steps", "jobs"),
    [
        (35.0, (0.0, 0.0), [COMPLETED]),
        (35.1, (0.0, 0.0), [UNKNOWN, COMPLETED]),
        (35.0, (-3600.0, 0.0), [COMPLETED]),
        # By a clock that is wrong now nothing can be told.
        (35.1, (0.0, -3600.0), [COMPLETED]),
        (35.1, (0.0, 3600.0), [COMPLETED]),
    ],
)
def test_an_end_long_after_a_print_was_over_is_not_its_own(
    end: float, steps: tuple[float, float], jobs: list[JobStatus]
) -> None:
    """A killed server counts none, and its file was printed again unseen."""
    printer = printing()
    printer.clock_step = steps[0]
    printer.events(20, PRINTING, started(20 + steps[0], "b.gcode"), filename="b.gcode")
    printer.clock_step = steps[1]
    printer.idle(21)
    printer.idle(900, counters=counts(1, 0, end, True))
    assert printer.jobs[:1] + printer.jobs[2:] == jobs


@pytest.mark.parametrize("at", [36.0, 30.1])
def test_an_end_long_after_a_print_was_over_may_be_seen_at_once(at: float) -> None:
    """Or be a little ahead, by the clock of the printer's host."""
    printer = printing()
    printer.events(20, PRINTING, started(20, "b.gcode"), filename="b.gcode")
    printer.idle(21)
    printer.idle(at, counters=counts(1, 0, 35.1, True))
    assert printer.jobs == [UNKNOWN, UNKNOWN, COMPLETED]


def test_no_count_is_awaited_of_a_print_when_one_after_it_was_counted() -> None:
    """Its own would have come first; the server was killed in the midst of it."""
    printer = printing(elapsed_s=50.0)
    printer.silent(20)
    shown = {"filename": "b.gcode", "counters": counts(1, 0, 35, True, 1.0)}
    printer.look(36, Activity.PRINTING, **shown)
    printer.printing(40, "b.gcode", 5.0, 4.0)
    printer.idle(60, counters=counts(1, 2, 55, False))
    assert printer.jobs.count(UNKNOWN) == 3
    assert len(printer.jobs) == 5


@pytest.mark.parametrize(
    ("paused", "at", "jobs"),
    [
        (False, 30.0, [UNKNOWN, COMPLETED]),
        (False, 30.1, [UNKNOWN, UNKNOWN, COMPLETED]),
        # A restart of a paused print counts none.
        (True, 30.0, [UNKNOWN, UNKNOWN, COMPLETED]),
    ],
)
def test_of_two_ends_the_first_may_be_one_that_is_counted_late(
    paused: bool, at: float, jobs: list[JobStatus]
) -> None:
    """The next print was looked at before the cancel was counted, and is over, too."""
    printer = printing(elapsed_s=50.0, progress=60.0)
    last = Activity.PAUSED if paused else PRINTING
    printer.look(15, last, filename="a.gcode", progress=62.0, elapsed_s=55.0)
    printer.printing(20, "a.gcode", 2.0, 0.0, counters=counts())
    printer.idle(at, counters=counts(1, 1, 21, True))
    assert printer.jobs == jobs


def test_no_count_is_awaited_where_the_next_print_was_cancelled_since() -> None:
    """The third runs as long as that would by now; each of the two counted is later."""
    printer = printing(elapsed_s=50.0, progress=60.0)
    printer.printing(20, "a.gcode", 2.0, 0.0, counters=counts())
    printer.look(50, PRINTING, filename="a.gcode", cancelling=True)
    printer.printing(80, "a.gcode", 88.0, 29.0, counters=counts(1, 1, 55, False))
    assert printer.jobs == [UNKNOWN, COMPLETED, CANCELLED, RUNNING]


def test_what_ended_before_one_that_is_counted_is_awaited_no_more() -> None:
    """The server was killed under the first print; the second failed, for all to hear."""
    printer = Watching()
    printer.idle(0)
    begun = started(10, "a.gcode")
    printer.events(11, PRINTING, begun, filename="a.gcode", counters=counts(0, 0))
    printer.silent(20)
    two = started(60, "a.gcode"), ended(61, "a.gcode", Outcome.FAILED)
    printer.events(69, IDLE, *two, counters=counts(0, 1, 61, False))
    printer.idle(390, counters=counts(1, 2, 375, False))
    assert printer.jobs == [UNKNOWN, FAILED, COMPLETED, CANCELLED]


def test_what_ended_after_one_that_is_counted_is_still_awaited() -> None:
    """The next print of the file was followed by one of another file at once."""
    printer = Watching()
    printer.idle(0)
    begun = started(10, "a.gcode")
    printer.events(11, PRINTING, begun, filename="a.gcode", counters=counts(0, 0))
    two = ended(29, "a.gcode", DONE), started(29.4, "a.gcode")
    three = (*two, started(29.8, "c.gcode"))
    printer.events(30, PRINTING, *three, filename="c.gcode", counters=counts(1, 0))
    printer.printing(31, "c.gcode", 0.0, 0.0, counters=counts(2, 0))
    assert printer.jobs == [COMPLETED, COMPLETED, RUNNING]
