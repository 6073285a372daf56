"""Counter-examples that the simulation found, each in a sentence."""

from dataclasses import replace

from custom_components.printernizer.core.jobs import JobStatus, OutcomeSource
from custom_components.printernizer.core.snapshot import (
    Activity,
    FileCounters,
    Outcome,
    PastPrint,
)
from custom_components.printernizer.core.transitions import PrintNamed

from .watching import Watching, ended, started, utc

RUNNING, COMPLETED = JobStatus.RUNNING, JobStatus.COMPLETED
CANCELLED, FAILED = JobStatus.CANCELLED, JobStatus.FAILED
UNKNOWN = JobStatus.UNKNOWN


def test_a_start_that_comes_after_the_count_of_its_end_is_no_second_print() -> None:
    """OctoPrint was winding down, its start waited, and its end was lost."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 100.0, 0.0, counters=none)
    one = FileCounters(
        filename="a.gcode", success=1, last_end=utc(14), last_success=True
    )
    printer.events(15, Activity.IDLE, started(12, "a.gcode"), counters=one)
    assert printer.jobs == [COMPLETED]


def test_an_older_count_is_weighed_before_a_younger_announcement() -> None:
    """The push was down at the end of the first and up at that of the second."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 5.0, 5.0, counters=none)
    both = FileCounters(
        filename="a.gcode", success=1, failure=1, last_end=utc(95), last_success=False
    )
    printer.events(
        100,
        Activity.IDLE,
        ended(95, "a.gcode", Outcome.CANCELLED),
        counters=both,
    )
    assert printer.jobs == [COMPLETED, CANCELLED]


def test_a_print_that_lost_pace_is_not_the_second_start_of_the_same() -> None:
    """Both looks say printing, but the elapsed time shows that another began."""
    printer = Watching(elapsed_runs=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 7.0)
    printer.printing(60, "a.gcode", 12.0, 11.0)
    assert printer.jobs == [UNKNOWN, RUNNING]


def test_an_end_that_is_another_than_the_last_shown_is_another_print() -> None:
    """PrusaLink names no print at the end, but it was stopped, and is finished now."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 5.0, 5.0, print_id="7")
    printer.ended(20, Outcome.CANCELLED)
    printer.ended(50, Outcome.COMPLETED)
    assert printer.jobs == [CANCELLED, COMPLETED]


def test_an_error_after_a_print_is_not_how_it_ended() -> None:
    """A printer that was idle since may break for a reason of its own."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 5.0, 5.0, counters=none)
    one = FileCounters(
        filename="a.gcode", failure=1, last_end=utc(15), last_success=False
    )
    printer.idle(20, counters=one)
    printer.ended(300, Outcome.FAILED)
    printer.ended(330, Outcome.FAILED)
    assert printer.jobs == [CANCELLED]


def test_a_record_that_is_younger_than_the_state_wins() -> None:
    """A slow answer shows a print that the history has ended, and one after it.

    It may come twice, as any look.
    """
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 5.0, 5.0, print_id="1")
    rows = tuple(
        PastPrint(
            print_id=number,
            filename="a.gcode",
            start_time=utc(start),
            end_time=utc(start + 5),
            ended=True,
            outcome=Outcome.COMPLETED,
        )
        for number, start in (("1", 5), ("2", 15))
    )
    for _ in range(2):
        printer.printing(25, "a.gcode", 90.0, 9.0, print_id="1", history=rows)
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_a_print_under_a_borrowed_name_is_renamed() -> None:
    """A P1 names its print later than the wait lasts; a calibration came before."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(0, Activity.PRINTING, title="auto_cali_for_user", system=True)
    printer.ended(10, Outcome.COMPLETED, title="auto_cali_for_user", system=True)
    printer.look(20, Activity.PRINTING, title="auto_cali_for_user", system=True)
    printer.wake(41)
    assert printer.jobs == []
    printer.look(45, Activity.PRINTING, title="Vase")
    assert printer.jobs == [RUNNING]
    assert printer.began[-1].print.title == "Vase"


def test_numbers_that_were_left_standing_complete_nothing() -> None:
    """100 % under the name of the print before says nothing about this one."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.look(0, Activity.PRINTING, title="Vase", progress=50.0)
    printer.ended(10, Outcome.COMPLETED, title="Vase", progress=100.0)
    printer.look(20, Activity.PRINTING, title="Vase", progress=100.0)
    printer.wake(41)
    printer.idle(60)
    assert printer.ends[-1] == (UNKNOWN, OutcomeSource.INFERRED)


