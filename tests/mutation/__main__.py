"""Change the core in small ways, one at a time, and tell what its tests overlook."""

import argparse
from collections.abc import Sequence
import json
import sys
from time import monotonic

from .bench import MODULES, NotRunError, run
from .figures import by_module, complaints, count
from .mutants import read
from .survivors import load

WANTED_PERCENT = 95.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate, judge and sum up; 1 where too much survives or lacks an explanation."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", help="of core/; all where none is named")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--processes", type=int, default=2, help="at the same time")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.modules) - set(MODULES)
    if unknown:
        parser.error(f"core/ has no module {', '.join(sorted(unknown))}")
    modules = chosen.modules or MODULES
    begun = monotonic()
    try:
        run(modules, chosen.processes)
    except NotRunError as error:
        _say(str(error))
        return 1
    mutants, explained = read(), load(modules)
    wrong = complaints(mutants, explained)
    figures = count(mutants, explained)
    told = figures.told() | {
        "excluded_wording": sum(mutant.is_wording for mutant in mutants),
        "seconds": round(monotonic() - begun),
        "modules": by_module(mutants, explained),
    }
    for line in (*wrong, *_summary(told)):
        _say(line)
    if chosen.json:
        sys.stdout.write(json.dumps(told) + "\n")
    return 1 if wrong or figures.percentage < WANTED_PERCENT else 0


def _summary(told: dict[str, object]) -> list[str]:
    """Return the figures in words."""
    modules = told["modules"]
    assert isinstance(modules, dict)
    rows = [*modules.items(), ("all", told)]
    late, wording = told["timed_out"], told["excluded_wording"]
    return [
        f"{'module':16}{'mutants':>8}{'killed':>8}{'survived':>9}{'explained':>10}{'%':>8}",
        *(
            f"{name:16}{row['mutants']:8}{row['killed']:8}{row['survived']:9}"
            f"{row['explained']:10}{row['percentage']:8.2f}"
            for name, row in rows
        ),
        f"{late} of the killed ran out of time.",
        f"Not counted: {wording} that change the wording of messages alone.",
    ]


def _say(line: str) -> None:
    """Tell the user, beside the JSON."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
