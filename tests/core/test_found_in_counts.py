"""Counter-examples that the simulation found in the counts of files' ends."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.reconcile import Recorded, reconcile
from custom_components.printernizer.core.session import NEW_SESSION
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome

from .test_found_at_octoprint import counts
from .test_reconcile import NOW, job
from .watching import Watching, ended, started, utc

RUNNING, COMPLETED = JobStatus.RUNNING, JobStatus.COMPLETED
CANCELLED, FAILED = JobStatus.CANCELLED, JobStatus.FAILED
UNKNOWN = JobStatus.UNKNOWN
NONE = FileCounters(filename="a.gcode")


def test_what_is_due_to_a_print_that_is_forgotten_ends_none_that_goes_on() -> None:
    """The store was lost before the end was counted, and its successor runs on."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 90.0, 9.0, counters=NONE)
    two = ended(19.8, "a.gcode", Outcome.CANCELLED), started(20, "a.gcode")
    printer.events(20.1, Activity.PRINTING, *two, filename="a.gcode", counters=NONE)
    printer.session = replace(printer.session, last=None)
    late = FileCounters(
        filename="a.gcode", failure=1, last_end=utc(19.8), last_success=False
    )
    printer.printing(60, "a.gcode", 50.0, 40.0, counters=late)
    assert printer.jobs == [CANCELLED, RUNNING]


def test_an_end_that_is_announced_after_a_start_is_not_that_of_the_print_before() -> (
    None
):
    """The one before was last seen at 100 percent, and its end was not announced."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(30, "a.gcode", 100.0, 44.0)
    two = started(32, "a.gcode"), ended(32.2, "a.gcode", Outcome.FAILED)
    both = FileCounters(
        filename="a.gcode", success=1, failure=1, last_end=utc(32), last_success=False
    )
    printer.events(33, Activity.ENDED, *two, outcome=Outcome.FAILED, counters=both)
    assert printer.jobs == [COMPLETED, FAILED]


def test_an_end_that_is_still_to_come_by_our_clock_is_no_news() -> None:
    """It was counted before the printer was watched, and our clock was put back."""
    printer = Watching()
    printer.idle(0)
    printer.clock_step = -3600
    printer.idle(30)
    old = FileCounters(
        filename="a.gcode", success=1, last_end=utc(-60), last_success=True
    )
    printer.printing(60, "a.gcode", 1.0, 1.0, counters=old)
    assert printer.jobs == [RUNNING]


@pytest.mark.parametrize(
    ("behind_s", "all_heard", "jobs"),
    [
        (86_400.0, True, [COMPLETED, UNKNOWN]),
        (86_400.0, False, [COMPLETED, UNKNOWN]),
        (7.1, True, [COMPLETED, UNKNOWN]),
        (7.0, True, [COMPLETED, COMPLETED]),
    ],
)
def test_what_was_heard_by_a_clock_that_was_behind_is_no_older_than_a_count(
    behind_s: float, all_heard: bool, jobs: list[JobStatus]
) -> None:
    """The one count is the first end, announced or not, and none of the next print.

    Clocks are 5 s apart at most.
    """
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.clock_step = -behind_s
    first = started(30 - behind_s, "a.gcode")
    printer.events(30, Activity.PRINTING, first, filename="a.gcode")
    over = ended(32 - behind_s, "a.gcode", Outcome.COMPLETED)
    following = started(33 - behind_s, "a.gcode")
    heard = (over, following) if all_heard else (following,)
    printer.clock_step = 0
    once = FileCounters(
        filename="a.gcode", success=1, last_end=utc(32), last_success=True
    )
    printer.events(50, Activity.IDLE, *heard, counters=once)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("at", "remaining_s", "first"),
    [
        (52, 4.1, CANCELLED),
        (52, 4.0, COMPLETED),
        (52, None, COMPLETED),
        (50, 0.1, CANCELLED),
    ],
)
def test_a_print_that_had_no_time_to_be_done_is_the_one_that_was_announced(
    at: float, remaining_s: float | None, first: JobStatus
) -> None:
    """The success that nobody announced came later: after what was heard, or amidst."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(50, "a.gcode", 97.0, 30.0, remaining_s=remaining_s, counters=NONE)
    heard = (
        ended(at, "a.gcode", Outcome.CANCELLED),
        started(52.2, "a.gcode"),
        ended(53, "a.gcode", Outcome.COMPLETED),
        started(53.5, "a.gcode"),
    )
    after = FileCounters(
        filename="a.gcode", success=2, failure=1, last_end=utc(55), last_success=True
    )
    printer.events(56, Activity.PRINTING, *heard, filename="a.gcode", counters=after)
    assert printer.jobs[0] is first
    assert sorted(printer.jobs) == [CANCELLED, COMPLETED, COMPLETED, RUNNING]


