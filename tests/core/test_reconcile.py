"""Session and database agree at set-up: the database decides."""

from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.jobs import Job, JobStatus, OutcomeSource
from custom_components.printernizer.core.reconcile import Recorded, print_of, reconcile
from custom_components.printernizer.core.session import (
    NEW_SESSION,
    EndedPrint,
    Live,
    Mark,
    Moment,
    Session,
    Settling,
    Verdict,
)
from custom_components.printernizer.core.session_codec import (
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import Activity, Snapshot
from custom_components.printernizer.core.transitions import (
    Print,
    PrintBegan,
    PrintEnded,
)

from .watching import utc

NOW = Moment(utc(100), 5.0)
KNOWN = Print(key="2", discovered_at=utc(30), filename="b.gcode")
BEFORE = Print(key="1", discovered_at=utc(0), filename="a.gcode")
LIVE = Live(Moment(utc(60), -35.0), paused=True, progress=40.0)
RUNNING = Session(
    current=KNOWN, live=LIVE, job_id="02", mark=Mark(keys=("1", "2")), looked=True
)
LAST = EndedPrint(
    print=BEFORE,
    verdict=Verdict.RECORDED,
    status=JobStatus.CANCELLED,
    ended_at=Moment(utc(20), -75.0),
    inferred=False,
    seen_end=True,
    live=LIVE,
)


def job(key: str | None, status: JobStatus = JobStatus.RUNNING, **fields: Any) -> Job:
    """Return the job of a print."""
    plain: dict[str, Any] = {
        "id": f"0{key}",
        "printer_id": "octoprint_1",
        "printer_type": "octoprint",
        "job_name": "a",
        "status": status,
        "created_at": utc(0),
        "updated_at": utc(90),
        "print_key": key,
    }
    return Job(**(plain | fields))


def test_the_open_job_of_the_print_that_runs_is_its_own() -> None:
    """The usual restart: both tell the same, and nothing is to be done."""
    session = replace(RUNNING, job_id=None)
    decision = reconcile(session, Recorded(open_job=job("2")), NOW)
    assert decision.session == replace(RUNNING, job_id="02", gap=True)
    assert not decision.transitions
    assert decision.trace


@pytest.mark.parametrize(
    ("theirs_s", "live"),
    [
        (70.0, Live(Moment(utc(90), -5.0), True, 60.0, 70.0, age_s=90.0)),
        (50.0, replace(LIVE, elapsed_s=50.0, remaining_s=30.0)),
        (None, replace(LIVE, elapsed_s=50.0, remaining_s=30.0)),
    ],
)
def test_s3_a_look_that_the_database_alone_has_counts(
    theirs_s: float | None, live: Live
) -> None:
    """Killed between the two writes: a print that has run for less is another one.

    What was left to do at the look before is not what is left now.
    """
    ours = replace(RUNNING, live=replace(LIVE, elapsed_s=50.0, remaining_s=30.0))
    found = job("2", JobStatus.PAUSED, progress=60.0, elapsed_s=theirs_s)
    assert reconcile(ours, Recorded(open_job=found), NOW).session.live == live


def test_a_lost_session_remembers_the_print_before_the_open_job() -> None:
    """Its row may be finished later, and its end be told (C4)."""
    before = job("1", JobStatus.UNKNOWN, outcome_source=OutcomeSource.INFERRED)
    recorded = Recorded(open_job=job("2"), latest=before)
    session = reconcile(NEW_SESSION, recorded, NOW).session
    assert session.current is not None
    assert session.last is not None
    assert (session.current.key, session.last.print.key) == ("2", "1")
    known = replace(session, current=None, live=None, job_id=None)
    other = replace(recorded, latest=job("0", JobStatus.COMPLETED))
    assert reconcile(known, other, NOW).session.last == session.last


@pytest.mark.parametrize(
    ("keys", "last"),
    [(("1", "2", "3"), "2"), (("2", "1", "3"), "1"), (("1", "3"), "1"), (("3",), "1")],
)
def test_a_session_that_lies_behind_remembers_the_print_before_the_open_job(
    keys: tuple[str, ...], last: str
) -> None:
    """Both were written when we were killed, and the store knew neither."""
    behind = replace(RUNNING, last=LAST, mark=Mark(keys=keys))
    before = job("2", JobStatus.UNKNOWN, outcome_source=OutcomeSource.INFERRED)
    recorded = Recorded(open_job=job("3"), latest=before)
    session = reconcile(behind, recorded, NOW).session
    assert session.current is not None
    assert session.last is not None
    assert (session.current.key, session.last.print.key) == ("3", last)


@pytest.mark.parametrize(("progress", "orders"), [(38.0, 2), (41.0, 0)])
def test_what_falls_is_another_print_also_where_ours_was_seen_before_the_machine_began(
    progress: float, orders: int
) -> None:
    """Then its last look came before the beginning of the monotonic clock (C5)."""
    found = job("2", filename="b.gcode", progress=40.0, updated_at=utc(60))
    session = reconcile(NEW_SESSION, Recorded(open_job=found), NOW).session
    stored = json.dumps(session_to_dict(session), allow_nan=False)
    session = session_from_dict(json.loads(stored), NOW)
    assert session.live is not None
    assert session.live.late_until < session.live.seen_at.monotonic
    look = Snapshot(
        activity=Activity.PRINTING,
        filename="b.gcode",
        title="b",
        progress=progress,
        late_identity=True,
    )
    looked = step(session, look, NOW)
    later = step(looked.session, None, Moment(utc(130), 35.0))
    assert len([*looked.transitions, *later.transitions]) == orders


def test_a_lost_session_goes_on_with_the_open_job() -> None:
    """S3: the job is what is left of the print, and its last look."""
    found = job(
        "2",
        JobStatus.PAUSED,
        discovery_time=utc(30),
        print_id="7",
        filename="b.gcode",
        printer_start_time=utc(10),
        discovered_on_startup=True,
        discovered_afterwards=True,
        estimated_duration=600,
        progress=40.0,
        elapsed_s=70.0,
    )
    decision = reconcile(NEW_SESSION, Recorded(open_job=found), NOW)
    assert decision.session == replace(
        NEW_SESSION,
        current=Print(
            key="2",
            discovered_at=utc(30),
            print_id="7",
            filename="b.gcode",
            start_time=utc(10),
            on_startup=True,
            afterwards=True,
            estimated_s=600,
        ),
        live=Live(
            Moment(utc(90), -5.0),
            paused=True,
            progress=40.0,
            elapsed_s=70.0,
            age_s=80.0,
        ),
        job_id="02",
        gap=True,
    )
    assert not decision.transitions
    assert decision.trace


def test_a_job_without_progress_ran_by_its_discovery_for_as_long_as_it_says() -> None:
    """The start was derived from the first look, and tells what that showed."""
    found = job("2", discovery_time=utc(30), printer_start_time=utc(10))
    live = reconcile(NEW_SESSION, Recorded(open_job=found), NOW).session.live
    assert live == Live(Moment(utc(30), -65.0), elapsed_s=20.0, age_s=20.0)
    for lacking, age_s in (("discovery_time", 80.0), ("printer_start_time", 60.0)):
        less = replace(found, **{lacking: None})  # type: ignore[arg-type]
        live = reconcile(NEW_SESSION, Recorded(open_job=less), NOW).session.live
        assert live == Live(Moment(utc(90), -5.0), age_s=age_s)
    over = replace(found, discovered_afterwards=True)
    live = reconcile(NEW_SESSION, Recorded(open_job=over), NOW).session.live
    assert live == Live(Moment(utc(90), -5.0), age_s=80.0)


def test_a_job_from_the_future_was_seen_now() -> None:
    """S6: the clock was set back meanwhile."""
    found = job("2", updated_at=utc(500))
    session = reconcile(NEW_SESSION, Recorded(open_job=found), NOW).session
    assert session.live is not None
    assert session.current is not None
    assert session.live.seen_at == Moment(utc(500), 5.0)
    assert session.current.discovered_at == found.created_at


@pytest.mark.parametrize(("elapsed_s", "age_s"), [(67.0, 67.0), (None, 0.0)])
def test_a_print_ran_for_what_it_counts_where_the_clock_was_ahead_as_it_began(
    elapsed_s: float | None, age_s: float
) -> None:
    """It was put right before the progress was saved."""
    ahead = job("2", discovery_time=utc(3600), elapsed_s=elapsed_s)
    decision = reconcile(NEW_SESSION, Recorded(open_job=ahead), NOW)
    assert decision.session.live is not None
    assert decision.session.live.age_s == age_s


def test_an_open_job_of_another_print_takes_the_place_of_what_is_remembered() -> None:
    """The session lies behind: killed between the two writes."""
    settling = Settling(
        since=NOW,
        deadline=20.0,
        snapshot=Snapshot(activity=Activity.PREPARING),
        on_startup=False,
        start_time=None,
        ran=False,
    )
    behind = replace(NEW_SESSION, settling=settling, verdict=Verdict.IGNORED)
    session = reconcile(behind, Recorded(open_job=job("2")), NOW).session
    assert session.current is not None
    assert session.current.key == "2"
    assert session.settling is None
    assert session.verdict is Verdict.RECORDED


@pytest.mark.parametrize(
    ("inferred", "source"),
    [(True, OutcomeSource.INFERRED), (False, OutcomeSource.PRINTER)],
)
@pytest.mark.parametrize("current", [None, KNOWN])
def test_an_end_that_only_the_session_knows_closes_the_open_job(
    current: Print | None, inferred: bool, source: OutcomeSource
) -> None:
    """The database was behind, and the print after it has no job yet either."""
    session = replace(
        RUNNING,
        current=current,
        live=LIVE if current else None,
        last=replace(LAST, inferred=inferred),
    )
    decision = reconcile(session, Recorded(open_job=job("1")), NOW)
    assert decision.session == replace(session, gap=True)
    end, *began = decision.transitions
    assert isinstance(end, PrintEnded)
    assert (end.key, end.status, end.source) == ("1", JobStatus.CANCELLED, source)
    assert end.end_time == utc(20)
    ahead = replace(LAST, print=replace(BEFORE, discovered_at=utc(30)))
    known = replace(session, last=ahead)
    end = reconcile(known, Recorded(open_job=job("1")), NOW).transitions[0]
    assert isinstance(end, PrintEnded)
    assert end.end_time == utc(30)
    assert not end.corrects
    assert end.why
    keys = [one.print.key for one in began if isinstance(one, PrintBegan)]
    assert keys == (["2"] if current else [])


@pytest.mark.parametrize("is_running", [False, True])
def test_an_open_job_that_came_back_from_a_backup_is_over(is_running: bool) -> None:
    """Other prints followed it, the last of which may have the same name and run."""
    newest = replace(KNOWN, filename="a.gcode")
    session = replace(
        RUNNING,
        current=newest if is_running else None,
        live=LIVE if is_running else None,
        last=LAST if is_running else replace(LAST, print=newest),
        mark=Mark(keys=("0", "1", "2"), changes=5),
    )
    recorded = Recorded(open_job=job("0"), mark=Mark(keys=("0",)))
    decision = reconcile(session, recorded, NOW)
    assert decision.session == replace(session, gap=True)
    end, *began = decision.transitions
    assert isinstance(end, PrintEnded)
    assert (end.key, end.status) == ("0", JobStatus.UNKNOWN)
    assert (end.source, end.end_time) == (OutcomeSource.INFERRED, newest.began_at)
    assert not end.corrects
    assert end.why
    keys = [one.print.key for one in began if isinstance(one, PrintBegan)]
    assert keys == (["2"] if is_running else [])


@pytest.mark.parametrize(
    "session", [RUNNING, replace(RUNNING, current=None, live=None, last=LAST)]
)
def test_an_open_job_that_the_session_has_missed_runs(session: Session) -> None:
    """Killed between the two writes: the session is that of the print before."""
    keys = ("1", "2", "3")
    recorded = Recorded(open_job=job("3"), mark=Mark(keys=keys, changes=1))
    decision = reconcile(session, recorded, NOW)
    assert decision.session.current is not None
    assert decision.session.current.key == "3"
    assert not decision.transitions


def test_o10_an_open_job_without_a_print_is_nobodys() -> None:
    """A user set it to running by hand."""
    decision = reconcile(NEW_SESSION, Recorded(open_job=job(None)), NOW)
    assert decision.session == replace(NEW_SESSION, gap=True)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_database_that_was_replaced_gets_the_running_print_again(
    verdict: Verdict,
) -> None:
    """Where it may have a job at all; with creation off, only one made by hand."""
    session = replace(RUNNING, verdict=verdict)
    decision = reconcile(session, Recorded(), NOW)
    assert decision.session == replace(session, gap=True)
    if verdict not in (Verdict.RECORDED, Verdict.OFF):
        assert not decision.transitions
        return
    (order,) = decision.transitions
    assert isinstance(order, PrintBegan)
    assert order.print == KNOWN
    assert order.paused
    assert order.record is (verdict is Verdict.RECORDED)
    assert decision.trace == (order.why,)
    assert order.why


def test_s8_the_tombstone_of_a_print_outweighs_the_session() -> None:
    """It has no job, and none is made again."""
    decision = reconcile(RUNNING, Recorded(deleted_keys={"2"}), NOW)
    assert decision.session == replace(
        RUNNING, verdict=Verdict.DELETED, job_id=None, gap=True
    )
    assert not decision.transitions
    assert decision.trace


def test_o3_a_print_that_was_dropped_for_its_own_name_is_not_recorded_again() -> None:
    """We were killed before the session was saved, which has a borrowed name."""
    session = replace(RUNNING, live=replace(LIVE, provisional=True))
    decision = reconcile(session, Recorded(), NOW)
    assert decision.session == replace(
        RUNNING, verdict=Verdict.DELETED, job_id=None, gap=True
    )
    assert not decision.transitions
    assert decision.trace


def test_s9_an_end_by_hand_detaches_the_print() -> None:
    """The job stays as the user left it while the print runs on."""
    ended = job("2", JobStatus.FAILED, outcome_source=OutcomeSource.USER)
    decision = reconcile(RUNNING, Recorded(known=ended, latest=ended), NOW)
    assert decision.session == replace(
        RUNNING, verdict=Verdict.DELETED, job_id=None, gap=True
    )
    assert decision.trace


def test_a_job_that_was_written_last_knows_more_than_the_session() -> None:
    """We were killed between the two writes; nothing that was seen is forgotten."""
    known = replace(LIVE, provisional=True, late_until=-10.0)
    mark = replace(RUNNING.mark, borrowed=True)
    session = replace(RUNNING, live=known, mark=mark)
    for progress, seen_at in ((41.0, 90), (40.0, 60), (None, 60)):
        newer = seen_at == 90
        status = JobStatus.RUNNING if newer else JobStatus.PAUSED
        found = job("2", status, progress=progress, updated_at=utc(90))
        live = reconcile(session, Recorded(open_job=found), NOW).session.live
        assert live is not None
        assert live.seen_at.utc == utc(seen_at)
        assert live.progress == (41.0 if newer else 40.0)
        assert live.paused is not newer
        assert live.provisional is not newer
    young = replace(session, live=replace(known, late_until=-5.0))
    found = job("2", progress=41.0)
    live = reconcile(young, Recorded(open_job=found), NOW).session.live
    assert live is not None
    assert live.provisional


def test_o3_a_name_that_the_database_alone_has_is_its_own() -> None:
    """It came when we were killed, so that the next one is that of another print."""
    session = replace(RUNNING, live=replace(LIVE, provisional=True))
    found = job("2", filename="b.gcode")
    taken = reconcile(session, Recorded(open_job=found), NOW).session
    assert taken.current == print_of(found)
    assert taken.job_id == found.id
    assert taken.live is not None
    assert not taken.live.provisional


@pytest.mark.parametrize(
    ("younger", "theirs", "print_id"), [(1, "3", "3"), (0, "1", "2"), (1, None, "2")]
)
def test_s5_an_id_that_changed_is_the_one_that_was_written_last(
    younger: int, theirs: str | None, print_id: str
) -> None:
    """We were killed between the two writes, of which either may be the first."""
    known = replace(RUNNING, current=replace(KNOWN, print_id="2"))
    mark = replace(known.mark, changes=known.mark.changes + younger)
    found = replace(job("2"), print_id=theirs)
    kept = reconcile(known, Recorded(open_job=found, mark=mark), NOW).session
    assert kept.current is not None
    assert kept.current.print_id == print_id


def test_s1_a_print_that_went_on_from_a_pause_was_seen_later_than_in_it() -> None:
    """It is as far as it was, and the database alone has that it went on."""
    found = job("2", progress=LIVE.progress)
    live = reconcile(RUNNING, Recorded(open_job=found), NOW).session.live
    assert live is not None
    assert not live.paused
    assert live.seen_at.utc == found.updated_at
    assert live.age_s == 90.0


@pytest.mark.parametrize(
    ("theirs", "seen_at"), [(None, 60), (0.0, 60), (0.1, 90), (1.0, 90)]
)
def test_the_first_progress_may_be_what_the_database_alone_has(
    theirs: float | None, seen_at: float
) -> None:
    """The session has none yet."""
    session = replace(RUNNING, live=replace(LIVE, progress=None))
    found = job("2", JobStatus.PAUSED, progress=theirs)
    live = reconcile(session, Recorded(open_job=found), NOW).session.live
    assert live is not None
    assert live.seen_at.utc == utc(seen_at)


@pytest.mark.parametrize(
    ("found_at", "updated_at", "progress", "borrowed", "until"),
    [
        (50, 50, None, True, -17.0),
        (50, 79, 3.0, False, -17.0),
        # The clock was ahead when it was found, or when it was seen last as well.
        (3650, 80, 41.0, False, 33.0),
        (3650, 3650, None, True, 33.0),
    ],
)
def test_a_borrowed_name_may_still_be_one_when_the_session_is_lost(
    found_at: float,
    updated_at: float,
    progress: float | None,
    borrowed: bool,
    until: float,
) -> None:
    """Unless progress was noted, as it is of nothing but a print of that name."""
    session = replace(NEW_SESSION, mark=Mark(keys=("2",), borrowed=True))
    found = job("2", discovery_time=utc(found_at), updated_at=utc(updated_at))
    found = replace(found, progress=progress)
    live = reconcile(session, Recorded(open_job=found), NOW).session.live
    assert live is not None
    assert live.provisional is borrowed
    assert live.late_until == until
