"""Take apart what printers answer and people type, trusting neither.

What is not as expected in JSON becomes None.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
import re
import sys
from typing import Any
from urllib.parse import urlsplit

from yarl import URL

MAX_TEXT = 1000
LATEST_TIME_S = 32_503_680_000  # The year 3000, in seconds since 1970.

_LARGEST = sys.float_info.max
_HOST = re.compile(r"[^\s/?#@:%\[\]\\<>\"'|^`{}()&=,;!*$~]+|[0-9a-f:.]+(%[\w.-]+)?")
_LABEL = r"(?!_)[^.]{1,63}"  # With "_" in front it names a service, no machine.
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST_NAME = 253
_LONGEST_IN_MDNS = 63 + len(".local")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def as_float(
    value: object, low: float = -_LARGEST, high: float = _LARGEST
) -> float | None:
    """Return a finite number from ``low`` to ``high``, None for anything else."""
    if type(value) is not float and type(value) is not int:
        return None
    # Numbers of any size can be compared, and NaN lies between none.
    return float(value) if low <= value <= high else None


def as_int(value: object, low: float = -_LARGEST, high: float = _LARGEST) -> int | None:
    """Return a whole number from ``low`` to ``high``, None for anything else."""
    number = as_float(value, low, high)
    return int(number) if number is not None and number.is_integer() else None


def as_percent(value: object, whole: float = 100.0) -> float | None:
    """Return a share of ``whole`` as 0 to 100, clamped; None for anything else."""
    number = as_float(value)
    return None if number is None else min(max(number / whole * 100.0, 0.0), 100.0)


def as_text(value: object, limit: int = MAX_TEXT) -> str | None:
    """Return a text that is not blank, cut at ``limit``; None for anything else.

    What no database or UTF-8 file can hold is replaced: NUL and lone surrogates.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    text = value[:limit]
    if not text.isascii():
        text = text.encode("utf-8", errors="replace").decode("utf-8")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a JSON array, an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_time(value: object) -> datetime | None:
    """Return seconds since 1970 as a time in UTC, None for anything else."""
    seconds = as_float(value, 0, LATEST_TIME_S)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def normalise_url(text: str) -> str:
    """Return the base URL that a text means, without a slash at its end.

    A missing scheme becomes http, a path in front of the interface stays, and an
    ``/api`` at the end, a query and a fragment go. Raises ValueError for a text that
    is no address, and for one with a user name or password in it: it would be shown
    and logged as part of the address.
    """
    text = text.strip()
    if "://" not in text:
        text = f"http://{text}"
    if any(sign.isspace() or not sign.isprintable() for sign in text):
        raise ValueError("an address holds no blanks")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as err:
        raise ValueError("no host or port in the address") from err
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("not a web address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address holds no user name")
    if not host or not _is_host(host) or port == 0:
        raise ValueError("no host in the address")
    path = re.sub(r"/+", "/", parts.path).rstrip("/")
    while path.lower().endswith("/api"):
        path = path[:-4].rstrip("/")
    host = f"[{host}]" if ":" in host else host
    default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}{'' if default else f':{port}'}{path}"


def _is_host(host: str) -> bool:
    """Tell whether a text is what DNS, or mDNS under ``.local``, may be asked for."""
    if len(host) > _LONGEST_NAME or not _HOST.fullmatch(host):
        return False
    try:
        name = URL.build(scheme="http", host=host).raw_host or ""
    except ValueError:
        return False
    name = name.removesuffix(".")
    longest = _LONGEST_IN_MDNS if name.endswith(".local") else _LONGEST_NAME
    return len(name) <= longest and _NAME.fullmatch(name) is not None
