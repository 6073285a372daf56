"""Trust in a printer's certificate, decided before anything is sent to it.

A printer's certificate has its serial number as common name, no address, and is
issued by the vendor's own authorities (OpenBambuAPI tls.md). Either one of those signed
it, or its fingerprint was shown to the user and pinned. The files in ``ca`` are the
vendor's public certificates: "BBL CA" (2022), "BBL CA2 RSA" and "BBL CA2 ECC" (2025)
as collected by OpenBambuAPI (examples/ca_cert.pem), and the authorities of single
models as collected by ha-bambulab, whose printers may leave them out of the handshake.
"""

import asyncio
from collections.abc import Callable
import hashlib
from pathlib import Path
import socket
import ssl
from typing import Any, Self, cast, override

from cryptography import x509
from cryptography.x509.oid import NameOID

from ..base import (
    NotThisPrinterType,
    PrinterCertificateError,
    PrinterError,
    PrinterTimeout,
    PrinterUnreachable,
)
from ..tls import is_without_tls
from .errors import CertificateOfAnotherPrinter, UnknownCertificate

VENDOR_ROOTS = "".join(
    path.read_text(encoding="ascii")
    for path in sorted((Path(__file__).parent / "ca").glob("*.pem"))
)


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-256 of a DER certificate as 64 lower-case hex digits."""
    return hashlib.sha256(certificate).hexdigest()


def normalise_fingerprint(text: str) -> str:
    """Return a fingerprint as typed or copied, without colons, blanks and capitals."""
    return "".join(text.replace(":", "").split()).lower()


def readable_fingerprint(digits: str) -> str:
    """Return a fingerprint as programs show it, to be compared by eye."""
    return bytes.fromhex(digits).hex(":").upper()


def check_serial(certificate: bytes, serial_number: str) -> None:
    """Raise unless the certificate names this serial number.

    Raises CertificateOfAnotherPrinter, and PrinterCertificateError for what is no
    certificate. By hand, since OpenSSL ignores the common name of a certificate that
    has any alternative name.
    """
    try:
        subject = x509.load_der_x509_certificate(certificate).subject
        names = [
            name.value for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        ]
    except ValueError as err:
        raise PrinterCertificateError("the certificate is not readable") from err
    if names != [serial_number]:
        raise CertificateOfAnotherPrinter("the certificate is another printer's")


class _CheckedSocket(ssl.SSLSocket):
    """A connection whose handshake fails unless its context accepts the certificate."""

    @override
    def do_handshake(self, block: bool = False) -> None:
        """Shake hands and check; what fails is closed before a byte is sent."""
        context = cast("PrinterContext", self.context)
        try:
            # The caller's limit is its keep-alive time, which is far too long here.
            self.settimeout(context.handshake_s)
            super().do_handshake(block)
            context.check(self.getpeercert(binary_form=True) or b"")
        except BaseException:
            self.close()
            raise


class PrinterContext(ssl.SSLContext):
    """TLS settings for the one printer with this serial number."""

    serial_number: str
    fingerprint: str | None
    handshake_s: float

    def __new__(cls, **_options: Any) -> Self:
        """Make a client's context."""
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(
        self,
        *,
        serial_number: str,
        roots: str = VENDOR_ROOTS,
        fingerprint: str | None = None,
        handshake_s: float = 5.0,
    ) -> None:
        """Trust ``roots`` (PEM), or only the certificate with this fingerprint."""
        self.serial_number = serial_number
        self.fingerprint = normalise_fingerprint(fingerprint) if fingerprint else None
        self.handshake_s = handshake_s
        self.sslsocket_class = _CheckedSocket
        # The name is compared in ``check``.
        self.check_hostname = False
        # "BBL CA" has no key usage extension, which strict checking refuses.
        self.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if self.fingerprint is None:
            self.verify_mode = ssl.CERT_REQUIRED
            self.load_verify_locations(cadata=roots)
        else:
            self.verify_mode = ssl.CERT_NONE

    def check(self, certificate: bytes) -> None:
        """Raise PrinterCertificateError unless this is the printer's certificate."""
        if self.fingerprint is not None:
            found = fingerprint_of(certificate)
            if found != self.fingerprint:
                raise UnknownCertificate(found)
        check_serial(certificate, self.serial_number)

    @override
    def wrap_socket(  # type: ignore[override]  # One server name fits all callers.
        self, sock: socket.socket, **options: Any
    ) -> ssl.SSLSocket:
        """Wrap a socket, asking for the printer by its serial number."""
        options["server_hostname"] = self.serial_number
        return super().wrap_socket(sock, **options)


async def fetch_fingerprint(
    host: str, port: int, serial_number: str, timeout_s: float
) -> str:
    """Return the fingerprint of whatever certificate answers; sends nothing else.

    Raises CertificateOfAnotherPrinter where it names another serial number, and any
    other PrinterError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(timeout_s):
            _reader, writer = await asyncio.open_connection(
                host, port, ssl=context, server_hostname=serial_number
            )
    except (OSError, ValueError) as err:
        raise connect_error(err) from err
    try:
        shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate = shown.getpeercert(binary_form=True) or b""
    finally:
        writer.transport.abort()
    check_serial(certificate, serial_number)
    return fingerprint_of(certificate)


def connect_error(error: Exception) -> PrinterError:
    """Return what an error while connecting means."""
    kinds: list[tuple[type[Exception], Callable[[str], PrinterError]]] = [
        (ssl.SSLCertVerificationError, PrinterCertificateError),
        (ssl.SSLEOFError, PrinterUnreachable),
        (ssl.SSLZeroReturnError, PrinterUnreachable),
        (TimeoutError, PrinterTimeout),
    ]
    for kind, meaning in kinds:
        if isinstance(error, kind):
            return meaning(type(error).__name__)
    if isinstance(error, ssl.SSLError):
        if is_without_tls(error):
            return NotThisPrinterType("no TLS answers there")
        return PrinterCertificateError("no TLS connection possible")
    return PrinterUnreachable(type(error).__name__)
