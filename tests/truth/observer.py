"""The one who looks: polls and pushes, gaps and restarts, wrong clocks."""

from math import inf
from random import Random
from typing import Protocol

from custom_components.printernizer.core.session import Moment
from custom_components.printernizer.core.snapshot import Activity, Remembered, Snapshot

from .bambu import Bambu
from .ledger import Death
from .matching import Record
from .moonraker import Moonraker
from .octoprint import OctoPrint
from .peer import Client, Clock, Peer, Seen
from .prusalink import PrusaLink
from .score import Score, compare
from .story import Kind, Story, Trouble, Upset
from .witness import Witness

DEBOUNCE_S = 0.3
TIMEOUT_SHARE = 0.02
TWICE_SHARE = 0.05

_PEERS: dict[Kind, type[Peer]] = {
    Kind.OCTOPRINT: OctoPrint,
    Kind.OCTOPRINT_PUSH: OctoPrint,
    Kind.OCTOPRINT_SD: OctoPrint,
    Kind.MOONRAKER: Moonraker,
    Kind.MOONRAKER_PUSH: Moonraker,
    Kind.MOONRAKER_BARE: Moonraker,
    Kind.BUDDY: PrusaLink,
    Kind.MK3: PrusaLink,
    Kind.BAMBU_CLOUD: Bambu,
    Kind.BAMBU_LAN: Bambu,
}


class Recorder(Protocol):
    """What turns looks into records."""

    log: list[str]
    commits: int
    """How often something was written to the database."""
    notes: int
    """How often it was written there how far prints are."""
    saves: int
    """How often the sessions were written to the store."""
    refusals: int
    """How often something could not be written to the database."""

    @property
    def remembered(self) -> Remembered:
        """Return what the client may need to know."""

    async def start(self, now: Moment) -> None:
        """Begin to watch, with what was kept."""

    async def stop(self) -> None:
        """Stop in good order."""

    def arm(self, death: Death) -> None:
        """Be killed at that place, when it is come to."""

    async def kill(self, *, forget: bool) -> None:
        """Be killed, if not dead yet; ``forget`` loses the store too."""

    @property
    def is_dead(self) -> bool:
        """Tell whether it was killed."""

    def fail(self, *, disk_fails: bool) -> None:
        """Let the database fail, or work again."""

    async def observe(self, snapshot: Snapshot | None, now: Moment) -> float | None:
        """Take in one look; returns when to be woken."""

    async def result(self) -> list[Record]:
        """Return the records in the order in which they came."""


