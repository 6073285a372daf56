"""Which row is that of the print that Klipper shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import Remembered
from custom_components.printernizer.printers.moonraker.history import merge, parse_rows
from custom_components.printernizer.printers.moonraker.judge import (
    Look,
    find_row,
    judge,
)
from custom_components.printernizer.printers.moonraker.report import Report

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ZERO = NOW.timestamp()


def job(number: int, start: float, end: float | None, status: str) -> dict[str, Any]:
    """Return a row of the history; its times are seconds from now."""
    return {
        "job_id": f"{number:06X}",
        "filename": "a.gcode",
        "status": status,
        "start_time": ZERO + start,
        "end_time": None if end is None else ZERO + end,
        "total_duration": 0.01 if end is None else end - start,
    }


def look_at(
    state: str,
    total_s: float | None,
    *jobs: dict[str, Any],
    klippy: str = "ready",
    took_s: float = 2.0,
    **remembered: Any,
) -> Look:
    """Return a look that brought a state and rows."""
    return Look(
        report=Report(klippy=klippy, state=state, filename="a.gcode", total_s=total_s),
        rows=merge(parse_rows({"result": {"jobs": list(jobs)}})),
        remembered=Remembered(**remembered),
        asked_at=NOW,
        now=NOW,
        told_at=NOW + timedelta(seconds=took_s),
    )


def shown(state: str, total_s: float, *jobs: dict[str, Any], **more: Any) -> str | None:
    """Return the number of the row that is found for a state."""
    row = find_row(look_at(state, total_s, *jobs, **more))
    return row.past.print_id.partition("@")[0] if row else None


def id_of(number: int, start: float) -> str:
    """Return the identity of a row's print."""
    return f"{number:06X}@{ZERO + start:.3f}"


@pytest.mark.parametrize(
    ("remembered", "found"),
    [
        ({}, "000001"),
        ({"history_since": NOW - timedelta(seconds=1)}, None),
        ({"print_id": id_of(1, -1), "ended": True}, None),
        ({"print_id": id_of(1, -1)}, "000001"),
        ({"print_id": id_of(2, -9), "ended": True}, "000001"),
    ],
)
def test_a_print_that_was_known_to_be_over_does_not_run(
    remembered: dict[str, Any], found: str | None
) -> None:
    """The same file began anew, and the host's clock is off by a second."""
    known = job(1, -1, 0.2, "completed")
    assert shown("printing", 0.2, known, **remembered) == found


@pytest.mark.parametrize(
    ("end", "klippy", "found"),
    [
        (-3, "ready", None),
        (-1.9, "ready", "000001"),
        (1, "ready", "000001"),
        (None, "ready", "000001"),
        (-1, "shutdown", "000001"),
    ],
)
def test_a_print_that_klipper_lost_before_does_not_run(
    end: float | None, klippy: str, found: str | None
) -> None:
    """The next one of the file began while Moonraker was away, or a clock is behind."""
    lost = job(1, -4, end, "klippy_disconnect")
    assert shown("printing", 0.5, lost, klippy=klippy, took_s=8.0) == found


def test_a_print_that_klipper_lost_did_not_complete() -> None:
    """The same file had completed a second before."""
    before, lost = job(1, -2, -1.5, "completed"), job(2, -1, 0, "klippy_shutdown")
    assert shown("printing", 1.6, before, lost, klippy="shutdown") == "000002"


def test_a_row_that_was_written_after_the_report_is_that_of_the_next_print() -> None:
    """The answer with the rows was slow, and both prints are short."""
    first, second = job(1, 0, 0.5, "completed"), job(2, 3, None, "in_progress")
    assert shown("printing", 0.0, first, second) == "000001"


@pytest.mark.parametrize(("start", "found"), [(-1.1, "000002"), (-0.9, "000001")])
def test_a_row_in_progress_that_began_too_late_is_that_of_the_next_print(
    start: float, found: str
) -> None:
    """Clocks that are taken to be right are no further apart."""
    over, next_one = job(1, -4.7, -1.2, "cancelled"), job(2, start, None, "in_progress")
    assert shown("printing", 3.5, over, next_one) == found


@pytest.mark.parametrize(("took_s", "found"), [(1.0, None), (8.0, "000001")])
def test_a_print_that_has_just_begun_is_not_one_that_ran_for_longer(
    took_s: float, found: str | None
) -> None:
    """The same file ended right before, by a clock that may be behind.

    Unless the answer with the rows was so slow that the print itself may be over.
    """
    before = job(1, -2, 0, "completed")
    assert shown("printing", 0.1, before, took_s=took_s) == found


@pytest.mark.parametrize(
    ("remembered", "found"),
    [
        ({}, "000001"),
        ({"print_id": id_of(2, -40), "filename": "a.gcode"}, None),
        ({"history_since": NOW - timedelta(seconds=90)}, "000001"),
        ({"history_since": NOW - timedelta(seconds=90), "filename": "b"}, None),
        (
            {"history_since": NOW - timedelta(seconds=90), "print_id": id_of(1, -90)},
            "000001",
        ),
    ],
)
def test_an_end_whose_row_is_gone_has_no_other_row(
    remembered: dict[str, Any], found: str | None
) -> None:
    """The user deleted it, and an abandoned one of the same file is left."""
    abandoned = job(1, -90, None, "interrupted")
    assert shown("complete", 20.0, abandoned, **remembered) == found


