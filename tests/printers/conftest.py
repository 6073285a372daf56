"""What tests of printers' clients share; the names tell whose they are."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.printernizer.printers.prusalink import PrusaLinkClient
from tests.peers.prusalink import Personality, PrusaLinkPeer


@pytest.fixture
async def printer_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session as the caller of a client makes it."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def buddy() -> AsyncIterator[PrusaLinkPeer]:
    """Yield an idle PrusaLink of a MK4."""
    peer = PrusaLinkPeer()
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
def buddy_client(
    printer_session: aiohttp.ClientSession, buddy: PrusaLinkPeer
) -> PrusaLinkClient:
    """Return a client of that PrusaLink."""
    return PrusaLinkClient(printer_session, buddy.url, api_key=buddy.api_key)


@pytest.fixture
async def mk3() -> AsyncIterator[PrusaLinkPeer]:
    """Yield an idle PrusaLink beside an MK3."""
    peer = PrusaLinkPeer(Personality.MK3)
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
def mk3_client(
    printer_session: aiohttp.ClientSession, mk3: PrusaLinkPeer
) -> PrusaLinkClient:
    """Return a client of that PrusaLink."""
    return PrusaLinkClient(printer_session, mk3.url, api_key=mk3.api_key)
