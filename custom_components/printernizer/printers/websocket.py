"""Messages from a WebSocket that may fall silent."""

from collections.abc import AsyncGenerator, Mapping

import aiohttp

SILENCE_S = 30.0
CLOSE_TIMEOUT_S = 1.0
MAX_MESSAGE_BYTES = 1024 * 1024


async def connect(
    session: aiohttp.ClientSession,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    autoping: bool = True,
) -> aiohttp.ClientWebSocketResponse:
    """Open a WebSocket over a session's connections; raises what aiohttp does.

    Redirects are not followed: they would carry a key to another host. ``ws_connect``
    cannot be told so, hence the session with a middleware, for the handshake alone.

    aiohttp's own heartbeat is not used: its timer outlives the connection when the
    other side's close frame arrives while closing (aiohttp 3.14.5).
    """
    if session.closed:
        raise aiohttp.ClientConnectionError("the session is closed")
    async with aiohttp.ClientSession(
        connector=session.connector,
        connector_owner=False,
        cookie_jar=session.cookie_jar,
        headers=session.headers,
        middlewares=(_refuse_redirect,),
    ) as shaking_hands:
        return await shaking_hands.ws_connect(
            url,
            headers=headers,
            autoping=autoping,
            max_msg_size=MAX_MESSAGE_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S),
        )


async def _refuse_redirect(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request; raises ClientConnectionError where it is to go elsewhere."""
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise aiohttp.ClientConnectionError("redirects are not followed")
    return response


async def texts(
    socket: aiohttp.ClientWebSocketResponse, silence_s: float = SILENCE_S
) -> AsyncGenerator[str]:
    """Give text messages until the connection, opened with ``autoping=False``, ends.

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