@pytest.mark.parametrize(
    ("remembered", "found"),
    [
        ({"history_since": NOW - timedelta(seconds=90)}, None),
        ({"history_since": NOW - timedelta(seconds=91)}, "000001"),
        (
            {"history_since": NOW - timedelta(seconds=91), "print_id": id_of(1, -90)},
            None,
        ),
    ],
)
@pytest.mark.parametrize("filename", [None, "a.gcode"])
def test_an_end_after_klipper_was_idle_is_not_that_of_a_print_before(
    remembered: dict[str, Any], found: str | None, filename: str | None
) -> None:
    """Two prints of one file lasted nearly the same, and the second has no row."""
    before, known = job(1, -90, -77.4, "completed"), remembered | {"filename": filename}
    assert shown("complete", 12.5, before, idle=True, **known) == found
    assert shown("complete", 12.5, before, history_since=NOW) == "000001"


@pytest.mark.parametrize(
    ("start", "took_s", "rows"), [(1.4, 2.0, 0), (1.4, 1.0, 1), (-2.5, 2.0, 1)]
)
def test_a_print_after_an_end_without_a_row_is_news_when_it_is_shown(
    start: float, took_s: float, rows: int
) -> None:
    """It began and failed before the answer with the rows."""
    later = job(1, start, start + 0.8, "error")
    snapshot = judge(look_at("complete", 0.3, later, took_s=took_s))
    assert snapshot.print_id is None
    assert len(snapshot.history) == rows


@pytest.mark.parametrize(
    ("start", "took_s", "found"),
    [
        (1.5, 1.0, "000001"),
        (1.7, 1.0, None),
        (-2.5, 2.0, "000001"),
        (-2.4, 2.0, None),
    ],
)
def test_an_end_has_no_row_that_began_after_it(
    start: float, took_s: float, found: str | None
) -> None:
    """The next print began before the answer with the rows; clocks agree so far.

    In an answer that came late the row of a print that was over would say so.
    """
    running = job(1, start, None, "in_progress")
    assert shown("complete", 0.9, running, took_s=took_s) == found


@pytest.mark.parametrize(
    ("start", "took_s", "found"),
    [(6, 0.9, "000001"), (6, 1.1, None), (-4.9, 2, None), (-5.1, 2, "000001")],
)
@pytest.mark.parametrize("klippy", ["ready", "shutdown"])
def test_a_row_that_began_before_a_late_answer_is_that_of_the_next_print(
    start: float, took_s: float, found: str | None, klippy: str
) -> None:
    """It is none of a print whose clock was set since it began."""
    running = job(1, start, None, "in_progress")
    more = {"klippy": klippy, "took_s": took_s}
    assert shown("printing", 60.0, running, **more) == found


@pytest.mark.parametrize(("known_s", "found"), [(11.0, "000001"), (11.1, None)])
def test_an_end_is_not_that_of_a_print_that_was_seen_to_run_for_longer(
    known_s: float, found: str | None
) -> None:
    """Its row was abandoned, and the row of the same file's next print is gone."""
    abandoned = job(1, -60, None, "interrupted")
    known = {"print_id": id_of(1, -60), "filename": "a.gcode", "elapsed_s": known_s}
    assert shown("complete", 9.0, abandoned, **known) == found


def test_an_end_is_not_that_of_a_print_before_an_abandoned_one() -> None:
    """Two prints of one file, both cancelled, lasted nearly the same."""
    first, abandoned = job(1, -60, -53.1, "cancelled"), job(2, -40, None, "interrupted")
    assert shown("cancelled", 6.6, first, abandoned) == "000002"
    third = job(3, -20, -13.3, "cancelled")
    assert shown("cancelled", 6.6, first, abandoned, third) == "000003"


@pytest.mark.parametrize(("began", "found"), [(-50, None), (-2, "000001")])
def test_an_end_is_not_that_of_a_print_that_another_followed(
    began: float, found: str | None
) -> None:
    """Its row was abandoned; the rows are asked for after the state."""
    abandoned = job(1, -300, None, "interrupted")
    other = job(2, began, began + 1, "completed") | {"filename": "b.gcode"}
    assert shown("error", 30, abandoned, other) == found


def test_an_end_may_be_that_of_the_print_before_one_in_progress() -> None:
    """The next print began before the answer with the rows."""
    first, second = job(1, -60, -53.1, "cancelled"), job(2, 1, None, "in_progress")
    assert shown("cancelled", 6.6, first, second) == "000001"


@pytest.mark.parametrize(("total_s", "rows"), [(20, 1), (20.5, 1), (3, 2), (None, 2)])
def test_a_row_of_a_print_after_one_that_has_none_is_news_at_the_next_look(
    total_s: float | None, rows: int
) -> None:
    """It began and ended before the slow answer with the rows."""
    old, later = job(1, -60, -53, "completed"), job(2, 2, 2.2, "cancelled")
    look = look_at("printing", total_s, old, later)
    assert len(judge(look).history) == rows


def test_the_newest_row_is_that_of_the_end_although_it_was_news_before() -> None:
    """It was on record while the print before it, which has no row, was shown."""
    row = job(1, -20, -17.7, "completed")
    remembered = {"filename": "b.gcode", "history_since": NOW - timedelta(seconds=20)}
    assert shown("complete", 2.3, row, **remembered) == "000001"
