"""Which figures there are, and who takes them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

type Values = dict[str, float]
type Measurement = Callable[[Path], Awaitable[Values]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that are taken together; ``limits`` are what was promised."""

    names: tuple[str, ...]
    limits: Values
    measure: Measurement


ALL: list[Figures] = []


def figures(
    *names: str, limits: Values | None = None
) -> Callable[[Measurement], Measurement]:
    """Register a function that takes these figures in an empty folder."""

    def register(measure: Measurement) -> Measurement:
        """Register one function."""
        ALL.append(Figures(names=names, limits=limits or {}, measure=measure))
        return measure

    return register
