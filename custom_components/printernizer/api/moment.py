"""Points in time as clients write them."""

from dataclasses import dataclass
from datetime import MINYEAR, UTC, date, datetime, time, timedelta
import re
from typing import Any, override

from homeassistant.util import dt as dt_util

from .fields import Field, Refused, Schema

# An unescaped plus in a query is a space when it arrives.
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$", re.ASCII)

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
_WANTED = (
    "must be a date such as 2025-01-31, or a date and time such as "
    "2025-01-31T14:30:00+01:00"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Field):
    """A point in time; without an offset it is meant where Home Assistant stands.

    A day alone is its first moment, with ``until`` the first moment of the next day.
    A point in time with ``until`` is included.
    """

    until: bool = False

    @override
    def parse(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise Refused(_WANTED)
        try:
            moment, step = self._read(value)
        except ValueError:
            raise Refused(_WANTED) from None
        try:
            return dt_util.as_utc(moment + step)
        except OverflowError:
            # No job is that old, or that new.
            return _EARLIEST if moment.year == MINYEAR else _LATEST

    def _read(self, text: str) -> tuple[datetime, timedelta]:
        """Read ISO 8601, and how far behind it the moment is; raises ValueError."""
        try:
            moment = datetime.combine(date.fromisoformat(text), time())
            step = timedelta(days=1)
        except ValueError:
            moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text.upper()))
            step = timedelta(microseconds=1)
        return moment, step if self.until else timedelta()

    @override
    def schema(self) -> Schema:
        """Describe the two forms."""
        return {
            "type": "string",
            "anyOf": [{"format": "date"}, {"format": "date-time"}],
        }
