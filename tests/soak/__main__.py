"""Run long: scripts/soak --kills N, or --printers N --minutes M. See --help."""

import argparse
import asyncio
import json
from pathlib import Path
import sys
import tempfile
import time

from .compare import Verdict
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
    if options.kills is None:
        parser.error("--kills is missing")
    with tempfile.TemporaryDirectory() as passing:
        folder = options.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        verdict = asyncio.run(
            run_kills(folder, options.kills, options.printers or 8, options.seed)
        )
        _report(verdict, time.monotonic() - began)
    return 0 if verdict.is_good else 1


def _report(verdict: Verdict, seconds: float) -> None:
    """Print the complaints, and one JSON object at the end."""
    for complaint in verdict.complaints:
        sys.stderr.write(f"{complaint}\n")
    figures = verdict.figures() | {"seconds": round(seconds)}
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
