"""What a Bambu Lab printer, or what answers in its place, can do wrong."""

import asyncio
from dataclasses import replace
import gc
from typing import Any

import pytest

from custom_components.printernizer.core.snapshot import NOTHING_REMEMBERED, Activity
from custom_components.printernizer.printers.bambu_lab import Timing
from custom_components.printernizer.printers.base import (
    AnswerNotJson,
    AnswerTooLarge,
    NotThisPrinterType,
    PrinterAuthError,
    PrinterError,
    PrinterProtocolError,
    PrinterStarting,
    PrinterTimeout,
    PrinterUnreachable,
)
from tests.peers.bambu import BambuPeer
from tests.peers.bambu.mqtt import Packet, packet

from .bambu_support import QUICK, client_of, listening, running

MISREAD = [
    pytest.param(b"no JSON", AnswerNotJson, id="no JSON"),
    pytest.param(b"", AnswerNotJson, id="empty"),
    pytest.param(b"[" * 100_000, AnswerNotJson, id="nested too deep"),
    pytest.param(b"[1, 2]", PrinterProtocolError, id="a list"),
    pytest.param(b"null", PrinterProtocolError, id="null"),
    pytest.param(
        b'"' + b"x" * 10_000_000 + b'"',
        AnswerTooLarge,
        id="10 MB",
        marks=pytest.mark.slow,
    ),
]


async def raised_by_both(
    peer: BambuPeer, timing: Timing = QUICK
) -> tuple[type[PrinterError], ...]:
    """Return the errors of identify and of look."""
    client = client_of(peer, timing=timing)
    kinds = []
    for ask in (client.identify(), client.look(NOTHING_REMEMBERED)):
        with pytest.raises(PrinterError) as caught:
            await ask
        kinds.append(caught.type)
    await client.close()
    return tuple(kinds)


async def test_refused_code_is_an_auth_error_and_ends_listening() -> None:
    """CONNACK 4: the code changes with the LAN mode. No storm of logins."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer, access_code="00000000")
        with pytest.raises(PrinterAuthError):
            await client.identify()
        with pytest.raises(PrinterAuthError):
            await client.listen(lambda _: None)
        with pytest.raises(PrinterAuthError):
            await client.look(NOTHING_REMEMBERED)
        await client.close()
    assert peer.logins <= 3


async def test_refused_code_is_tried_again_by_the_next_look() -> None:
    """It may be changed back on the printer; each look costs one login."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        peer.access_code = "87654321"
        for _ in range(2):
            with pytest.raises(PrinterAuthError):
                await client.look(NOTHING_REMEMBERED)
        assert peer.logins == 2
        peer.access_code = "12345678"
        snapshot = await client.look(NOTHING_REMEMBERED)
        assert snapshot.activity is Activity.IDLE
        await client.close()


async def test_code_refused_in_mid_connection() -> None:
    """The printer's LAN mode is toggled while we listen."""
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        await client.look(NOTHING_REMEMBERED)
        listener = asyncio.create_task(client.listen(lambda _: None))
        peer.access_code = "87654321"
        peer.drop()
        with pytest.raises(PrinterAuthError):
            await asyncio.wait_for(listener, 5)
        await client.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1, PrinterUnreachable),
        (2, PrinterProtocolError),
        (3, PrinterStarting),
        (5, PrinterAuthError),
    ],
)
async def test_refused_logins(code: int, kind: type[PrinterError]) -> None:
    """Each return code of CONNACK has its meaning."""
    async with running(BambuPeer()) as peer:
        peer.misbehave.login = code
        for found in await raised_by_both(peer):
            assert issubclass(found, kind)


async def test_nobody_answers() -> None:
    """A wrong address, or the printer is off."""
    peer = BambuPeer()
    async with running(peer):
        pass
    for found in await raised_by_both(peer):
        assert found is PrinterUnreachable


async def test_a_host_that_is_none() -> None:
    """A typing error."""
    client = client_of(BambuPeer(), host="", port=8883)
    with pytest.raises(PrinterUnreachable):
        await client.identify()
    await client.close()