class Observer:
    """One watcher of one printer, from the start of its story to the end."""

    def __init__(
        self, story: Story, recorder: Recorder, *, verbose: bool = False
    ) -> None:
        """Let the printer's part of the story happen; ``verbose`` logs every look."""
        self.story = story
        self.recorder = recorder
        self.verbose = verbose
        self.clock = Clock()
        self._troubles = {
            trouble: [
                (each.at, each.end) for each in story.upsets if each.what is trouble
            ]
            for trouble in Trouble
        }
        self._wrong_since = 0.0
        self._clock_wrong: list[tuple[float, float]] = []
        self.peer = _PEERS[story.kind](story)
        self.witness = Witness(self.peer)
        self._rng = Random(story.seed ^ 0x0B5E)  # noqa: S311
        self._kills_to_come = sum(
            upset.what in (Trouble.KILL, Trouble.FORGET) and upset.end > story.start
            for upset in story.upsets
        )
        # What is on disk survives a kill; what was seen after that is not known.
        self._on_disk = self._kept = self.witness.remember()
        self._client: Client | None = None
        self._now = story.start
        self._poll = story.start
        self._wake: float | None = None
        self._soon: float | None = None
        self._heard = story.start
        self._pushed = 0
        self._deaf_until = 0.0
        self._refusals = 0

    async def play(self) -> Score:
        """Watch it all and compare."""
        await self._begin(self.story.start)
        marks = sorted(
            [
                *((upset.at, True, upset) for upset in self.story.upsets),
                *((upset.end, False, upset) for upset in self.story.upsets),
            ],
            key=lambda mark: mark[:2],
        )
        for at, begins, upset in marks:
            if at > self.story.start:
                await self._watch(at)
                await self._trouble(upset, max(at, self._now), begins=begins)
            elif not begins or upset.end <= self.story.start:
                continue
        last = self.peer.runs[-1].free if self.peer.runs else 0.0
        await self._watch(max(self.story.end, last + 4 * self.story.poll_s + 300))
        if self._client is not None:
            await self.recorder.stop()
        self.witness.clock_wrong = self._clock_wrong
        records = await self.recorder.result()
        return compare(self.witness, records)

    # -- troubles --------------------------------------------------------------------

    async def _trouble(self, upset: Upset, at: float, *, begins: bool) -> None:
        """Let a trouble begin or end."""
        match upset.what:
            case Trouble.STOP:
                await self._stop(at, begins=begins)
            case Trouble.KILL | Trouble.FORGET:
                await self._kill(upset, at, begins=begins)
            case Trouble.DISK:
                self.recorder.fail(disk_fails=begins)
            case Trouble.CLOCK:
                self._set_clock(upset, at, begins=begins)
            case Trouble.LINE | Trouble.PUSH:
                if self._client is not None:
                    self._client.line_lost()
                late_s = Random(upset.seed).uniform(0, 5)  # noqa: S311
                self._deaf_until = max(self._deaf_until, upset.end + late_s)
            case _:
                pass

    async def _stop(self, at: float, *, begins: bool) -> None:
        """Stop the watcher in good order, or start it again."""
        if begins and self._client is not None:
            await self.recorder.stop()
            self._client = None
        elif not begins and self._client is None:
            await self._begin(at)

    async def _kill(self, upset: Upset, at: float, *, begins: bool) -> None:
        """Have the watcher killed at its next write, at the latest by the end."""
        self._kills_to_come -= not begins
        if begins:
            if self._client is not None:
                death = Random(upset.seed).choice(list(Death))  # noqa: S311
                self.recorder.arm(death)
        elif upset.at > self.story.start:
            forget = upset.what is Trouble.FORGET
            await self.recorder.kill(forget=forget)
            if self.recorder.commits >= 0:
                known = self._on_disk if forget else self._kept
                self._kept = known
                self.witness = known.remember()
            await self._begin(at, forgot=forget)

    def _set_clock(self, upset: Upset, at: float, *, begins: bool) -> None:
        """Put the watcher's clock wrong, or right again, once no look is under way."""
        rng = Random(upset.seed)  # noqa: S311
        ahead_s = rng.choice((-3600.0, 3600.0, rng.uniform(-90, 90), -86_400.0))
        if begins:
            self.clock.ahead_s += ahead_s
            self._wrong_since = at
        elif upset.at > self.story.start:
            self.clock.ahead_s -= ahead_s
            self._clock_wrong.append((self._wrong_since, at))

    async def _begin(self, at: float, *, forgot: bool = False) -> None:
        """Start the watcher: everything but its memory, if it has any, is new."""
        self._client = self.peer.client(self.clock)
        self._client.hears = self._hears
        self._client.heard = at
        self.witness.restart(at, self.clock.moment(at), forgot=forgot)
        await self.recorder.start(self.clock.moment(at))
        self._poll = at + self._rng.uniform(0.2, 3)
        self._deaf_until = max(self._deaf_until, at + self._rng.uniform(0.2, 4))
        self._wake = self._soon = None
        self._now = at

    def _is(self, trouble: Trouble, at: float) -> bool:
        """Tell whether a trouble is on."""
        return any(since <= at < until for since, until in self._troubles[trouble])

    # -- looking ---------------------------------------------------------------------

    async def _watch(self, until: float) -> None:
        """Look and listen until then."""
        pushes = self.peer.pushes
        while self._client is not None:
            while self._pushed < len(pushes) and pushes[self._pushed] <= self._heard:
                self._pushed += 1
            push = pushes[self._pushed] if self._pushed < len(pushes) else inf
            at = min(self._poll, push, self._wake or until, self._soon or until)
            if at >= until:
                return
            at = max(at, self._now)
            if push <= at:
                await self._push(push, at)
            elif self._wake is not None and self._wake <= at:
                self._wake = None
                await self._judge(None, at)
            elif self._soon is not None and self._soon <= at:
                self._soon = None
                await self._look(at)
            else:
                self._poll = at + self.story.poll_s
                await self._look(at)

    def _hears(self, at: float) -> bool:
        """Tell whether a push at a time comes through."""
        if at < self._deaf_until or self._is(Trouble.LINE, at):
            return False
        return not self._is(Trouble.PUSH, at)

    async def _push(self, push: float, at: float) -> None:
        """Take in one push, if the line that it comes over is up."""
        client = self._client
        assert client is not None
        self._heard = push
        client.hear(push)
        if not self._hears(push):
            return
        if isinstance(self.peer, Bambu):
            client.at = push
            if client.carries():
                await self._look(push, may_fail=False)
            return
        if self._soon is None:
            self._soon = at + DEBOUNCE_S

    async def _look(self, at: float, *, may_fail: bool = True) -> None:
        """Take one look and have it judged."""
        client = self._client
        assert client is not None
        failing = may_fail and (
            self._rng.random() < TIMEOUT_SHARE
            or self._is(Trouble.LINE, at)
            or (self._is(Trouble.TIMEOUT, at) and self._rng.random() < 0.7)
            or self._is_cut_off(at)
        )
        if failing:
            # One that is pushed to knows at once that nothing came.
            waits = 0.0 if isinstance(self.peer, Bambu) else 10.0
            late = at + self._rng.uniform(0, waits)
            seen = Seen(at=late, snapshot=_NOTHING, begun=0)
        else:
            remembered = self.recorder.remembered
            seen = self.peer.look(client, self.clock, at, remembered)
        await self._judge(seen, seen.at)
        twice = self._rng.random() < TWICE_SHARE and not failing
        if twice and not seen.snapshot.events and self._client is not None:
            await self._judge(seen, seen.at)
        again_s = seen.snapshot.look_again_s
        if again_s is not None and again_s < self.story.poll_s:
            self._soon = seen.at + again_s

    def _is_cut_off(self, at: float) -> bool:
        """Tell whether the one line that everything comes over is down."""
        if not isinstance(self.peer, Bambu):
            return False
        return at < self._deaf_until or self._is(Trouble.PUSH, at)

    async def _judge(self, seen: Seen | None, at: float) -> None:
        """Have a look recorded, and note what it could prove."""
        self._now = max(self._now, at)
        now = self.clock.moment(self._now)
        if seen is not None:
            self.witness.feed(seen, now)
            if self.verbose:
                self.recorder.log.append(_told(seen, self._now))
        snapshot = seen.snapshot if seen else None
        commits, saves = self.recorder.commits, self.recorder.saves
        notes = self.recorder.notes
        self._wake = await self.recorder.observe(snapshot, now)
        if self._kills_to_come:
            if commits != self.recorder.commits:
                held_up = self.recorder.refusals != self._refusals
                self._refusals = self.recorder.refusals
                written = self.witness.recorded(self._now, held_up=held_up)
                if held_up:
                    written.was_held_up(self._on_disk, self._now)
                self._on_disk = self._kept = written
            if notes != self.recorder.notes:
                self._on_disk = self._on_disk.noted(self.witness, self._now)
                self._kept = self._kept.noted(self.witness, self._now)
            if saves != self.recorder.saves:
                self._kept = self.witness.remember()
        if self.recorder.is_dead:
            self._client = None


_NOTHING = Snapshot(activity=Activity.NO_NEWS)


def _told(seen: Seen, at: float) -> str:
    """Return one line about a look."""
    one = seen.snapshot
    parts = {
        "shows": seen.shows,
        "outcome": one.outcome,
        "id": one.print_id,
        "file": one.filename,
        "title": one.title,
        "%": None if one.progress is None else round(one.progress, 1),
        "elapsed": None if one.elapsed_s is None else round(one.elapsed_s, 1),
        "left": one.remaining_s,
        "events": [f"{e.kind} {e.filename} {e.outcome}" for e in one.events] or None,
        "rows": [f"{row.print_id} {row.ended} {row.outcome}" for row in one.history]
        or None,
        "counts": [
            f"{count.success}+{count.failure} {count.filename}"
            for count in one.counters
        ]
        or None,
        "flags": [
            name
            for name in (
                "cancelling",
                "system",
                "tentative",
                "unbroken",
                "rebooted",
                "fault",
            )
            if getattr(one, name)
        ]
        or None,
    }
    told = " ".join(
        f"{key}={value}" for key, value in parts.items() if value is not None
    )
    return f"{at:12.1f} {one.activity} {told}"
