"""Printers that print short files all the time, and note what they showed when."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from random import Random
import time
from typing import Any, Protocol, override
from uuid import UUID

from custom_components.printernizer.core.snapshot import Outcome
from custom_components.printernizer.settings import printer_id_of
from tests.peers.bambu import A1, P1S, X1C, Authority, BambuPeer, Certificate, Model
from tests.peers.bambu.mqtt import Client
from tests.peers.moonraker import MoonrakerPeer
from tests.peers.octoprint import OctoPrintPeer
from tests.peers.prusalink import Personality, PrusaLinkPeer
from tests.peers.truth import TruePrint

FILES = ("cube.gcode", "Türgriff links.gcode", "parts/bracket v2.gcode", "vase.gcode")
VERIFY = {"advanced": {"verify_ssl": True}}
CANCELLED, FAILED, PAUSED = 0.15, 0.25, 0.4
SAME_FILE = 0.3


class Peer(Protocol):
    """What every peer can do."""

    @property
    def truth(self) -> Sequence[TruePrint]:
        """Return what it printed."""

    async def start(self) -> None:
        """Answer."""

    async def stop(self) -> None:
        """Answer no more."""

    def pause(self) -> None:
        """Pause."""

    def resume(self) -> None:
        """Go on."""

    def cancel(self) -> None:
        """Cancel."""


type Outcomes = frozenset[Outcome]
NOTHING: Outcomes = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """What was shown to whoever watched, by the clock of ``time.monotonic``.

    ``number`` is that of the newest print, -1 before the first. ``is_over`` tells that
    it had ended, and ``tells`` how it can have ended by what was to be seen.
    """

    at: float
    number: int
    is_over: bool
    tells: Outcomes


@dataclass(slots=True, kw_only=True)
class SoakPrinter:
    """A printer, what a user types to add it, and what it has shown.

    ``has_record`` tells that its own history proves every print, also later, and
    ``names_ends`` that the end it shows is told to be that of one print. ``renumbers``:
    a running print may get a new number. ``identity`` is its own. ``shows_end`` returns how the newest print, which is over, can have
    ended by what is to be seen now. ``begin`` starts a print of so many seconds,
    ``fail`` ends it by an error, and ``recover`` follows, if needed.
    """

    printer_type: str
    identity: str
    peer: Peer
    forms: list[dict[str, Any]]
    begin: Callable[[str, float], object]
    fail: Callable[[], object]
    shows_end: Callable[[], Outcomes]
    recover: Callable[[], object] = lambda: None
    has_record: bool = False
    names_ends: bool = True
    renumbers: bool = False
    files: tuple[str, ...] = FILES
    sights: list[Sight] = field(default_factory=list)
    seen: asyncio.Event = field(default_factory=asyncio.Event)
    began: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def printer_id(self) -> str:
        """Return the id that the integration gives it."""
        return printer_id_of(self.printer_type, self.identity)

    @property
    def is_printing(self) -> bool:
        """Tell whether a print runs."""
        truth = self.peer.truth
        return bool(truth) and truth[-1].ended_at is None

    @property
    def true_outcome(self) -> Outcomes:
        """Return how the newest print ended."""
        outcome = self.peer.truth[-1].outcome
        return frozenset({outcome}) if outcome else NOTHING

    def look(self) -> None:
        """Note that somebody sees what it shows now."""
        is_over = not self.is_printing
        number = len(self.peer.truth) - 1
        tells = self.shows_end() if number >= 0 and is_over else NOTHING
        self.sights.append(Sight(time.monotonic(), number, is_over, tells))
        self.seen.set()

    async def print_on(
        self, rng: Random, lengths_s: tuple[float, float], pauses_s: tuple[float, float]
    ) -> None:
        """Print until cancelled; some are paused, cancelled or fail."""
        names = cycle(self.files)
        name = next(names)
        await asyncio.sleep(rng.uniform(*pauses_s))
        while True:
            self.recover()
            if rng.random() >= SAME_FILE:
                name = next(islice(names, rng.randrange(2), None))
            length_s = rng.uniform(*lengths_s)
            self.begin(name, length_s)
            self.began.set()
            await self._lead_to_its_end(rng, length_s)
            await asyncio.sleep(rng.uniform(*pauses_s))

    async def _lead_to_its_end(self, rng: Random, length_s: float) -> None:
        """Let the print go on to whatever end is in store for it."""
        fate = rng.random()
        if fate < PAUSED:
            await asyncio.sleep(length_s * rng.uniform(0.2, 0.7))
        if not self.is_printing:
            # On a machine that stood still it is done before its end came.
            return
        if fate < CANCELLED:
            self.peer.cancel()
        elif fate < FAILED:
            self.fail()
        elif fate < PAUSED:
            self.peer.pause()
            await asyncio.sleep(rng.uniform(0.2, 1.5))
            self.peer.resume()
        while self.is_printing:
            await asyncio.sleep(0.05)


class _WatchedBambu(BambuPeer):
    """A printer that tells whenever somebody is shown what it does.

    Who has just connected knows nothing of its state before the first full report.
    """

    def __init__(
        self, model: Model, serial_number: str, certificate: Certificate
    ) -> None:
        """Be a printer of a model."""
        super().__init__(model, serial_number=serial_number, certificate=certificate)
        self.on_report: Callable[[], None] = lambda: None
        self._informed: set[Client] = set()

    @override
    def send_full(self) -> None:
        """Send a full report."""
        self._informed = {one for one in self.broker.clients if one.topics}
        super().send_full()

    @override
    def _send_status(self, status: dict[str, Any], msg: int) -> None:
        """Send a report."""
        super()._send_status(status, msg)
        if self._informed & self.broker.clients:
            self.on_report()


def octoprint(rng: Random) -> SoakPrinter:
    """Make an OctoPrint."""
    uuid = str(UUID(int=rng.getrandbits(128)))
    peer = OctoPrintPeer(name=f"OctoPrint {uuid[:4]}", uuid=uuid)

    def shows_end() -> Outcomes:
        """Tell the end where the file's counts, or an error, do."""
        machine = peer.machine
        return printer.true_outcome if machine.path or machine.error else NOTHING

    def recover() -> None:
        """Connect the printer again."""
        if not peer.machine.is_operational:
            peer.machine.connect()

    printer = SoakPrinter(
        printer_type="octoprint",
        identity=uuid,
        peer=peer,
        forms=[{"url": "", "api_key": peer.api_key, **VERIFY}],
        begin=peer.start_print,
        fail=peer.fail,
        recover=recover,
        shows_end=shows_end,
        # An error stands there without the file that it ended.
        names_ends=False,
    )
    peer.on_request = partial(_on_request, printer, "/api/job")
    return printer


