"""A small MQTT 3.1.1 broker: what a printer's has, QoS 0 and 1, no retained messages.

Packet layout: MQTT 3.1.1 (OASIS, 2014), chapters 2 and 3.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
import ssl

MAX_PACKET = 1024 * 1024


class Packet(IntEnum):
    """Types of control packets."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class ProtocolViolation(Exception):
    """A client sends what MQTT forbids."""


def packet(kind: Packet, body: bytes, flags: int = 0) -> bytes:
    """Return a packet with its fixed header."""
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([kind << 4 | flags]) + bytes(digits) + body


def publication(topic: str, payload: bytes) -> bytes:
    """Return a PUBLISH packet with QoS 0."""
    name = topic.encode()
    return packet(Packet.PUBLISH, len(name).to_bytes(2) + name + payload)


class Body:
    """Read a packet's body from left to right."""

    def __init__(self, data: bytes) -> None:
        """Start at the left."""
        self._data = data

    def __bool__(self) -> bool:
        """Tell whether something is left."""
        return bool(self._data)

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        if len(self._data) < count:
            raise ProtocolViolation("the packet is too short")
        found, self._data = self._data[:count], self._data[count:]
        return found

    def number(self, count: int = 2) -> int:
        """Return a number."""
        return int.from_bytes(self.take(count))

    def text(self) -> str:
        """Return a text with its length in front."""
        return self.take(self.number()).decode()

    def rest(self) -> bytes:
        """Return what is left."""
        return self.take(len(self._data))


class Client:
    """One client's connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Wait for its CONNECT."""
        self._reader = reader
        self.writer = writer
        self.client_id = ""
        self.is_clean = False
        self.topics: set[str] = set()

    async def receive(self) -> tuple[Packet, int, Body]:
        """Return the next packet: type, flags and body."""
        first = (await self._reader.readexactly(1))[0]
        length = shift = 0
        while True:
            digit = (await self._reader.readexactly(1))[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
        if length > MAX_PACKET:
            raise ProtocolViolation("the packet is too long")
        body = Body(await self._reader.readexactly(length))
        return Packet(first >> 4), first & 0xF, body

    def send(self, data: bytes) -> None:
        """Send a packet."""
        if not self.writer.is_closing():
            self.writer.write(data)

    def drop(self) -> None:
        """Break the connection."""
        self.writer.transport.abort()


class Broker:
    """Serve clients.

    ``login`` answers user name and password with a return code of CONNACK, or None to
    say nothing; ``subscribed`` and ``published`` are told what clients do, and may
    drop them.
    """

    def __init__(
        self,
        *,
        login: Callable[[Client, str, str], int | None],
        subscribed: Callable[[Client, str], int],
        published: Callable[[Client, str, bytes, int], None],
    ) -> None:
        """Serve nobody yet."""
        self._login = login
        self._subscribed = subscribed
        self._published = published
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.clients: set[Client] = set()
        self.goodbyes = 0
        self.handshakes = 0

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Open the port."""
        self._server = await asyncio.start_server(
            self._serve, host, port, ssl=tls, reuse_address=True
        )

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for client in list(self.clients):
            client.drop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        """Close the port, and read nothing more of what clients send."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for client in self.clients:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a message to those who subscribed."""
        data = publication(topic, payload)
        for client in self.clients:
            if topic in client.topics or "#" in client.topics:
                client.send(data)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one client until its end."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.handshakes += 1
        client = Client(reader, writer)
        self.clients.add(client)
        try:
            with suppress(OSError, EOFError, ProtocolViolation, ValueError):
                await self._converse(client)
        finally:
            self.clients.discard(client)
            self._tasks.discard(task)
            client.drop()

    async def _converse(self, client: Client) -> None:
        """Answer one client's packets."""
        kind, _flags, body = await client.receive()
        if kind is not Packet.CONNECT or not await self._admit(client, body):
            return
        while True:
            kind, flags, body = await client.receive()
            match kind:
                case Packet.SUBSCRIBE:
                    self._subscribe(client, body)
                case Packet.UNSUBSCRIBE:
                    client.send(packet(Packet.UNSUBACK, body.take(2)))
                case Packet.PUBLISH:
                    self._publish(client, flags >> 1 & 3, body)
                case Packet.PINGREQ:
                    client.send(packet(Packet.PINGRESP, b""))
                case Packet.DISCONNECT:
                    self.goodbyes += 1
                    return
                case Packet.PUBACK:
                    pass
                case _:
                    raise ProtocolViolation(f"a client sends {kind.name}")
            await client.writer.drain()

    async def _admit(self, client: Client, body: Body) -> bool:
        """Answer CONNECT; returns whether the client may stay."""
        if body.text() != "MQTT" or body.number(1) != 4:
            client.send(packet(Packet.CONNACK, b"\0\1"))
            return False
        flags = body.number(1)
        client.is_clean = bool(flags & 0x02)
        body.number()
        client.client_id = body.text()
        user = body.text() if flags & 0x80 else ""
        password = body.text() if flags & 0x40 else ""
        code = self._login(client, user, password)
        if code is None:
            await client.receive()
            return False
        client.send(packet(Packet.CONNACK, bytes([0, code])))
        await client.writer.drain()
        return code == 0

    def _subscribe(self, client: Client, body: Body) -> None:
        """Answer SUBSCRIBE."""
        number = body.take(2)
        codes = bytearray()
        topics = []
        while body:
            topic = body.text()
            body.number(1)
            codes.append(self._subscribed(client, topic))
            topics.append(topic)
        client.send(packet(Packet.SUBACK, number + bytes(codes)))
        client.topics.update(topics)

    def _publish(self, client: Client, qos: int, body: Body) -> None:
        """Take in a message."""
        topic = body.text()
        if qos:
            client.send(packet(Packet.PUBACK, body.take(2)))
        self._published(client, topic, body.rest(), qos)
