"""Ten power cuts while eight printers print."""

from pathlib import Path

import pytest

from .kills import run_kills

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def test_every_print_is_one_job_through_ten_kills(tmp_path: Path) -> None:
    """Nothing visible is lost, doubled or ended wrongly, and each job is announced."""
    verdict = await run_kills(tmp_path, kills=10, printers=8, seed=10)
    assert not verdict.complaints, "\n".join(verdict.complaints)
    assert verdict.visible > 40
    assert verdict.decided > 20