def test_a_late_name_beside_a_new_id_is_taken() -> None:
    """The leftover of a print that nobody saw cannot be known as one."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    printer.look(10, Activity.PRINTING, title="Old")
    orders = printer.look(15, Activity.PRINTING, title="New", print_id="9")
    assert [type(order) for order in orders] == [PrintNamed]
    assert printer.jobs == [RUNNING]


def test_a_wait_does_not_end_before_the_first_look_after_a_restart() -> None:
    """What settled may have ended meanwhile; only a look can tell."""
    printer = Watching(late_identity=True)
    printer.ended(0, Outcome.COMPLETED, title="Vase")
    printer.look(10, Activity.PRINTING, title="Vase")
    printer.restart(15)
    printer.wake(60)
    assert printer.decision.wake_at is None
    printer.ended(70, Outcome.FAILED, title="Vase")
    assert printer.jobs == [FAILED]


def test_keys_stay_apart_when_many_ends_are_counted_at_once() -> None:
    """The print that runs began in the second in which the others were noticed."""
    printer = Watching()
    printer.idle(0, counters=FileCounters(filename="a.gcode"))
    three = FileCounters(
        filename="a.gcode",
        failure=2,
        success=1,
        last_end=utc(20),
        last_success=True,
        last_duration_s=5.0,
    )
    printer.printing(30, "a.gcode", 1.0, 0.0, counters=three)
    keys = [order.print.key for order in printer.began]
    assert len(set(keys)) == len(keys) == 4


def test_a_print_that_another_file_followed_unseen_ends_as_it_was_counted() -> None:
    """Both files are counted at one look: a restart before the next costs nothing."""
    printer = Watching()
    printer.idle(0)
    printer.printing(
        30, "a.gcode", 50.0, 20.0, counters=FileCounters(filename="a.gcode")
    )
    counters = (
        FileCounters(filename="a.gcode", success=2, last_end=utc(55)),
        FileCounters(filename="b.gcode"),
    )
    printer.printing(60, "b.gcode", 5.0, 4.0, counters=counters)
    assert printer.jobs == [COMPLETED, COMPLETED, RUNNING]


def test_a_success_that_lasted_long_enough_may_still_be_that_of_the_next() -> None:
    """It was seen before half of what had been left of the first had passed."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(30, "a.gcode", 15.0, 12.0, remaining_s=88.0, counters=none)
    printer.printing(60, "a.gcode", 100.0, 8.0, remaining_s=0.0)
    one = replace(none, success=1, last_success=True, last_duration_s=17.0)
    printer.idle(90, counters=one)
    assert printer.jobs == [UNKNOWN, COMPLETED]


def test_a_count_that_the_newest_end_belies_is_that_of_a_new_upload() -> None:
    """Where the last print failed, a success more is not all that happened."""
    printer = Watching()
    one = FileCounters(
        filename="a.gcode", failure=1, last_end=utc(-50), last_success=False
    )
    printer.idle(0, counters=one)
    two = FileCounters(
        filename="a.gcode",
        success=1,
        failure=1,
        last_end=utc(80),
        last_success=False,
    )
    printer.idle(100, counters=two)
    assert printer.jobs == [CANCELLED]


def test_an_end_that_nobody_saw_is_announced_before_it_is_counted() -> None:
    """The start was lost with the line, and the count was 0.1 s late."""
    printer = Watching()
    printer.idle(0)
    printer.events(
        30,
        Activity.IDLE,
        ended(29.95, "a.gcode", Outcome.CANCELLED),
        counters=FileCounters(filename="a.gcode"),
    )
    late = FileCounters(
        filename="a.gcode", failure=1, last_end=utc(29.95), last_success=False
    )
    printer.idle(31, counters=late)
    assert printer.jobs == [CANCELLED]


def test_an_end_that_may_be_either_completes_no_print_before() -> None:
    """One failed and one did not, and nobody knows which of them was first."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 20.0, 9.0, counters=none)
    printer.printing(20, "a.gcode", 5.0, 1.0)
    three = FileCounters(
        filename="a.gcode", success=2, failure=1, last_end=utc(49), last_success=True
    )
    printer.idle(50, counters=three)
    assert printer.jobs[0] is UNKNOWN


def test_what_began_after_an_announced_end_is_not_on_its_way_out() -> None:
    """Nothing but the end was remembered of a print that ended seconds before."""
    printer = Watching()
    printer.idle(0)
    printer.printing(10, "a.gcode", 5.0, 1.0)
    printer.events(20, Activity.IDLE, ended(20, "a.gcode", Outcome.COMPLETED))
    printer.printing(29, "a.gcode", 5.0, 6.0)
    assert printer.jobs == [COMPLETED, RUNNING]


def test_an_end_that_is_announced_long_after_rest_is_that_of_another_print() -> None:
    """The printer had lost its print; the start of the next one was not heard."""
    printer = Watching()
    printer.idle(0)
    none = FileCounters(filename="a.gcode")
    printer.printing(10, "a.gcode", 20.0, 9.0, counters=none)
    printer.idle(40, counters=none, rebooted=True)
    one = FileCounters(
        filename="a.gcode", success=1, last_end=utc(500), last_success=True
    )
    printer.events(
        501, Activity.IDLE, ended(500, "a.gcode", Outcome.COMPLETED), counters=one
    )
    assert printer.jobs == [UNKNOWN, COMPLETED]


def test_two_files_of_one_name_that_ended_alike_are_two_prints() -> None:
    """From the SD card, in two folders: each took as long as the other."""
    printer = Watching()
    printer.idle(0)
    for at, file in ((30, "benchy.gcode"), (60, "spares/benchy.gcode")):
        printer.ended(at, Outcome.COMPLETED, filename=file, elapsed_s=23.0)
    assert printer.jobs == [COMPLETED, COMPLETED]


def test_a_lost_print_has_run_for_longer_than_since_by_more_than_a_rounding() -> None:
    """The next one began at once when the printer was back, and rounds its time up."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 19.0, 13.0)
    printer.idle(90, rebooted=True)
    printer.printing(149.7, "a.gcode", 14.0, 60.0)
    assert printer.jobs == [UNKNOWN, RUNNING]