async def test_a_port_without_tls() -> None:
    """A web server, or plain MQTT."""
    async with running(BambuPeer(has_tls=False)) as peer:

        async def web(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(web, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(NotThisPrinterType):
                await client_of(peer, port=port).identify()


async def test_a_port_that_says_nothing() -> None:
    """TCP is accepted, then silence."""
    done = asyncio.Event()

    async def silence(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        client = client_of(BambuPeer(), port=port)
        with pytest.raises(PrinterTimeout):
            await client.identify()
        done.set()


async def test_cancelled_while_a_connection_fails() -> None:
    """Nobody waits for its error any more, so none is reported as unheard."""
    loop = asyncio.get_running_loop()
    before, reported = loop.get_exception_handler(), list[dict[str, Any]]()
    loop.set_exception_handler(lambda _, context: reported.append(context))
    came = asyncio.Event()

    async def silence(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer no handshake."""
        came.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silence, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        quick = replace(QUICK, connect_s=0.1)
        client = client_of(BambuPeer(), port=port, timing=quick)
        listener = asyncio.create_task(client.listen(lambda _: None))
        await came.wait()
        listener.cancel()
        await asyncio.wait({listener})
        await client.close()
        del client, listener
        gc.collect()
    loop.set_exception_handler(before)
    assert reported == []


@pytest.mark.slow
async def test_a_login_without_an_answer() -> None:
    """A printer whose broker hangs."""
    async with running(BambuPeer()) as peer:
        peer.misbehave.stalls = True
        for found in await raised_by_both(peer):
            assert found is PrinterTimeout


async def test_an_answer_that_is_not_mqtt() -> None:
    """TLS fits, so it is the printer: paho ends the connection."""
    async with running(BambuPeer()) as peer:
        peer.misbehave.greeting = b"\xf0\x00"
        for found in await raised_by_both(peer):
            assert found is PrinterUnreachable


BROKEN = [
    pytest.param(packet(Packet.PUBLISH, b""), id="no topic"),
    pytest.param(packet(Packet.PUBLISH, b"\xff\xff{"), id="topic cut off"),
    pytest.param(packet(Packet.SUBACK, b"\0"), id="no answer to the subscription"),
    pytest.param(b"\x30\xff\xff\xff\x7f", id="256 MB"),
]


@pytest.mark.parametrize("broken", BROKEN)
async def test_packets_that_are_broken(broken: bytes) -> None:
    """The connection is lost with them, and nothing is said of a serial number."""
    async with running(BambuPeer(report_s=30)) as peer:
        peer.misbehave.is_deaf = True

        async def answer() -> None:
            """Send a broken packet where a report is due."""
            for count in (1, 2):
                await peer.until_asked("get_version", count)
                peer.send_raw(broken)

        answering = asyncio.create_task(answer())
        unreachable = (PrinterUnreachable, PrinterUnreachable)
        assert await raised_by_both(peer) == unreachable
        await answering


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_broken_packet_in_mid_connection(broken: bytes) -> None:
    """It is noticed long before the silence after it would be."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.send_raw(broken)
        async with asyncio.timeout(5):
            await peer.until_asked("pushall", 2)


@pytest.mark.parametrize(("payload", "kind"), MISREAD)
async def test_reports_that_cannot_be_read(
    payload: bytes, kind: type[PrinterError]
) -> None:
    """Each has an error of its own."""
    async with running(BambuPeer(report_s=30)) as peer:
        peer.misbehave.is_deaf = True

        async def answer() -> None:
            for count in (1, 2):
                await peer.until_asked("get_version", count)
                peer.send(payload)

        answering = asyncio.create_task(answer())
        # Ten megabytes take their time on a busy machine.
        patient = Timing(full_s=4, identify_s=4)
        timing = patient if len(payload) > 1_000_000 else QUICK
        assert await raised_by_both(peer, timing) == (kind, kind)
        await answering


@pytest.mark.parametrize(("payload", "kind"), MISREAD)
async def test_a_known_state_outlives_them(
    payload: bytes, kind: type[PrinterError]
) -> None:
    """One bad report is no news, and the next good one counts again."""
    assert issubclass(kind, PrinterError)
    async with running(BambuPeer()) as peer:
        client = client_of(peer)
        async with listening(client) as heard:
            await heard.activity(Activity.IDLE)
            peer.send(payload)
            assert (await client.look(NOTHING_REMEMBERED)).activity is Activity.IDLE
            peer.start_print("a.3mf")
            await heard.activity(Activity.PRINTING)
        assert peer.logins == 1
