"""Printers that print again and again, one per protocol."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Protocol

from tests.peers.bambu import BambuPeer
from tests.peers.moonraker import MoonrakerPeer
from tests.peers.octoprint import OctoPrintPeer
from tests.peers.prusalink import PrusaLinkPeer
from tests.peers.truth import TruePrint

PAUSE_S = 15.0
SHORTEST_S = 60.0
VERIFY = {"advanced": {"verify_ssl": True}}


class Peer(Protocol):
    """What every peer can do."""

    @property
    def truth(self) -> Sequence[TruePrint]:
        """Return what it printed."""

    async def start(self) -> None:
        """Answer."""

    async def stop(self) -> None:
        """Answer no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPrinter:
    """A printer, and what a user types to add it.

    ``begin`` starts a print of so many seconds.
    """

    printer_type: str
    peer: Peer
    forms: list[dict[str, Any]]
    files: tuple[str, ...]
    begin: Callable[[str, float], object]

    async def print_on(self, first_wait_s: float) -> None:
        """Print one file after the other, with a pause between them."""
        await asyncio.sleep(first_wait_s)
        for number, filename in enumerate(cycle(self.files)):
            self.begin(filename, SHORTEST_S + 25.0 * (number % 3))
            while any(one.ended_at is None for one in self.peer.truth):
                await asyncio.sleep(0.5)
            await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def demo_printers() -> AsyncIterator[list[DemoPrinter]]:
    """Start the printers; the first one prints already when they are handed over."""
    async with AsyncExitStack() as stack:
        makers = (_octoprint, _moonraker, _prusalink, _bambu)
        printers = [await make(stack) for make in makers]
        loops = [
            asyncio.create_task(printer.print_on(8.0 * place))
            for place, printer in enumerate(printers)
        ]
        try:
            yield printers
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)


async def _started[P: Peer](stack: AsyncExitStack, peer: P) -> P:
    """Start a peer that ends with the stack."""
    await peer.start()
    stack.push_async_callback(peer.stop)
    return peer


async def _octoprint(stack: AsyncExitStack) -> DemoPrinter:
    """Start an OctoPrint."""
    peer = await _started(stack, OctoPrintPeer(name="Ender 3"))
    return DemoPrinter(
        printer_type="octoprint",
        peer=peer,
        forms=[{"url": peer.url, "api_key": peer.api_key, **VERIFY}],
        files=("brackets/Halterung links.gcode", "calibration cube.gcode"),
        begin=peer.start_print,
    )


async def _moonraker(stack: AsyncExitStack) -> DemoPrinter:
    """Start a Klipper behind Moonraker."""
    peer = await _started(stack, MoonrakerPeer(hostname="voron"))
    return DemoPrinter(
        printer_type="moonraker",
        peer=peer,
        forms=[{"url": peer.url, **VERIFY}],
        files=("Vase – 2 mm.gcode", "fan duct v7.gcode"),
        begin=lambda name, duration_s: peer.start_print(name, duration_s=duration_s),
    )


async def _prusalink(stack: AsyncExitStack) -> DemoPrinter:
    """Start a Prusa."""
    peer = await _started(stack, PrusaLinkPeer())
    return DemoPrinter(
        printer_type="prusalink",
        peer=peer,
        forms=[{"url": peer.url, "api_key": peer.api_key, **VERIFY}],
        files=("Kabelhalter.bgcode", "gear 32T.bgcode"),
        begin=peer.start_print,
    )


async def _bambu(stack: AsyncExitStack) -> DemoPrinter:
    """Start a Bambu Lab printer; its certificate is its own, so it has to be trusted."""
    peer = await _started(stack, BambuPeer())
    access = {
        "host": "127.0.0.1",
        "serial_number": peer.serial_number,
        "access_code": peer.access_code,
        "advanced": {"port": peer.port},
    }
    return DemoPrinter(
        printer_type="bambu_lab",
        peer=peer,
        forms=[access, {}],
        files=("Dragon.3mf", "Phone stand.3mf"),
        begin=peer.start_print,
    )
