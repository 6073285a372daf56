"""Digest authentication, by the examples of its standards."""

import time

from multidict import CIMultiDict
import pytest

from custom_components.printernizer.printers.base import PrinterProtocolError
from custom_components.printernizer.printers.prusalink.digest import (
    Challenge,
    Digest,
    find_challenge,
)

RFC2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
RFC7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
BUDDY = 'Digest realm="Printer API", nonce="57119ca3000011e0", stale=false'


def challenge(header: str) -> Challenge:
    """Return the challenge of a header."""
    found = find_challenge({"Www-Authenticate": header})
    assert found is not None
    return found


def test_example_of_rfc_2617() -> None:
    """Section 3.5, with MD5 where no algorithm is named."""
    digest = Digest(
        challenge=challenge(RFC2617),
        username="Mufasa",
        password="Circle Of Life",
        cnonce="0a4f113b",
    )
    header = digest.authorise("GET", "/dir/index.html")

    assert 'response="6629fae49393a05397450978507c4ef1"' in header
    assert "qop=auth, nc=00000001" in header
    assert "algorithm" not in header
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in header


def test_example_of_rfc_7616() -> None:
    """Section 3.9.1, with the algorithm as the server wrote it."""
    digest = Digest(
        challenge=challenge(RFC7616),
        username="Mufasa",
        password="Circle of Life",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    header = digest.authorise("GET", "/dir/index.html")

    assert (
        'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"'
        in header
    )
    assert "algorithm=SHA-256," in header


def test_buddy_gets_nothing_that_it_did_not_name() -> None:
    """No algorithm, no qop, no counter: as of RFC 2069."""
    digest = Digest(challenge=challenge(BUDDY), username="maker", password="key")
    header = digest.authorise("GET", "/api/v1/status")

    assert header.startswith('Digest username="maker", realm="Printer API", ')
    assert not any(word in header for word in ("algorithm", "qop", "nc=", "opaque"))


def test_each_request_is_counted() -> None:
    """A server may refuse a count that it has seen."""
    digest = Digest(challenge=challenge(RFC2617), username="a", password="b")

    assert "nc=00000001" in digest.authorise("GET", "/")
    assert "nc=00000002" in digest.authorise("GET", "/")


def test_secrets_are_not_shown() -> None:
    """Neither name nor password stands in the representation."""
    digest = Digest(challenge=challenge(BUDDY), username="maker", password="secret")

    assert "secret" not in repr(digest)
    assert "maker" not in repr(digest)


def test_unknown_algorithm() -> None:
    """What cannot be answered is refused."""
    asked = challenge('Digest realm="a", nonce="b", algorithm=SHA-512-256')

    with pytest.raises(PrinterProtocolError):
        Digest(challenge=asked, username="a", password="b").authorise("GET", "/")


@pytest.mark.parametrize(
    ("header", "realm"),
    [
        ('Basic realm="x", Digest realm="a", nonce="b"', "a"),
        ('digest realm = "a" , nonce = "b"', "a"),
        (r'Digest realm="a \"b\"", nonce="c"', 'a "b"'),
        ('Basic realm="Digest realm"', None),
        ('ApiKey realm="Printer API"', None),
        ('Digest realm="a"', None),
        ("Digest", None),
        ("", None),
    ],
)
def test_challenges(header: str, realm: str | None) -> None:
    """The digest challenge is found among others, or there is none."""
    found = find_challenge({"WWW-Authenticate": header})

    assert (found and found.realm) == realm


def test_long_headers_take_no_time() -> None:
    """As many as an answer may have, of signs that begin no end of names."""
    headers = CIMultiDict(
        ("WWW-Authenticate", "Digest " + "a" * 8000) for _ in range(50)
    )

    begun_s = time.process_time()
    assert find_challenge(headers) is None
    assert time.process_time() - begun_s < 1
