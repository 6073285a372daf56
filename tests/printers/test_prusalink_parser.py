"""What PrusaLink's answers mean, from recordings."""

from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome, Telemetry
from custom_components.printernizer.printers.prusalink.parser import (
    LOOK_AGAIN_S,
    is_known,
    parse_status,
)

from .prusalink_recorded import recorded

LONG_NAME = "/usb/Spice_Harvester_0.2mm_PLA_MK4_2h5m.bgcode"
MK3_PATH = "/PrusaLink gcodes/rig_benchy_0.2mm_PLA_MK3S_2m.gcode"


@pytest.mark.parametrize(
    ("name", "activity", "outcome", "print_id"),
    [
        ("buddy_idle", Activity.IDLE, None, None),
        ("buddy_starting", Activity.PRINTING, None, "129"),
        ("buddy_printing", Activity.PRINTING, None, "129"),
        ("buddy_xl", Activity.PRINTING, None, "129"),
        ("buddy_paused", Activity.PAUSED, None, "129"),
        ("buddy_attention", Activity.PREPARING, None, "129"),
        ("buddy_powerpanic", Activity.PREPARING, None, "129"),
        ("buddy_question", Activity.PREPARING, None, "130"),
        ("buddy_busy_midprint", Activity.NO_NEWS, None, None),
        ("buddy_finished", Activity.ENDED, Outcome.COMPLETED, None),
        ("buddy_stopped", Activity.ENDED, Outcome.CANCELLED, None),
        ("buddy_error", Activity.ENDED, Outcome.FAILED, None),
        ("mk3_idle", Activity.IDLE, None, None),
        ("mk3_idle_after_finish", Activity.IDLE, None, None),
        ("mk3_printing", Activity.PRINTING, None, "42"),
        ("mk3_paused", Activity.PAUSED, None, "42"),
        ("mk3_attention", Activity.PREPARING, None, "43"),
        ("mk3_stopped", Activity.ENDED, Outcome.CANCELLED, None),
        ("mk3_after_printer_reboot", Activity.ENDED, Outcome.CANCELLED, None),
        ("mk3_error", Activity.ENDED, Outcome.FAILED, None),
    ],
)
def test_states(
    name: str, activity: Activity, outcome: Outcome | None, print_id: str | None
) -> None:
    """Every recorded state means what it should."""
    snapshot = parse_status(recorded(f"{name}_v1_status"))

    assert (snapshot.activity, snapshot.outcome) == (activity, outcome)
    assert snapshot.print_id == print_id
    assert snapshot.tentative is (activity is Activity.PREPARING)
    assert snapshot.id_may_change is name.startswith("mk3")
    assert not snapshot.rebooted
    assert not snapshot.cancelling
    assert snapshot.message is not None
    assert is_known(snapshot.message)


def test_a_printing_status_in_full() -> None:
    """Progress, times and temperatures of a print."""
    snapshot = parse_status(recorded("buddy_printing_v1_status"))

    assert snapshot.progress == 24.0
    assert snapshot.elapsed_s == 1800
    assert snapshot.remaining_s == 5640
    assert snapshot.estimated_s == 7440
    assert snapshot.telemetry == Telemetry(
        nozzle_c=215.0, nozzle_target_c=215.0, bed_c=60.0, bed_target_c=60.0
    )
    assert snapshot.message == "PRINTING"
    assert snapshot.look_again_s is None
    assert snapshot.filename is None


def test_elapsed_time_excludes_pauses() -> None:
    """It stands still in a pause, so it must not be held against the clock."""
    paused = parse_status(recorded("buddy_paused_v1_status"))

    assert paused.elapsed_s == 1800
    assert not paused.elapsed_runs


def test_remaining_time_is_absent_before_it_is_known() -> None:
    """Buddy leaves the field out until the first M73."""
    snapshot = parse_status(recorded("buddy_starting_v1_status"))

    assert snapshot.remaining_s is None
    assert snapshot.estimated_s is None
    assert snapshot.look_again_s is None


def test_mk3_elapsed_time_is_absent_at_first() -> None:
    """A missing time is none, not the zero that the job answer shows."""
    assert parse_status(recorded("mk3_printing_v1_status")).elapsed_s is None


def test_mk3_zero_left_proves_no_end() -> None:
    """It stands there at the beginning of a print too; it only quickens the looks."""
    status = recorded("mk3_printing_v1_status")
    status["job"] |= {"progress": 2.0, "time_remaining": 0}
    snapshot = parse_status(status)

    assert snapshot.remaining_s is None
    assert snapshot.look_again_s == LOOK_AGAIN_S


def test_buddy_zero_left_is_zero() -> None:
    """Buddy counts in seconds."""
    status = recorded("buddy_printing_v1_status")
    status["job"]["time_remaining"] = 0

    assert parse_status(status).remaining_s == 0


def test_question_before_a_print_is_tentative() -> None:
    """O4: the id is taken before the print is agreed to."""
    snapshot = parse_status(recorded("buddy_question_v1_status"))

    assert snapshot.activity is Activity.PREPARING
    assert snapshot.tentative
    assert snapshot.print_id == "130"


