"""The clock of OctoPrint's host may be wrong: what it counts is told by ours."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.session import NEW_SESSION, Moment
from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    FileCounters,
    Remembered,
)
from custom_components.printernizer.core.transitions import PrintEnded
from custom_components.printernizer.printers.octoprint import OctoPrintClient
from tests.peers.octoprint import OctoPrintPeer

INFO = "/sockjs/info"
APART = timedelta(hours=3)
OWN = Remembered(filename="a.gcode")
SOON = timedelta(seconds=2)


def now() -> datetime:
    """Return the time by our clock, of which the host's is three hours ahead."""
    return datetime.now(UTC) - APART


@pytest.fixture
async def peer() -> AsyncIterator[OctoPrintPeer]:
    """Provide a running peer whose counters rise at once."""
    peer = OctoPrintPeer()
    peer.machine.counter_lag_s = 0
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def client(peer: OctoPrintPeer) -> AsyncIterator[OctoPrintClient]:
    """Provide a client of the peer."""
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield OctoPrintClient(
            session, peer.url, peer.api_key, clock=now, counter_lag_s=0.01
        )


async def count_of(client: OctoPrintClient) -> FileCounters:
    """Return the only count of a look."""
    (count,) = (await client.look(OWN)).counters
    return count


async def test_print_that_was_counted_ends_by_our_clock(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """It ended an hour ago, while nobody looked."""
    began = now() - timedelta(hours=2)
    session = step(NEW_SESSION, await client.look(OWN), Moment(began, 1000.0)).session
    peer.start_print("a.gcode")
    running = await client.look(NOTHING_REMEMBERED)
    session = step(session, running, Moment(began, 1000.0)).session
    peer.finish()
    done = await client.look(OWN)
    later = Moment(now() + timedelta(hours=1), 12_000.0)
    orders = step(session, done, later).transitions
    (end,) = (order for order in orders if isinstance(order, PrintEnded))
    assert abs(end.end_time - now()) < SOON


async def test_clock_is_asked_for_where_an_end_is_news(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """A running print costs no request more, and an end that is known none."""
    peer.start_print("a.gcode")
    assert (await count_of(client)).ended_at is None
    assert INFO not in peer.requests
    peer.finish()
    first = await count_of(client)
    again = await count_of(client)
    assert peer.requests.count(INFO) == 1
    assert first == again
    assert first.ahead == again.ahead
    peer.start_print("a.gcode")
    peer.finish()
    assert (await count_of(client)).success == 2
    assert peer.requests.count(INFO) == 2


async def test_clock_that_is_not_told_is_the_one_before(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Without any it is taken to be right, and the look is good all the same."""
    peer.misbehave.where = INFO
    peer.misbehave.drops = True
    peer.start_print("a.gcode")
    peer.finish()
    assert (await count_of(client)).ahead == timedelta(0)
    peer.misbehave.drops = False
    peer.start_print("a.gcode")
    peer.finish()
    known = (await count_of(client)).ahead
    assert abs(known - APART) < SOON
    peer.misbehave.drops = True
    peer.start_print("a.gcode")
    peer.finish()
    last = await count_of(client)
    assert (last.success, last.ahead) == (3, known)
