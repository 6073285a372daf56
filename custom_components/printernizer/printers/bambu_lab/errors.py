"""What can go wrong with a Bambu Lab printer in particular."""

from typing import ClassVar

from ..base import PrinterCertificateError, PrinterError


class WrongSerial(PrinterError):
    """It lets us in, but nothing is heard under this serial number."""

    key = "wrong_serial"


class CertificateOfAnotherPrinter(PrinterCertificateError):
    """Its certificate names another serial number."""

    key = "wrong_serial"


class UnknownCertificate(PrinterCertificateError):
    """The vendor did not sign its certificate, or it is not the pinned one.

    ``fingerprint`` is the SHA-256 of the certificate, to be shown and compared, and
    pinned where the user trusts it.
    """

    key: ClassVar[str] = "unknown_certificate"

    def __init__(self, fingerprint: str) -> None:
        """Carry the fingerprint: 64 lower-case hex digits."""
        super().__init__("the certificate is not known")
        self.fingerprint = fingerprint
