"""Application keys: the user lets us in with one click in OctoPrint."""

import asyncio
from dataclasses import field
import re
from typing import ClassVar
from urllib.parse import quote

import aiohttp

from ...core.frozen import frozen
from ..base import PrinterError, PrinterProtocolError, PrinterTimeout
from ..http import TIMEOUT_S, parse_object, raise_for_status
from ..parsing import as_text
from .rest import Rest

APP_NAME = "Printernizer"
POLL_INTERVAL_S = 1.0
DECISION_TIMEOUT_S = 300.0

_TOKEN = re.compile(r"[\w~.-]{1,200}", re.ASCII)


class AppKeysUnavailable(PrinterError):
    """No application keys are handed out: OctoPrint's plugin for them is off."""

    key: ClassVar[str] = "appkeys_unavailable"


class AppKeyDenied(PrinterError):
    """The user refused, or did not answer in time; both look the same."""

    key: ClassVar[str] = "appkey_denied"


class AppKeyRequestsLimited(PrinterError):
    """It takes no more requests for now: three a minute are allowed (1.11)."""

    key: ClassVar[str] = "appkey_requests_limited"


@frozen(kw_only=True)
class AppKeyRequest:
    """A request for a key. Whoever knows its token gets the key: never show it.

    ``dialog_url`` is the page where the user decides, None where it is the ordinary
    web interface, which shows the request to users who are signed in.
    """

    token: str = field(repr=False)
    dialog_url: str | None = field(repr=False)


class AppKeys:
    """OctoPrint's workflow for application keys (1.3.10 and later).

    A request dies 5 s after the last poll, so ``wait`` has to follow ``request`` at
    once and to be kept running.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        timeout_s: float = TIMEOUT_S,
        poll_interval_s: float = POLL_INTERVAL_S,
    ) -> None:
        """Take the base URL as ``normalise_url`` makes it; no key is needed."""
        self._rest = Rest(session, url, timeout_s=timeout_s)
        self._poll_interval_s = poll_interval_s

    async def probe(self) -> bool:
        """Tell whether keys can be asked for here; raises PrinterError."""
        status, _ = await self._rest.send("GET", "plugin/appkeys/probe")
        return status == 204

    async def request(self, user: str | None = None) -> AppKeyRequest:
        """Ask for a key, for a user where one is named; raises PrinterError."""
        wanted = {"app": APP_NAME} | ({"user": user} if user else {})
        status, body = await self._rest.send(
            "POST", "plugin/appkeys/request", json=wanted
        )
        if status == 404:
            raise AppKeysUnavailable("HTTP 404")
        if status == 429:
            raise AppKeyRequestsLimited("HTTP 429")
        raise_for_status(status)
        answer = parse_object(body)
        token = as_text(answer.get("app_token"), 201) or ""
        if not _TOKEN.fullmatch(token):
            raise PrinterProtocolError("the answer holds no token")
        return AppKeyRequest(token=token, dialog_url=self._dialog(answer, token, user))

    async def wait(
        self, request: AppKeyRequest, timeout_s: float = DECISION_TIMEOUT_S
    ) -> str:
        """Return the key once the user has agreed.

        Raises AppKeyDenied when refused or expired, PrinterTimeout after
        ``timeout_s`` seconds without a decision, other PrinterError when it cannot
        be asked.
        """
        try:
            async with asyncio.timeout(timeout_s):
                key = await self._poll(request)
                while key is None:
                    await asyncio.sleep(self._poll_interval_s)
                    key = await self._poll(request)
                return key
        except TimeoutError as err:
            raise PrinterTimeout("no decision in time") from err

    async def _poll(self, request: AppKeyRequest) -> str | None:
        """Return the key, which is handed out only once; None before the decision."""
        status, body = await self._rest.send(
            "GET", f"plugin/appkeys/request/{request.token}"
        )
        if status == 202:
            return None
        if status == 404:
            raise AppKeyDenied("refused or expired")
        raise_for_status(status)
        key = as_text(parse_object(body).get("api_key"))
        if key is None:
            raise PrinterProtocolError("the answer holds no key")
        return key

    def _dialog(
        self, answer: dict[str, object], token: str, user: str | None
    ) -> str | None:
        """Return the page of the decision below our own base URL.

        The answer's own address is made from the request's host header, which a
        proxy may have changed; versions before 1.8 have no such page.
        """
        if as_text(answer.get("auth_dialog")) is None:
            return None
        query = f"?user={quote(user, safe='')}" if user else ""
        return self._rest.address(f"plugin/appkeys/auth/{token}{query}")