def test_a_print_may_fail_at_any_time_before_an_end_is_announced() -> None:
    """It had no time to be done, and was counted: a failure is its own end."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(50, "a.gcode", 97.0, 30.0, remaining_s=60.0, counters=NONE)
    twice = FileCounters(
        filename="a.gcode", failure=2, last_end=utc(55), last_success=False
    )
    heard = ended(52, "a.gcode", Outcome.CANCELLED), started(52.2, "a.gcode")
    printer.events(56, Activity.PRINTING, *heard, filename="a.gcode", counters=twice)
    assert printer.jobs == [UNKNOWN, CANCELLED, RUNNING]


def test_a_print_that_was_done_is_not_the_one_that_was_cancelled() -> None:
    """Another of its file was, and nobody saw that begin."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(10, "a.gcode", 100.0, 1.0)
    printer.printing(15, "a.gcode", cancelling=True)
    both = FileCounters(
        filename="a.gcode", success=1, failure=1, last_end=utc(19), last_success=False
    )
    printer.idle(20, counters=both)
    assert printer.jobs == [COMPLETED, CANCELLED]


def test_a_print_that_was_done_is_the_one_that_surely_succeeded() -> None:
    """Of two before it, one failed: nobody knows which."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(10, "a.gcode", 100.0, 1.0)
    three = FileCounters(
        filename="a.gcode", success=2, failure=1, last_end=utc(12), last_success=True
    )
    printer.idle(20, counters=three)
    assert printer.ends[-1] == (COMPLETED, OutcomeSource.HISTORY)
    assert printer.jobs == [COMPLETED, UNKNOWN, UNKNOWN]


def test_an_end_that_was_announced_is_counted_as_it_was_whenever_that_shows() -> None:
    """A print of another file followed at once; one before it had failed unseen."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    two = ended(29, "a.gcode", Outcome.COMPLETED), started(29.5, "b.gcode")
    printer.events(30, Activity.PRINTING, *two, filename="b.gcode")
    both = FileCounters(
        filename="a.gcode", success=1, failure=1, last_end=utc(29), last_success=True
    )
    printer.idle(90, counters=both)
    assert printer.jobs == [COMPLETED, UNKNOWN, UNKNOWN]


def test_one_count_at_most_is_due_where_none_was_ever_seen() -> None:
    """Most printers count no ends of files."""
    printer = Watching()
    printer.idle(0)
    for at, filename in ((10, "a.gcode"), (30, "b.gcode"), (50, "a.gcode")):
        printer.printing(at, filename, 50.0, 1.0)
        printer.idle(at + 10)
    (one,) = printer.session.mark.owed["a.gcode"]
    assert one.print.key == printer.began[0].print.key
    assert list(printer.session.mark.owed) == ["a.gcode"]


def test_no_counts_pile_up_that_are_never_seen() -> None:
    """OctoPrint announces the ends of prints from an SD card, and counts none."""
    printer = Watching()
    printer.idle(0)
    for at in range(10, 100, 10):
        event = ended(at, f"{at}.gcode", Outcome.COMPLETED)
        printer.events(at, Activity.IDLE, event)
    assert list(printer.session.mark.owed) == ["90.gcode"]


