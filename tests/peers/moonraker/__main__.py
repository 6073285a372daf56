"""Run a Moonraker peer alone: python -m tests.peers.moonraker --port 7125 --loop."""

import argparse
import asyncio
from contextlib import suppress
from itertools import cycle

from . import MoonrakerPeer

FILES = ("benchy.gcode", "gears/planet #1.gcode", "Würfel 20 mm.gcode")


async def main() -> None:
    """Print in a loop, or wait for whatever is asked, until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--loop", action="store_true", help="print again and again")
    parser.add_argument("--duration", type=float, default=60, help="seconds of a print")
    options = parser.parse_args()
    peer = MoonrakerPeer()
    await peer.start(port=options.port)
    print(f"Moonraker at {peer.url}, key {peer.api_key}", flush=True)  # noqa: T201
    try:
        for filename in cycle(FILES):
            if not options.loop:
                await asyncio.Event().wait()
            peer.start_print(filename, duration_s=options.duration)
            await peer.until_idle()
            await asyncio.sleep(options.duration / 6)
    finally:
        await peer.stop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
