"""Stories that showed a fault, of the detector or of those who judge it.

In those that are told in a sentence the witness or the scorer was wrong. Those of
``found_seeds.txt`` have their sentences, as short tests, in ``tests/core``.
"""

from itertools import batched
from pathlib import Path

import pytest

from .run import STORIES_A_BATCH, STORY_PRINTS, play_batch

STORIES = {
    20240048573: "what is taken for the next print shows its time a look later",
    261136606168531: "a print is paused for long, and a new number comes further than it did",
    12340031733: "a print is recorded as seen since the one that waited and was lost",
    100006020: "a print is shown under the name left before alone, and then lost",
    10008654: "memory is lost, and what shows no count may be the print lost before",
    261134506164838: "an id goes in sight that a print had left which nobody saw",
    261128446145509: "a count comes late, of a print or of the one that followed it at once",
    261128406144285: "three prints end after an upload dropped a count, and two are counted",
    261128406143064: "a print is waited for, ends while the line is lost, and the next one is it",
    261128326147369: "a print and the next one taken for it are counted both, one done",
    261128306145155: "a print waits that may be the last one under a new number, and is done",
    261128616153306: "an end stands without a name, and the next print shows one at once",
    261128586150480: "a print that nobody saw had ended under the name left before",
    261128536149063: "a print is recorded before it shows, and its progress is written later",
    261128276144761: "a print without a name is lost, and resumed while nobody looks",
    261128236149399: "a print without a name follows one that another was joined to",
    261128226151997: "a name comes that a print of long ago had left, and not the last one",
    261128156146800: "a print that was lost stands until the next one is seen again",
    261128296145536: "a print found over is recorded after one that had waited",
    261127516148519: "a print lost after 4 s is resumed, and only then shows its id",
    261127536149733: "a start comes a minute after the one before, but for rounding",
    261127536147376: "a job of the printer's own is recorded under an id left before",
    202611654968408: "a job of the printer's own was over before the record was made",
    57721669672581: "a name of the printer's own came to a print that borrowed one",
    141421618705170: "the watcher's clock goes wrong right after its start",
    261127966146257: "a clock is put back, the disk fails, and all times are the same",
    261127946148057: "a print that counts under the name left before is not waited for",
    261127986151684: "an id is used twice, and nobody saw under which name it came first",
    261128096151703: "a print prints at a percentage that no end before left standing",
    261128106149407: "a print that was taken for the one before it began, for all to see",
    261128116149573: "a print nobody can know for the same has two records in their order",
    261128196144673: "a print that was taken for the one before it stays the last one",
    261128206148019: "a print begins a minute after one that was lost, but for rounding",
    261127966150095: "more is left of a print than of the one that it may be",
    261127976142247: "a cancel is recorded when its disk works, after the next began",
    261127956146575: "a print that shows no numbers may be the one before, or the next",
    261127956147511: "a print that may be the one before it has a record of its own",
    261127566145585: "the watcher forgot long ago, and was stopped in good order since",
    261127566145279: "the watcher forgot whose id it was that a host's restart changed",
    261127566142785: "the watcher is killed again after it had forgotten all",
    261127746151780: "a print is recorded after the clock that found it was put right",
    261127756145039: "the disk failed for a while, and nothing was to be written then",
    261127776150005: "a print is done after one without an id that was cancelled",
    261127716147417: "the next print has no id of its own, and is as far as the last one",
    261127566146171: "a print is seen at the look that records what a disk held up",
}

FOUND = tuple(
    batched(
        map(int, Path(__file__).with_name("found_seeds.txt").read_text().splitlines()),
        STORIES_A_BATCH,
        strict=False,
    )
)


@pytest.mark.parametrize("seed", STORIES, ids=STORIES.get)
async def test_a_story_that_was_judged_wrong_is_judged_right(seed: int) -> None:
    """What no watcher could know is asked of none, and each record is its print's."""
    score, _ = await play_batch([seed], STORY_PRINTS)
    assert score.faults == 0, score.complaints


@pytest.mark.parametrize("seeds", FOUND, ids=lambda seeds: str(seeds[0]))
async def test_no_story_that_showed_a_fault_shows_one_again(
    seeds: tuple[int, ...],
) -> None:
    """However rare it was, it was found once."""
    score, _ = await play_batch(seeds)
    assert score.faults == 0, score.complaints
