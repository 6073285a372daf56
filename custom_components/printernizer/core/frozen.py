"""Data that never changes once it is made, and is cheap to make."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field, fields
from typing import Any, dataclass_transform

__all__ = ["frozen", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen[T](*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a class a dataclass that type checkers hold to be frozen.

    Python's own frozen ones take seven times as long to make (3.14), and every look at
    a printer makes several. ``replace`` is that of the module ``copy``, for its speed.
    """

    def made(cls: type[T]) -> type[T]:
        """Return the dataclass."""
        result: Any = dataclass(slots=True, kw_only=kw_only, unsafe_hash=True)(cls)
        result.__replace__ = _replacement(result)
        return result  # type: ignore[no-any-return]

    return made


def _replacement(cls: Any) -> Callable[..., Any]:
    """Return a method that copies all fields but those that are given others.

    Written out field by field, as ``dataclass`` writes ``__init__``, it takes a fifth
    of the time. What is no field raises AttributeError.
    """
    lines = [
        "def __replace__(old, /, **changes):",
        "    new = make(cls)",
        *(f"    new.{each.name} = old.{each.name}" for each in fields(cls)),
        "    for name, value in changes.items():",
        "        setattr(new, name, value)",
        "    return new",
    ]
    made: dict[str, Any] = {"make": object.__new__, "cls": cls}
    exec("\n".join(lines), made)  # noqa: S102 - the names of our own fields
    return made["__replace__"]  # type: ignore[no-any-return]
