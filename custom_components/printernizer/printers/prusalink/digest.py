"""HTTP digest access authentication, RFC 7616 and its forerunner RFC 2617.

Buddy names no algorithm and no quality of protection, and answers 400 to a request
that names an algorithm nevertheless (before firmware 6.0.0). MK3 wants MD5-sess.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import hashlib
import re
import secrets

from ...core.frozen import frozen
from ..base import PrinterProtocolError

# A name begins where none goes on: looked for from each of its letters on, a long one
# that no value follows would take its length's square.
_PARAMETER = re.compile(
    r'(?<![\w*-])([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))'
)
_SCHEME = re.compile(r"(?:^|,)\s*digest\s+", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_MAX_HEADER = 4096


def _md5(text: str) -> str:
    """Return the MD5 of a text in hexadecimal."""
    data = text.encode(errors="replace")
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


_HASHES: Mapping[str, Callable[[str], str]] = {"md5": _md5, "sha-256": _sha256}


@frozen(kw_only=True)
class Challenge:
    """What a server asks for: the parameters that it gave, and only those."""

    realm: str
    nonce: str
    algorithm: str | None = None
    qop: str | None = None
    opaque: str | None = None


def find_challenge(headers: Mapping[str, str]) -> Challenge | None:
    """Return the digest challenge among an answer's headers, None without one."""
    for name, value in headers.items():
        if name.lower() != "www-authenticate":
            continue
        scheme = _SCHEME.search(value, 0, _MAX_HEADER)
        parameters = _parameters(value[scheme.end() : _MAX_HEADER]) if scheme else {}
        if "realm" in parameters and "nonce" in parameters:
            return _challenge(parameters)
    return None


def _parameters(text: str) -> dict[str, str]:
    """Return the first value of each parameter of a challenge."""
    parameters: dict[str, str] = {}
    for match in _PARAMETER.finditer(text):
        name, quoted, bare = match.groups()
        value = bare if quoted is None else _ESCAPED.sub(r"\1", quoted)
        parameters.setdefault(name.lower(), value)
    return parameters


def _challenge(parameters: Mapping[str, str]) -> Challenge:
    """Return the challenge with these parameters; "auth" is the qop that we know."""
    offered = [item.strip().lower() for item in parameters.get("qop", "").split(",")]
    return Challenge(
        realm=parameters["realm"],
        nonce=parameters["nonce"],
        algorithm=parameters.get("algorithm"),
        qop="auth" if "auth" in offered else None,
        opaque=parameters.get("opaque"),
    )


@dataclass(slots=True, kw_only=True)
class Digest:
    """The answers to one challenge: one nonce serves many requests.

    ``cnonce`` stays the same for a nonce, since MD5-sess hashes the first one.
    """

    challenge: Challenge
    username: str = field(repr=False)
    password: str = field(repr=False)
    cnonce: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)
    count: int = 0

    def authorise(self, method: str, uri: str) -> str:
        """Return the ``Authorization`` header for one more request.

        Raises PrinterProtocolError where the server wants an unknown algorithm.
        """
        asked = self.challenge
        name = (asked.algorithm or "MD5").lower()
        digest = _HASHES.get(name.removesuffix("-sess"))
        if digest is None:
            raise PrinterProtocolError("unknown digest algorithm")
        self.count += 1
        secret = digest(f"{self.username}:{asked.realm}:{self.password}")
        if name.endswith("-sess"):
            secret = digest(f"{secret}:{asked.nonce}:{self.cnonce}")
        once = asked.nonce
        if asked.qop:
            once += f":{self.count:08x}:{self.cnonce}:{asked.qop}"
        response = digest(f"{secret}:{once}:{digest(f'{method}:{uri}')}")
        return self._header(uri, response)

    def _header(self, uri: str, response: str) -> str:
        """Return the header, which repeats only what the server had named."""
        asked = self.challenge
        parts = [
            f"username={_quoted(self.username)}",
            f"realm={_quoted(asked.realm)}",
            f"nonce={_quoted(asked.nonce)}",
            f"uri={_quoted(uri)}",
            f'response="{response}"',
        ]
        if asked.algorithm:
            parts.append(f"algorithm={asked.algorithm}")
        if asked.opaque is not None:
            parts.append(f"opaque={_quoted(asked.opaque)}")
        if asked.qop:
            parts.append(f"qop={asked.qop}, nc={self.count:08x}")
        if asked.qop or (asked.algorithm or "").lower().endswith("-sess"):
            parts.append(f"cnonce={_quoted(self.cnonce)}")
        return "Digest " + ", ".join(parts)


def _quoted(text: str) -> str:
    """Return a text as a quoted string of HTTP."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
