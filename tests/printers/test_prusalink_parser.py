"""What PrusaLink's answers mean, from recordings."""

from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome, Telemetry
from custom_components.printernizer.printers.base import (
    NotThisPrinterType,
    PrinterStarting,
)
from custom_components.printernizer.printers.prusalink.files import (
    JobFile,
    parse_job,
    parse_legacy_job,
)
from custom_components.printernizer.printers.prusalink.identity import (
    check_version,
    identity_of,
)
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


# -- files -----------------------------------------------------------------------------


def test_buddy_file_has_its_long_name() -> None:
    """``name`` is the short one as of FAT, and no path."""
    assert parse_job(recorded("buddy_printing_v1_job"), "129") == JobFile(
        path=LONG_NAME
    )


def test_buddy_legacy_file_is_the_same() -> None:
    """Both interfaces give one name, so that a print is not taken for two."""
    assert parse_legacy_job(recorded("buddy_printing_job")) == JobFile(path=LONG_NAME)


def test_mk3_file_has_its_slicer_figures() -> None:
    """The path is that of the file; the meta data tells time and filament."""
    assert parse_job(recorded("mk3_printing_v1_job"), "42") == JobFile(
        path=MK3_PATH, estimated_s=120, filament_g=1.23
    )


def test_mk3_legacy_file_is_the_same() -> None:
    """The older interface knows the name too."""
    assert parse_legacy_job(recorded("mk3_printing_job")) == JobFile(path=MK3_PATH)


def test_buddy_legacy_without_a_job() -> None:
    """A null job is no file."""
    assert parse_legacy_job(recorded("buddy_idle_job")) is None


def test_file_of_another_job_is_not_ours() -> None:
    """Two requests are not one look: the next print may have begun between them."""
    assert parse_job(recorded("mk3_printing_v1_job"), "41") is None


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ({"name": "a.gcode"}, "/a.gcode"),
        (
            {"name": "A~1.GCO", "display_name": "äöü.gcode", "path": "/usb/"},
            "/usb/äöü.gcode",
        ),
        ({"name": "a.gcode", "path": "/SD Card/sub/a.gcode"}, "/SD Card/sub/a.gcode"),
        ({"name": "A~1.GCO", "path": 7}, "/A~1.GCO"),
        ({"display_name": "  ", "name": None, "path": "/usb"}, None),
        ([], None),
        (None, None),
    ],
)
def test_paths(file: object, path: str | None) -> None:
    """Any mixture of names gives a path, or none."""
    parsed = parse_job({"id": 1, "file": file}, "1")

    assert (parsed and parsed.path) == path


# -- identity --------------------------------------------------------------------------


def test_buddy_identity() -> None:
    """The serial number is in info; old firmware tells neither model nor version."""
    identity = identity_of(recorded("buddy_version"), recorded("buddy_info"))

    assert identity.unique_id == "10589-3742441234567890"
    assert identity.name == "prusa-mk4"
    assert identity.manufacturer == "Prusa Research"
    assert identity.model is None
    assert identity.firmware is None


def test_buddy_identity_since_6_5() -> None:
    """Newer firmware tells its model and version."""
    identity = identity_of(recorded("buddy_version_6_5"), recorded("buddy_info"))

    assert (identity.model, identity.firmware) == ("MK4S", "6.5.3+12780")


def test_mk3_identity() -> None:
    """The host name in info is that of Prusa Connect, and not the printer's name."""
    identity = identity_of(recorded("mk3_idle_version"), recorded("mk3_idle_v1_info"))

    assert identity.unique_id == "CZPX4720X004XC34242"
    assert identity.name == "Rig MK3S"
    assert identity.model == "I3MK3S"
    assert identity.firmware == "3.14.1-8237"


def test_mk3_without_a_serial_number_is_starting() -> None:
    """The identity would be another one as soon as the printer is connected."""
    info = recorded("mk3_idle_v1_info") | {"serial": None}

    with pytest.raises(PrinterStarting):
        identity_of(recorded("mk3_idle_version"), info)


def test_buddy_without_a_serial_number_has_no_identity() -> None:
    """Nothing will tell it later either."""
    assert identity_of(recorded("buddy_version"), {}).unique_id is None


@pytest.mark.parametrize(
    "version",
    [
        {"api": "0.1", "server": "1.11.8", "text": "OctoPrint 1.11.8"},
        {"api": "0.1", "server": "1.5.0", "text": "OctoPrint (Moonraker v0.9.3)"},
        {"text": None},
        {},
    ],
)
def test_others_are_no_prusalink(version: dict[str, Any]) -> None:
    """OctoPrint and Moonraker answer at the same address."""
    with pytest.raises(NotThisPrinterType):
        check_version(version)


@pytest.mark.parametrize("name", ["buddy_version", "mk3_idle_version"])
def test_both_are_prusalink(name: str) -> None:
    """Both programs are known by their text."""
    check_version(recorded(name))