def test_a_success_is_not_the_count_of_a_print_that_was_cancelled() -> None:
    """Its count was dropped when its file was sent anew, for the print after it."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 90.0, 9.0, counters=NONE)
    two = ended(19.8, "a.gcode", Outcome.CANCELLED), started(20, "a.gcode")
    printer.events(20.1, Activity.PRINTING, *two, filename="a.gcode", counters=NONE)
    done = FileCounters(
        filename="a.gcode", success=1, last_end=utc(24), last_success=True
    )
    printer.idle(40, counters=done)
    assert printer.jobs == [CANCELLED, COMPLETED]


def test_no_count_is_due_to_a_print_whose_end_was_announced_seconds_ago() -> None:
    """It was dropped when the file was sent anew, and the line was lost at once."""
    printer = Watching()
    one = FileCounters(filename="a.gcode", success=1, last_end=utc(-9))
    printer.printing(0, "a.gcode", 90.0, 9.0, counters=one)
    two = ended(10, "a.gcode", Outcome.COMPLETED), started(12, "a.gcode")
    printer.events(12.5, Activity.PRINTING, *two, filename="a.gcode", counters=NONE)
    printer.silent(20)
    after = FileCounters(
        filename="a.gcode", success=1, last_end=utc(50), last_success=True
    )
    printer.printing(60, "b.gcode", counters=after)
    assert printer.jobs == [COMPLETED, COMPLETED, RUNNING]


@pytest.mark.parametrize("counted", [False, True])
def test_c5_counts_from_before_a_print_do_not_tell_that_its_file_was_sent_anew(
    counted: bool,
) -> None:
    """The store was lost, and the database has the counts of when the print began.

    Where they were those of a look at the print, its file was sent anew since.
    """
    printer = Watching()
    before = counts(0, 2, -60, good=False)
    printer.idle(0, counters=before)
    beside = {"counters": replace(before, failure=1)} if counted else {}
    printer.printing(30, "a.gcode", 0.0, 0.0, **beside)
    (began,) = printer.began
    times: dict[str, Any] = {"discovery_time": utc(30), "printer_start_time": utc(30)}
    found = job(began.print.key, filename="a.gcode", **times)
    recorded = Recorded(open_job=found, mark=printer.session.mark)
    printer.session = reconcile(NEW_SESSION, recorded, NOW).session
    printer.printing(300, "a.gcode", 60.0, 270.0, counters=NONE)
    assert printer.jobs == ([UNKNOWN, RUNNING] if counted else [RUNNING])


@pytest.mark.parametrize(("at", "again"), [(9.4, False), (9.5, True)])
def test_no_count_is_due_where_the_end_was_heard_of_before_it_was_told(
    at: float, again: bool
) -> None:
    """Its count was dropped, and looks followed so close that each might be early."""
    printer = Watching()
    printer.printing(0, "a.gcode", 90.0, 9.0, counters=NONE)
    two = ended(at, "a.gcode", Outcome.COMPLETED), started(9.8, "a.gcode")
    printer.events(10, Activity.PRINTING, *two, filename="a.gcode", counters=NONE)
    if again:
        printer.printing(10.5, "a.gcode", 5.0, 1.0, counters=NONE)
    one = FileCounters(
        filename="a.gcode", success=1, last_end=utc(15), last_success=True
    )
    printer.printing(20, "a.gcode", 42.0, 2.0, counters=one)
    assert printer.jobs == [COMPLETED, COMPLETED, RUNNING]


def test_of_two_ends_that_are_due_each_is_counted_as_what_it_was() -> None:
    """The print that followed them was seen winding down alone, which counts none."""
    printer = Watching()
    printer.printing(0, "a.gcode", 90.0, 9.0, counters=NONE)
    four = (
        ended(4, "a.gcode", Outcome.CANCELLED),
        started(5, "a.gcode"),
        ended(7, "a.gcode", Outcome.COMPLETED),
        started(8, "a.gcode"),
    )
    shown = {"filename": "a.gcode", "progress": 100.0, "elapsed_s": 1.0}
    printer.events(10, Activity.PRINTING, *four, **shown)
    end = ended(10.1, "a.gcode", Outcome.COMPLETED)
    three = FileCounters(
        filename="a.gcode", success=2, failure=1, last_end=utc(10), last_success=True
    )
    printer.events(12, Activity.PRINTING, end, filename="b.gcode", counters=three)
    assert printer.jobs == [CANCELLED, COMPLETED, COMPLETED, RUNNING]


def test_an_announced_end_is_older_than_a_count_that_began_anew() -> None:
    """The file was sent again for the next print, which was cancelled."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 30.0, 9.0, counters=none)
    printer.silent(25)
    one, anew = ended(20, "a.gcode", Outcome.COMPLETED), counts(0, 1, 90, good=False)
    printer.events(100, Activity.IDLE, one, counters=anew)
    assert printer.ends[0] == (COMPLETED, OutcomeSource.PRINTER)


