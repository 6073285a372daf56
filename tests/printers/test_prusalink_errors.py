"""What is no PrusaLink, or not in order: each has its own error."""

import asyncio
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import Activity
from custom_components.printernizer.printers.base import (
    AnswerNotJson,
    AnswerTooLarge,
    NotThisPrinterType,
    PrinterAuthError,
    PrinterCertificateError,
    PrinterError,
    PrinterProtocolError,
    PrinterStarting,
    PrinterTimeout,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.prusalink import PrusaLinkClient
from tests.peers.prusalink import PrusaLinkPeer
from tests.peers.prusalink.misbehave import HUGE_BYTES
from tests.support.certificates import self_signed_context

from .prusalink_look import look

CHALLENGE = (
    b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: Digest %s\r\n\r\n"
)


async def test_nothing_there(
    printer_session: aiohttp.ClientSession, buddy: PrusaLinkPeer
) -> None:
    """A printer that is off refuses the connection."""
    client = PrusaLinkClient(printer_session, buddy.url, api_key=buddy.api_key)
    await buddy.stop()

    with pytest.raises(PrinterUnreachable):
        await look(client)


async def test_starting(mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient) -> None:
    """MK3 answers 503 for some seconds."""
    mk3.is_starting = True
    with pytest.raises(PrinterStarting):
        await look(mk3_client)
    with pytest.raises(PrinterStarting):
        await mk3_client.identify()
    mk3.is_starting = False

    assert (await look(mk3_client)).activity is Activity.IDLE


async def test_too_slow(
    printer_session: aiohttp.ClientSession, buddy: PrusaLinkPeer
) -> None:
    """A timeout is no news, and the next look works again."""
    client = PrusaLinkClient(
        printer_session, buddy.url, api_key=buddy.api_key, timeout_s=0.2
    )
    buddy.misbehave.stalls = True
    with pytest.raises(PrinterTimeout):
        await look(client)
    buddy.misbehave.stop()

    assert (await look(client)).activity is Activity.IDLE


async def test_connection_broken(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """A connection that breaks in mid-answer is no news."""
    buddy.misbehave.drops = True

    with pytest.raises(PrinterUnreachable):
        await look(buddy_client)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(200, b"<html>It works!</html>", AnswerNotJson, id="page"),
        pytest.param(200, bytes(range(256)), AnswerNotJson, id="bytes"),
        pytest.param(200, b"", AnswerNotJson, id="empty"),
        pytest.param(200, b"[" * 100_000, AnswerNotJson, id="deep"),
        pytest.param(200, b"[]", PrinterProtocolError, id="list"),
        pytest.param(200, b"null", PrinterProtocolError, id="null"),
        pytest.param(200, b"x" * HUGE_BYTES, AnswerTooLarge, id="huge"),
        pytest.param(204, b"", AnswerNotJson, id="204"),
        pytest.param(302, b"", PrinterProtocolError, id="302"),
        pytest.param(400, b"{}", PrinterProtocolError, id="400"),
        pytest.param(401, b"", PrinterAuthError, id="401"),
        pytest.param(403, b"", PrinterAuthError, id="403"),
        pytest.param(404, b"", NotThisPrinterType, id="404"),
        pytest.param(500, b"{}", PrinterProtocolError, id="500"),
        pytest.param(502, b"", PrinterStarting, id="502"),
        pytest.param(503, b"", PrinterStarting, id="503"),
    ],
)
async def test_answers_of_others(
    buddy: PrusaLinkPeer,
    buddy_client: PrusaLinkClient,
    status: int,
    body: bytes,
    error: type[PrinterError],
) -> None:
    """Each kind of wrong answer has its error."""
    buddy.misbehave.status, buddy.misbehave.body = status, body

    with pytest.raises(error) as raised:
        await look(buddy_client)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    "body", [b"{}", b'{"printer": 7}', b'{"printer": {"state": [1]}, "job": "x"}']
)
async def test_json_without_a_state_is_no_news(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient, body: bytes
) -> None:
    """A report without a state tells nothing."""
    buddy.misbehave.body = body

    assert (await look(buddy_client)).activity is Activity.NO_NEWS


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x01\x02\xff" * 64,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\n{}",
        CHALLENGE % b"",
        CHALLENGE % b'realm="a", nonce="b", algorithm=SHA-512-256',
        CHALLENGE % b'realm="\\"\xe4", nonce="\xff", qop="auth-int,auth", opaque=""',
        b"\r\n\r\n\r\n",
    ],
    ids=range(12),
)
async def test_whatever_bytes_come(
    printer_session: aiohttp.ClientSession, raw: bytes
) -> None:
    """Nothing but a PrinterError is raised, for any bytes."""

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send the bytes and hang up."""
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(raw)
            await writer.drain()
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = PrusaLinkClient(
            printer_session, f"http://127.0.0.1:{port}", api_key="key", timeout_s=2
        )
        with pytest.raises(PrinterError):
            await look(client)
        with pytest.raises(PrinterError):
            await client.identify()


async def test_untrusted_certificate(
    printer_session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """A certificate that nobody vouches for has its own error."""
    peer = PrusaLinkPeer()
    await peer.start(tls=self_signed_context(tmp_path))
    client = PrusaLinkClient(printer_session, peer.url, api_key=peer.api_key)
    with pytest.raises(PrinterCertificateError):
        await look(client)
    await peer.stop()

    assert not peer.asked