def test_attention_without_a_job_is_no_news() -> None:
    """A warning on an idle printer neither opens nor closes anything."""
    status = recorded("buddy_attention_v1_status")
    del status["job"]

    assert parse_status(status).activity is Activity.NO_NEWS


def test_busy_with_a_job_is_no_news_either() -> None:
    """BUSY closes nothing, whatever stands beside it."""
    status = recorded("buddy_printing_v1_status")
    status["printer"]["state"] = "BUSY"

    assert parse_status(status).activity is Activity.NO_NEWS


def test_printing_without_a_job_is_printing() -> None:
    """One look without a job does not end a print."""
    status = recorded("buddy_printing_v1_status")
    del status["job"]
    snapshot = parse_status(status)

    assert snapshot.activity is Activity.PRINTING
    assert snapshot.print_id is None


def test_ready_is_idle() -> None:
    """MK3 is READY where Buddy would be IDLE."""
    status = recorded("mk3_idle_v1_status")
    status["printer"]["state"] = "READY"

    assert parse_status(status).activity is Activity.IDLE


@pytest.mark.parametrize("word", ["MANIPULATING", "idle", "UNKNOWN", "Printing"])
def test_unknown_words_are_no_news(word: str) -> None:
    """A word never seen before is kept and decides nothing."""
    status = recorded("buddy_printing_v1_status")
    status["printer"]["state"] = word
    snapshot = parse_status(status)

    assert snapshot.activity is Activity.NO_NEWS
    assert snapshot.message == word
    assert not is_known(word)


def test_mk3_error_tells_its_reason() -> None:
    """C3: the reason goes into the job's notes."""
    snapshot = parse_status(recorded("mk3_error_v1_status"))

    assert snapshot.reason == "Firmware detected a hardware issue"
    assert not snapshot.fault


@pytest.mark.parametrize(
    "message",
    [
        "Serial device does not exist",
        "RPi port is not enabled",
        "Device is not supported",
        "Firmware is not up-to-date",
        "Serial number cannot be obtained",
        "Job ID cannot be obtained",
        None,
    ],
)
def test_mk3_error_of_the_serial_line_is_no_end(message: str | None) -> None:
    """A print from the SD card goes on while PrusaLink has lost its printer."""
    status = recorded("mk3_error_v1_status")
    status["printer"]["status_printer"]["message"] = message
    snapshot = parse_status(status)

    assert snapshot.activity is Activity.NO_NEWS
    assert snapshot.fault
    assert snapshot.reason is None


def test_mk3_error_that_is_already_over_is_no_end() -> None:
    """PrusaLink repairs the condition before it changes its state."""
    status = recorded("mk3_error_v1_status")
    status["printer"]["status_printer"] = {"ok": True, "message": "OK"}

    assert parse_status(status).activity is Activity.NO_NEWS


def test_error_beside_a_job_waits() -> None:
    """As long as the job stands, it is not over."""
    status = recorded("buddy_printing_v1_status")
    status["printer"]["state"] = "ERROR"
    snapshot = parse_status(status)

    assert snapshot.activity is Activity.NO_NEWS
    assert snapshot.fault


@pytest.mark.parametrize(
    ("job", "again_s"),
    [
        ({"progress": 50, "time_remaining": 600}, None),
        ({"progress": 99, "time_remaining": 61}, None),
        ({"progress": 97, "time_remaining": 60}, LOOK_AGAIN_S),
        ({"progress": 100, "time_remaining": 0}, LOOK_AGAIN_S),
        ({"progress": 0, "time_remaining": 0}, None),
        ({"progress": 99}, LOOK_AGAIN_S),
        ({"progress": 98}, None),
        ({}, None),
    ],
)
def test_near_the_end_looks_come_sooner(
    job: dict[str, Any], again_s: float | None
) -> None:
    """MK3 shows an end for 11 s only."""
    status = {"printer": {"state": "PRINTING"}, "job": {"id": 1, **job}}

    assert parse_status(status).look_again_s == again_s


@pytest.mark.parametrize(
    ("value", "print_id"),
    [
        (0, "0"),
        (65535, "65535"),
        (129.0, "129"),
        (None, None),
        ("129", None),
        (True, None),
        (-1, None),
        (1.5, None),
        (10**400, None),
    ],
)
def test_ids(value: object, print_id: str | None) -> None:
    """An id is a whole number; zero comes after the 16 bits have wrapped."""
    status = {"printer": {"state": "PRINTING"}, "job": {"id": value}}

    assert parse_status(status).print_id == print_id


@pytest.mark.parametrize(("shown", "progress"), [(-5, 0.0), (250, 100.0), ("9", None)])
def test_progress_is_clamped(shown: object, progress: float | None) -> None:
    """Progress is 0 to 100, or not known."""
    status = {"printer": {"state": "PRINTING"}, "job": {"id": 1, "progress": shown}}

    assert parse_status(status).progress == progress
