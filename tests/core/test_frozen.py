"""Data that type checkers alone hold to be frozen; each test makes its classes anew."""

from copy import deepcopy
from dataclasses import field

import pytest

from custom_components.printernizer.core.frozen import frozen, replace


def test_replace_changes_the_named_fields_of_a_copy() -> None:
    """What it is made of stays as it was, and what is inherited is copied too."""

    @frozen()
    class Spool:
        material: str
        left_g: float = 1000.0
        used_by: dict[str, float] = field(default_factory=dict)

    @frozen(kw_only=True)
    class DrySpool(Spool):
        humidity: float

    full = Spool("PETG")
    used = replace(full, left_g=12.5)
    assert (used.material, used.left_g) == ("PETG", 12.5)
    assert full.left_g == 1000.0
    dry = replace(DrySpool(material="PA", humidity=12.0), humidity=14.0)
    assert dry == DrySpool(material="PA", humidity=14.0)


def test_replace_refuses_a_field_that_is_not_there() -> None:
    """A misspelt name is an error, as with every dataclass."""

    @frozen()
    class Nozzle:
        width_mm: float

    with pytest.raises(AttributeError, match=r"'Nozzle' object has no .*'length_mm'"):
        replace(Nozzle(0.4), length_mm=2.0)  # type: ignore[call-arg]


def test_it_is_made_of_its_fields_alone() -> None:
    """Equal ones count as one, nothing can be added, and names may be asked for."""

    @frozen(kw_only=True)
    class Bed:
        width_mm: int
        depth_mm: int

    bed, same = Bed(width_mm=250, depth_mm=210), Bed(width_mm=250, depth_mm=210)
    assert {bed: "MK4"}[same] == "MK4"
    assert bed == deepcopy(bed) != Bed(width_mm=180, depth_mm=180)
    with pytest.raises(AttributeError):
        bed.height_mm = 220  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Bed(250, 210)  # type: ignore[call-arg]
