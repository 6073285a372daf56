"""A story: what one printer prints, and what happens to those who watch it.

A story is plain data, so that it can be printed, repeated and shortened. Times are
seconds since the story began.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from custom_components.printernizer.core.snapshot import Outcome


class Kind(StrEnum):
    """Which printer, and how it is watched."""

    OCTOPRINT = "octoprint"
    OCTOPRINT_PUSH = "octoprint push"
    OCTOPRINT_SD = "octoprint sd"
    MOONRAKER = "moonraker"
    MOONRAKER_PUSH = "moonraker push"
    MOONRAKER_BARE = "moonraker without history"
    BUDDY = "prusalink buddy"
    MK3 = "prusalink mk3"
    BAMBU_CLOUD = "bambu with ids"
    BAMBU_LAN = "bambu without ids"


class Fate(StrEnum):
    """How a print comes to its end."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    LOST = "lost"
    """The printer restarted, or lost its connection, in the middle of it."""
    RESTARTED = "restarted"
    """Somebody started the same file anew while it was paused."""
    REFUSED = "refused"
    """It was prepared and never begun: no print at all."""

    @property
    def outcome(self) -> Outcome | None:
        """Return what it means for the record; None where nobody can tell."""
        return _OUTCOMES.get(self)


_OUTCOMES = {
    Fate.COMPLETED: Outcome.COMPLETED,
    Fate.CANCELLED: Outcome.CANCELLED,
    Fate.FAILED: Outcome.FAILED,
    Fate.RESTARTED: Outcome.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One print: ``fate_at`` is the share of ``run_s`` that is printed, 0 to 1.

    ``pauses`` are shares of ``run_s`` and lengths in seconds; ``seed`` decides the
    details that only one protocol knows.
    """

    begin: float
    file: str
    prepare_s: float
    run_s: float
    pauses: tuple[tuple[float, float], ...]
    fate: Fate
    fate_at: float
    seed: int
    system: bool = False


class Trouble(StrEnum):
    """What goes wrong between the printer and the record."""

    LINE = "line is down"
    TIMEOUT = "looks fail"
    PUSH = "pushes are lost"
    HOST = "printer's host restarts"
    STOP = "watcher restarts"
    KILL = "watcher is killed"
    FORGET = "watcher is killed and its memory lost"
    DISK = "database fails"
    CLOCK = "watcher's clock is wrong"


@dataclass(frozen=True, slots=True)
class Upset:
    """One trouble from ``at`` on; ``seed`` decides its details."""

    what: Trouble
    at: float
    length_s: float
    seed: int

    @property
    def end(self) -> float:
        """Return when it is over."""
        return self.at + self.length_s


@dataclass(frozen=True, slots=True)
class Story:
    """One printer's plans, its watcher's ways, and their troubles, by time."""

    kind: Kind
    seed: int
    poll_s: float
    start: float
    plans: tuple[Plan, ...]
    upsets: tuple[Upset, ...]

    @property
    def end(self) -> float:
        """Return when everything is over and was looked at for long enough."""
        last = self.plans[-1] if self.plans else None
        over = last.begin + last.prepare_s + last.run_s if last else 0.0
        over += sum(length for _, length in last.pauses) if last else 0.0
        over = max([over, *(upset.end for upset in self.upsets)])
        return over + 4 * self.poll_s + 300

    def lines(self) -> Iterator[str]:
        """Tell it."""
        yield f"{self.kind}, looked at every {self.poll_s:g} s from {self.start:g} s on"
        told = [(plan.begin, f"print {plan}") for plan in self.plans]
        told += [(upset.at, f"trouble {upset}") for upset in self.upsets]
        for at, line in sorted(told):
            yield f"{at:12.1f}  {line}"


FILES = (
    "cube.gcode",
    "parts/cube.gcode",
    "benchy.gcode",
    "Türgriff äöü.gcode",
    "spares/benchy.gcode",
    "a very long name of a model with blanks and (brackets) v2 final.gcode",
)

_FATES = (
    (Fate.COMPLETED, 66),
    (Fate.CANCELLED, 16),
    (Fate.FAILED, 8),
    (Fate.LOST, 6),
    (Fate.RESTARTED, 2),
    (Fate.REFUSED, 2),
)


def imagine(seed: int, prints: int) -> Story:
    """Make a story of about so many prints up."""
    rng = Random(seed)  # noqa: S311
    kind = rng.choice(list(Kind))
    poll_s = rng.choice((5.0, 10.0, 30.0, 30.0, 30.0, 30.0, 60.0, 300.0))
    plans = tuple(_plans(rng, prints, poll_s))
    start = 0.0
    if rng.random() < 0.5:
        start = rng.uniform(0, plans[min(2, len(plans) - 1)].begin + poll_s)
    horizon = plans[-1].begin + plans[-1].run_s
    upsets = tuple(_upsets(rng, horizon, poll_s, prints))
    return Story(kind, seed, poll_s, start, plans, upsets)


def _plans(rng: Random, prints: int, poll_s: float) -> Iterator[Plan]:
    """Make prints up: short, long, in a row, and of the same file again and again."""
    at = rng.uniform(0, 5 * poll_s)
    file = rng.choice(FILES)
    fates, weights = zip(*_FATES, strict=True)
    for _ in range(prints):
        if rng.random() < 0.45:
            file = rng.choice(FILES)
        run_s = poll_s * 10 ** rng.uniform(-1.2, 1.4)
        prepare_s = rng.choice((0.0, 0.5, rng.uniform(0, poll_s), rng.uniform(0, 90)))
        fate = rng.choices(fates, weights)[0]
        paused = rng.random() < 0.2 or fate is Fate.RESTARTED
        pauses = tuple(
            sorted(
                (rng.random(), poll_s * 10 ** rng.uniform(-1.5, 1))
                for _ in range(rng.randint(1, 2) if paused else 0)
            )
        )
        fate_at = 1.0 if fate is Fate.COMPLETED else rng.random()
        system = rng.random() < 0.05
        if system:
            # A calibration takes minutes.
            run_s, fate_at = max(run_s, 240.0), max(fate_at, 0.3)
        seed = rng.getrandbits(32)
        yield Plan(
            at, file, prepare_s, run_s, pauses, fate, fate_at, seed, system=system
        )
        at += prepare_s + run_s * fate_at + sum(length for _, length in pauses)
        at += rng.choice(
            (0.3, rng.uniform(1, 10), rng.uniform(0, 2 * poll_s), rng.uniform(0, 600))
        )


def _upsets(rng: Random, horizon: float, poll_s: float, prints: int) -> Iterator[Upset]:
    """Make troubles up, one for about two prints, none overlapping another."""
    at = 0.0
    troubles = list(Trouble)
    while True:
        at += rng.expovariate(prints / (2 * horizon))
        if at > horizon:
            return
        what = rng.choice(troubles)
        length_s = poll_s * 10 ** rng.uniform(-1, 1.3)
        if what is Trouble.HOST:
            length_s = rng.uniform(3, 40)
        yield Upset(what, at, length_s, rng.getrandbits(32))
        at += length_s
