"""What is remembered from look to look, and for how long."""

from dataclasses import replace
from typing import Any

from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.json_values import as_moment
from custom_components.printernizer.core.session import (
    MAX_FILES,
    MAX_KEYS,
    Moment,
    Policy,
    Verdict,
)
from custom_components.printernizer.core.session_codec import (
    mark_from_dict,
    mark_to_dict,
)
from custom_components.printernizer.core.snapshot import Activity, FileCounters, Outcome

from .watching import Watching, utc


def idle(policy: Policy | None = None, **always: Any) -> Watching:
    """Watch a printer that is idle."""
    printer = Watching(policy or Policy(), **always)
    printer.idle(0)
    return printer


def test_a_job_belongs_to_one_print() -> None:
    """It is forgotten when its print is over, and at the latest by the next."""
    printer = idle()
    printer.printing(30, "a.gcode", 10.0, print_id="1")
    printer.session = replace(printer.session, job_id="01")
    jobs = []
    printer.printing(60, "a.gcode", 20.0, print_id="1")
    jobs.append(printer.session.job_id)
    printer.printing(90, "b.gcode", 1.0, print_id="2")
    jobs.append(printer.session.job_id)
    printer.session = replace(printer.session, job_id="02", verdict=Verdict.DELETED)
    printer.ended(120, Outcome.COMPLETED, print_id="2")
    jobs.append(printer.session.job_id)
    assert jobs == ["01", None, None]
    assert printer.session.verdict is Verdict.RECORDED


def test_a_mark_is_younger_with_each_look_that_changes_it() -> None:
    """And with no other, so that nothing is written at each look."""
    printer = idle()
    before = printer.session.mark
    printer.idle(30)
    assert printer.session.mark is before
    printer.printing(60, "a.gcode", print_id="1")
    assert printer.session.mark.changes == before.changes + 1
    assert printer.session.mark.knows("1")
    printer.printing(90, "a.gcode", print_id="1")
    assert printer.session.mark.changes == before.changes + 1
    printer.ended(120, Outcome.COMPLETED, print_id="1")
    assert printer.session.mark.changes == before.changes + 2


def test_the_last_look_is_the_last_one_that_was_answered() -> None:
    """Silence is a gap, and leaves the time of the answer before it."""
    printer = idle()
    printer.silent(30)
    silent = printer.session
    assert (silent.gap, silent.looked_at) == (True, Moment(utc(0), 1000.0))
    printer.idle(60)
    answered = printer.session
    assert (answered.gap, answered.looked_at) == (False, Moment(utc(60), 1060.0))


def test_as_many_keys_are_kept_as_a_mark_may_have() -> None:
    """The newest last."""
    printer = idle()
    for number in range(MAX_KEYS + 2):
        printer.printing(30 + number, "a.gcode", print_id=str(number))
    keys = printer.session.mark.keys
    assert len(keys) == MAX_KEYS
    assert keys[-1].startswith(f"{MAX_KEYS + 1}#")
    assert keys[0].startswith("2#")


def test_no_more_outcomes_are_owed_than_there_is_room_for() -> None:
    """Those of the newest files are."""
    printer = idle()
    printer.idle(20, counters=FileCounters(filename="z.gcode"))
    for number in range(MAX_FILES + 2):
        printer.printing(30 + number, f"{number}.gcode")
    owed = [f"{number}.gcode" for number in range(1, MAX_FILES + 1)]
    kept = printer.session.mark.owed
    assert list(kept) == owed
    assert [one.print.filename for (one,) in kept.values()] == owed
    printer.printing(100, "5.gcode")
    printer.idle(110)
    assert list(printer.session.mark.owed)[-1] == "5.gcode"
    assert len(printer.session.mark.owed) == MAX_FILES


def test_what_is_not_counted_after_all_owes_no_outcome() -> None:
    """A count that comes much later is that of another print."""
    printer = idle()
    printer.idle(20, counters=FileCounters(filename="z.gcode"))
    printer.printing(30, "a.gcode")
    printer.idle(60)
    assert list(printer.session.mark.owed) == ["a.gcode"]
    printer.idle(90, counters=FileCounters(filename="a.gcode"))
    assert printer.session.mark.owed == {}


def test_s6_a_print_noted_by_a_clock_that_was_ahead_is_as_old_as_it_was_seen() -> None:
    """However often we restart: what runs then began after it was lost."""
    printer = Watching()
    printer.idle(0)
    printer.clock_step = 3600.0
    printer.printing(30, "a.gcode", 20.0, 20.0)
    printer.clock_step = 0.0
    printer.idle(90, rebooted=True)
    for at in (130, 190):
        printer.restart(at)
        printer.idle(at + 5)
    printer.printing(260, "a.gcode", 40.0, 71.0)
    assert printer.jobs == [JobStatus.UNKNOWN, JobStatus.RUNNING]


def test_what_is_noted_at_this_very_moment_is_no_older() -> None:
    """The clock stands where it stood when the last print ended."""
    now = Moment(utc(60), 1000.0)
    latest = Moment(utc(0), 940.0)
    assert as_moment(utc(60).isoformat(), now, latest) == now
    assert as_moment(utc(61).isoformat(), now, latest) == Moment(utc(61), 940.0)
    assert as_moment(utc(30).isoformat(), now, latest) == Moment(utc(30), 970.0)


def test_what_a_clock_that_was_ahead_has_noted_was_seen_at_the_last_look() -> None:
    """It is that of an end whose count is due, and of a print that is waited for."""
    printer = Watching(late_identity=True)
    printer.clock_step = 3600.0
    printer.printing(10, "a.gcode", 20.0)
    printer.ended(40, Outcome.COMPLETED, filename="a.gcode")
    printer.look(50, Activity.PREPARING)
    assert printer.session.mark.owed and printer.session.settling
    mark = mark_from_dict(mark_to_dict(printer.session.mark), Moment(utc(70), 5.0))
    assert [one.ended_at.monotonic for one in mark.owed["a.gcode"]] == [5.0]
    printer.clock_step = 0.0
    printer.look(60, Activity.PREPARING)
    printer.restart(70)
    looked_at, settling = printer.session.looked_at, printer.session.settling
    assert looked_at is not None
    assert settling is not None
    due = printer.session.mark.owed["a.gcode"]
    assert looked_at.monotonic == -5.0
    assert [one.ended_at.monotonic for one in due] == [looked_at.monotonic]
    assert settling.since.monotonic == looked_at.monotonic
