"""Kinds of fields: how each is read, and how it is described (JSON Schema 2020-12)."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
import math
import re
from typing import Any, override

type Schema = dict[str, Any]

_NESTING = 32
_YES = frozenset({"true", "1"})
_NO = frozenset({"false", "0"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)


class Refused(Exception):
    """A value that does not validate; the text says what would be right."""


class Field(ABC):
    """One kind of field."""

    @abstractmethod
    def parse(self, value: Any) -> Any:
        """Return the value of a JSON field; raises Refused."""

    def parse_text(self, text: str) -> Any:
        """Return the value of a query parameter, read as JSON would be."""
        return self.parse(text)

    @abstractmethod
    def schema(self) -> Schema:
        """Describe the values that are taken."""


# What ``str.strip`` leaves: to Python, some control characters are white space too.
_NOT_BLANK = r"[^\s\x1c-\x1f\x85]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Field):
    """Text, kept exactly as it is."""

    longest: int
    clears: bool = False
    """Null is taken, and clears the field."""
    filled: bool = False
    """Something other than white space has to be there."""

    @override
    def parse(self, value: Any) -> str | None:
        if value is None and self.clears:
            return None
        if (
            not isinstance(value, str)
            or len(value) > self.longest
            or (self.filled and not value.strip())
        ):
            raise Refused(self._wanted())
        return value

    def _wanted(self) -> str:
        """Say what would be right."""
        least = "1" if self.filled else "0"
        null = ", or null" if self.clears else ""
        return f"must be text of {least} to {self.longest} characters{null}"

    @override
    def schema(self) -> Schema:
        """Describe the texts that are taken."""
        schema: Schema = {"type": "string", "maxLength": self.longest}
        if self.filled:
            schema |= {"minLength": 1, "pattern": _NOT_BLANK}
        return _nullable(schema) if self.clears else schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Field):
    """A whole number."""

    low: int
    high: int
    clears: bool = False
    default: int | None = None

    @override
    def parse(self, value: Any) -> int | None:
        if value is None and self.clears:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or not self.low <= value <= self.high
        ):
            null = ", or null" if self.clears else ""
            raise Refused(
                f"must be a whole number from {self.low} to {self.high}{null}"
            )
        return value

    @override
    def parse_text(self, text: str) -> int | None:
        return self.parse(int(text) if _WHOLE.fullmatch(text) else text)

    @override
    def schema(self) -> Schema:
        """Describe the numbers that are taken."""
        schema: Schema = {"type": "integer", "minimum": self.low, "maximum": self.high}
        if self.default is not None:
            schema["default"] = self.default
        return _nullable(schema) if self.clears else schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Field):
    """A number, with a fraction or without."""

    low: float
    high: float
    clears: bool = False

    @override
    def parse(self, value: Any) -> float | None:
        if value is None and self.clears:
            return None
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not math.isfinite(value)
            or not self.low <= value <= self.high
        ):
            null = ", or null" if self.clears else ""
            raise Refused(f"must be a number from {self.low} to {self.high}{null}")
        return float(value)

    @override
    def schema(self) -> Schema:
        """Describe the numbers that are taken."""
        schema: Schema = {"type": "number", "minimum": self.low, "maximum": self.high}
        return _nullable(schema) if self.clears else schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Field):
    """True or false."""

    default: bool | None = None

    @override
    def parse(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Refused("must be true or false")
        return value

    @override
    def parse_text(self, text: str) -> bool:
        lowered = text.lower()
        if lowered not in _YES | _NO:
            raise Refused("must be true or false")
        return lowered in _YES

    @override
    def schema(self) -> Schema:
        """Describe the two values."""
        schema: Schema = {"type": "boolean"}
        return schema if self.default is None else schema | {"default": self.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice[E: StrEnum](Field):
    """One of a closed set of words."""

    of: type[E]
    default: E | None = None

    @override
    def parse(self, value: Any) -> E:
        try:
            return self.of(value)
        except ValueError:
            words = ", ".join(self.of)
            raise Refused(f"must be one of: {words}") from None

    @override
    def schema(self) -> Schema:
        """Describe the words."""
        schema: Schema = {"type": "string", "enum": [word.value for word in self.of]}
        return schema if self.default is None else schema | {"default": self.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Free(Field):
    """An object with keys of the client's own."""

    @override
    def parse(self, value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Refused("must be an object, or null")
        if _depth(value) > _NESTING:
            raise Refused(f"must not be nested deeper than {_NESTING} levels")
        return value

    @override
    def schema(self) -> Schema:
        """Describe objects."""
        name = Text(longest=200, clears=True).schema()
        return {
            "type": ["object", "null"],
            "properties": {"name": name},
            "additionalProperties": True,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Field):
    """A list of texts."""

    item: Text
    most: int

    @override
    def parse(self, value: Any) -> list[str]:
        if not isinstance(value, list) or len(value) > self.most:
            raise Refused(f"must be a list of at most {self.most} texts")
        texts = []
        for each in value:
            try:
                texts.append(self.item.parse(each) or "")
            except Refused as refused:
                raise Refused(f"must be a list, each item {refused}") from None
        return texts

    @override
    def schema(self) -> Schema:
        """Describe the list."""
        return {"type": "array", "items": self.item.schema(), "maxItems": self.most}


def _depth(value: Any) -> int:
    """Return how deep a JSON value is nested, one more than allowed at most."""
    level, depth = [value], 0
    while level and depth <= _NESTING:
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        level = inner
        depth += 1
    return depth


def _nullable(schema: Schema) -> Schema:
    """Return a schema that takes null, too."""
    return schema | {"type": [schema["type"], "null"]}
