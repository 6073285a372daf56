"""Requests that are signed in: with the key first, with the password second."""

import logging
from typing import Any

import aiohttp
from yarl import URL

from ..base import PrinterAuthError
from ..http import exchange, parse_object, raise_for_status
from .digest import Digest, find_challenge

_LOGGER = logging.getLogger(__name__)

# Buddy has this one user, and its key is the user's password.
BUDDY_USER = "maker"


class Login:
    """One PrusaLink, and what opens it.

    The answer to a digest challenge is used again until it is refused: a challenge
    for each request would double the load of a small controller.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        api_key: str | None,
        username: str | None,
        password: str | None,
        timeout_s: float,
    ) -> None:
        """Take the base URL, without a slash at its end, and the credentials."""
        self._session = session
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._api_key = (api_key or "").strip()
        self._username = (username or "").strip() or BUDDY_USER
        self._password = password or self._api_key
        self._digest: Digest | None = None

    async def get(self, path: str) -> dict[str, Any]:
        """Get one JSON object; raises PrinterError."""
        status, body = await self.fetch(path)
        raise_for_status(status)
        return parse_object(body)

    async def fetch(self, path: str) -> tuple[int, bytes]:
        """Get one path; returns status and body; raises PrinterError."""
        if self._api_key and self._digest is None:
            status, _, body = await self._send(path, {"X-Api-Key": self._key()})
            if status not in (401, 403):
                return status, body
        return await self._fetch_with_digest(path)

    async def is_prusalink(self, path: str) -> bool:
        """Tell whether a request without credentials is refused as PrusaLink does it."""
        status, headers, _ = await self._send(path, {})
        return status == 401 and find_challenge(headers) is not None

    async def _fetch_with_digest(self, path: str) -> tuple[int, bytes]:
        """Get one path with name and password, after a challenge where needed."""
        known = self._digest
        headers = {} if known is None else self._sign(known, path)
        status, received, body = await self._send(path, headers)
        challenge = find_challenge(received) if status == 401 else None
        if challenge is not None:
            digest = Digest(
                challenge=challenge, username=self._username, password=self._password
            )
            status, _, body = await self._send(path, self._sign(digest, path))
            self._digest = digest
        if status in (401, 403):
            # Begin with the key again, next time.
            self._digest = None
        return status, body

    def _sign(self, digest: Digest, path: str) -> dict[str, str]:
        """Return the header that answers a challenge."""
        uri = URL(self._url + path).raw_path_qs
        return {"Authorization": _clean(digest.authorise("GET", uri))}

    def _key(self) -> str:
        """Return the key; raises PrinterAuthError for one that no header can hold."""
        return _clean(self._api_key)

    async def _send(self, path: str, headers: dict[str, str]) -> tuple[int, Any, bytes]:
        """Send one request; returns status, headers and body; raises PrinterError."""
        answer = await exchange(
            self._session,
            "GET",
            self._url + path,
            headers={"Accept": "application/json", **headers},
            timeout=self._timeout,
        )
        _LOGGER.debug("%s answered %s with HTTP %s", self._url, path, answer[0])
        return answer


def _clean(text: str) -> str:
    """Return the text of a header; raises PrinterAuthError where it can be none."""
    if not text.isprintable():
        raise PrinterAuthError("a header cannot hold such characters")
    return text
