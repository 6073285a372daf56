"""How long it takes until the last of many sockets has heard of a job on disk."""

import asyncio
from pathlib import Path
import time
from typing import override

from custom_components.printernizer.api.socket import SocketView

from .measured import House, house, middle
from .registry import Values, figures

COUNTS = (1, 100, 500)
ROUNDS = 5
_KIND = b'"job_auto_created"'


class Listener(asyncio.Protocol):
    """A client that notes when it hears of a job, and does nothing else."""

    def __init__(self, head: bytes) -> None:
        """Ask for the socket with this head of a request."""
        self._head = head
        self._transport: asyncio.Transport | None = None
        self.is_open = asyncio.get_running_loop().create_future()
        self.heard: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._head)

    @override
    def data_received(self, data: bytes) -> None:
        """Note the time."""
        if not self.is_open.done():
            assert data.startswith(b"HTTP/1.1 101"), data
            self.is_open.set_result(None)
        elif _KIND in data and not self.heard.done():
            self.heard.set_result(time.clock_gettime(time.CLOCK_MONOTONIC))

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.abort()


async def _listen(here: House) -> Listener:
    """Open one socket."""
    lines = [
        f"GET {SocketView.url} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {here.home.headers()['Authorization']}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    head = "\r\n".join((*lines, "", "")).encode()
    loop = asyncio.get_running_loop()
    _, listener = await loop.create_connection(
        lambda: Listener(head), "127.0.0.1", here.home.port
    )
    await listener.is_open
    return listener


async def _last_ms(here: House, count: int, name: str) -> float:
    """Return the time from the commit of a print's job to the last of the sockets."""
    listeners = [await _listen(here) for _ in range(count)]
    before = len(await here.json("/api/stopwatch/commits"))
    here.peer.start_print(name, 600)
    async with asyncio.timeout(30):
        heard = await asyncio.gather(*(each.heard for each in listeners))
    for each in listeners:
        each.close()
    here.peer.cancel()
    await here.peer.until_idle()
    # The first commit after the start is the one that opened the job.
    committed: float = (await here.json("/api/stopwatch/commits"))[before]
    while (await here.json("/api/v1/jobs?status=running"))["total_count"]:
        await asyncio.sleep(0.1)
    return (max(heard) - committed) * 1000


@figures(
    *(f"sockets_{count}_last_ms" for count in COUNTS),
    limits={"sockets_500_last_ms": 25},
)
async def measure_sockets(folder: Path) -> Values:
    """Begin prints while 1, 100 and 500 sockets listen; the middle of five rounds."""
    async with house(folder, 1000) as here:
        return {
            f"sockets_{count}_last_ms": middle(
                [await _last_ms(here, count, f"{count} {n}.g") for n in range(ROUNDS)]
            )
            for count in COUNTS
        }
