"""Whatever answers in OctoPrint's place, each mishap has its own error."""

import asyncio
from collections.abc import AsyncIterator
import logging
from pathlib import Path

import aiohttp
from aiohttp import web
import pytest

from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Activity,
    Remembered,
)
from custom_components.printernizer.printers.base import (
    AnswerNotHttp,
    AnswerNotJson,
    AnswerTooLarge,
    AnswerWithoutTls,
    NotThisPrinterType,
    PrinterAuthError,
    PrinterCertificateError,
    PrinterError,
    PrinterProtocolError,
    PrinterStarting,
    PrinterTimeout,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.octoprint import OctoPrintClient
from tests.peers.octoprint import OctoPrintPeer
from tests.support.certificates import self_signed_context

from .octoprint_recorded import recorded

KEY = "peer-key"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Provide a session that keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def peer() -> AsyncIterator[OctoPrintPeer]:
    """Provide a running peer."""
    peer = OctoPrintPeer(KEY)
    await peer.start()
    yield peer
    await peer.stop()


async def error_of(client: OctoPrintClient) -> type[PrinterError]:
    """Return what a look and an identification raise alike."""
    with pytest.raises(PrinterError) as look:
        await client.look(NOTHING_REMEMBERED)
    with pytest.raises(PrinterError) as identify:
        await client.identify()
    assert look.type is identify.type
    assert KEY not in repr(look.value) + repr(look.value.__cause__)
    error: type[PrinterError] = look.type
    return error


async def test_nobody_there(session: aiohttp.ClientSession) -> None:
    """A closed port is unreachable."""
    peer = OctoPrintPeer(KEY)
    await peer.start()
    await peer.stop()
    client = OctoPrintClient(session, peer.url, KEY)
    assert await error_of(client) is PrinterUnreachable


@pytest.mark.parametrize("url", ["http://[nonsense", "http://host:port", "nonsense"])
async def test_address_that_is_none(session: aiohttp.ClientSession, url: str) -> None:
    """Even an address that was never checked raises nothing else."""
    client = OctoPrintClient(session, url, KEY)
    assert issubclass(await error_of(client), PrinterUnreachable)


@pytest.mark.parametrize("key", ["wrong", "", "schlüssel", "a\r\nX-Evil: 1"])
async def test_wrong_key(
    session: aiohttp.ClientSession, peer: OctoPrintPeer, key: str
) -> None:
    """A wrong, a missing and an impossible key are refused alike."""
    client = OctoPrintClient(session, peer.url, key)
    assert await error_of(client) is PrinterAuthError


async def test_key_is_taken_with_blanks_around(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """A key that was copied with a line end still works."""
    client = OctoPrintClient(session, peer.url, f" {KEY}\n")
    assert (await client.identify()).firmware == "1.11.8"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, PrinterAuthError),
        (403, PrinterAuthError),
        (404, NotThisPrinterType),
        (302, PrinterProtocolError),
        (500, PrinterProtocolError),
        (502, PrinterStarting),
        (503, PrinterStarting),
    ],
)
async def test_status(
    session: aiohttp.ClientSession,
    peer: OctoPrintPeer,
    status: int,
    error: type[PrinterError],
) -> None:
    """Each kind of refusal is told apart."""
    peer.misbehave.status = status
    client = OctoPrintClient(session, peer.url, KEY)
    assert await error_of(client) is error


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>Router</html>", AnswerNotJson),
        (b"", AnswerNotJson),
        (b"\xff\xfe\x00", AnswerNotJson),
        (b'{"state": "Prin', AnswerNotJson),
        (b"[" * 100_000, AnswerNotJson),
        (b"[]", PrinterProtocolError),
        (b"null", PrinterProtocolError),
        (b'"Printing"', PrinterProtocolError),
        (b" " * 10_000_000, AnswerTooLarge),
    ],
    ids=lambda value: repr(value)[:20] if isinstance(value, bytes) else None,
)
async def test_body(
    session: aiohttp.ClientSession,
    peer: OctoPrintPeer,
    body: bytes,
    error: type[PrinterError],
) -> None:
    """Answers that are no JSON, other JSON, or far too large."""
    peer.misbehave.body = body
    client = OctoPrintClient(session, peer.url, KEY)
    assert await error_of(client) is error


async def test_too_slow(session: aiohttp.ClientSession, peer: OctoPrintPeer) -> None:
    """A server that does not answer is given up."""
    peer.misbehave.stalls = True
    client = OctoPrintClient(session, peer.url, KEY, timeout_s=0.05)
    assert await error_of(client) is PrinterTimeout


