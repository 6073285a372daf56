"""Trust in a Bambu Lab printer's certificate: decided before the code is sent."""

import logging
from pathlib import Path
import ssl

from cryptography import x509
import pytest

from custom_components.printernizer.core.snapshot import NOTHING_REMEMBERED, Activity
from custom_components.printernizer.printers import bambu_lab
from custom_components.printernizer.printers.bambu_lab import (
    CertificateOfAnotherPrinter,
    UnknownCertificate,
)
from custom_components.printernizer.printers.bambu_lab.tls import (
    VENDOR_ROOTS,
    PrinterContext,
    check_serial,
    normalise_fingerprint,
)
from custom_components.printernizer.printers.base import PrinterCertificateError
from tests.peers.bambu import Authority, BambuPeer

from .bambu_support import client_of, running

SERIAL = "01P00A000000001"


def vendor_certificates() -> dict[str, x509.Certificate]:
    """Return the vendor's certificates by name."""
    folder = Path(bambu_lab.__file__).parent / "ca"
    found = {}
    for path in folder.glob("*.pem"):
        one = x509.load_pem_x509_certificate(path.read_bytes())
        found[one.subject.rfc4514_string().split(",")[0]] = one
    return found


def test_vendor_certificates_are_whole() -> None:
    """Each is signed by itself or by another of them: no bit was lost on the way."""
    found = vendor_certificates()
    assert {"CN=BBL CA", "CN=BBL CA2 RSA", "CN=BBL CA2 ECC"} <= found.keys()
    by_subject = {one.subject: one for one in found.values()}
    for one in found.values():
        one.verify_directly_issued_by(by_subject[one.issuer])


def test_vendor_certificates_are_trusted() -> None:
    """All of them reach the context, also the root that strict checking refuses."""
    context = PrinterContext(serial_number=SERIAL)
    assert len(context.get_ca_certs()) == len(vendor_certificates())
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert VENDOR_ROOTS.count("BEGIN CERTIFICATE") == 6


@pytest.mark.parametrize("form", ["root", "device CA sent", "device CA kept back"])
async def test_the_three_chains(form: str) -> None:
    """Old chain, and the device authority of newer models, sent or not."""
    root = Authority("Root")
    device = Authority("Device CA", root)
    signer = root if form == "root" else device
    trusted = device.pem if form == "device CA kept back" else root.pem
    certificate = signer.issue(SERIAL, sends_chain=form == "device CA sent")
    peer = BambuPeer(serial_number=SERIAL, certificate=certificate)
    async with running(peer):
        client = client_of(peer, trusted_roots=trusted)
        who = await client.identify()
        await client.close()
    assert who.unique_id == SERIAL


async def test_certificate_of_another_printer_gets_no_code() -> None:
    """The vendor signed it, but for another serial number."""
    authority = Authority()
    peer = BambuPeer(
        serial_number=SERIAL,
        authority=authority,
        certificate=authority.issue("01P00A000000002"),
    )
    async with running(peer):
        client = client_of(peer)
        with pytest.raises(CertificateOfAnotherPrinter):
            await client.identify()
        with pytest.raises(PrinterCertificateError):
            await client.look(NOTHING_REMEMBERED)
        await client.close()
    assert peer.logins == 0
    assert peer.broker.handshakes >= 2


@pytest.mark.parametrize(("own", "other"), [(SERIAL, "OTHER"), ("OTHER", SERIAL)])
async def test_common_name_counts_beside_an_alternative_name(
    own: str, other: str
) -> None:
    """OpenSSL ignores it there; the serial number stands nowhere else."""
    authority = Authority()
    certificate = authority.issue(own, also_for=other)
    peer = BambuPeer(serial_number=SERIAL, authority=authority, certificate=certificate)
    async with running(peer):
        client = client_of(peer)
        if own == SERIAL:
            assert (await client.identify()).unique_id == SERIAL
        else:
            with pytest.raises(CertificateOfAnotherPrinter):
                await client.identify()
        await client.close()
    assert peer.logins == (own == SERIAL)


async def test_unknown_certificate_is_shown_and_gets_no_code() -> None:
    """The flow shows the fingerprint, and the user decides."""
    async with running(BambuPeer(serial_number=SERIAL)) as peer:
        client = client_of(peer, trusted_roots=VENDOR_ROOTS)
        with pytest.raises(UnknownCertificate) as caught:
            await client.identify()
        with pytest.raises(PrinterCertificateError):
            await client.look(NOTHING_REMEMBERED)
        await client.close()
    assert caught.value.fingerprint == peer.certificate.fingerprint
    assert caught.value.key == "unknown_certificate"
    assert peer.logins == 0


async def test_unknown_certificate_of_another_printer() -> None:
    """Nothing to pin: the serial number does not fit either."""
    authority = Authority()
    peer = BambuPeer(authority=authority, certificate=authority.issue("OTHER"))
    async with running(peer):
        with pytest.raises(CertificateOfAnotherPrinter) as caught:
            await client_of(peer, trusted_roots=VENDOR_ROOTS).identify()
    assert caught.value.key == "wrong_serial"
    assert peer.logins == 0


async def test_pinned_certificate_is_trusted() -> None:
    """Colons and capitals, as programs show fingerprints, do not matter."""
    async with running(BambuPeer(serial_number=SERIAL)) as peer:
        shown = bytes.fromhex(peer.certificate.fingerprint).hex(":").upper()
        client = client_of(peer, trusted_roots="", pinned_fingerprint=shown)
        snapshot = await client.look(NOTHING_REMEMBERED)
        await client.close()
    assert snapshot.activity is Activity.IDLE
    assert normalise_fingerprint(shown) == peer.certificate.fingerprint


async def test_pinned_certificate_that_changed_gets_no_code() -> None:
    """The new fingerprint is told."""
    async with running(BambuPeer(serial_number=SERIAL)) as peer:
        client = client_of(peer, pinned_fingerprint="0" * 64)
        with pytest.raises(UnknownCertificate) as caught:
            await client.identify()
    assert caught.value.fingerprint == peer.certificate.fingerprint
    assert peer.logins == 0


async def test_pinned_certificate_still_has_to_name_the_printer() -> None:
    """A pin is no licence for another serial number."""
    authority = Authority()
    certificate = authority.issue("01P00A000000002")
    peer = BambuPeer(serial_number=SERIAL, certificate=certificate)
    async with running(peer):
        client = client_of(peer, pinned_fingerprint=certificate.fingerprint)
        with pytest.raises(CertificateOfAnotherPrinter):
            await client.identify()
    assert peer.logins == 0


def test_unreadable_certificate() -> None:
    """Not a certificate at all."""
    with pytest.raises(PrinterCertificateError):
        check_serial(b"\x30\x03\x02\x01\x00", SERIAL)


async def test_no_secret_in_logs_errors_and_reprs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The access code is in nothing that anybody can read."""
    caplog.set_level(logging.DEBUG)
    async with running(BambuPeer(access_code="geheim-77")) as peer:
        client = client_of(peer)
        await client.look(NOTHING_REMEMBERED)
        peer.access_code = "changed-88"
        peer.drop()
        await peer.lose_network()
        other = client_of(peer, access_code="geheim-77")
        with pytest.raises(Exception, match=r".*") as caught:
            await other.look(NOTHING_REMEMBERED)
        await client.close()
        await other.close()
    for text in (caplog.text, repr(client), repr(caught.value), str(caught.value)):
        assert "geheim-77" not in text
