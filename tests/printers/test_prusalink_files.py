"""Which file a PrusaLink prints, and who it is, from recordings."""

from typing import Any

import pytest

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

from .prusalink_recorded import recorded

LONG_NAME = "/usb/Spice_Harvester_0.2mm_PLA_MK4_2h5m.bgcode"
MK3_PATH = "/PrusaLink gcodes/rig_benchy_0.2mm_PLA_MK3S_2m.gcode"


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
