"""When a print stays the same: rows S1 to S9 of the truth table."""

from dataclasses import replace

import pytest

from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.core.reconcile import Recorded, reconcile
from custom_components.printernizer.core.session import Moment, Session, Verdict
from custom_components.printernizer.core.snapshot import Activity, Outcome
from custom_components.printernizer.core.transitions import PrintNamed

from .watching import Watching, kinds, utc

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
RUNNING, PAUSED = JobStatus.RUNNING, JobStatus.PAUSED


def test_s1_pause_and_resume_are_the_same_job() -> None:
    """The status follows; nothing is opened or closed."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0)
    printer.look(60, Activity.PAUSED, filename="a.gcode", progress=12.0, elapsed_s=70.0)
    assert printer.jobs == [PAUSED]
    printer.look(90, Activity.PAUSED, filename="a.gcode", progress=12.0, elapsed_s=70.0)
    printer.printing(120, "a.gcode", 12.0, 71.0)
    assert printer.jobs == [RUNNING]
    assert kinds(printer.orders) == [
        "PrintBegan",
        "PrintStatusChanged",
        "PrintStatusChanged",
    ]


def test_s1_attention_with_the_id_that_prints_is_a_pause() -> None:
    """PrusaLink asks something in mid-print: ATTENTION with the same id."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", print_id="5")
    printer.look(60, Activity.PREPARING, print_id="5", tentative=True)
    assert printer.jobs == [PAUSED]
    printer.printing(90, "a.gcode", print_id="5")
    assert printer.jobs == [RUNNING]


def test_s2_no_news_for_days_ends_nothing() -> None:
    """Silence says nothing about the print."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0)
    for day in range(1, 10):
        printer.silent(day * 86400)
    printer.printing(10 * 86400, "a.gcode", 90.0, 800_000.0)
    assert printer.jobs == [RUNNING]


def test_s3_a_restart_continues_the_print_by_its_id() -> None:
    """Equal strong ids are the same print."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0, print_id="5")
    printer.restart(40)
    printer.printing(60, "a.gcode", 20.0, 90.0, print_id="5")
    assert printer.jobs == [RUNNING]


def test_s3_a_restart_continues_the_print_by_name_and_progress() -> None:
    """Without ids: the same name, and neither time nor progress went back."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0)
    printer.restart(40)
    printer.printing(60, "a.gcode", 20.0, 90.0)
    assert printer.jobs == [RUNNING]


def test_s3_a_restart_finds_another_print_of_the_same_file() -> None:
    """Time and progress went back while nobody looked: a reprint."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 60.0, 600.0)
    printer.restart(40)
    printer.printing(7000, "a.gcode", 20.0, 90.0)
    assert len(printer.jobs) == 2


def test_s4_names_of_one_unbroken_phase_are_one_job() -> None:
    """Bambu Lab names one print in many ways; the push was never interrupted."""
    printer = Watching(late_identity=True, unbroken=True)
    printer.idle(0)
    for at, name in enumerate(
        ("cache/x.3mf", "x.gcode.3mf", "/data/Metadata/plate_1.gcode", "x")
    ):
        printer.printing(10 + at, name)
    assert printer.jobs == [RUNNING]


def test_s4_a_polled_printer_with_another_name_runs_another_print() -> None:
    """Between two polls the one print ended and the other began."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0)
    printer.printing(60, "b.gcode", 11.0, 61.0)
    assert printer.jobs == [JobStatus.UNKNOWN, RUNNING]


def test_s4_equal_names_in_two_folders_are_two_prints() -> None:
    """A polled printer reports whole paths."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "left/part.gcode", 10.0, 60.0)
    printer.printing(60, "right/part.gcode", 11.0, 61.0)
    assert len(printer.jobs) == 2


def test_s5_a_new_id_after_the_printers_restart_is_the_same_print() -> None:
    """PrusaLink on MK3 numbered a running print anew (47 became 48)."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0, print_id="47")
    printer.silent(60)
    (order,) = printer.printing(90, "a.gcode", 15.0, 80.0, print_id="48")
    assert isinstance(order, PrintNamed)
    assert order.print_id == "48"
    assert printer.jobs == [RUNNING]


def test_s5_a_new_id_without_an_interruption_is_a_new_print() -> None:
    """The printer answered all the time, and the new one may have come so far."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 1.0, 5.0, print_id="47")
    printer.printing(60, "a.gcode", 4.0, 20.0, print_id="48")
    assert len(printer.jobs) == 2