def moonraker(rng: Random) -> SoakPrinter:
    """Make a Klipper behind a Moonraker."""
    peer = MoonrakerPeer(instance_id=f"{rng.getrandbits(128):032x}")
    printer = SoakPrinter(
        printer_type="moonraker",
        identity=peer.instance_id,
        peer=peer,
        forms=[{"url": "", **VERIFY}],
        begin=lambda name, length_s: peer.start_print(name, duration_s=length_s),
        fail=lambda: peer.fail("Move out of range"),
        shows_end=lambda: printer.true_outcome,
        has_record=True,
    )
    return printer


def prusalink(rng: Random, personality: Personality) -> SoakPrinter:
    """Make a PrusaLink; its numbers begin anywhere."""
    serial = f"CZPX{rng.randrange(10**12):012}"
    peer = PrusaLinkPeer(personality, serial=serial, job_id=rng.randrange(60_000))

    def shows_end() -> Outcomes:
        """Tell the end while its state stands."""
        is_end = peer.machine.state in ("FINISHED", "STOPPED", "ERROR")
        return printer.true_outcome if is_end else NOTHING

    printer = SoakPrinter(
        printer_type="prusalink",
        identity=serial,
        peer=peer,
        forms=[{"url": "", "api_key": peer.api_key, **VERIFY}],
        begin=peer.start_print,
        fail=peer.fail,
        recover=peer.acknowledge,
        shows_end=shows_end,
        names_ends=False,
        renumbers=personality is Personality.MK3,
    )
    peer.on_request = partial(_on_request, printer, "/api/v1/status")
    return printer


