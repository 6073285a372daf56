"""What a print is called, and which names are the same."""

import pytest

from custom_components.printernizer.core.names import (
    MAX_NAME,
    UNNAMED,
    job_name,
    match_name,
    match_path,
)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("Cube.gcode", "Cube"),
        ("cache/Cube.gcode.3mf", "Cube"),
        ("a\\b\\Cube.gcode", "Cube"),
        ("/data/Metadata/plate_1.gcode", "plate_1"),
        (" folder / Cube .gcode ", "Cube"),
        ("folder/Cube/ ", "Cube"),
        ("BOX", "BOX"),
        ("Cube.GCODE", "Cube"),
        ("v1.2.bgcode", "v1.2"),
        ("Cube.3mf", "Cube"),
        ("Cube.gco", "Cube"),
        ("Cube.g", "Cube"),
        ("Cube.ufp", "Cube"),
        ("Cube.stl", "Cube"),
        ("Cube.gcode.txt", "Cube.gcode.txt"),
        (".gcode", ".gcode"),
    ],
)
def test_a_job_is_named_after_its_file(filename: str, name: str) -> None:
    """Without its folder and the slicer's endings."""
    assert job_name(filename) == name


@pytest.mark.parametrize("filename", [None, "", " ", "/", "folder/ /"])
def test_a_job_always_has_a_name(filename: str | None) -> None:
    """Where the printer tells none (O2), or nothing usable."""
    expected = "folder" if filename and "folder" in filename else UNNAMED
    assert job_name(filename) == expected
    assert UNNAMED == "Unnamed print"


def test_a_name_is_no_longer_than_the_record_allows() -> None:
    """And it does not end in the space at which it was cut."""
    assert job_name("x" * 300 + ".gcode") == "x" * MAX_NAME
    assert job_name("x" * (MAX_NAME - 1) + " y") == "x" * (MAX_NAME - 1)


@pytest.mark.parametrize(
    "other", ["x.gcode.3mf", "cache/x.3mf", "X", " x.gcode", "a\\X.GCODE"]
)
def test_s4_names_that_vary_are_one_model(other: str) -> None:
    """Folder, endings and case make no difference to a pushed name."""
    assert match_name("x") == match_name(other) == "x"


def test_names_are_equal_however_their_letters_are_encoded() -> None:
    """A file system may take letters and their accents apart."""
    composed, apart = "B\u00e4r.gcode", "Ba\u0308r.gcode"
    assert match_name(composed) == match_name(apart) == "b\u00e4r"
    assert match_path(composed) == match_path(apart) == "b\u00e4r.gcode"
    assert match_name("STRASSE") == match_name("stra\u00dfe")
    assert match_path("STRASSE") == match_path("stra\u00dfe")


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_name_matches_none(nothing: str | None) -> None:
    """What has no name is told apart by other means."""
    assert match_name(nothing) == match_path(nothing) == ""


def test_s4_paths_are_the_same_file_but_for_case_and_slashes_around_them() -> None:
    """Equal names in two folders are two files."""
    assert match_path(" /Parts/X.gcode/ ") == "parts/x.gcode"
    assert match_path("parts/X.gcode") != match_path("X.gcode")
    assert match_path("x.gcode") != match_path("x.bgcode")
    assert match_path("Xa") != match_path("a")
