"""Every print of a Bambu Lab printer of our own becomes one job, judged end to end."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import NEW_SESSION, Moment
from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.core.transitions import (
    PrintBegan,
    PrintEnded,
    PrintNamed,
)
from tests.peers.bambu import A1, MODELS, P1P_OLD, P1S, X1C, BambuPeer, Model

from .bambu_support import Heard, client_of, listening, running

BEGIN = datetime(2026, 4, 26, tzinfo=UTC)


class Jobs:
    """What the detector makes of a client's snapshots.

    Time is made: ``pause_s`` go by between two snapshots, so that waits end.
    """

    def __init__(self, pause_s: float = 7.0) -> None:
        """Know no job."""
        self._session = NEW_SESSION
        self._pause_s = pause_s
        self._now_s = 1000.0
        self._wake_s: float | None = None
        self.names: dict[str, str | None] = {}
        self.ends: dict[str, JobStatus] = {}

    def judge(self, snapshots: list[Snapshot]) -> None:
        """Judge snapshots in order, and the silence after them."""
        for snapshot in [*snapshots, None]:
            due_s = self._now_s + (self._pause_s if snapshot else 600)
            while self._wake_s is not None and self._wake_s <= due_s:
                self._now_s = max(self._wake_s, self._now_s)
                self._step(None)
            self._now_s = due_s
            if snapshot is not None:
                self._step(snapshot)

    def _step(self, snapshot: Snapshot | None) -> None:
        """Take one step."""
        now = Moment(BEGIN + timedelta(seconds=self._now_s), self._now_s)
        decision = step(self._session, snapshot, now)
        self._session, self._wake_s = decision.session, decision.wake_at
        for one in decision.transitions:
            match one:
                case PrintBegan():
                    assert one.print.key not in self.names
                    self.names[one.print.key] = one.print.title or one.print.filename
                case PrintNamed():
                    self.names[one.key] = one.title or one.filename
                case PrintEnded():
                    self.ends[one.key] = one.status
                case _:
                    pass

    @property
    def told(self) -> list[tuple[str | None, JobStatus | None]]:
        """Return name and end of each job, in the order of their beginnings."""
        return [(name, self.ends.get(key)) for key, name in self.names.items()]


async def print_one(peer: BambuPeer, heard: Heard, name: str, how: str) -> None:
    """Print a file to its end, and wait until it is told."""
    count = len(heard.snapshots)
    peer.start_print(f"{name}.gcode.3mf", is_cloud=how != "local")
    await heard.until(lambda one: one.title == name, after=count)
    if how == "cancel":
        peer.cancel()
    elif how == "fail":
        peer.fail()
    else:
        peer.finish()
    await heard.activity(Activity.ENDED, after=count)


STATUS = {
    Outcome.COMPLETED: JobStatus.COMPLETED,
    Outcome.CANCELLED: JobStatus.CANCELLED,
    Outcome.FAILED: JobStatus.FAILED,
    None: JobStatus.UNKNOWN,
}


@pytest.mark.parametrize("name", MODELS)
async def test_one_job_for_each_print_with_its_end(name: str) -> None:
    """Cloud and local prints, the same name again, cancelled and failed."""
    model: Model = MODELS[name]
    prints = [
        ("eins", "finish"),
        ("zwei", "cancel"),
        ("zwei", "finish"),
        ("drei", "local"),
        ("drei", "local"),
        ("vier", "fail"),
        ("fünf", "finish"),
    ]
    async with running(BambuPeer(model)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        for title, how in prints:
            await print_one(peer, heard, title, how)
    # Each print outlasts the wait for its name.
    jobs = Jobs(pause_s=25.0)
    jobs.judge(heard.snapshots)
    assert jobs.told == [
        (true.filename.removesuffix(".gcode.3mf"), STATUS[true.outcome])
        for true in peer.truth
    ]


async def test_print_through_lost_connections_is_one_job() -> None:
    """The line breaks in mid-print, and again while the print ends."""
    async with running(BambuPeer(P1S)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("lang.3mf")
        await heard.until(lambda one: one.title == "lang")
        for _ in range(3):
            count = len(heard.snapshots)
            peer.drop()
            await heard.activity(Activity.PRINTING, after=count)
        await peer.lose_network()
        peer.finish()
        await peer.regain_network()
        await heard.activity(Activity.ENDED)
    jobs = Jobs()
    jobs.judge(heard.snapshots)
    assert jobs.told == [("lang", JobStatus.COMPLETED)]


async def test_next_job_taken_under_finish_is_one_job() -> None:
    """H2D Pro: FINISH with the next job's name makes neither job twice."""
    peer = BambuPeer(MODELS["h2d"])
    async with running(peer), listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        await print_one(peer, heard, "eins", "finish")
        peer.say(subtask_name="zwei", subtask_id="500000036")
        await print_one(peer, heard, "zwei", "finish")
    jobs = Jobs()
    jobs.judge(heard.snapshots)
    assert [name for name, _ in jobs.told] == ["eins", "zwei"]


async def test_power_cut_ends_a_job_as_unknown_and_makes_none() -> None:
    """What is left over of the print opens no other job (C7)."""
    async with running(BambuPeer(P1P_OLD)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("lang.3mf", duration_s=3600)
        await heard.until(lambda one: one.title == "lang")
        await peer.restart()
        await heard.until(lambda one: one.rebooted)
    jobs = Jobs()
    jobs.judge(heard.snapshots)
    assert jobs.told == [("lang", JobStatus.UNKNOWN)]
    assert [true.outcome for true in peer.truth] == [None]


async def test_leftover_that_is_printed_again_is_another_print() -> None:
    """An A1 may replay its last file by itself, with a fresh id (BBY 1542)."""
    async with running(BambuPeer(A1)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("lang.3mf", duration_s=3600)
        await heard.until(lambda one: one.title == "lang")
        await peer.restart()
        await heard.until(lambda one: one.rebooted)
        await print_one(peer, heard, "lang", "finish")
    jobs = Jobs()
    jobs.judge(heard.snapshots)
    assert jobs.told == [("lang", JobStatus.UNKNOWN), ("lang", JobStatus.COMPLETED)]


async def test_id_of_a_third_party_that_comes_again_is_another_print() -> None:
    """Its sender repeats it; the end in between tells (document 4, identity 1)."""
    async with running(BambuPeer(X1C)) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        for _ in range(3):
            count = len(heard.snapshots)
            peer.start_print("a.3mf", print_id="500000777")
            await heard.activity(Activity.PRINTING, after=count)
            peer.finish()
            await heard.activity(Activity.ENDED, after=count)
    jobs = Jobs(pause_s=25.0)
    jobs.judge(heard.snapshots)
    assert jobs.told == [("a", JobStatus.COMPLETED)] * 3


async def test_calibration_is_no_job() -> None:
    """It is the printer's own (O7)."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.calibrate()
        await heard.activity(Activity.PRINTING)
        peer.say(gcode_state="FINISH", print_type="idle")
        await heard.activity(Activity.ENDED)
    jobs = Jobs()
    jobs.judge(heard.snapshots)
    assert not [name for name, _ in jobs.told if name]
