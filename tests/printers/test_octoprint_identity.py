"""Which OctoPrint it is, and how it lets us in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from custom_components.printernizer.printers.base import (
    PrinterProtocolError,
    PrinterTimeout,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.octoprint import (
    AppKeyDenied,
    AppKeyRequestsLimited,
    AppKeys,
    AppKeysUnavailable,
    OctoPrintClient,
    unique_id_of,
)
from custom_components.printernizer.printers.octoprint.identity import parse_description
from tests.peers.octoprint import OctoPrintPeer

from .octoprint_recorded import FOLDER, recorded

KEY = "peer-key"
UUID = "6285baa7-c9d8-4e0d-aec9-2e0f0f6d36bc"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Provide a session that keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def peer() -> AsyncIterator[OctoPrintPeer]:
    """Provide a running peer."""
    peer = OctoPrintPeer(KEY, uuid=UUID)
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
def keys(session: aiohttp.ClientSession, peer: OctoPrintPeer) -> AppKeys:
    """Provide the workflow for keys of the peer."""
    return AppKeys(session, peer.url, poll_interval_s=0.01)


# -- identity ------------------------------------------------------------------------


async def test_identity(session: aiohttp.ClientSession, peer: OctoPrintPeer) -> None:
    """The unique id is that of the announcements, the name the user's own."""
    identity = await OctoPrintClient(session, peer.url, KEY).identify()
    assert (identity.unique_id, identity.name) == (UUID, "Peer")
    assert (identity.model, identity.firmware) == ("OctoPrint", "1.11.8")


async def test_no_unique_id_without_the_discovery_plugin(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """The plugin may be switched off."""
    peer.misbehave.describes_itself = False
    identity = await OctoPrintClient(session, peer.url, KEY).identify()
    assert (identity.unique_id, identity.name) == (None, "OctoPrint")


def test_recorded_description() -> None:
    """A real description gives unique id and name."""
    body = (FOLDER / "discovery.xml").read_bytes()
    assert parse_description(body) == (UUID, "Rig")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (None, None)),
        (b"<UDN>uuid:" + UUID.upper().encode() + b"</UDN>", (UUID, None)),
        (b"<UDN>uuid:../../etc</UDN>", (None, None)),
        (b"<UDN>" * 1000, (None, None)),
        (b"<friendlyName> </friendlyName>", (None, None)),
        (
            b"<friendlyName>OctoPrint instance on pi</friendlyName>",
            (None, "OctoPrint instance on pi"),
        ),
        (
            b'<friendlyName>OctoPrint instance "A &amp; B"</friendlyName>',
            (None, "A & B"),
        ),
        (b"<UDN>\xff\xfe</UDN>", (None, None)),
        (b"x" * 100_000 + b"<UDN>uuid:" + UUID.encode() + b"</UDN>", (None, None)),
    ],
)
def test_strange_descriptions(
    body: bytes, expected: tuple[str | None, str | None]
) -> None:
    """No description is too strange."""
    assert parse_description(body) == expected


def test_entities_are_not_expanded() -> None:
    """A bomb of nested entities stays what it is: text."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><friendlyName>&b;'
    assert parse_description(bomb + b"</friendlyName>") == (None, "&b;")


def test_all_announcements_name_the_same_unique_id() -> None:
    """Zeroconf's TXT record, SSDP's UDN and USN hold the same UUID."""
    txt = recorded("mdns")["properties"]["uuid"]
    assert unique_id_of(txt) == UUID
    assert unique_id_of(f"uuid:{UUID}") == UUID
    assert unique_id_of(f"uuid:{UUID}::upnp:rootdevice") == UUID
    assert unique_id_of(None) is None
    assert unique_id_of("uuid:") is None


# -- application keys ----------------------------------------------------------------


async def test_granted_key(
    session: aiohttp.ClientSession, peer: OctoPrintPeer, keys: AppKeys
) -> None:
    """After the user's click the key opens everything."""
    assert await keys.probe()
    request = await keys.request()
    assert request.token not in repr(request)
    assert request.dialog_url == f"{peer.url}/plugin/appkeys/auth/{request.token}"
    assert set(peer.desk.pending.values()) == {"Printernizer"}
    waiting = asyncio.create_task(keys.wait(request))
    peer.asked.clear()
    await peer.asked.wait()
    assert not waiting.done()
    peer.desk.decide(granted=True)
    key = await waiting
    assert (await OctoPrintClient(session, peer.url, key).identify()).name == "Peer"


async def test_dialog_of_a_named_user(keys: AppKeys) -> None:
    """A request for one user has a page of its own."""
    request = await keys.request(user="Jörg & Co")
    assert request.dialog_url is not None
    assert request.dialog_url.endswith("?user=J%C3%B6rg%20%26%20Co")


async def test_versions_without_a_dialog(peer: OctoPrintPeer, keys: AppKeys) -> None:
    """Before 1.8 the user decides in the ordinary interface."""
    peer.misbehave.where = "/plugin/appkeys/request"
    peer.misbehave.body = b'{"app_token": "abc"}'
    assert (await keys.request()).dialog_url is None


async def test_denied_key(peer: OctoPrintPeer, keys: AppKeys) -> None:
    """A refusal is told."""
    request = await keys.request()
    peer.desk.decide(granted=False)
    with pytest.raises(AppKeyDenied):
        await keys.wait(request)


async def test_expired_request(peer: OctoPrintPeer, keys: AppKeys) -> None:
    """A request that was not polled is gone, which looks like a refusal."""
    peer.desk.expiry_s = 0
    request = await keys.request()
    with pytest.raises(AppKeyDenied):
        await keys.wait(request)


async def test_no_decision(peer: OctoPrintPeer, keys: AppKeys) -> None:
    """Nobody clicks."""
    request = await keys.request()
    with pytest.raises(PrinterTimeout):
        await keys.wait(request, timeout_s=0.05)


async def test_too_many_requests(keys: AppKeys) -> None:
    """The fourth request within a minute is refused."""
    for _ in range(3):
        await keys.request()
    with pytest.raises(AppKeyRequestsLimited):
        await keys.request()


async def test_no_workflow(peer: OctoPrintPeer, keys: AppKeys) -> None:
    """Without the plugin a key has to be typed in."""
    peer.desk.enabled = False
    assert not await keys.probe()
    with pytest.raises(AppKeysUnavailable):
        await keys.request()


@pytest.mark.parametrize("body", [b"{}", b'{"app_token": "../x"}', b'{"app_token": 1}'])
async def test_strange_tokens(peer: OctoPrintPeer, keys: AppKeys, body: bytes) -> None:
    """A token is a token, and leads to no other address."""
    peer.misbehave.where, peer.misbehave.body = "/plugin/appkeys/request", body
    with pytest.raises(PrinterProtocolError):
        await keys.request()


async def test_key_that_is_none(peer: OctoPrintPeer, keys: AppKeys) -> None:
    """An answer without a key is no grant."""
    request = await keys.request()
    peer.misbehave.where, peer.misbehave.body = "/plugin/appkeys/request", b"{}"
    with pytest.raises(PrinterProtocolError):
        await keys.wait(request)


async def test_lost_while_waiting(peer: OctoPrintPeer, keys: AppKeys) -> None:
    """A server that goes away ends the wait."""
    request = await keys.request()
    waiting = asyncio.create_task(keys.wait(request))
    await peer.kill()
    with pytest.raises(PrinterUnreachable):
        await waiting


def test_recorded_files_are_small() -> None:
    """The recordings hold what the tests read, not more."""
    assert all(path.stat().st_size < 60_000 for path in Path(FOLDER).iterdir())
