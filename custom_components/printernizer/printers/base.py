"""What every printer client offers, and what it may raise."""

from collections.abc import Callable
from typing import ClassVar, Protocol

from ..core.frozen import frozen
from ..core.snapshot import Remembered, Snapshot


class PrinterError(Exception):
    """A printer could not be asked; ``key`` names the reason in the translations."""

    key: ClassVar[str] = "cannot_connect"


class PrinterUnreachable(PrinterError):
    """Nothing answers there, or the connection broke."""


class PrinterTimeout(PrinterUnreachable):
    """It answers too slowly."""

    key = "timeout"


class PrinterCertificateError(PrinterError):
    """Its TLS certificate is not trusted, or belongs to another printer."""

    key = "untrusted_certificate"


class PrinterAuthError(PrinterError):
    """It refuses the key, password or access code."""

    key = "invalid_auth"


class PrinterStarting(PrinterUnreachable):
    """It is there but not ready to answer yet."""

    key = "starting"


class PrinterProtocolError(PrinterError):
    """It answers, but not in its protocol."""

    key = "unexpected_answer"


class NotThisPrinterType(PrinterProtocolError):
    """Something else than this type of printer answers there."""

    key = "wrong_device"


class AnswerNotJson(PrinterProtocolError):
    """The answer is not JSON."""

    key = "not_json"


class AnswerNotHttp(PrinterStarting):
    """The answer is not HTTP: OctoPrint gives such while it starts (1.11)."""

    key = "not_http"


class AnswerWithoutTls(PrinterProtocolError):
    """It does not use TLS, which its address asks for."""

    key = "no_tls"


class AnswerTooLarge(PrinterProtocolError):
    """The answer is larger than any printer's answer has reason to be."""

    key = "answer_too_large"


@frozen(kw_only=True)
class PrinterIdentity:
    """Who the printer says it is.

    ``unique_id`` is the printer's own stable identity (serial, UDN, instance id),
    or None where none can be read.
    """

    unique_id: str | None
    name: str
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None


type OnNews = Callable[[Snapshot | None], None]
"""Called in the event loop: with the data a push carried, or None for "look now"."""


class PrinterClient(Protocol):
    """One printer, spoken to in its protocol."""

    async def identify(self) -> PrinterIdentity:
        """Ask who it is; raises PrinterError."""

    async def look(self, remembered: Remembered) -> Snapshot:
        """Take one look; raises PrinterError where nothing conclusive was said."""

    async def listen(self, on_news: OnNews) -> None:
        """Follow the printer's pushes until cancelled, reconnecting by itself.

        Raises PrinterAuthError alone: everything else is tried again.
        """

    async def close(self) -> None:
        """End every connection, task and thread of this client."""