def test_what_was_announced_is_counted_before_what_may_never_be() -> None:
    """The server was killed in the print after it, which counts nothing."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(10, "a.gcode", 90.0, 9.0, counters=NONE)
    one = ended(20, "a.gcode", Outcome.COMPLETED)
    starts = started(30, "a.gcode"), started(60, "a.gcode")
    printer.events(90, Activity.PRINTING, one, *starts, filename="a.gcode")
    two, both = ended(99, "a.gcode", Outcome.CANCELLED), counts(1, 1, 99, good=False)
    printer.events(100, Activity.IDLE, two, counters=both)
    assert printer.jobs == [COMPLETED, UNKNOWN, CANCELLED]


@pytest.mark.parametrize(
    ("at", "jobs"),
    [
        (25, [UNKNOWN, FAILED]),
        (25.1, [FAILED, CANCELLED]),
        (90, [FAILED, CANCELLED]),
    ],
)
def test_an_announced_end_is_older_than_a_later_one_that_was_counted(
    at: float, jobs: list[JobStatus]
) -> None:
    """No look succeeded in between, and the clocks may differ by five seconds."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(10, "a.gcode", 30.0, 9.0, counters=NONE)
    printer.silent(25)
    one, two = ended(20, "a.gcode", Outcome.FAILED), counts(0, 2, at, good=False)
    printer.events(100, Activity.IDLE, one, counters=two)
    assert printer.jobs == jobs


def test_two_ends_that_are_due_are_counted_together() -> None:
    """One was announced, and of the other nothing was seen but that it is over."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(10, "a.gcode", 90.0, 9.0, counters=NONE)
    two = ended(20, "a.gcode", Outcome.FAILED), started(25, "a.gcode")
    shown = {"filename": "a.gcode", "progress": 50.0, "elapsed_s": 5.0}
    printer.events(30, Activity.PRINTING, *two, **shown)
    printer.silent(40)
    printer.idle(60)
    assert printer.jobs == [FAILED, UNKNOWN]
    printer.idle(65, counters=counts(1, 1, 50, good=True))
    assert printer.jobs == [FAILED, COMPLETED]


def test_each_of_several_prints_is_told_of_by_counts_that_are_as_many() -> None:
    """Each was over before its counts could be asked for; all three succeeded."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(10, "a.gcode", 81.0, 9.0, remaining_s=2.0)
    printer.printing(15, "a.gcode", 100.0, 3.0)
    printer.printing(27, "a.gcode", 100.0, 0.0)
    three = FileCounters(
        filename="a.gcode", success=3, last_end=utc(26), last_success=True
    )
    printer.idle(32, counters=three)
    assert printer.jobs == [COMPLETED] * 3
    assert printer.ends[-3:] == [(COMPLETED, OutcomeSource.HISTORY)] * 3


@pytest.mark.parametrize(
    ("progress", "outcome", "jobs"),
    [
        (None, Outcome.FAILED, [CANCELLED, FAILED]),
        (None, Outcome.COMPLETED, [CANCELLED, COMPLETED]),
        # The next one was cancelled, taken for the one that was done.
        (100.0, Outcome.COMPLETED, [COMPLETED, UNKNOWN]),
    ],
)
def test_a_cancel_that_was_seen_is_counted_before_another_end_is_announced(
    progress: float | None, outcome: Outcome, jobs: list[JobStatus]
) -> None:
    """The push was down until the next print of the file ran."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(10, "a.gcode", progress, cancelling=True)
    done = outcome is Outcome.COMPLETED
    both = counts(done, 2 - done, 15, good=done)
    event = ended(15, "a.gcode", outcome)
    printer.events(15.5, Activity.IDLE, event, counters=both)
    assert printer.jobs == jobs


@pytest.mark.parametrize(
    ("shown", "outcomes"),
    [
        (
            {"activity": Activity.ENDED, "outcome": Outcome.FAILED, "reason": "Jam"},
            [UNKNOWN, FAILED],
        ),
        ({"activity": Activity.IDLE, "rebooted": True}, [UNKNOWN, FAILED]),
        ({"activity": Activity.IDLE}, [UNKNOWN, CANCELLED]),
    ],
)
def test_a_state_tells_of_the_newest_end_of_all_files(
    shown: dict[str, Any], outcomes: list[JobStatus]
) -> None:
    """The next print, of another file, began and ended between two looks."""
    printer = Watching()
    printer.printing(0, "a.gcode", 5.0, 3.0, counters=NONE)
    one, two = (
        FileCounters(filename=name, failure=1, last_end=utc(at), last_success=False)
        for name, at in (("a.gcode", 5), ("b.gcode", 9))
    )
    printer.look(10, counters=(one, two), **shown)
    assert printer.jobs == outcomes


@pytest.mark.parametrize(("before_s", "after_s"), [(135.0, 120.0), (14.0, 0.0)])
def test_what_a_print_has_to_go_runs_down_where_it_shows_no_count(
    before_s: float, after_s: float
) -> None:
    """As long as it shows none at all."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 50.0, 125.0, remaining_s=before_s)
    printer.printing(45, "a.gcode")
    assert printer.session.live is not None
    assert printer.session.live.remaining_s == after_s


