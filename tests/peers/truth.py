"""What a peer really printed, to compare the recorded jobs with."""

from dataclasses import dataclass
from datetime import datetime

from custom_components.printernizer.core.snapshot import Outcome


@dataclass(slots=True, kw_only=True)
class TruePrint:
    """One print of a peer. Times are UTC.

    ``ended_at`` is None while it runs; ``outcome`` is None while it runs, and where
    the print was lost without anybody knowing how it ended.
    """

    filename: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    print_id: str | None = None
