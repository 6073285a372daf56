"""Certificates like those of the printers, made when a test needs them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

LIFE = timedelta(days=30)


def _name(common_name: str) -> x509.Name:
    """Return a subject like the vendor's."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "BBL Technologies Co., Ltd"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


@dataclass(slots=True, kw_only=True)
class Certificate:
    """A certificate with its key, and those above it that the server sends along."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    above: list[x509.Certificate] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Return its SHA-256."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def server_context(self) -> ssl.SSLContext:
        """Return settings for a server that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = [self.certificate, *self.above]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "server.pem")
            path.write_bytes(
                key + b"".join(one.public_bytes(Encoding.PEM) for one in chain)
            )
            context.load_cert_chain(path)
        return context


class Authority:
    """Who signs certificates; without a key usage extension, as "BBL CA" of 2022."""

    def __init__(self, name: str = "Peer CA", issuer: Authority | None = None) -> None:
        """Make a root, or an authority under ``issuer``."""
        self._issuer = issuer
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name(name)
        signer = issuer or self
        self.certificate = (
            _builder(self._subject, signer._subject, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .sign(signer._key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        """Return its certificate and those above it, to be trusted."""
        own = self.certificate.public_bytes(Encoding.PEM).decode("ascii")
        return own + (self._issuer.pem if self._issuer else "")

    def issue(
        self,
        serial_number: str,
        *,
        sends_chain: bool = False,
        also_for: str | None = None,
    ) -> Certificate:
        """Issue a printer's certificate: its common name is the serial number.

        ``also_for`` is an alternative name, which no real one has.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(serial_number), self._subject, key)
        if also_for is not None:
            names = x509.SubjectAlternativeName([x509.DNSName(also_for)])
            builder = builder.add_extension(names, False)
        certificate = builder.sign(self._key, hashes.SHA256())
        above = [self.certificate] if sends_chain else []
        return Certificate(certificate=certificate, key=key, above=above)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    """Return a certificate to be signed."""
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - LIFE,
        not_valid_after=now + LIFE,
    )
