"""Run long: scripts/soak --kills N, or --printers N --minutes M. See --help."""

import argparse
import asyncio
import json
from pathlib import Path
import sys
import tempfile
import time

from .compare import Verdict
from .fleet import FleetVerdict, Plan, run_fleet
from .kills import run_kills


def main() -> int:
    """Run what is asked for; returns 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--kills", type=int, help="kill Home Assistant so often")
    parser.add_argument("--printers", type=int, help="so many printers, of all types")
    parser.add_argument("--minutes", type=float, help="watch them for so long")
    parser.add_argument("--seed", type=int, default=1, help="of what happens when")
    parser.add_argument("--keep", type=Path, help="keep the configuration there")
    options = parser.parse_args()
    if (options.kills is None) == (options.minutes is None):
        parser.error("either --kills, or --printers and --minutes")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as passing:
        folder = options.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        verdict = asyncio.run(_run(folder, options))
    for complaint in verdict.complaints:
        sys.stderr.write(f"{complaint}\n")
    figures = verdict.figures() | {"seconds": round(time.monotonic() - began)}
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 1 if verdict.complaints else 0


async def _run(folder: Path, options: argparse.Namespace) -> Verdict | FleetVerdict:
    """Run what was asked for."""
    if options.kills is not None:
        printers = options.printers or 8
        return await run_kills(folder, options.kills, printers, options.seed)
    seconds = options.minutes * 60
    plan = Plan(
        printers=options.printers or 200,
        seconds=seconds,
        baseline_s=seconds,
        interval_s=30,
        # Far shorter than real ones, and long enough that most of what Home Assistant
        # writes is no start or end.
        lengths_s=(300.0, 600.0),
        pauses_s=(5.0, 40.0),
        seed=options.seed,
    )
    return await run_fleet(folder, plan)


if __name__ == "__main__":
    raise SystemExit(main())
