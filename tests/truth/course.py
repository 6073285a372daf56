"""What a printer really did: the course of each of its prints, second by second."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from custom_components.printernizer.core.snapshot import Outcome

from .story import Fate, Plan, Story, Upset

SMALLEST_GAP_S = 0.3


class Phase(StrEnum):
    """What the nozzle does."""

    PREPARE = "prepare"
    PRINT = "print"
    PAUSE = "pause"


@dataclass(slots=True, kw_only=True)
class Run:
    """One print that really happened; ``number`` is its place among all of them.

    ``outcomes`` is what a record may say of its end, empty where nobody can know;
    ``is_print`` is False for what must not be recorded; ``free`` is when the next
    one may begin. The seconds are those of the world.
    """

    number: int
    plan: Plan
    begin: float
    end: float
    fate: Fate
    phases: tuple[tuple[float, Phase, float], ...]
    outcomes: frozenset[Outcome]
    rng: Random
    is_print: bool = True
    ids: list[str] = field(default_factory=list)
    free: float = 0.0
    _starts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Index the phases by their start."""
        self._starts = tuple(start for start, _, _ in self.phases)
        self.free = self.end

    @property
    def file(self) -> str:
        """Return the file that it prints."""
        return self.plan.file

    def phase(self, at: float) -> Phase:
        """Return what it does at a time."""
        return self.phases[max(bisect_right(self._starts, at) - 1, 0)][1]

    def printed_s(self, at: float) -> float:
        """Return for how long it has been printing, pauses and heating apart."""
        at = min(at, self.end)
        start, phase, before = self.phases[max(bisect_right(self._starts, at) - 1, 0)]
        return before + (max(at - start, 0.0) if phase is Phase.PRINT else 0.0)

    def progress(self, at: float) -> float:
        """Return how much of the file is printed, in percent."""
        return min(100.0, 100.0 * self.printed_s(at) / max(self.plan.run_s, 0.01))


def runs_of(
    story: Story,
    free: Callable[[Run], float],
    *,
    can_refuse: bool = False,
    away: Iterable[Upset] = (),
) -> Iterator[Run]:
    """Let the plans of a story happen one after the other.

    ``free`` tells when the printer can take the next print; a refused one is only
    yielded where the printer asks at all; none begins while it is ``away``.
    """
    at = 0.0
    number = 0
    for plan in story.plans:
        if plan.fate is Fate.REFUSED and not can_refuse:
            continue
        for part in _parts(plan):
            begin = max(part.begin, at)
            for upset in away:
                if upset.at - 1 <= begin < upset.end + 5:
                    begin = upset.end + 5
            run = _run(number, part, begin)
            yield run
            number += 1
            run.free = free(run)
            again = part.fate is Fate.RESTARTED
            at = run.free if again else max(run.free, run.end + SMALLEST_GAP_S)


def _parts(plan: Plan) -> tuple[Plan, ...]:
    """Return the prints of one plan: a restart in mid-print makes two of it."""
    if plan.fate is not Fate.RESTARTED:
        return (plan,)
    length_s = plan.pauses[0][1] if plan.pauses else 5.0
    first = replace(plan, pauses=((plan.fate_at, length_s),))
    second = replace(
        plan,
        fate=Fate.COMPLETED,
        fate_at=1.0,
        pauses=(),
        seed=plan.seed ^ 1,
        run_s=plan.run_s,
    )
    return first, second


def _run(number: int, plan: Plan, begin: float) -> Run:
    """Let one plan happen."""
    phases: list[tuple[float, Phase, float]] = []
    at, printed = begin, 0.0
    if plan.prepare_s > 0:
        phases.append((at, Phase.PREPARE, 0.0))
        at += plan.prepare_s
    goal = plan.run_s * plan.fate_at
    if plan.fate is Fate.REFUSED:
        goal = 0.0
    phases.append((at, Phase.PRINT, 0.0))
    for share, length_s in plan.pauses:
        stop = plan.run_s * share
        if not printed <= stop <= goal or plan.fate is Fate.REFUSED:
            continue
        at += stop - printed
        printed = stop
        phases.append((at, Phase.PAUSE, printed))
        at += length_s
        if plan.fate is not Fate.RESTARTED:
            phases.append((at, Phase.PRINT, printed))
    end = at + max(goal - printed, 0.0)
    outcome = plan.fate.outcome
    return Run(
        number=number,
        plan=plan,
        begin=begin,
        end=max(end, begin + 0.2),
        fate=plan.fate,
        phases=tuple(phases),
        is_print=plan.fate is not Fate.REFUSED,
        outcomes=frozenset({outcome}) if outcome else frozenset(),
        rng=Random(plan.seed),  # noqa: S311
    )
