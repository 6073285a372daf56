"""Ways in which a PrusaLink, or what stands in its place, lets its clients down."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

HUGE_BYTES = 10 * 1024 * 1024

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class Misbehaviour:
    """What goes wrong with requests for paths that contain ``where``.

    ``status`` and ``body`` replace the answer, ``drops`` breaks the connection,
    ``stalls`` lets answers wait until ``unstall`` is set.
    """

    where: str = ""
    status: int | None = None
    body: bytes | None = None
    drops: bool = False
    stalls: bool = False
    unstall: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Behave again; stalled answers go on."""
        self.where, self.status, self.body = "", None, None
        self.drops = self.stalls = False
        self.unstall.set()
        self.unstall = asyncio.Event()

    @web.middleware
    async def middleware(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Spoil one answer, where told so."""
        if self.where not in request.path:
            return await handler(request)
        if self.drops and request.transport is not None:
            request.transport.abort()
        if self.stalls:
            await self.unstall.wait()
        if self.status is not None or self.body is not None:
            return web.Response(
                status=self.status or 200,
                body=self.body,
                content_type="application/json",
                headers={"Location": "/elsewhere"},
            )
        return await handler(request)
