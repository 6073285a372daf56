"""Why some mutants live: tests/core/survivors.toml."""

from collections.abc import Collection, Mapping
import tomllib

from .bench import ROOT
from .mutants import Key

FILE = ROOT / "tests" / "core" / "survivors.toml"

type Explanations = Mapping[Key, str]
"""Reasons by what they explain."""


def load(modules: Collection[str]) -> Explanations:
    """Return what explains survivors of some modules."""
    explained: dict[Key, str] = {}
    for group in tomllib.loads(FILE.read_text())["group"]:
        for mutant in group["mutants"]:
            module, _, function = mutant["in"].partition(".")
            if module in modules:
                key = Key(module, function, mutant["old"], mutant["new"])
                explained[key] = group["why"]
    return explained
