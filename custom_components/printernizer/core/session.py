"""What is remembered of a printer between two looks, and across restarts."""

from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from math import inf

from .frozen import frozen, replace
from .jobs import JobStatus
from .snapshot import FileCounters, Outcome, PastPrint, Remembered, Snapshot
from .transitions import Print

MAX_IDS = 32
MAX_FILES = 16
MAX_KEYS = 64
MAX_OWED = 8
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@frozen()
class Moment:
    """A point in time on two clocks: UTC to record, monotonic seconds to measure."""

    utc: datetime
    monotonic: float


class Verdict(StrEnum):
    """Whether the running print has a job, or why it has none."""

    RECORDED = "recorded"
    OFF = "off"
    IGNORED = "ignored"
    SYSTEM = "system"
    DELETED = "deleted"


@frozen()
class Live:
    """What the running print showed when it was last seen.

    ``start_proved`` tells that its start was announced, and ``row`` is what the
    printer's history says of it: an end counts once the print is seen to be over.
    ``provisional`` tells that name, id and numbers may still be those of the print
    before, so that other ones are its own (row O3), and ``late_until`` for how long,
    by the monotonic clock. ``age_s`` is for how long it had run then, which no clock
    that is put right changes, and ``found`` tells that it was found so after a break.
    """

    seen_at: Moment
    paused: bool = False
    progress: float | None = None
    elapsed_s: float | None = None
    remaining_s: float | None = None
    cancelling: bool = False
    start_proved: bool = False
    material_g: float | None = None
    row: PastPrint | None = None
    provisional: bool = False
    late_until: float = -inf
    age_s: float = 0.0
    found: bool = False


@frozen(kw_only=True)
class Settling:
    """A print that began and whose name or id is still awaited.

    ``snapshot`` is the latest look at it; ``ran`` tells that it was seen printing,
    not just preparing, ``anew`` that it was seen preparing, or less far than the print
    before, and ``unbroken`` that its beginning, or how its own name came, was seen.
    """

    since: Moment
    deadline: float
    snapshot: Snapshot
    on_startup: bool
    start_time: datetime | None
    ran: bool
    anew: bool = False
    unbroken: bool = False


@frozen(kw_only=True)
class EndedPrint:
    """The print before: late evidence may still correct how it ended.

    ``seen_end`` tells that the printer's live state showed the end, ``announced``
    that the announcement of its end has been heard, ``counted`` that its file's
    count has risen for it, ``resumable`` that the printer lost it by a restart or we
    by its removal, ``idle`` that it was closed by a look at which nothing ran, and
    ``live`` what it last showed.
    """

    print: Print
    verdict: Verdict
    status: JobStatus
    ended_at: Moment
    inferred: bool
    seen_end: bool
    live: Live
    announced: bool = False
    counted: bool = False
    resumable: bool = False
    idle: bool = False


@frozen(kw_only=True)
class EndState:
    """The ended state that the printer showed last, to notice when another stands."""

    print_id: str | None
    name: str
    elapsed_s: float | None
    outcome: Outcome | None = None
    progress: float | None = None


