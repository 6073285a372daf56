"""Take figures: python -m tests.benchmark [--json] [--list] [name ...]."""

import argparse
import asyncio
import importlib
import json
from pathlib import Path
import pkgutil
import sys
import tempfile

from . import registry

HELPERS = frozenset({"__main__", "component", "registry"})


def main() -> int:
    """Take the figures that are asked for, all where none is named.

    Every module of this package that registers figures is found by itself. Returns
    1 where a limit is broken.
    """
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("names", nargs="*", help="figures; all where none is named")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--list", action="store_true", help="print their names")
    options = parser.parse_args()
    package = [str(Path(__file__).parent)]
    for module in pkgutil.iter_modules(package):
        if module.name not in HELPERS:
            importlib.import_module(f"{__package__}.{module.name}")
    if options.list:
        names = [name for each in registry.ALL for name in each.names]
        sys.stdout.write("\n".join(names) + "\n")
        return 0
    values, limits = asyncio.run(_take(set(options.names)))
    if options.json:
        sys.stdout.write(json.dumps(values, indent=2) + "\n")
    broken = [name for name, limit in limits.items() if values[name] > limit]
    for name in broken:
        _say(f"{name}: {values[name]} is more than {limits[name]}")
    return 1 if broken else 0


async def _take(names: set[str]) -> tuple[registry.Values, registry.Values]:
    """Return the figures and their limits."""
    values: registry.Values = {}
    limits: registry.Values = {}
    for each in registry.ALL:
        if names and names.isdisjoint(each.names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            taken = await each.measure(Path(folder))
        values |= {name: round(value, 3) for name, value in taken.items()}
        limits |= each.limits
        for name, value in taken.items():
            _say(f"{name}: {value:.3f}")
    return values, limits


def _say(line: str) -> None:
    """Tell the user, beside the JSON."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
