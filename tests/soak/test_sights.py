"""What counts as shown to a watcher, by which its record is measured."""

from random import Random

import aiohttp

from custom_components.printernizer.core.snapshot import NOTHING_REMEMBERED
from tests.peers.bambu import BambuPeer
from tests.peers.prusalink import PrusaLinkPeer
from tests.printers.bambu_support import client_of

from .printers import make_fleet, on_line


async def test_a_bambu_printer_is_seen_from_its_first_full_report_on(
    socket_enabled: None,
) -> None:
    """Who asks for its version and hears changes alone does not know what it does."""
    printer = make_fleet(4, Random(1))[3]  # noqa: S311
    async with on_line([printer]):
        peer = printer.peer
        assert isinstance(peer, BambuPeer)
        client = client_of(peer, pinned_fingerprint=peer.certificate.fingerprint)
        await client.identify()
        peer.say(wifi_signal="-50dBm")
        assert printer.sights == []
        await client.look(NOTHING_REMEMBERED)
        seen = len(printer.sights)
        peer.say(wifi_signal="-51dBm")
        assert len(printer.sights) == seen + 1 > 1
        await client.close()


async def test_who_is_not_let_in_sees_nothing(socket_enabled: None) -> None:
    """PrusaLink refuses each client's first request, to tell how to log in."""
    printer = make_fleet(3, Random(1))[2]  # noqa: S311
    async with on_line([printer]), aiohttp.ClientSession() as session:
        peer = printer.peer
        assert isinstance(peer, PrusaLinkPeer)
        status = f"{peer.url}/api/v1/status"
        async with session.get(status) as answer:
            assert answer.status == 401
        assert printer.sights == []
        async with session.get(status, headers={"X-Api-Key": peer.api_key}) as answer:
            assert answer.status == 200
        assert len(printer.sights) == 1
