"""What the machine keeps of its prints."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.peers.truth import TruePrint


@dataclass(slots=True, kw_only=True)
class Counts:
    """The ``prints`` of one file since its upload."""

    success: int = 0
    failure: int = 0
    last: dict[str, Any] = field(default_factory=dict)

    def add(self, *, success: bool, duration_s: float) -> None:
        """Count one ended print; failures keep no duration (1.11)."""
        self.success += success
        self.failure += not success
        self.last = {"date": datetime.now(UTC).timestamp(), "success": success}
        if success:
            self.last["printTime"] = duration_s


@dataclass(slots=True, kw_only=True)
class Run:
    """The print that runs: its length and how much of it is done, in seconds."""

    truth: TruePrint
    duration_s: float
    done_s: float = 0.0
    resumed_at: float | None = None
    timer: asyncio.TimerHandle | None = None
