"""What is decided about the prints of a Moonraker, from its sockets to the jobs."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
import time

import aiohttp
import pytest

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.core.session import NEW_SESSION, Moment, Session
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded
from custom_components.printernizer.printers.base import PrinterError
from custom_components.printernizer.printers.moonraker import MoonrakerClient
from tests.peers.moonraker import MoonrakerPeer

COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN = JobStatus.FAILED, JobStatus.UNKNOWN
type Story = Callable[[MoonrakerPeer, Observer], Awaitable[None]]


class Observer:
    """Looks at a printer and keeps the job of every print, by its key."""

    def __init__(self, client: MoonrakerClient) -> None:
        """Start without a memory."""
        self.jobs: dict[str, tuple[str | None, JobStatus]] = {}
        self._client = client
        self._session: Session = NEW_SESSION

    async def look(self) -> None:
        """Take one look; a failed one brings nothing."""
        try:
            snapshot = await self._client.look(self._session.remembered)
        except PrinterError:
            return
        now = Moment(datetime.now(UTC), time.monotonic())
        decision = step(self._session, snapshot, now)
        self._session = decision.session
        for transition in decision.transitions:
            match transition:
                case PrintBegan():
                    began = transition.print
                    assert began.key not in self.jobs
                    self.jobs[began.key] = (began.filename, JobStatus.RUNNING)
                case PrintEnded():
                    name, _ = self.jobs[transition.key]
                    self.jobs[transition.key] = (name, transition.status)


async def moonraker_restarts(peer: MoonrakerPeer, observer: Observer) -> None:
    """Kill Moonraker in mid-print; it comes back before it knows Klipper."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    await peer.stop_server(kill=True)
    await observer.look()
    await peer.start_server(connected=False)
    await observer.look()
    peer.ready_klipper()
    await observer.look()
    peer.finish()


async def nobody_looks(peer: MoonrakerPeer, observer: Observer) -> None:
    """Run three prints of one file between two looks."""
    for _ in range(3):
        peer.start_print("a.gcode")
        peer.see_status()
        peer.finish()
        peer.see_status()


async def same_file_again(peer: MoonrakerPeer, observer: Observer) -> None:
    """Cancel a print and start it anew between two looks."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    peer.cancel()
    peer.see_status()
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    peer.finish()


async def klipper_shuts_down(peer: MoonrakerPeer, observer: Observer) -> None:
    """Shut Klipper down in mid-print, and restart it."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    peer.shut_klipper_down()
    await observer.look()
    peer.disconnect_klipper()
    await observer.look()
    peer.ready_klipper()


async def klipper_restarts(peer: MoonrakerPeer, observer: Observer) -> None:
    """Restart Klipper in mid-print, and print the same file again."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    peer.disconnect_klipper()
    await observer.look()
    peer.connect_klipper()
    await observer.look()
    peer.ready_klipper()
    await observer.look()
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    peer.finish()


async def moonraker_was_down(peer: MoonrakerPeer, observer: Observer) -> None:
    """Let a print begin and end while Moonraker is down."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    peer.finish()
    peer.see_status()
    await observer.look()
    await peer.stop_server()
    peer.start_print("b.gcode")
    peer.finish()
    await peer.start_server()


async def power_is_lost(peer: MoonrakerPeer, observer: Observer) -> None:
    """Switch the host of both off in mid-print."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    await peer.stop_server(kill=True)
    peer.klipper.restart()
    peer.klipper.get_ready()
    await peer.start_server()


async def end_is_missed(peer: MoonrakerPeer, observer: Observer) -> None:
    """Let a print end while Moonraker is down."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    await peer.stop_server(kill=True)
    peer.finish()
    await peer.start_server()


async def file_is_reset(peer: MoonrakerPeer, observer: Observer) -> None:
    """Clear the finished print, as a front end does, before anybody looks."""
    peer.start_print("a.gcode")
    peer.see_status()
    await observer.look()
    peer.finish()
    peer.see_status()
    peer.klipper.reset_file()


async def history_is_renumbered(peer: MoonrakerPeer, observer: Observer) -> None:
    """Give every row another id in mid-print, as the step from 0.8 to 0.9 did."""
    for name in ("a.gcode", "b.gcode"):
        peer.start_print(name)
        peer.see_status()
        await observer.look()
        if name == "a.gcode":
            peer.finish()
            peer.see_status()
            await observer.look()
    await peer.stop_server()
    for number, row in enumerate(peer.history.rows):
        row["job_id"] = f"{number + 42:06X}"
    await peer.start_server()
    await observer.look()
    peer.finish()


async def rows_are_deleted(peer: MoonrakerPeer, observer: Observer) -> None:
    """Delete the newest row: the next print gets its id again."""
    for _ in range(2):
        peer.start_print("a.gcode")
        peer.see_status()
        await observer.look()
        peer.finish()
        peer.see_status()
        await observer.look()
        peer.history.rows.clear()


@pytest.mark.parametrize(
    ("story", "jobs"),
    [
        (moonraker_restarts, [("a.gcode", COMPLETED)]),
        (nobody_looks, [("a.gcode", COMPLETED)] * 3),
        (same_file_again, [("a.gcode", CANCELLED), ("a.gcode", COMPLETED)]),
        (klipper_shuts_down, [("a.gcode", FAILED)]),
        (klipper_restarts, [("a.gcode", FAILED), ("a.gcode", COMPLETED)]),
        (moonraker_was_down, [("a.gcode", COMPLETED), ("b.gcode", COMPLETED)]),
        (power_is_lost, [("a.gcode", UNKNOWN)]),
        (end_is_missed, [("a.gcode", COMPLETED)]),
        (file_is_reset, [("a.gcode", COMPLETED)]),
        (history_is_renumbered, [("a.gcode", COMPLETED), ("b.gcode", COMPLETED)]),
        (rows_are_deleted, [("a.gcode", COMPLETED)] * 2),
    ],
)
async def test_every_print_is_one_job(
    story: Story, jobs: list[tuple[str, JobStatus]]
) -> None:
    """Each print becomes one job with its outcome, and further looks add nothing."""
    peer = MoonrakerPeer(status_period_s=0.01)
    await peer.start()
    try:
        async with aiohttp.ClientSession() as session:
            observer = Observer(MoonrakerClient(session, peer.url))
            await observer.look()
            await story(peer, observer)
            peer.see_status()
            for _ in range(3):
                await observer.look()
    finally:
        await peer.stop()
    assert list(observer.jobs.values()) == jobs
    assert len(peer.truth) == len(jobs)
