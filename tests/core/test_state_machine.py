"""Hypothesis plays the simulator's world, and shortens what it finds."""

import asyncio
from dataclasses import replace
from typing import override

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.truth.notebook import Notebook
from tests.truth.observer import Observer
from tests.truth.story import FILES, Fate, Kind, Plan, Story, Trouble, Upset

LENGTHS_S = st.floats(0.3, 900, allow_nan=False)
SHARES = st.floats(0, 1, allow_nan=False)
# What the record of a story may never show, whatever happens in it.
NEVER = ("duplicate", "missed", "false completed", "wrong outcome")


class World(RuleBasedStateMachine):
    """One printer whose story is written rule by rule, and then played."""

    def __init__(self) -> None:
        """Begin an empty story."""
        super().__init__()
        self.story = Story(Kind.MOONRAKER, 0, 30.0, 0.0, (), ())
        self.at = 60.0
        self.troubled_until = 0.0

    @initialize(
        kind=st.sampled_from(list(Kind)),
        poll_s=st.sampled_from((5.0, 30.0, 60.0)),
        seed=st.integers(0, 999),
    )
    def watch(self, kind: Kind, poll_s: float, seed: int) -> None:
        """Watch a printer of some kind."""
        self.story = replace(self.story, kind=kind, poll_s=poll_s, seed=seed)

    @rule(
        file=st.sampled_from(FILES[:3]),
        prepare_s=st.sampled_from((0.0, 2.0, 40.0)),
        run_s=LENGTHS_S,
        fate=st.sampled_from(list(Fate)),
        fate_at=SHARES,
        paused_s=st.one_of(st.none(), st.floats(2, 300)),
        seed=st.integers(0, 999),
    )
    def print_file(
        self,
        *,
        file: str,
        prepare_s: float,
        run_s: float,
        fate: Fate,
        fate_at: float,
        paused_s: float | None,
        seed: int,
    ) -> None:
        """Print a file to some end."""
        if fate is Fate.COMPLETED:
            fate_at = 1.0
        if fate is Fate.RESTARTED and paused_s is None:
            paused_s = 5.0
        pauses = () if paused_s is None else ((fate_at / 2, paused_s),)
        plan = Plan(
            self.at, file, prepare_s, run_s, pauses, fate, fate_at, seed, system=False
        )
        self.story = replace(self.story, plans=(*self.story.plans, plan))
        self.at += prepare_s + run_s * fate_at + (paused_s or 0.0) + 0.5

    @rule(length_s=st.sampled_from((1.0, 20.0, 100.0, 700.0)))
    def rest(self, length_s: float) -> None:
        """Let the printer rest."""
        self.at += length_s

    @precondition(lambda self: bool(self.story.plans))
    @rule(
        what=st.sampled_from(list(Trouble)),
        before_s=st.floats(0, 600),
        length_s=st.floats(1, 400),
        seed=st.integers(0, 999),
    )
    def trouble(
        self, what: Trouble, before_s: float, length_s: float, seed: int
    ) -> None:
        """Let something go wrong, now or in the midst of the last print."""
        at = max(self.at - before_s, self.troubled_until + 1)
        if what is Trouble.HOST:
            length_s = min(length_s, 40.0)
        upset = Upset(what, at, length_s, seed)
        self.troubled_until = upset.end
        self.story = replace(self.story, upsets=(*self.story.upsets, upset))

    @override
    def teardown(self) -> None:
        """Play the story: every visible print is exactly one job, ended truly."""
        if not self.story.plans:
            return
        notebook = Notebook()
        score = asyncio.run(Observer(self.story, notebook, verbose=True).play())
        wrong = [line for line in score.complaints if line.startswith(NEVER)]
        told = [*self.story.lines(), *notebook.log, *wrong]
        assert not wrong, "\n".join(told)


TestWorld = World.TestCase
TestWorld.settings = settings(
    settings(),
    stateful_step_count=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    derandomize=True,
)
