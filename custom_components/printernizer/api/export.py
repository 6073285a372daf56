"""All jobs as a file, written while they are read: the memory needed is constant."""

from collections.abc import AsyncIterator, Callable, Mapping
import csv
from functools import partial
import io
import logging
from typing import Any

from aiohttp import web

from homeassistant.helpers.json import json_bytes
from homeassistant.util import dt as dt_util

from ..core.jobs import Job
from ..database import DatabaseError
from ..models import runtime
from .jobs import filter_of, live_json, order_of
from .schemas import Format
from .serializers import JOB_FIELDS
from .views import hass_of

_LOGGER = logging.getLogger(__name__)

# A spreadsheet takes a cell that begins so for a formula; some read full width, too.
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
# Where the decimal sign is a comma, spreadsheets expect semicolons between cells.
_DECIMAL_COMMA = frozenset(
    {"bg", "bs", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "id"}
    | {"is", "it", "lt", "lv", "nb", "nl", "nn", "pl", "pt", "ro", "ru", "sk", "sl"}
    | {"sr", "sv", "tr", "uk", "vi"}
)
_BYTE_ORDER_MARK = "\ufeff".encode()


async def export(request: web.Request, given: Mapping[str, Any]) -> web.StreamResponse:
    """Stream the jobs that are asked for; raises ApiError and DatabaseError at first.

    Once the first bytes are sent, a failure ends the connection without the last
    chunk, so that no client takes half a file for the whole.
    """
    hass = hass_of(request)
    chunks = runtime(hass).database.stream(filter_of(given), **order_of(given))
    # What is wrong with the history is still answered as an error.
    first: list[Job] = await anext(chunks, [])
    kind = given.get("format", Format.CSV)
    day = dt_util.now().date().isoformat()
    response = web.StreamResponse(
        headers={
            "Content-Disposition": (
                f'attachment; filename="printernizer_jobs_{day}.{kind}"'
            )
        }
    )
    if kind is Format.JSON:
        response.content_type = "application/json"
        parts = _json_parts(first, chunks, partial(live_json, hass))
    else:
        response.content_type = "text/csv"
        response.charset = "utf-8"
        language = hass.config.language.partition("-")[0].lower()
        is_excel = given.get("excel", False)
        comma = is_excel and language in _DECIMAL_COMMA
        parts = _csv_parts(first, chunks, partial(live_json, hass), is_excel, comma)
    await response.prepare(request)
    try:
        async for part in parts:
            await response.write(part)
    except DatabaseError as error:
        _LOGGER.warning("An export broke off: %s", error)
        if request.transport is not None:
            request.transport.abort()
    return response


async def _json_parts(
    first: list[Job],
    chunks: AsyncIterator[list[Job]],
    to_json: Callable[[Job], dict[str, Any]],
) -> AsyncIterator[bytes]:
    """Yield an array of jobs, one job a line."""
    yield b"["
    separator = b"\n"
    chunk: list[Job] | None = first
    while chunk:
        rows = b",\n".join(json_bytes(to_json(job)) for job in chunk)
        yield separator + rows
        separator = b",\n"
        chunk = await anext(chunks, None)
    yield b"\n]\n"


async def _csv_parts(
    first: list[Job],
    chunks: AsyncIterator[list[Job]],
    to_json: Callable[[Job], dict[str, Any]],
    marked: bool,
    comma: bool,
) -> AsyncIterator[bytes]:
    """Yield a header and a line for each job (RFC 4180)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";" if comma else ",")
    writer.writerow(JOB_FIELDS)
    if marked:
        yield _BYTE_ORDER_MARK
    chunk: list[Job] | None = first
    while chunk:
        for job in chunk:
            row = to_json(job)
            writer.writerow([_cell(row.get(name), comma) for name in JOB_FIELDS])
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()
        chunk = await anext(chunks, None)
    if rest := buffer.getvalue():
        yield rest.encode()


def _cell(value: Any, comma: bool) -> str:
    """Return a cell that no spreadsheet calculates."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(value).replace(".", ",") if comma else str(value)
        case dict():
            return json_bytes(value).decode()
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(_DANGEROUS) else text
