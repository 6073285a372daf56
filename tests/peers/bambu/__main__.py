"""Run a Bambu Lab peer alone: python -m tests.peers.bambu --port 8883 --loop."""

import argparse
import asyncio
from contextlib import suppress
from itertools import cycle

from . import MODELS, BambuPeer

FILES = ("Kabelführung_v3.gcode.3mf", "3DBenchy.3mf", "Vase ► klein.3mf")


async def main() -> None:
    """Print in a loop, or wait until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--loop", action="store_true", help="print again and again")
    parser.add_argument("--duration", type=float, default=60, help="seconds of a print")
    parser.add_argument("--model", choices=MODELS, default="p1s")
    options = parser.parse_args()
    peer = BambuPeer(MODELS[options.model])
    await peer.start(port=options.port)
    print(  # noqa: T201
        f"Bambu Lab {peer.serial_number} at 127.0.0.1:{peer.port}, "
        f"access code {peer.access_code}, SHA-256 {peer.certificate.fingerprint}",
        flush=True,
    )
    try:
        for filename in cycle(FILES):
            if not options.loop:
                await asyncio.Event().wait()
            peer.start_print(filename, duration_s=options.duration)
            await peer.until_over()
            await asyncio.sleep(options.duration / 6)
    finally:
        await peer.stop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
