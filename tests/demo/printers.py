"""Printers that print again and again, one per protocol."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tests.peers.octoprint import OctoPrintPeer

FILES = (
    "brackets/Halterung links.gcode",
    "Vase – 2 mm.gcode",
    "calibration cube.gcode",
)
PAUSE_S = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPrinter:
    """A printer, and what a user types to add it.

    ``busy`` tells whether it prints right now, and ``begin`` starts a print of so
    many seconds.
    """

    printer_type: str
    form: dict[str, Any]
    busy: Callable[[], bool]
    begin: Callable[[str, float], object]

    async def print_on(self, first_wait_s: float) -> None:
        """Print one file after the other, with a pause between them."""
        await asyncio.sleep(first_wait_s)
        for number, filename in enumerate(cycle(FILES)):
            self.begin(filename, 60.0 + 20.0 * (number % 3))
            while self.busy():
                await asyncio.sleep(0.5)
            await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def demo_printers() -> AsyncIterator[list[DemoPrinter]]:
    """Start the printers; the first one prints already when they are handed over."""
    async with AsyncExitStack() as stack:
        printers = [await _octoprint(stack)]
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


async def _octoprint(stack: AsyncExitStack) -> DemoPrinter:
    """Start an OctoPrint."""
    peer = OctoPrintPeer("demo-key", name="Ender 3")
    await peer.start()
    stack.push_async_callback(peer.stop)
    return DemoPrinter(
        printer_type="octoprint",
        form={
            "url": peer.url,
            "api_key": peer.api_key,
            "advanced": {"verify_ssl": True},
        },
        busy=lambda: any(one.ended_at is None for one in peer.truth),
        begin=peer.start_print,
    )
