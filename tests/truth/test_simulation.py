"""A short run of the simulation, and what the simulation itself has to keep to."""

from collections.abc import Iterator
from dataclasses import replace
import json
from typing import override

import pytest

from .course import runs_of
from .matching import Record
from .notebook import Notebook
from .observer import Observer
from .run import Worlds, main, play_batch, seeds_of, temporary_folder
from .score import Score
from .shrink import shorten
from .story import Kind, Story, Trouble, imagine

STORIES = 100


async def test_every_visible_print_is_exactly_one_job() -> None:
    """Two thousand prints, recorded by the real manager in a real database."""
    score, _ = await play_batch(range(STORIES))
    assert score.prints > 1500
    assert (score.duplicates, score.missed) == (0, 0), score.complaints
    assert (score.false_completed, score.wrong_outcome) == (0, 0), score.complaints
    assert score.wrong_name == 0, score.complaints
    assert score.inferred_wrong <= 0.05 * score.inferred
    # A lost store loses which unknown end a count would still have told.
    assert score.unknown_avoidable <= 0.002 * score.prints, score.complaints


def test_the_command_ends_with_one_json_object(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It holds the figures and nothing else."""
    main(["--prints", "20", "--seed", "0", "--workers", "1", "--json"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(result) == [
        "prints",
        "visible",
        "duplicates",
        "missed",
        "false_completed",
        "wrong_outcome",
        "unknown_avoidable",
        "wrong_name",
        "inferred",
        "inferred_wrong",
        "start_error_s_p99",
        "seconds",
    ]


def stories() -> Iterator[Story]:
    """Return some stories of every kind."""
    for seed in range(60):
        yield imagine(seed, 20)


def test_the_world_has_every_printer_and_every_trouble() -> None:
    """A world without a quirk would prove nothing about it."""
    told = list(stories())
    assert {story.kind for story in told} == set(Kind)
    troubles = {upset.what for story in told for upset in story.upsets}
    assert troubles == set(Trouble)


def test_prints_never_overlap() -> None:
    """One printer prints one thing at a time."""
    for story in stories():
        ends = 0.0
        for run in runs_of(story, lambda run: run.end):
            assert run.begin >= ends
            ends = run.end


def test_seeds_share_no_story() -> None:
    """Another seed is another world."""
    batches = seeds_of(1, 5000) + seeds_of(2, 5000)
    seeds = [seed for batch in batches for seed in batch]
    assert len(set(seeds)) == len(seeds)


async def test_a_story_told_twice_is_the_same() -> None:
    """A seed that shows a fault shows it again."""
    for story in stories():
        first, second = [await Observer(story, Notebook()).play() for _ in range(2)]
        assert first == second


async def test_a_recorder_that_forgets_is_caught() -> None:
    """Without any record every visible print is missed."""
    story = imagine(3, 20)
    observer = Observer(story, _Forgetful())
    score = await observer.play()
    assert score.visible > 0
    assert score.missed == score.visible


async def test_a_recorder_that_doubles_is_caught() -> None:
    """Each job twice is as many duplicates as there are jobs."""
    recorder = _Double()
    score = await Observer(imagine(3, 20), recorder).play()
    assert score.duplicates == len(recorder.records)


class _Forgetful(Notebook):
    """Records nothing."""

    @override
    async def result(self) -> list[Record]:
        """Return nothing."""
        return []


class _Double(Notebook):
    """Records everything twice."""

    @override
    async def result(self) -> list[Record]:
        """Return every record and its double."""
        found = await super().result()
        return [one for each in found for one in (each, replace(each, key="again"))]


async def test_a_story_is_shortened_to_what_a_fault_needs() -> None:
    """Here the fault is a print of one file, whatever else happens."""
    story = imagine(5, 20)
    file = story.plans[7].file

    async def is_fault(other: Story) -> bool:
        """Tell whether the file is printed."""
        return any(plan.file == file for plan in other.plans)

    shortest = await shorten(story, is_fault)
    assert [plan.file for plan in shortest.plans] == [file]
    assert not shortest.upsets


async def test_a_story_leaves_its_log() -> None:
    """What was seen and decided can be read."""
    with temporary_folder() as folder:
        worlds = Worlds(folder)
        await worlds.open()
        try:
            log: list[str] = []
            await worlds.play(imagine(1, 3), log)
        finally:
            await worlds.close()
    assert any("Run(" in line for line in log)


def test_scores_add_up() -> None:
    """The figures of two runs are those of both."""
    both = Score(prints=1, missed=2) + Score(prints=3, inferred=1)
    assert (both.prints, both.missed, both.inferred, both.faults) == (4, 2, 1, 2)
