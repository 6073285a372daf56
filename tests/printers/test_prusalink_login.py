"""Key and digest, as both programs called PrusaLink want them."""

import logging

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import Activity
from custom_components.printernizer.printers.base import PrinterAuthError
from custom_components.printernizer.printers.prusalink import PrusaLinkClient
from tests.peers.prusalink import Personality, PrusaLinkPeer

from .prusalink_look import STATUS, look


async def test_key_needs_no_challenge(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """With the key a look is one request."""
    await look(buddy_client)

    assert buddy.guard.challenges == 0


async def test_digest_of_strict_buddy(
    printer_session: aiohttp.ClientSession, buddy: PrusaLinkPeer
) -> None:
    """Firmware before 6.0.0 answers 400 where an algorithm is named."""
    client = PrusaLinkClient(
        printer_session, buddy.url, username="maker", password=buddy.password
    )
    for _ in range(3):
        assert (await look(client)).activity is Activity.IDLE

    assert buddy.guard.challenges == 1
    assert buddy.asked[STATUS] == 4


async def test_digest_after_the_nonce_has_run_out(
    printer_session: aiohttp.ClientSession, buddy: PrusaLinkPeer
) -> None:
    """A stale nonce is replaced within the same look."""
    client = PrusaLinkClient(
        printer_session, buddy.url, username="maker", password=buddy.password
    )
    await look(client)
    buddy.guard.forget_nonces()
    await look(client)

    assert buddy.guard.challenges == 2


async def test_digest_of_mk3(
    printer_session: aiohttp.ClientSession, mk3: PrusaLinkPeer
) -> None:
    """MD5-sess with quality of protection, one challenge for many requests."""
    client = PrusaLinkClient(
        printer_session, mk3.url, username="maker", password=mk3.password
    )
    for _ in range(3):
        await look(client)

    assert mk3.guard.challenges == 1


async def test_wrong_key_but_right_password(
    printer_session: aiohttp.ClientSession, mk3: PrusaLinkPeer
) -> None:
    """The key is first, the password second; what works is remembered."""
    client = PrusaLinkClient(
        printer_session,
        mk3.url,
        api_key="wrong",
        username="maker",
        password=mk3.password,
    )
    await look(client)
    await look(client)

    assert mk3.asked[STATUS] == 4


async def test_buddy_key_is_its_password(
    printer_session: aiohttp.ClientSession, buddy: PrusaLinkPeer
) -> None:
    """A key that is refused as a key may still be the password."""
    buddy.guard.api_key = "not taken"
    client = PrusaLinkClient(printer_session, buddy.url, api_key=buddy.password)

    assert (await look(client)).activity is Activity.IDLE


@pytest.mark.parametrize("personality", list(Personality))
@pytest.mark.parametrize(
    "credentials",
    [
        {"api_key": "wrong"},
        {"username": "maker", "password": "wrong"},
        {"api_key": "wrong", "username": "maker", "password": "wrong"},
        {"api_key": "schl\nüssel"},
        {},
    ],
)
async def test_wrong_credentials(
    printer_session: aiohttp.ClientSession,
    personality: Personality,
    credentials: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each is an error of the login, and shows no secret."""
    caplog.set_level(logging.DEBUG)
    peer = PrusaLinkPeer(personality)
    await peer.start()
    client = PrusaLinkClient(
        printer_session,
        peer.url,
        api_key=credentials.get("api_key"),
        username=credentials.get("username"),
        password=credentials.get("password"),
    )
    with pytest.raises(PrinterAuthError) as looked:
        await look(client)
    with pytest.raises(PrinterAuthError) as identified:
        await client.identify()
    await peer.stop()

    shown = f"{looked.value!r} {identified.value!r} {client!r} {caplog.text}"
    assert all(
        secret not in shown for secret in credentials.values() if secret != "maker"
    )


async def test_new_key_after_a_wrong_one(
    printer_session: aiohttp.ClientSession,
    buddy: PrusaLinkPeer,
    buddy_client: PrusaLinkClient,
) -> None:
    """A refused login is tried anew at the next look."""
    buddy.guard.api_key = buddy.guard.password = "changed"
    with pytest.raises(PrinterAuthError):
        await look(buddy_client)
    buddy.guard.api_key = buddy.guard.password = buddy.api_key

    assert (await look(buddy_client)).activity is Activity.IDLE
