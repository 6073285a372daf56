"""OctoPrint's REST API: where it is, and the key that opens it."""

from typing import Any
from urllib.parse import quote

import aiohttp

from ..base import PrinterAuthError
from ..http import TIMEOUT_S, exchange, get_json, request

MAX_PATH = 1000


class Rest:
    """One OctoPrint's REST API."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        api_key: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Take the base URL, without a slash at its end, and the key."""
        self.session = session
        self.url = url.rstrip("/")
        self.timeout_s = timeout_s
        self._api_key = (api_key or "").strip()

    def address(self, path: str) -> str:
        """Return the URL of a path below the base."""
        return f"{self.url}/{path}"

    def headers(self) -> dict[str, str]:
        """Return the key as a header; raises PrinterAuthError for an impossible key."""
        if not self._api_key:
            return {}
        if not (self._api_key.isascii() and self._api_key.isprintable()):
            raise PrinterAuthError("no key holds such characters")
        return {"X-Api-Key": self._api_key}

    async def send(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        """Send one request with the key; returns status and body."""
        return await request(
            self.session,
            method,
            self.address(path),
            headers=self.headers(),
            timeout=aiohttp.ClientTimeout(total=self.timeout_s),
            **options,
        )

    async def get(self, path: str) -> dict[str, Any]:
        """Get one JSON object with the key; raises PrinterError."""
        return await get_json(
            self.session,
            self.address(path),
            headers=self.headers(),
            timeout=aiohttp.ClientTimeout(total=self.timeout_s),
        )

    async def date(self) -> str | None:
        """Return the ``Date`` of the server; raises PrinterError.

        Its API tells none, but what describes the push socket does (1.11).
        """
        _, headers, _ = await exchange(
            self.session,
            "GET",
            self.address("sockjs/info"),
            timeout=aiohttp.ClientTimeout(total=self.timeout_s),
        )
        return headers.get("Date")


def file_address(path: str) -> str | None:
    """Return where a local file is described, None for a path that no file has.

    A path with ``..`` in it would lead out of the folder of files.
    """
    if len(path) > MAX_PATH or any(part in (".", "..") for part in path.split("/")):
        return None
    return f"api/files/local/{quote(path)}"