@frozen(kw_only=True)
class Mark:
    """What has been judged: the newest print seen or skipped, and how we know it.

    ``since`` is the start of the newest judged row of the printer's history, on the
    printer's clock; None until bearings were taken. ``ends`` counts the seen ends of
    the latest ids, oldest id first. ``files`` are the latest counters per file, and
    ``owed`` the prints per file, oldest first, whose ends its counter has not shown
    yet. Of two marks, the one with more ``changes`` is younger. ``keys`` are the
    latest print keys, the last one last, and ``borrowed`` tells that its name may be
    that of the print before. ``counted_key`` is the print whose file was counted last
    while it ran; ``lost_key``, ``idle_key`` and ``counted_end_key`` are the print
    before where that is ``resumable``, was closed ``idle``, and its end ``counted``.
    """

    since: datetime | None = None
    ends: dict[str, int] = field(default_factory=dict)
    files: dict[str, FileCounters] = field(default_factory=dict)
    owed: dict[str, tuple[EndedPrint, ...]] = field(default_factory=dict)
    end_state: EndState | None = None
    keys: tuple[str, ...] = ()
    borrowed: bool = False
    counted_key: str | None = None
    lost_key: str | None = None
    idle_key: str | None = None
    counted_end_key: str | None = None
    changes: int = 0

    @property
    def last_key(self) -> str | None:
        """Return the key of the print that was opened last."""
        return self.keys[-1] if self.keys else None

    def knows(self, print_id: str) -> bool:
        """Tell whether a print with this id was seen or skipped."""
        return print_id in self.ends

    def ends_of(self, print_id: str) -> int:
        """Return how often an end of this id was seen."""
        return self.ends.get(print_id, 0)

    def is_used_again(self, snapshot: Snapshot) -> bool:
        """Tell whether a print before ended under the id: third parties repeat theirs."""
        return snapshot.late_identity and self.ends_of(snapshot.print_id or "") > 0

    def with_id(self, print_id: str, *, ended: bool) -> Mark:
        """Return the mark with this id as the newest, its end counted if seen."""
        count = self.ends_of(print_id) + ended
        return replace(self, ends=_with_newest(self.ends, print_id, count, MAX_IDS))

    def with_file(self, path: str, counters: FileCounters) -> Mark:
        """Return the mark with these counters as the newest."""
        return replace(self, files=_with_newest(self.files, path, counters, MAX_FILES))

    def with_owed(self, path: str, prints: tuple[EndedPrint, ...]) -> Mark:
        """Return the mark expecting these prints' ends to be counted with a file."""
        if self.owed.get(path, ()) == prints:
            return self
        newest = prints[-MAX_OWED:] or None
        return replace(self, owed=_with_newest(self.owed, path, newest, MAX_FILES))


def _with_newest[Value](
    kept: dict[str, Value], key: str, value: Value | None, limit: int
) -> dict[str, Value]:
    """Return what is kept with this as the newest, or without it."""
    newest = {each: kept[each] for each in kept if each != key}
    if value is not None:
        while len(newest) >= limit:
            del newest[next(iter(newest))]
        newest[key] = value
    return newest


NO_MARK = Mark()


@frozen()
class Session:
    """One printer's memory.

    ``looked`` is False until the first conclusive look after a start, ``looked_at``
    is when the last one was; ``gap`` is True while the last look brought no news;
    ``steady_since`` is the last look that had a break before it, by the monotonic
    clock.
    """

    current: Print | None = None
    verdict: Verdict = Verdict.RECORDED
    live: Live | None = None
    job_id: str | None = None
    settling: Settling | None = None
    last: EndedPrint | None = None
    mark: Mark = NO_MARK
    looked: bool = False
    looked_at: Moment | None = None
    gap: bool = False
    steady_since: float = -inf

    @property
    def remembered(self) -> Remembered:
        """Return what the printer's client needs to look in the right place."""
        last = None if self.current else self.last
        known = last.print if last else self.current
        live = last.live if last else self.live
        return Remembered(
            filename=known.filename if known else None,
            print_id=known.print_id if known else None,
            elapsed_s=live.elapsed_s if live else None,
            ended=last is not None and last.seen_end,
            idle=self._is_idle,
            history_since=self.mark.since,
        )

    @property
    def _is_idle(self) -> bool:
        """Tell whether neither a print nor an end was shown at the last look."""
        shown = self.current or self.settling or self.mark.end_state
        known = self.mark.since is not None and (self.last is None or self.last.idle)
        return known and not shown


NEW_SESSION = Session()


@frozen(kw_only=True)
class Policy:
    """The user's rules for what becomes a job."""

    auto_create: bool = True
    record_system: bool = False
    ignore_patterns: tuple[str, ...] = ()
    ignore_shorter_s: float = 0


DEFAULT_POLICY = Policy()
