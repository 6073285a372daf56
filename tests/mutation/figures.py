"""Sum up what became of the mutants."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .mutants import Mutant
from .survivors import Explanations


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many mutants there were, and what became of them."""

    mutants: int
    killed: int
    timed_out: int
    survived: int
    explained: int

    @property
    def percentage(self) -> float:
        """Return how many of a hundred were killed; a time-out is a kill."""
        return round(100 * self.killed / self.mutants, 2) if self.mutants else 100.0

    def told(self) -> dict[str, Any]:
        """Return the figures by their names."""
        return asdict(self) | {"percentage": self.percentage}


def count(mutants: Iterable[Mutant], explained: Explanations) -> Figures:
    """Count mutants; those of mere wording are none."""
    real = [mutant for mutant in mutants if not mutant.is_wording]
    survivors = [mutant for mutant in real if mutant.survived]
    return Figures(
        mutants=len(real),
        killed=len(real) - len(survivors),
        timed_out=sum(mutant.timed_out for mutant in real),
        survived=len(survivors),
        explained=sum(mutant.key in explained for mutant in survivors),
    )


def by_module(
    mutants: Sequence[Mutant], explained: Explanations
) -> dict[str, dict[str, Any]]:
    """Return the figures of each module."""
    modules = sorted({mutant.key.module for mutant in mutants})
    return {
        module: count(
            (one for one in mutants if one.key.module == module), explained
        ).told()
        for module in modules
    }


def complaints(mutants: Sequence[Mutant], explained: Explanations) -> list[str]:
    """Return what has to be killed or explained, and what explains nothing."""
    survivors = [one.key for one in mutants if one.survived and not one.is_wording]
    unexplained = [key for key in survivors if key not in explained]
    stale = sorted(set(explained) - set(survivors))
    return [
        *(f"survived: {key}" for key in unexplained),
        *(f"explained, yet killed or gone: {key}" for key in stale),
    ]
