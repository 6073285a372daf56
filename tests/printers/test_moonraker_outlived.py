"""Which row goes on although its print is over."""

from typing import Any

import pytest

from custom_components.printernizer.printers.moonraker.judge import judge
from custom_components.printernizer.printers.moonraker.outlived import (
    find_outlived,
    with_outlived,
)

from .test_moonraker_rows import NOW, id_of, job, look_at

OPEN = job(1, -600, None, "in_progress")
OTHER = OPEN | {"filename": "b.gcode"}
KNOWN: dict[str, Any] = {"print_id": id_of(1, -600), "elapsed_s": 570.0}


@pytest.mark.parametrize(
    ("total_s", "row", "remembered"),
    [
        (60.0, OTHER, {}),
        (0.4, OTHER, {}),
        (60.0, OPEN, KNOWN),
    ],
)
def test_a_row_goes_on_under_another_print(
    total_s: float, row: dict[str, Any], remembered: dict[str, Any]
) -> None:
    """It is not that of the print that runs, and its end will be that one's."""
    look = look_at("printing", total_s, row, **remembered)
    found = find_outlived(look)
    assert found is not None
    assert found.past.print_id == id_of(1, -600)
    finished = look_at(
        "complete", total_s, row | {"status": "completed", "end_time": NOW.timestamp()}
    )
    (past,) = with_outlived(finished.rows, id_of(1, -600))
    assert (past.past.ended, past.past.outcome, past.past.end_time) == (None,) * 3


def test_a_print_has_no_row_that_is_anothers() -> None:
    """Nor is it the print that is known, whose row goes on."""
    look = look_at("printing", 0.2, OPEN, took_s=0.1, **KNOWN)
    assert judge(look).print_id is None
    assert find_outlived(look) is None


@pytest.mark.parametrize(
    ("state", "total_s", "row", "more"),
    [
        # The clock of the host was set.
        ("printing", 60.0, OPEN, {}),
        ("printing", 571.0, OPEN, KNOWN),
        # It will be finished in a moment.
        ("printing", 0.2, OTHER, {"took_s": 0.1}),
        # It began after the report was made.
        ("printing", 60.0, OTHER | {"start_time": NOW.timestamp() + 1}, {}),
        ("printing", 60.0, OTHER | {"status": "completed"}, {}),
        ("printing", None, OTHER, {}),
        ("complete", 60.0, OTHER, {}),
    ],
)
def test_a_row_may_be_that_of_the_print(
    state: str, total_s: float | None, row: dict[str, Any], more: dict[str, Any]
) -> None:
    """Or of one whose end is yet to be noticed, or that is not shown yet."""
    assert find_outlived(look_at(state, total_s, row, **more)) is None
