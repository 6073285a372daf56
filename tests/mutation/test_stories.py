"""Some stories with known prints, as the last judge of a mutant."""

import asyncio

import pytest

from tests.truth.notebook import Notebook
from tests.truth.observer import Observer
from tests.truth.story import imagine

BLOCKS, STORIES, PRINTS = 4, 10, 20


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_story_is_recorded_wrongly(block: int) -> None:
    """Eight hundred prints of all kinds of printers, each story by its seed."""
    for seed in range(block * STORIES, (block + 1) * STORIES):
        score = asyncio.run(Observer(imagine(seed, PRINTS), Notebook()).play())
        assert not score.faults, score.complaints
