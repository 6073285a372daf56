"""Data that never changes once it is made, and is cheap to make."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field
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
        result.__replace__ = _changed
        return result  # type: ignore[no-any-return]

    return made


def _changed(old: Any, /, **changes: Any) -> Any:
    """Return a copy that differs in these fields; raises TypeError for one unknown."""
    new = object.__new__(type(old))
    for name in old.__dataclass_fields__:
        setattr(new, name, changes.pop(name) if name in changes else getattr(old, name))
    if changes:
        raise TypeError(f"{type(old).__name__} has no field {next(iter(changes))!r}")
    return new