def test_a_print_that_shows_no_count_for_a_moment_has_no_less_to_go() -> None:
    """It had no time to succeed: the success is that of the next print."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(30, "a.gcode", 50.0, 125.0, remaining_s=135.0, counters=NONE)
    printer.printing(45, "a.gcode", counters=NONE)
    printer.printing(50, "a.gcode", 0.0, 0.0, counters=NONE)
    both = counts(1, 1, 54, good=False)
    printer.ended(55, Outcome.FAILED, reason="Jam", counters=both)
    assert printer.jobs == [UNKNOWN, COMPLETED, FAILED]


@pytest.mark.parametrize(
    ("activity", "source"),
    [
        (Activity.PAUSED, OutcomeSource.INFERRED),
        (Activity.PRINTING, OutcomeSource.HISTORY),
    ],
)
def test_a_success_may_be_that_of_the_print_that_was_begun_anew_from_a_pause(
    activity: Activity, source: OutcomeSource
) -> None:
    """OctoPrint counts no end of what was paused then: the likelier one is inferred."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    shown = {"filename": "a.gcode", "progress": 27.0, "remaining_s": 1.0}
    printer.look(30, activity, **shown, counters=NONE)
    printer.silent(60)
    both = counts(1, 1, 89, good=False)
    printer.events(90, Activity.IDLE, started(80, "a.gcode"), counters=both)
    assert (COMPLETED, source) in printer.ends


@pytest.mark.parametrize("silent", [True, False])
def test_an_error_that_was_found_after_a_break_may_be_that_of_another_print(
    silent: bool,
) -> None:
    """Whose file nobody asks for: that the counted one failed is the likelier one."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(30, "a.gcode", 50.0, 20.0, remaining_s=20.0, counters=NONE)
    if silent:
        printer.silent(50)
    once = counts(0, 1, 58, good=False)
    printer.ended(60, Outcome.FAILED, reason="Jam", counters=once)
    source = OutcomeSource.INFERRED if silent else OutcomeSource.HISTORY
    assert printer.ends[-1] == (FAILED, source)


def test_an_end_that_is_one_of_several_counted_is_not_due_again() -> None:
    """The failure that is counted next is that of the print that runs."""
    printer = Watching()
    printer.idle(0, counters=NONE)
    printer.printing(30, "a.gcode", 50.0, 20.0, remaining_s=20.0, counters=NONE)
    printer.silent(60)
    printer.printing(98, "a.gcode", 19.8, 0.0, counters=counts(2, 1, 53, good=True))
    printer.printing(102, "a.gcode", 13.0, 2.0, counters=counts(2, 2, 99, good=False))
    assert printer.jobs == [UNKNOWN, UNKNOWN, COMPLETED, UNKNOWN, RUNNING]


@pytest.mark.parametrize(
    ("end", "jobs"), [(15.1, [COMPLETED, FAILED]), (15.0, [FAILED, FAILED])]
)
def test_an_error_that_another_file_was_counted_for_fails_no_print_before(
    end: float, jobs: list[JobStatus]
) -> None:
    """That was done when it was seen; clocks that are apart may tell otherwise."""
    before = FileCounters(filename="b.gcode", failure=1, last_end=utc(-50))
    printer = Watching()
    printer.idle(0, counters=before)
    printer.printing(10, "a.gcode", 100.0, 1.0, counters=before)
    done = FileCounters(
        filename="a.gcode", success=1, last_end=utc(9), last_success=True
    )
    broke = FileCounters(
        filename="b.gcode", failure=2, last_end=utc(end), last_success=False
    )
    printer.ended(25, Outcome.FAILED, reason="Heating failed", counters=(done, broke))
    assert printer.jobs == jobs


def test_an_error_is_the_print_s_own_whose_count_is_still_to_come() -> None:
    """By a clock of ours that was put back, so that the count tells nothing yet."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 50.0, 1.0)
    broke = FileCounters(
        filename="a.gcode", failure=1, last_end=utc(31), last_success=False
    )
    printer.ended(25, Outcome.FAILED, reason="Heating failed", counters=broke)
    assert printer.jobs == [FAILED]
