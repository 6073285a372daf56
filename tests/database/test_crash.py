"""SIGKILL at any moment: what was reported as recorded is there, once."""

import asyncio
from collections import Counter
from pathlib import Path
import sys

import pytest

from custom_components.printernizer.database import JobDatabase, Result

from .common import Clock, Scribe, began, ended, print_of, told, url_of

pytestmark = pytest.mark.slow


async def start(what: str, path: Path) -> asyncio.subprocess.Process:
    """Start a scenario."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.database.crash_scenarios",
        what,
        str(path),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )


async def test_killed_before_each_statement(path: Path, clock: Clock) -> None:
    """A print is there with its event, or not at all and recorded by the next look."""
    process = await start("statements", path)
    output, _ = await process.communicate()
    kills = int(output)
    assert kills > 8
    database = JobDatabase(url_of(path), clock=clock)
    assert (await database.open()).moved_aside is None
    scribe = Scribe(database, clock)
    announced = await database.pending_announcements()
    begun = {each.job.id for each in announced if "job_auto_created" in each.events}
    assert begun == {job.id for job in await scribe.jobs()}
    results = set()
    for number in range(kills + 1):
        seen = print_of(f"print {number}")
        recorded = await scribe.record(began(seen), ended(seen.key))
        results.add(recorded.recordings[0].result)
    jobs = await scribe.jobs()
    assert results == {Result.CREATED, Result.ENDED}
    names = Counter(job.job_name for job in jobs)
    assert names == Counter(f"print {number}" for number in range(kills + 1))
    assert not any(job.is_open for job in jobs)
    events = told(await database.pending_announcements())
    assert events.count("job_auto_created") == len(jobs)
    assert events.count("job_ended") == len(jobs)
    await database.close()


@pytest.mark.parametrize("after", [1, 7, 23])
async def test_killed_in_a_storm(path: Path, clock: Clock, after: int) -> None:
    """Nothing that was reported as recorded is lost."""
    process = await start("storm", path)
    assert process.stdout is not None
    for _ in range(after):
        last = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    rest = [int(line) for line in (await process.stdout.read()).split()]
    database = JobDatabase(url_of(path), clock=clock)
    assert (await database.open()).moved_aside is None
    names = [int(job.job_name) for job in await Scribe(database, clock).jobs()]
    reported = max([last, *rest])
    assert names == list(range(len(names)))
    assert len(names) in {reported + 1, reported + 2}
    await database.close()
