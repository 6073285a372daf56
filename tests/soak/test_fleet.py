"""Two minutes of twenty printers of all types."""

from pathlib import Path

import pytest

from .fleet import Plan, run_fleet

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(500)]


async def test_twenty_printers_for_two_minutes(tmp_path: Path) -> None:
    """The loop keeps its pace, memory its size, and every print is one true job."""
    plan = Plan(
        printers=20,
        seconds=120,
        baseline_s=40,
        interval_s=5,
        lengths_s=(10.0, 25.0),
        pauses_s=(3.0, 8.0),
        seed=20,
    )
    verdict = await run_fleet(tmp_path, plan)
    assert not verdict.complaints, "\n".join(verdict.complaints)
    assert verdict.record.visible > 60
    assert verdict.record.decided > 40