def test_s5_a_restart_between_two_looks_is_noticed_by_the_progress() -> None:
    """No print of this file can be as far as that after half a minute."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 1.0, 5.0, print_id="47")
    printer.printing(60, "a.gcode", 10.0, 60.0, print_id="47")
    printer.printing(90, "a.gcode", 15.0, 80.0, print_id="48")
    assert printer.jobs == [RUNNING]


@pytest.mark.parametrize(("clock_step", "at", "jobs"), [(3600, 91, 2), (-3600, 89, 1)])
def test_s5_a_clock_that_is_put_right_makes_no_print_older_or_younger(
    clock_step: float, at: float, jobs: int
) -> None:
    """Another of the file may be as far once it may be older than ours was."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 0.0, print_id="47")
    printer.clock_step = clock_step
    printer.printing(60, "a.gcode", 0.0, print_id="47")
    printer.printing(at, "a.gcode", 18.0, print_id="48")
    assert len(printer.jobs) == jobs


def test_s5_a_new_id_with_less_progress_is_a_new_print() -> None:
    """After the interruption it had printed less than before."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 50.0, 600.0, print_id="47")
    printer.silent(60)
    printer.printing(90, "a.gcode", 5.0, 20.0, print_id="48")
    assert len(printer.jobs) == 2


def test_s6_a_clock_that_jumps_changes_nothing() -> None:
    """Intervals are monotonic: summer time and a set clock end no print."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0, elapsed_runs=True)
    printer.clock_step = 7200
    printer.printing(60, "a.gcode", 20.0, 90.0, elapsed_runs=True)
    printer.clock_step = -7200
    printer.printing(90, "a.gcode", 30.0, 120.0, elapsed_runs=True)
    assert printer.jobs == [RUNNING]


def test_s6_a_wait_is_not_cut_short_by_a_clock_that_jumps() -> None:
    """The settle time is measured on the monotonic clock."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30)
    printer.clock_step = 3600
    printer.wake(40)
    assert printer.jobs == []
    printer.wake(50)
    assert printer.jobs == [RUNNING]


def test_s7_the_start_time_is_frozen_at_first_sight() -> None:
    """``now - elapsed`` wanders after a pause; the start does not."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 20.0)
    printer.printing(600, "a.gcode", 12.0, 30.0)
    assert printer.session.current is not None
    assert printer.session.current.start_time == utc(10)


def test_s8_a_deleted_print_is_not_recorded_again() -> None:
    """The tombstone in the database outweighs the session."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0)
    key = printer.began[0].print.key
    decision = reconcile(
        printer.session,
        Recorded(deleted_keys={key}),
        Moment(utc(40), 1040.0),
    )
    assert decision.session.verdict is Verdict.DELETED
    assert not decision.transitions
    printer.session = decision.session
    printer.printing(60, "a.gcode", 20.0, 90.0)
    printer.ended(90, Outcome.COMPLETED, filename="a.gcode")
    assert kinds(printer.orders) == ["PrintBegan"]


def test_s9_a_print_ended_by_hand_stays_so() -> None:
    """An end set by hand detaches the print: nothing reopens or remakes it."""
    printer = Watching()
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0)
    job = _job(printer.session, status=CANCELLED, outcome_source=OutcomeSource.USER)
    decision = reconcile(
        printer.session, Recorded(latest=job, known=job), Moment(utc(40), 1040.0)
    )
    assert decision.session.verdict is Verdict.DELETED
    printer.session = decision.session
    printer.printing(60, "a.gcode", 20.0, 90.0)
    printer.ended(90, Outcome.COMPLETED, filename="a.gcode")
    assert kinds(printer.orders) == ["PrintBegan"]


def _job(session: Session, **fields: object) -> Job:
    """Return the job of the session's print as the database would have it."""
    known = session.current
    assert known is not None
    job = Job(
        id="01",
        printer_id="octoprint_1",
        printer_type="octoprint",
        job_name="a",
        filename=known.filename,
        status=RUNNING,
        created_at=known.discovered_at,
        updated_at=known.discovered_at,
        discovery_time=known.discovered_at,
        printer_start_time=known.start_time,
        print_key=known.key,
        print_id=known.print_id,
        auto_created=True,
    )
    return replace(job, **fields)  # type: ignore[arg-type]


def test_s5_a_print_keeps_its_name_when_its_id_changes() -> None:
    """The first look under the new id may not show any."""
    printer = Watching(id_may_change=True)
    printer.idle(0)
    printer.printing(30, "a.gcode", 10.0, 60.0, print_id="47", title="A")
    printer.silent(60)
    (order,) = printer.printing(90, None, 15.0, 80.0, print_id="48")
    assert isinstance(order, PrintNamed)
    assert (order.filename, order.title, order.print_id) == ("a.gcode", "A", "48")
