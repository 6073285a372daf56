"""The plugin that hands out application keys."""

import asyncio
from dataclasses import dataclass, field
import secrets

from aiohttp import web

EXPIRY_S = 5.0
LIMIT = 3


@dataclass(slots=True)
class KeyDesk:
    """Requests for keys, and the keys that were granted."""

    enabled: bool = True
    expiry_s: float = EXPIRY_S
    keys: set[str] = field(default_factory=set)
    pending: dict[str, str] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _count: int = 0
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)

    def decide(self, *, granted: bool) -> None:
        """Answer all pending requests, as the user does in the browser."""
        for token in tuple(self.pending):
            del self.pending[token]
            if granted:
                key = secrets.token_urlsafe(32)
                self.keys.add(key)
                self.decided[token] = key

    def routes(self, prefix: str) -> list[web.RouteDef]:
        """Return the plugin's addresses."""
        base = f"{prefix}/plugin/appkeys"
        return [
            web.get(f"{base}/probe", self._probe),
            web.post(f"{base}/request", self._request),
            web.get(base + "/request/{token}", self._poll),
        ]

    def stop(self) -> None:
        """Forget the timers."""
        for timer in self._timers.values():
            timer.cancel()

    async def _probe(self, _: web.Request) -> web.Response:
        """Tell that the plugin is there."""
        return web.Response(status=204 if self.enabled else 404)

    async def _request(self, request: web.Request) -> web.Response:
        """Take a request; the fourth within a minute is refused."""
        if not self.enabled:
            return web.json_response({"error": "not found"}, status=404)
        self._count += 1
        if self._count > LIMIT:
            return web.json_response({"error": "too many"}, status=429)
        body = await request.json()
        token = secrets.token_urlsafe(32)
        self.pending[token] = body["app"]
        self._expire_later(token)
        self.asked.set()
        base = f"{request.scheme}://{request.host}/plugin/appkeys"
        return web.json_response(
            {"app_token": token, "auth_dialog": f"{base}/auth/{token}"},
            status=201,
            headers={"Location": f"{base}/request/{token}"},
        )

    async def _poll(self, request: web.Request) -> web.Response:
        """Answer a poll: not yet, the key once, or nothing."""
        token = request.match_info["token"]
        if token in self.decided:
            return web.json_response({"api_key": self.decided.pop(token)})
        if token not in self.pending:
            return web.json_response({"error": "not found"}, status=404)
        self._expire_later(token)
        return web.json_response({"message": "Awaiting decision"}, status=202)

    def _expire_later(self, token: str) -> None:
        """Let a request die when it is not polled."""
        if token in self._timers:
            self._timers[token].cancel()
        loop = asyncio.get_running_loop()
        self._timers[token] = loop.call_later(
            self.expiry_s, self.pending.pop, token, None
        )
