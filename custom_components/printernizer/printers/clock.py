"""The clock of a printer's host, which may be wrong: not every one has a battery."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

CLOCKS_AGREE = timedelta(seconds=2)
CLOCKS_MAY_DIFFER = timedelta(days=100 * 365)


def clock_ahead(date: str | None, now: datetime) -> timedelta:
    """Return by how much the clock of a ``Date`` header is ahead of ours.

    Zero where they agree as closely as its whole seconds can tell, and where it says
    what no clock would.
    """
    try:
        ahead = parsedate_to_datetime(date or "") + timedelta(seconds=0.5) - now
    except ValueError, TypeError, OverflowError:
        return timedelta(0)
    is_wrong = CLOCKS_AGREE < abs(ahead) < CLOCKS_MAY_DIFFER
    return ahead if is_wrong else timedelta(0)
