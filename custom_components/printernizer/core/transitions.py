"""What the detector decides about prints: orders that the job manager carries out.

``seen_at`` is when a print showed the ``progress`` and ``elapsed_s`` of an order, which
may have to wait for the database; None: when it is carried out.
"""

from datetime import datetime

from .frozen import frozen
from .jobs import JobStatus, OutcomeSource


@frozen(kw_only=True)
class Print:
    """One print, as known when it was first seen; nothing here moves afterwards.

    ``start_time`` is what the printer reports, or what follows from its elapsed time
    at first sight; None where it tells neither. ``key`` is unique per printer.
    """

    key: str
    discovered_at: datetime
    print_id: str | None = None
    filename: str | None = None
    title: str | None = None
    start_time: datetime | None = None
    on_startup: bool = False
    afterwards: bool = False
    estimated_s: float | None = None

    @property
    def label(self) -> str | None:
        """Return what the print is named after."""
        return self.title or self.filename

    @property
    def began_at(self) -> datetime:
        """Return the start, or the discovery where the start is not known."""
        return self.start_time or self.discovered_at

    @property
    def is_start_unknown(self) -> bool:
        """Tell whether it was over when it was discovered, begun nobody knows when."""
        return self.afterwards and self.start_time is None

    def end_within(self, end: datetime, now: datetime) -> datetime:
        """Return an end that is not in the future, nor before the print began."""
        end = min(end, now)
        return end if self.is_start_unknown else max(end, self.began_at)


@frozen(kw_only=True)
class PrintBegan:
    """A print began. ``record`` False: only a pending job by hand may take it over."""

    print: Print
    paused: bool = False
    record: bool = True
    progress: float | None = None
    elapsed_s: float | None = None
    seen_at: datetime | None = None
    why: str


@frozen(kw_only=True)
class PrintStatusChanged:
    """A print was paused or goes on."""

    key: str
    paused: bool
    progress: float | None = None
    elapsed_s: float | None = None
    seen_at: datetime | None = None
    why: str


@frozen(kw_only=True)
class PrintNamed:
    """Name or id of a print came, or came right, after its job was opened."""

    key: str
    filename: str | None
    title: str | None
    print_id: str | None
    progress: float | None = None
    elapsed_s: float | None = None
    seen_at: datetime | None = None
    why: str


@frozen(kw_only=True)
class PrintEnded:
    """A print ended. ``corrects``: it had been closed before, less surely."""

    key: str
    status: JobStatus
    source: OutcomeSource
    end_time: datetime
    progress: float | None = None
    elapsed_s: float | None = None
    reason: str | None = None
    material_g: float | None = None
    corrects: bool = False
    why: str


@frozen(kw_only=True)
class PrintReopened:
    """A print that was closed without a seen end goes on after all."""

    key: str
    paused: bool
    progress: float | None = None
    elapsed_s: float | None = None
    seen_at: datetime | None = None
    why: str


@frozen(kw_only=True)
class PrintDropped:
    """A print turned out to be one that the user's rules ignore."""

    key: str
    why: str


type Transition = (
    PrintBegan
    | PrintStatusChanged
    | PrintNamed
    | PrintEnded
    | PrintReopened
    | PrintDropped
)


def key_of(transition: Transition) -> str:
    """Return the print key that a transition is about."""
    if isinstance(transition, PrintBegan):
        return transition.print.key
    return transition.key
