"""Run a PrusaLink peer alone: python -m tests.peers.prusalink --port 5001 --loop."""

import argparse
import asyncio
from contextlib import suppress
from itertools import cycle

from . import Personality, PrusaLinkPeer

FILES = ("benchy_0.2mm_PLA_MK4_1h2m.bgcode", "Würfel 20 mm.gcode", "clip.gcode")


async def main() -> None:
    """Print in a loop, or wait for whatever is asked, until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--loop", action="store_true", help="print again and again")
    parser.add_argument("--duration", type=float, default=60, help="seconds of a print")
    parser.add_argument("--mk3", action="store_true", help="be PrusaLink beside an MK3")
    options = parser.parse_args()
    peer = PrusaLinkPeer(Personality.MK3 if options.mk3 else Personality.BUDDY)
    await peer.start(port=options.port)
    print(f"PrusaLink at {peer.url}, key {peer.api_key}", flush=True)  # noqa: T201
    try:
        for filename in cycle(FILES):
            if not options.loop:
                await asyncio.Event().wait()
            peer.start_print(filename, duration_s=options.duration)
            await peer.until_over()
            await asyncio.sleep(options.duration / 6)
            peer.acknowledge()
    finally:
        await peer.stop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