def bambu(rng: Random, authority: Authority, model: Model) -> SoakPrinter:
    """Make a Bambu Lab printer."""
    serial = f"01P00A{rng.randrange(10**9):09}"
    peer = _WatchedBambu(model, serial, authority.issue(serial))

    def shows_end() -> Outcomes:
        """Tell the end; where no code is left, a cancel is a failure."""
        status = peer.machine.status
        if model.keeps_reason or status["print_error"]:
            return printer.true_outcome
        return _SHOWN[status["gcode_state"]]

    printer = SoakPrinter(
        printer_type="bambu_lab",
        identity=serial,
        peer=peer,
        forms=[],
        begin=peer.start_print,
        fail=peer.fail,
        shows_end=shows_end,
        # What is shown is a title, never a path.
        files=tuple(name.rpartition("/")[2] for name in FILES),
    )
    peer.on_report = printer.look
    return printer


_SHOWN = {
    "IDLE": NOTHING,
    "FINISH": frozenset({Outcome.COMPLETED}),
    "FAILED": frozenset({Outcome.FAILED, Outcome.CANCELLED}),
}


def _on_request(printer: SoakPrinter, where: str, path: str) -> None:
    """Note a look where a request asks for the state."""
    if path == where:
        printer.look()


def make_fleet(count: int, rng: Random) -> list[SoakPrinter]:
    """Make printers of all types, in turn."""
    authority = Authority()
    makers: list[Callable[[], SoakPrinter]] = [
        lambda: octoprint(rng),
        lambda: moonraker(rng),
        lambda: prusalink(rng, Personality.BUDDY),
        lambda: bambu(rng, authority, P1S),
        lambda: octoprint(rng),
        lambda: moonraker(rng),
        lambda: prusalink(rng, Personality.MK3),
        lambda: bambu(rng, authority, X1C),
        lambda: octoprint(rng),
        lambda: moonraker(rng),
        lambda: prusalink(rng, Personality.BUDDY),
        lambda: bambu(rng, authority, A1),
    ]
    return [make() for make in islice(cycle(makers), count)]


@asynccontextmanager
async def on_line(printers: Sequence[SoakPrinter]) -> AsyncIterator[None]:
    """Start printers, complete their forms, and end them."""
    async with AsyncExitStack() as stack:
        for printer in printers:
            await printer.peer.start()
            stack.push_async_callback(printer.peer.stop)
            peer = printer.peer
            if isinstance(peer, BambuPeer):
                access = {
                    "host": "127.0.0.1",
                    "serial_number": peer.serial_number,
                    "access_code": peer.access_code,
                    "advanced": {"port": peer.port},
                }
                printer.forms = [access, {}]
            else:
                assert isinstance(peer, OctoPrintPeer | MoonrakerPeer | PrusaLinkPeer)
                printer.forms[0]["url"] = peer.url
        yield


@asynccontextmanager
async def printing(
    printers: Sequence[SoakPrinter],
    rng: Random,
    *,
    lengths_s: tuple[float, float],
    pauses_s: tuple[float, float],
) -> AsyncIterator[None]:
    """Have them print, and at the end wait for the prints that run."""
    loops = [
        asyncio.create_task(
            printer.print_on(Random(rng.getrandbits(64)), lengths_s, pauses_s)  # noqa: S311
        )
        for printer in printers
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        told = await asyncio.gather(*loops, return_exceptions=True)
        failures = [one for one in told if isinstance(one, Exception)]
        for printer in printers:
            if printer.is_printing:
                _end(printer)
        if failures:
            raise ExceptionGroup("printers failed", failures)


def _end(printer: SoakPrinter) -> None:
    """End a print that runs, paused or not."""
    printer.peer.cancel()
