"""What Home Assistant wrote to its log."""

from collections.abc import Iterable, Iterator
import re

# From 2026.11 on, the time has its distance from UTC.
_START = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?:[+-]\d\d:\d\d)? ([A-Z]+) ",
    re.MULTILINE,
)
_SERIOUS = {"WARNING", "ERROR", "CRITICAL"}
_ALWAYS_WRONG = (
    "Detected blocking call",
    "Detected that custom integration",
    "was never awaited",
)
_EXPECTED = ("which has not been tested by Home Assistant",)


def faults(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Return the records that the integration must not cause."""
    harmless = (*_EXPECTED, *allowed)
    return [
        record
        for level, record in _records(text)
        if _is_fault(level, record) and not any(part in record for part in harmless)
    ]


def _is_fault(level: str, record: str) -> bool:
    """Tell whether a record speaks of a fault of the integration."""
    return (level in _SERIOUS and "printernizer" in record) or any(
        part in record for part in _ALWAYS_WRONG
    )


def _records(text: str) -> Iterator[tuple[str, str]]:
    """Yield each record's level and its text with the lines that follow it."""
    before, *pieces = _START.split(text)
    yield "ERROR", before
    for level, record in zip(pieces[::2], pieces[1::2], strict=True):
        yield level, f"{level} {record.rstrip()}"
