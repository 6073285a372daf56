"""Messages from a WebSocket that may fall silent."""

from collections.abc import AsyncGenerator

import aiohttp

SILENCE_S = 30.0
CLOSE_TIMEOUT_S = 1.0
MAX_MESSAGE_BYTES = 1024 * 1024


async def connect(
    session: aiohttp.ClientSession, url: str
) -> aiohttp.ClientWebSocketResponse:
    """Open a WebSocket to be read with ``texts``; raises what aiohttp does.

    aiohttp's own heartbeat is not used: its timer outlives the connection when the
    other side's close frame arrives while closing (aiohttp 3.14.5).
    """
    return await session.ws_connect(
        url,
        autoping=False,
        max_msg_size=MAX_MESSAGE_BYTES,
        timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S),
    )


async def texts(
    socket: aiohttp.ClientWebSocketResponse, silence_s: float = SILENCE_S
) -> AsyncGenerator[str]:
    """Give text messages until the connection ends.

    After ``silence_s`` seconds without a frame the other side is pinged; after twice
    as long it is taken for gone.
    """
    is_pinged = False
    while True:
        try:
            message = await socket.receive(timeout=silence_s)
        except TimeoutError:
            if is_pinged:
                return
            await socket.ping()
            is_pinged = True
            continue
        is_pinged = False
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                yield message.data
            case aiohttp.WSMsgType.PING:
                await socket.pong(message.data)
            case aiohttp.WSMsgType.PONG | aiohttp.WSMsgType.BINARY:
                continue
            case _:
                return
