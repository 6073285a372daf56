"""Data that type checkers alone hold to be frozen."""

from copy import deepcopy
import pickle

import pytest

from custom_components.printernizer.core.frozen import frozen, replace


@frozen(kw_only=True)
class Spool:
    """Filament on a spool."""

    material: str
    left_g: float = 1000.0


@frozen(kw_only=True)
class DrySpool(Spool):
    """One that was dried."""

    humidity: float


def test_replace_changes_the_named_fields_of_a_copy() -> None:
    """What it is made of stays as it was."""
    full = Spool(material="PETG")
    used = replace(full, left_g=12.5)
    assert used == Spool(material="PETG", left_g=12.5)
    assert full.left_g == 1000.0


def test_replace_keeps_what_is_inherited() -> None:
    """A class that has more fields than another is copied whole."""
    dry = replace(DrySpool(material="PA", humidity=12.0), humidity=14.0)
    assert dry == DrySpool(material="PA", left_g=1000.0, humidity=14.0)


def test_replace_refuses_a_field_that_is_not_there() -> None:
    """A misspelt name is an error, as with every dataclass."""
    with pytest.raises(TypeError, match="Spool has no field 'colour'"):
        replace(Spool(material="PLA"), colour="red")  # type: ignore[call-arg]


def test_it_is_made_of_its_fields_alone() -> None:
    """Equal ones count as one, and nothing can be added."""
    one, same = Spool(material="ABS"), Spool(material="ABS")
    assert {one: 1}[same] == 1
    assert one != Spool(material="ASA")
    assert deepcopy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301
    with pytest.raises(AttributeError):
        one.colour = "red"  # type: ignore[attr-defined]


def test_only_named_fields_where_it_says_so() -> None:
    """The fields of a class with many are told apart by name."""
    with pytest.raises(TypeError):
        Spool("PLA")  # type: ignore[call-arg]
