"""What a scenario can do with a printer of any type."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

from custom_components.printernizer.clients import PrinterType
from custom_components.printernizer.const import CONF_PRINTER_TYPE
from custom_components.printernizer.core.jobs import JobStatus
from custom_components.printernizer.settings import printer_id_of
from tests.peers.truth import TruePrint

from .line import Line

LONG_S = 3600.0
SECRET = "right-1234"
NEW_SECRET = "renewed-5678"
WRONG_SECRET = "wrong-9999"
VERIFY = {"verify_ssl": True}


class Peer(Protocol):
    """What peers of all types have in common."""

    port: int

    @property
    def truth(self) -> list[TruePrint]:
        """Return what was really printed."""

    async def start(self) -> None:
        """Answer on a port."""

    async def stop(self) -> None:
        """Close the port, and stop printing."""

    def pause(self) -> None:
        """Pause the print."""

    def resume(self) -> None:
        """Go on with the print."""

    def cancel(self) -> None:
        """Cancel the print."""

    def finish(self) -> None:
        """Finish the print at once."""


class Printer[P: Peer](ABC):
    """One printer of a type behind a network that can be cut.

    Attributes:
        printer_type: The printer's type.
        ending: The ending of its files.
        secret_field: The field of the forms that the secret is typed into.
        ends_kept: The ends that, unseen, are told while the next print runs.
        end_stands: An end is shown until the next print begins.
        lost_by_restart: How a print that a restart costs is recorded.
    """

    printer_type: ClassVar[PrinterType]
    ending: ClassVar[str] = ".gcode"
    secret_field: ClassVar[str] = "api_key"
    ends_kept: ClassVar[frozenset[JobStatus]] = frozenset()
    end_stands: ClassVar[bool] = True
    lost_by_restart: ClassVar[JobStatus] = JobStatus.UNKNOWN

    def __init__(self, peer: P) -> None:
        """Stand in front of a peer that has not been started."""
        self.peer = peer
        self.line = Line(lambda: peer.port)

    async def __aenter__(self) -> Self:
        """Start the printer and the network."""
        await self.peer.start()
        await self.line.mend()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop both."""
        await self.line.cut()
        await self.peer.stop()

    # -- who it is and what opens it ---------------------------------------------------

    @property
    @abstractmethod
    def identity(self) -> str:
        """Return what the printer itself is known by."""

    @property
    def printer_id(self) -> str:
        """Return the id that the integration gives it."""
        return printer_id_of(self.printer_type, self.identity)

    @property
    def url(self) -> str:
        """Return where Home Assistant reaches it."""
        return f"http://127.0.0.1:{self.line.port}"

    def address(self) -> dict[str, Any]:
        """Return what the forms ask of where it is."""
        return {"url": self.url}

    def key(self, secret: str) -> dict[str, Any]:
        """Return what the forms ask of what opens it."""
        return {self.secret_field: secret, "advanced": VERIFY}

    def data(self, secret: str = SECRET) -> dict[str, Any]:
        """Return the data of its entry."""
        address = {**self.address(), **self.key(secret)}
        flat = address.pop("advanced")
        return {CONF_PRINTER_TYPE: self.printer_type.value, **address, **flat}

    def forms(self, secret: str = SECRET) -> list[dict[str, Any]]:
        """Return what is typed to add it, form after form."""
        return [{**self.address(), **self.key(secret)}]

    @abstractmethod
    def renew(self, secret: str) -> None:
        """Open to another secret alone from now on."""

    # -- printing ----------------------------------------------------------------------

    @property
    def truth(self) -> list[TruePrint]:
        """Return what was really printed."""
        return self.peer.truth

    @abstractmethod
    def begin(self, name: str) -> None:
        """Print a file, for an hour unless it is ended before."""

    def file(self, name: str) -> str:
        """Return the name of a file."""
        return f"{name}{self.ending}"

    def tell(self) -> None:  # noqa: B027 - most tell by themselves
        """Let the printer's host notice what has just changed."""

    def pause(self) -> None:
        """Pause the print."""
        self.peer.pause()
        self.tell()

    def resume(self) -> None:
        """Go on with the print."""
        self.peer.resume()
        self.tell()

    def cancel(self) -> None:
        """Cancel the print."""
        self.peer.cancel()
        self.tell()

    def finish(self) -> None:
        """Finish the print at once."""
        self.peer.finish()
        self.tell()

    @abstractmethod
    def fail(self) -> None:
        """Let the print fail."""

    def rest(self) -> None:  # noqa: B027 - most are at rest after an end
        """Be ready for the next print, as after the user's attention."""

    @abstractmethod
    async def restart(self) -> None:
        """Be switched off and on, which costs the print."""


class Enduring(ABC):
    """A printer whose print may go on after a restart."""

    @abstractmethod
    def begin_enduring(self, name: str) -> None:
        """Begin a print that can go on."""

    @abstractmethod
    async def go_down(self) -> None:
        """Begin to restart."""

    @abstractmethod
    async def come_up(self) -> None:
        """End the restart; the print goes on."""
