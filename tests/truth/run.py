"""Play many stories in two processes, and tell the shortest one that went wrong."""

import argparse
import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
import gc
from itertools import count
import json
import logging
from multiprocessing import get_context
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from time import monotonic

from custom_components.printernizer.database import JobDatabase

from .ledger import Ledger
from .observer import Observer
from .score import Score
from .shrink import shorten
from .story import Story, imagine

STORY_PRINTS = 20
STORIES_A_BATCH = 50
AT_ONCE = 4
WORKERS = 2
MEMORY = Path("/dev/shm")  # noqa: S108 - the fastest disk there is, where there is one

type Outcome = tuple[Score, int | None]
"""A score, and the seed of the first story that went wrong."""


class Worlds:
    """A database on disk, and the stories that are recorded in it."""

    def __init__(self, folder: str) -> None:
        """Prepare a database in a folder."""
        self._database = JobDatabase(f"sqlite:///{folder}/jobs.db")
        self._numbers = count()

    async def open(self) -> None:
        """Open the database."""
        await self._database.open()

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()

    async def play(self, story: Story, log: list[str] | None = None) -> Score:
        """Play one story; ``log`` takes what was seen and decided."""
        ledger = Ledger(self._database, f"printer-{next(self._numbers)}")
        observer = Observer(story, ledger, verbose=log is not None)
        score = await observer.play()
        if log is not None:
            log += ledger.log
            log += [str(run) for run in observer.peer.runs]
        return score


def temporary_folder() -> TemporaryDirectory[str]:
    """Return a folder in memory, where the machine has such."""
    return TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)


async def play_batch(seeds: Sequence[int], prints: int = STORY_PRINTS) -> Outcome:
    """Play the stories of some seeds."""
    total, wrong = Score(), None
    with temporary_folder() as folder:
        worlds = Worlds(folder)
        await worlds.open()
        try:
            turns = asyncio.Semaphore(AT_ONCE)

            async def one(seed: int) -> Score:
                """Play one story, when it is its turn."""
                async with turns:
                    return await worlds.play(imagine(seed, prints))

            scores = await asyncio.gather(*(one(seed) for seed in seeds))
        finally:
            await worlds.close()
    for seed, score in zip(seeds, scores, strict=True):
        total += score
        if score.faults and wrong is None:
            wrong = seed
    return total, wrong


async def tell_shortest(seed: int, prints: int = STORY_PRINTS) -> Iterator[str]:
    """Return the shortest story that shows the first fault of a seed, line by line."""
    with temporary_folder() as folder:
        worlds = Worlds(folder)
        await worlds.open()
        try:
            story = imagine(seed, prints)
            kind = _kind((await worlds.play(story)).complaints[0])

            async def is_fault(other: Story) -> bool:
                """Tell whether a story shows the same kind of fault."""
                score = await worlds.play(other)
                return any(_kind(line) == kind for line in score.complaints)

            story = await shorten(story, is_fault)
            log: list[str] = []
            score = await worlds.play(story, log)
        finally:
            await worlds.close()
    return iter([f"seed {seed}", *story.lines(), "", *log, "", *score.complaints])


def _kind(complaint: str) -> str:
    """Return which kind of fault a complaint is about."""
    return complaint.partition(":")[0]


def seeds_of(seed: int, prints: int) -> list[list[int]]:
    """Return the seeds of enough stories, in batches."""
    stories = -(-prints // (STORY_PRINTS - 1))
    first = seed * 10_000_019
    return [
        list(range(first + at, first + min(at + STORIES_A_BATCH, stories)))
        for at in range(0, stories, STORIES_A_BATCH)
    ]


def _hush() -> None:
    """Keep a process of ours from telling of each database that fails."""
    logging.getLogger("custom_components.printernizer").setLevel(logging.ERROR)


def _work(seeds: list[int]) -> Outcome:
    """Play a batch, and look for its garbage once, at the end."""
    gc.disable()
    try:
        return asyncio.run(play_batch(seeds))
    finally:
        gc.enable()
        gc.collect()


def simulate(prints: int, seed: int, workers: int = WORKERS) -> Outcome:
    """Play stories with so many prints."""
    total, wrong = Score(), None
    batches = seeds_of(seed, prints)
    with ExitStack() as stack:
        each: Callable[..., Iterable[Outcome]] = map
        if workers > 1:
            # Threads of a database must not be forked.
            context = get_context("forkserver")
            pool = ProcessPoolExecutor(workers, context, initializer=_hush)
            each = pool.map
            stack.callback(pool.shutdown, cancel_futures=True)
        for score, bad in each(_work, batches):
            total += score
            wrong = bad if wrong is None else wrong
            if total.prints >= prints:
                break
    return total, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, and print one JSON object at the end; 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument("--prints", type=int, default=20_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument(
        "--json", action="store_true", help="no words, only the figures"
    )
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR)
    begun = monotonic()
    score, wrong = simulate(chosen.prints, chosen.seed, chosen.workers)
    seconds = monotonic() - begun
    if not chosen.json:
        for complaint in score.complaints[:20]:
            print(complaint, file=sys.stderr)  # noqa: T201
    if wrong is not None:
        for line in asyncio.run(tell_shortest(wrong)):
            print(line, file=sys.stderr)  # noqa: T201
    print(json.dumps(score.result(seconds)))  # noqa: T201
    return 1 if score.faults else 0
