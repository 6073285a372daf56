"""Ways in which a web server can let its clients down, for any peer's server."""

import asyncio
from enum import StrEnum

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

HUGE = 10 * 1024 * 1024


class Misbehaviour(StrEnum):
    """What the server does instead of answering."""

    NONE = "none"
    DROP = "drop"
    STALL = "stall"
    NOT_JSON = "not_json"
    GARBAGE = "garbage"
    WRONG_TYPES = "wrong_types"
    LIST = "list"
    HUGE = "huge"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    STARTING = "starting"
    BROKEN = "broken"
    REDIRECT = "redirect"


_STATUSES = {
    Misbehaviour.UNAUTHORIZED: 401,
    Misbehaviour.FORBIDDEN: 403,
    Misbehaviour.NOT_FOUND: 404,
    Misbehaviour.BROKEN: 500,
    Misbehaviour.STARTING: 503,
}
_BODIES = {
    Misbehaviour.NOT_JSON: b"<html><body>It works!</body></html>",
    Misbehaviour.GARBAGE: bytes(range(256)) * 4,
    Misbehaviour.WRONG_TYPES: b'{"result": {"status": [1], "jobs": {"a": null}}}',
    Misbehaviour.LIST: b'["result"]',
    Misbehaviour.HUGE: b'"' + b"x" * HUGE + b'"',
}


class Misbehaving:
    """A middleware that spoils answers while told to.

    ``only`` limits it to paths that contain the text.
    """

    def __init__(self) -> None:
        """Start as a server that behaves."""
        self.how = Misbehaviour.NONE
        self.only = ""
        self._behaves = asyncio.Event()

    def start(self, how: Misbehaviour, only: str = "") -> None:
        """Misbehave from now on."""
        self.how, self.only = how, only
        self._behaves.clear()

    def stop(self) -> None:
        """Behave again; stalled answers go on."""
        self.how, self.only = Misbehaviour.NONE, ""
        self._behaves.set()

    @property
    def middleware(self) -> Middleware:
        """Return the middleware for a ``web.Application``."""

        @web.middleware
        async def spoil(request: web.Request, handler: Handler) -> web.StreamResponse:
            """Answer in the way that is asked for."""
            if self.how is Misbehaviour.NONE or self.only not in request.path:
                return await handler(request)
            return await self._spoiled(request, handler)

        return spoil

    async def _spoiled(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Return a spoiled answer."""
        how = self.how
        if how is Misbehaviour.STALL:
            await self._behaves.wait()
            return await handler(request)
        if how is Misbehaviour.DROP:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if how is Misbehaviour.REDIRECT:
            raise web.HTTPFound("/elsewhere")
        if how in _STATUSES:
            return web.Response(status=_STATUSES[how], text="<html>no</html>")
        return web.Response(body=_BODIES[how], content_type="application/json")
