"""What becomes of PrusaLink's looks when the detector judges them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import NEW_SESSION, Moment, Session
from custom_components.printernizer.core.session_codec import (
    session_from_dict,
    session_to_dict,
)
from custom_components.printernizer.core.snapshot import NO_NEWS
from custom_components.printernizer.core.transitions import (
    PrintBegan,
    PrintEnded,
    Transition,
)
from custom_components.printernizer.printers.base import PrinterUnreachable
from custom_components.printernizer.printers.prusalink import PrusaLinkClient
from tests.peers.prusalink import PrusaLinkPeer

from .prusalink_look import NAME

POLL_S = 30.0
START = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Watch:
    """Look every 30 s on a clock of its own, and keep what is decided."""

    client: PrusaLinkClient
    poll_s: float = POLL_S
    session: Session = NEW_SESSION
    passed_s: float = 0.0
    transitions: list[Transition] = field(default_factory=list)

    async def look(self) -> None:
        """Take one look and judge it."""
        self.passed_s += self.poll_s
        try:
            snapshot = await self.client.look(self.session.remembered)
        except PrinterUnreachable:
            snapshot = NO_NEWS
        now = Moment(START + timedelta(seconds=self.passed_s), self.passed_s)
        decision = step(self.session, snapshot, now)
        self.session = decision.session
        self.transitions.extend(decision.transitions)

    @property
    def began(self) -> list[str | None]:
        """Return the ids of the prints that began."""
        found = [it for it in self.transitions if isinstance(it, PrintBegan)]
        return [it.print.print_id for it in found]

    @property
    def ended(self) -> list[JobStatus]:
        """Return how prints ended, in that order."""
        return [it.status for it in self.transitions if isinstance(it, PrintEnded)]


async def test_each_end_of_buddy(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """Three prints are three jobs with their own ends, and no leftover is a fourth."""
    watch = Watch(buddy_client)
    await watch.look()
    for end in (buddy.finish, buddy.cancel, buddy.fail):
        buddy.start_print(NAME, duration_s=3600)
        await watch.look()
        await watch.look()
        end()
        await watch.look()
        await watch.look()
    buddy.acknowledge()
    await watch.look()

    assert watch.began == ["42", "43", "44"]
    assert watch.ended == [JobStatus.COMPLETED, JobStatus.CANCELLED, JobStatus.FAILED]


async def test_refused_question_makes_no_job(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """O4."""
    watch = Watch(buddy_client)
    await watch.look()
    buddy.start_print(NAME, asks=True)
    await watch.look()
    await watch.look()
    buddy.answer(yes=False)
    await watch.look()

    assert watch.transitions == []


async def test_one_print_through_all_its_rests(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """Question, pause, attention, crash, power panic and lost network: one job."""
    watch = Watch(buddy_client)
    await watch.look()
    buddy.start_print(NAME, duration_s=3600, asks=True)
    await watch.look()
    buddy.answer(yes=True)
    for rest in (buddy.pause, buddy.attention, buddy.crash):
        await watch.look()
        rest()
        await watch.look()
        buddy.resume()
    await watch.look()
    await buddy.power_panic()
    await watch.look()
    buddy.resume()
    await buddy.lose_network()
    await watch.look()
    await buddy.regain_network()
    await watch.look()
    buddy.finish()
    await watch.look()

    assert watch.began == ["42"]
    assert watch.ended == [JobStatus.COMPLETED]


async def test_back_to_back_prints_are_two(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """C5: only the id tells them apart; nobody saw how the first ended."""
    watch = Watch(buddy_client)
    await watch.look()
    buddy.start_print(NAME, duration_s=3600)
    await watch.look()
    buddy.finish()
    buddy.start_print(NAME, duration_s=3600)
    await watch.look()

    assert watch.began == ["42", "43"]
    assert watch.ended == [JobStatus.UNKNOWN]


async def test_short_prints_of_mk3_are_two_after_a_restart(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """S5: a print that has just begun counts no time yet, as one that goes on would."""
    watch = Watch(mk3_client, poll_s=7.0)
    await watch.look()
    mk3.start_print(NAME, duration_s=5)
    await watch.look()
    mk3.finish()
    mk3.start_print(NAME, duration_s=5)
    run = mk3.machine.run
    assert run is not None
    run.printed_s = 4.0
    now = Moment(START + timedelta(seconds=watch.passed_s), watch.passed_s)
    watch.session = session_from_dict(session_to_dict(watch.session), now)
    await watch.look()

    assert watch.began == ["42", "43"]
    assert watch.ended == [JobStatus.UNKNOWN]


async def test_a_gap_in_the_ids_makes_no_job(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """A print between two looks leaves nothing but a number that nobody showed."""
    watch = Watch(buddy_client)
    buddy.start_print(NAME, duration_s=3600)
    await watch.look()
    for _ in range(2):
        buddy.finish()
        await watch.look()
        buddy.acknowledge()
        buddy.start_print(NAME, duration_s=3600)
        buddy.cancel()
        buddy.acknowledge()
        await watch.look()
        buddy.start_print(NAME, duration_s=3600)
        await watch.look()

    assert watch.began == ["42", "44", "46"]
    assert watch.ended == [JobStatus.COMPLETED] * 2


async def test_print_fed_over_usb_makes_no_job(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """It looks like BUSY without a job, as moving the axes does (6.3.0)."""
    watch = Watch(buddy_client)
    for state in ("IDLE", *["BUSY"] * 5, "IDLE"):
        buddy.machine.state = state
        await watch.look()

    assert watch.transitions == []


async def test_mk3_restart_keeps_its_job(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """S5: unreachable, 503, BUSY, and a new id: the same print."""
    watch = Watch(mk3_client)
    await watch.look()
    mk3.start_print(NAME, duration_s=3600, on_sd=True)
    await watch.look()
    await mk3.lose_network()
    await watch.look()
    await mk3.restart()
    mk3.is_starting = True
    await watch.look()
    mk3.is_starting = False
    mk3.machine.state = "BUSY"
    await watch.look()
    mk3.machine.state = "PRINTING"
    await watch.look()
    mk3.finish()
    await watch.look()

    assert watch.began == ["42"]
    assert watch.ended == [JobStatus.COMPLETED]


async def test_mk3_lost_serial_line_keeps_its_job(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """ERROR of the serial line is a gap, and the print from the card goes on."""
    watch = Watch(mk3_client)
    await watch.look()
    mk3.start_print(NAME, duration_s=3600, on_sd=True)
    await watch.look()
    mk3.lose_line()
    await watch.look()
    mk3.regain_line()
    await watch.look()
    mk3.finish()
    await watch.look()

    assert watch.began == ["42"]
    assert watch.ended == [JobStatus.COMPLETED]


async def test_mk3_end_state_was_missed(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """C9: early in a print nothing tells how it ended; near its end, it completed."""
    watch = Watch(mk3_client)
    await watch.look()
    for printed_s in (100, 9950):
        mk3.start_print(NAME, duration_s=10_000)
        assert mk3.machine.run is not None
        mk3.machine.run.printed_s = printed_s
        await watch.look()
        mk3.finish()
        mk3.acknowledge()
        await watch.look()

    assert watch.ended == [JobStatus.UNKNOWN, JobStatus.COMPLETED]
