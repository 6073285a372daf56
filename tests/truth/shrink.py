"""Shorten a story that shows a fault to what the fault needs."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from .story import Story

type IsFault = Callable[[Story], Awaitable[bool]]


async def shorten(story: Story, is_fault: IsFault) -> Story:
    """Return the shortest story found that still shows the fault."""
    shrunk = True
    while shrunk:
        shrunk = False
        for shorter in _shorter(story):
            if await is_fault(shorter):
                story, shrunk = shorter, True
                break
    return story


def _shorter(story: Story) -> Iterator[Story]:
    """Make simpler stories out of one, the boldest first."""
    size = max(len(story.plans), len(story.upsets))
    while size:
        for at in range(0, len(story.plans), size):
            if rest := story.plans[:at] + story.plans[at + size :]:
                yield replace(story, plans=rest)
        for at in range(0, len(story.upsets), size):
            yield replace(story, upsets=story.upsets[:at] + story.upsets[at + size :])
        size //= 2
    for at, plan in enumerate(story.plans):
        simpler = [replace(plan, pauses=())] if plan.pauses else []
        simpler += [replace(plan, prepare_s=0.0)] if plan.prepare_s else []
        simpler += [replace(plan, system=False)] if plan.system else []
        for one in simpler:
            plans = (*story.plans[:at], one, *story.plans[at + 1 :])
            yield replace(story, plans=plans)
    if story.start:
        yield replace(story, start=0.0)
