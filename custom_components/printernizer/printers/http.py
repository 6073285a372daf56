"""JSON over HTTP from small, slow or lying servers: bounded, and with clear errors."""

from collections.abc import Mapping
import json
from typing import Any

import aiohttp

from .base import (
    AnswerNotHttp,
    AnswerNotJson,
    AnswerTooLarge,
    AnswerWithoutTls,
    NotThisPrinterType,
    PrinterAuthError,
    PrinterCertificateError,
    PrinterError,
    PrinterProtocolError,
    PrinterStarting,
    PrinterTimeout,
    PrinterUnreachable,
)
from .tls import is_without_tls

TIMEOUT_S = 10
MAX_ANSWER_BYTES = 1024 * 1024


async def request(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    **options: Any,
) -> tuple[int, bytes]:
    """Send one request; returns status and body of at most ``MAX_ANSWER_BYTES``.

    Redirects are not followed: they would carry a key to another host.
    """
    status, _, body = await exchange(session, method, url, **options)
    return status, body


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    **options: Any,
) -> tuple[int, Mapping[str, str], bytes]:
    """Send one request as ``request`` does; returns the answer's headers too."""
    options.setdefault("timeout", aiohttp.ClientTimeout(total=TIMEOUT_S))
    options.setdefault("allow_redirects", False)
    try:
        async with session.request(method, url, **options) as response:
            body = await response.content.read(MAX_ANSWER_BYTES + 1)
            while len(body) <= MAX_ANSWER_BYTES and not response.content.at_eof():
                body += await response.content.read(MAX_ANSWER_BYTES + 1 - len(body))
            if len(body) > MAX_ANSWER_BYTES:
                response.close()
                raise AnswerTooLarge(f"more than {MAX_ANSWER_BYTES} bytes")
            return response.status, response.headers, body
    except TimeoutError as err:
        raise PrinterTimeout(f"no answer within {TIMEOUT_S} s") from err
    except aiohttp.ClientSSLError as err:
        raise tls_error(err) from err
    except aiohttp.InvalidURL as err:
        raise PrinterUnreachable("not a valid address") from err
    except aiohttp.ClientResponseError:
        # It holds the request's headers, and a key with them.
        raise AnswerNotHttp("the answer is not HTTP") from None
    except (aiohttp.ClientError, OSError, ValueError) as err:
        raise PrinterUnreachable(type(err).__name__) from err


def tls_error(error: aiohttp.ClientSSLError) -> PrinterError:
    """Return what a failed TLS handshake means."""
    if is_without_tls(error.os_error):
        return AnswerWithoutTls("no TLS answers there")
    return PrinterCertificateError("no TLS connection with a trusted certificate")


def raise_for_status(status: int) -> None:
    """Raise the error that an HTTP status of 300 or more means."""
    if status < 300:
        return
    if status in (401, 403):
        raise PrinterAuthError(f"HTTP {status}")
    if status == 404:
        raise NotThisPrinterType("HTTP 404")
    if status in (502, 503, 504):
        raise PrinterStarting(f"HTTP {status}")
    raise PrinterProtocolError(f"HTTP {status}")


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``; raises AnswerNotJson, PrinterProtocolError."""
    try:
        value = json.loads(body.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError) as err:
        raise AnswerNotJson("the answer is not JSON") from err
    if not isinstance(value, dict):
        raise PrinterProtocolError(
            f"expected a JSON object, got {type(value).__name__}"
        )
    return value


async def get_json(
    session: aiohttp.ClientSession, url: str, **options: Any
) -> dict[str, Any]:
    """Get one JSON object; raises PrinterError."""
    status, body = await request(session, "GET", url, **options)
    raise_for_status(status)
    return parse_object(body)
