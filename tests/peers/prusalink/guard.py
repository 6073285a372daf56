"""How a PrusaLink lets its clients in: the key, and both digests."""

import hashlib
import re
import secrets

from aiohttp import web

from .machine import Personality

_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


def _md5(text: str) -> str:
    """Return the MD5 of a text."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Guard:
    """Check one request's credentials.

    Buddy before 6.0.0 (``is_strict``) answers 400 where an algorithm is named.
    """

    def __init__(
        self,
        personality: Personality,
        *,
        api_key: str,
        username: str,
        password: str,
        is_strict: bool,
    ) -> None:
        """Take what opens it; on Buddy the key is the password of ``maker``."""
        self.api_key = api_key
        self.username = username
        self.password = password
        self.nonces: set[str] = set()
        self.last_count = 0
        self.challenges = 0
        self._is_mk3 = personality is Personality.MK3
        self._is_strict = is_strict
        self._realm = "Administrator" if self._is_mk3 else "Printer API"
        self._opaque = secrets.token_hex(32)

    def forget_nonces(self) -> None:
        """Let all nonces run out."""
        self.nonces.clear()

    def check(self, request: web.Request) -> web.Response | None:
        """Return the refusal, None where the request may pass."""
        key = request.headers.get("X-Api-Key")
        if key is not None:
            return None if key == self.api_key else self._bad_key()
        header = request.headers.get("Authorization", "")
        found = _PARAMETER.findall(header)
        given = {name: quoted or bare for name, quoted, bare in found}
        if "response" not in given:
            return self._challenge(stale=False)
        if self._is_strict and "algorithm" in given:
            return web.Response(status=400)
        is_right = self._is_right(given, request)
        if given.get("nonce") not in self.nonces:
            return self._challenge(stale=is_right)
        return None if is_right else self._challenge(stale=False)

    def _bad_key(self) -> web.Response:
        """Refuse a key."""
        if self._is_mk3:
            return web.Response(status=403, text="Bad X-Api-Key.")
        headers = {"WWW-Authenticate": f'ApiKey realm="{self._realm}"'}
        return web.Response(status=401, headers=headers)

    def _challenge(self, *, stale: bool) -> web.Response:
        """Ask for a digest."""
        nonce = secrets.token_hex(8)
        self.nonces.add(nonce)
        self.last_count = 0
        self.challenges += 1
        text = f'Digest realm="{self._realm}", nonce="{nonce}"'
        if self._is_mk3:
            text += f', opaque="{self._opaque}", algorithm="MD5-sess", qop="auth"'
            text += ", stale=true" if stale else ""
        else:
            text += f", stale={str(stale).lower()}"
        return web.Response(status=401, headers={"WWW-Authenticate": text})

    def _is_right(self, given: dict[str, str], request: web.Request) -> bool:
        """Tell whether name and password are behind the response."""
        uri, nonce = request.raw_path, given.get("nonce", "")
        if given.get("realm") != self._realm or given.get("uri") != uri:
            return False
        if given.get("username") != self.username:
            return False
        secret = _md5(f"{self.username}:{self._realm}:{self.password}")
        once = nonce
        if self._is_mk3:
            if given.get("algorithm") != "MD5-sess" or given.get("qop") != "auth":
                return False
            if given.get("opaque") != self._opaque:
                return False
            count = int(given.get("nc", "0"), 16)
            if count <= self.last_count:
                return False
            self.last_count = count
            secret = _md5(f"{secret}:{nonce}:{given.get('cnonce')}")
            once = f"{nonce}:{given.get('nc')}:{given.get('cnonce')}:auth"
        return given["response"] == _md5(
            f"{secret}:{once}:{_md5(f'{request.method}:{uri}')}"
        )
