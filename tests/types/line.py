"""The network between Home Assistant and a printer."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from tests.support.ports import free_port

CHUNK_BYTES = 64 * 1024


class Line:
    """Carry TCP connections to a port on 127.0.0.1, until it is cut.

    Both ends go on while it is cut: new connections are refused, those that were
    open break. ``port`` stays the same for the line's whole life.
    """

    def __init__(self, target: Callable[[], int]) -> None:
        """Lead to the port that ``target`` returns at the time of a connection."""
        self.port = free_port()
        self._target = target
        self._server: asyncio.Server | None = None
        self._carriers: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        """Carry connections from now on."""
        self._server = await asyncio.start_server(
            self._carry, "127.0.0.1", self.port, reuse_address=True
        )

    async def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        carriers = tuple(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one connection until either end closes it."""
        task = asyncio.current_task()
        assert task is not None
        self._carriers.add(task)
        try:
            with suppress(OSError):
                far = await asyncio.open_connection("127.0.0.1", self._target())
                await _carry_both_ways((reader, writer), far)
        except asyncio.CancelledError:
            # A cut is no cancellation for the server that has made this task.
            return
        finally:
            writer.transport.abort()
            self._carriers.discard(task)


type Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _carry_both_ways(near: Stream, far: Stream) -> None:
    """Carry until one side ends."""
    ways = {
        asyncio.ensure_future(_carry_one_way(near[0], far[1])),
        asyncio.ensure_future(_carry_one_way(far[0], near[1])),
    }
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        near[1].transport.abort()
        far[1].transport.abort()


async def _carry_one_way(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Carry bytes until there are no more."""
    with suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        # What is written still has to leave, and the other end to close by itself.
        writer.write_eof() if writer.can_write_eof() else None
        await asyncio.wait_for(writer.wait_closed(), 1)
