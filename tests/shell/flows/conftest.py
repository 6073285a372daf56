"""What the tests of the flows share."""

from collections.abc import AsyncIterator

import pytest

from tests.peers.octoprint import OctoPrintPeer

from .octoprint_support import OTHER_UUID


@pytest.fixture
async def other(socket_enabled: None) -> AsyncIterator[OctoPrintPeer]:
    """Return another OctoPrint."""
    peer = OctoPrintPeer(name="Other", uuid=OTHER_UUID)
    await peer.start()
    yield peer
    await peer.stop()
