"""The description as programs take it that write clients of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from custom_components.printernizer.api.answers import SHAPES


def properties(name: str, schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield all properties of a shape, under the names that such programs make up."""
    for key, each in schema.get("properties", {}).items():
        made_up = name + "".join(word.capitalize() for word in key.split("_"))
        yield made_up, each
        yield from properties(made_up, each)


@pytest.mark.parametrize("shape", SHAPES)
def test_names_and_types_of_properties(shape: str) -> None:
    """None is called what another shape is called, and each tells its type."""
    for name, each in properties(shape, SHAPES[shape]):
        assert name not in SHAPES
        assert {"type", "$ref"} & each.keys(), name
