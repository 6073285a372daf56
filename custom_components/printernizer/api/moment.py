"""Points in time as clients write them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
import re
from typing import Any, override

from homeassistant.util import dt as dt_util

from .fields import Field, Refused, Schema

# An unescaped plus in a query is a space when it arrives.
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$", re.ASCII)

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
            return self._read(value)
        except ValueError, OverflowError:
            raise Refused(_WANTED) from None

    def _read(self, text: str) -> datetime:
        """Read ISO 8601; raises ValueError or OverflowError."""
        if len(text) == 10:
            day = date.fromisoformat(text)
            if self.until:
                day += timedelta(days=1)
            moment = datetime.combine(day, time())
        else:
            moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text.upper()))
            if self.until:
                moment += timedelta(microseconds=1)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt_util.get_default_time_zone())
        return dt_util.as_utc(moment)

    @override
    def schema(self) -> Schema:
        """Describe the two forms."""
        return {
            "type": "string",
            "anyOf": [{"format": "date"}, {"format": "date-time"}],
        }
