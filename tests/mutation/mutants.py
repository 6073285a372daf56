"""Read what mutmut made, and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
import json
from pathlib import Path
from typing import override

from .bench import BENCH, CORE
from .wording import is_wording

SURVIVED = {0, 5, 33}
"""All tests passed, or none was there to fail."""
TIMED_OUT = {-24, -9, 24, 36, 152, 255}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a mutant is known by, wherever its lines are."""

    module: str
    function: str
    old: str
    new: str

    @override
    def __str__(self) -> str:
        """Return the change as a table of survivors.toml has it."""
        return (
            f"{{ in = '{self.module}.{self.function}',"
            f" old = '''{self.old}''', new = '''{self.new}''' }},"
        )


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of the core, and whether a test noticed it."""

    key: Key
    survived: bool
    timed_out: bool

    @property
    def is_wording(self) -> bool:
        """Tell whether it changes only what a message says."""
        return is_wording(self.key.old, self.key.new)


def read() -> list[Mutant]:
    """Return all mutants of the last run."""
    folder = BENCH / "mutants" / CORE
    return [one for path in sorted(folder.glob("*.meta")) for one in _read(path)]


def _read(meta: Path) -> Iterator[Mutant]:
    """Return the mutants of one module."""
    mutated = meta.with_suffix("")
    lines = mutated.read_text().splitlines()
    spans = json.loads(mutated.with_suffix(".py.spans").read_text())["spans"]
    for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
        assert code is not None, f"{name} was not judged"
        mutant = name.rpartition(".")[2]
        mangled = mutant.partition("__mutmut_")[0]
        old, new = _change(
            _function(lines, spans, f"{mangled}__mutmut_orig"),
            _function(lines, spans, mutant),
        )
        function = mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
        key = Key(mutated.stem, function, old, new)
        yield Mutant(key, survived=code in SURVIVED, timed_out=code in TIMED_OUT)


def _function(
    lines: Sequence[str], spans: Mapping[str, tuple[int, int]], name: str
) -> list[str]:
    """Return the lines of a function but for its name, each without its indent."""
    first, last = spans[name]
    text = [line.strip() for line in lines[first - 1 : last]]
    return [line.replace(f"def {name}(", "def (") for line in text if line]


def _change(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return the lines that differ."""
    changed = [
        each
        for each in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if each[0] != "equal"
    ]
    first, last = changed[0], changed[-1]
    return " ".join(old[first[1] : last[2]]), " ".join(new[first[3] : last[4]])
