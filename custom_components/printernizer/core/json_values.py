"""Values as JSON and back; what is damaged or of another type is left out."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from .session import Moment


def as_text(value: object) -> str | None:
    """Return a text, None for anything else."""
    return value if isinstance(value, str) else None


def as_flag(value: object) -> bool | None:
    """Return a flag, None for anything else."""
    return value if isinstance(value, bool) else None


def as_number(value: object) -> float | None:
    """Return a finite number, None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) else None  # type: ignore[arg-type]


def as_member[E: StrEnum](kind: type[E], value: object) -> E | None:
    """Return the member of a kind with this value, None where there is none."""
    try:
        return kind(str(value))
    except ValueError:
        return None


def time_to_json(value: datetime | None) -> str | None:
    """Return a time as a text."""
    return value.isoformat() if value is not None else None


def as_time(value: object) -> datetime | None:
    """Return a time that knows its zone, None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def apart(host: datetime | None, ours: datetime | None) -> timedelta:
    """Return by how much one clock was ahead of the other, as far as that is known."""
    return timedelta(0) if host is None or ours is None else host - ours


def as_moment(value: object, now: Moment, latest: Moment) -> Moment | None:
    """Return a stored time on both clocks; the future was noted by ``latest``."""
    utc = as_time(value)
    if utc is None:
        return None
    if utc > now.utc:
        return Moment(utc, latest.monotonic)
    return Moment(utc, now.monotonic - (now.utc - utc).total_seconds())
