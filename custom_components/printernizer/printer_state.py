"""What a coordinator holds of its printer."""

from .core.frozen import frozen
from .core.session import Session
from .core.snapshot import Snapshot


@frozen()
class PrinterState:
    """What the printer showed last, and what is remembered of its print."""

    snapshot: Snapshot
    session: Session

    def is_news_after(self, before: PrinterState) -> bool:
        """Tell whether it shows more than other numbers of the same print."""
        return self._situation != before._situation

    @property
    def _situation(self) -> tuple[object, ...]:
        """Return everything but numbers."""
        live, snapshot, session = self.session.live, self.snapshot, self.session
        return (
            snapshot.activity,
            snapshot.fault,
            session.current,
            session.job_id,
            live is not None and live.paused,
        )