async def test_connection_cut(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """A connection may break in the middle of a request."""
    peer.misbehave.drops = True
    client = OctoPrintClient(session, peer.url, KEY)
    assert await error_of(client) is PrinterUnreachable


async def test_untrusted_certificate(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """A certificate that nobody vouches for is not taken."""
    peer = OctoPrintPeer(KEY)
    await peer.start(tls=self_signed_context(tmp_path))
    try:
        client = OctoPrintClient(session, peer.url, KEY)
        assert await error_of(client) is PrinterCertificateError
        assert peer.requests == []
    finally:
        await peer.stop()


@pytest.mark.parametrize("is_verified", [True, False])
async def test_https_where_there_is_none(
    peer: OctoPrintPeer, is_verified: bool
) -> None:
    """No certificate is to blame, whether it would be verified or not."""
    url = peer.url.replace("http:", "https:")
    connector = aiohttp.TCPConnector(ssl=is_verified)
    async with aiohttp.ClientSession(connector=connector) as session:
        client = OctoPrintClient(session, url, KEY)
        assert await error_of(client) is AnswerWithoutTls


async def test_while_it_starts(session: aiohttp.ClientSession) -> None:
    """OctoPrint answers without HTTP, then hangs up, while it starts."""
    told = next(row["raw"] for row in recorded("starting") if row["raw"])
    peer = OctoPrintPeer(KEY)
    await peer.start()
    await peer.kill()
    await peer.begin_starting()
    try:
        assert told == "Not found"
        client = OctoPrintClient(session, peer.url, KEY)
        assert await error_of(client) is AnswerNotHttp
        await peer.restart(connected=False)
        assert (await client.look(NOTHING_REMEMBERED)).message == "Offline"
    finally:
        await peer.stop()


async def test_garbage_instead_of_http(session: aiohttp.ClientSession) -> None:
    """Bytes that are no HTTP are no reason to crash."""

    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\xff\x13garbage\r\n\r\n" * 50)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = OctoPrintClient(session, f"http://127.0.0.1:{port}", KEY)
    assert await error_of(client) is AnswerNotHttp
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "text",
    ["PrusaLink 0.8.1", "PrusaLink", "OctoPrint (Moonraker v0.9.3)", "Other 1.0", 7],
)
async def test_other_programs_are_not_taken_for_octoprint(
    session: aiohttp.ClientSession, text: str
) -> None:
    """PrusaLink on an MK3 is announced as OctoPrint, Moonraker plays it."""
    peer = OctoPrintPeer(KEY, text=text)
    await peer.start()
    try:
        with pytest.raises(NotThisPrinterType):
            await OctoPrintClient(session, peer.url, KEY).identify()
    finally:
        await peer.stop()


async def test_another_web_server(session: aiohttp.ClientSession) -> None:
    """A page at the root and nothing else is not OctoPrint."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    assert await error_of(OctoPrintClient(session, url, KEY)) is NotThisPrinterType
    await runner.cleanup()


async def test_temperatures_that_fail_spoil_no_look(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """What decides nothing may go wrong."""
    peer.start_print("a.gcode")
    peer.misbehave.where, peer.misbehave.body = "/api/printer", b"garbage"
    snapshot = await OctoPrintClient(session, peer.url, KEY).look(NOTHING_REMEMBERED)
    assert snapshot.filename == "a.gcode"
    assert snapshot.telemetry.nozzle_c is None


async def test_counters_that_fail_spoil_the_look(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """What decides is never silently left out."""
    peer.misbehave.where, peer.misbehave.status = "/api/files", 500
    client = OctoPrintClient(session, peer.url, KEY)
    with pytest.raises(PrinterProtocolError):
        await client.look(Remembered(filename="a.gcode"))


async def test_counters_that_always_fail_are_done_without(
    session: aiohttp.ClientSession,
    peer: OctoPrintPeer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A file that OctoPrint cannot tell about hides the printer for five looks alone."""
    peer.start_print("a.gcode")
    peer.misbehave.where, peer.misbehave.status = "/api/files", 500
    client = OctoPrintClient(session, peer.url, KEY)
    for _ in range(4):
        with pytest.raises(PrinterProtocolError):
            await client.look(NOTHING_REMEMBERED)
    for _ in range(2):
        snapshot = await client.look(NOTHING_REMEMBERED)
        assert (snapshot.activity, snapshot.counters) == (Activity.PRINTING, ())
    warnings = [row for row in caplog.records if row.levelno == logging.WARNING]
    assert len(warnings) == 1
    peer.misbehave.where = "/nowhere"
    (count,) = (await client.look(NOTHING_REMEMBERED)).counters
    assert count.filename == "a.gcode"
