"""One Klipper printer, asked through Moonraker's HTTP interface."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
import logging
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp

from ...core.frozen import replace
from ...core.snapshot import Remembered, Snapshot
from ..backoff import Backoff
from ..base import (
    NotThisPrinterType,
    OnNews,
    PrinterAuthError,
    PrinterError,
    PrinterIdentity,
    PrinterProtocolError,
)
from ..clock import clock_ahead
from ..http import TIMEOUT_S, exchange, get_json, parse_object, raise_for_status
from ..parsing import as_mapping, as_text, normalise_url
from .discovery import parse_instance_id
from .history import START_TOLERANCE, Row, merge, parse_rows, start_of, with_known_id
from .judge import (
    Look,
    find_row,
    is_shown_ended,
    is_shown_lost,
    is_shown_running,
    is_sure,
    judge,
    unknown_word,
)
from .metadata import NO_FACTS, FileFacts, parse_metadata
from .outlived import find_outlived, with_outlived
from .push import SILENCE_S, follow
from .report import OBJECTS, Report, parse_report

_LOGGER = logging.getLogger(__name__)

_INSTANCE_ID = "/server/database/item?namespace=moonraker&key=instance_id"

PAGE_ROWS = 50
MAX_PAGES = 40
NEWEST_ROWS = 10
# Moonraker learns of a print by a report that Klipper sends every 0.25 s, and writes
# the row then.
ROW_DELAY_S = 0.5
SLOW_LOOK = timedelta(seconds=10)
METADATA_TRIES = 3
MAX_UNKNOWN_WORDS = 20


class MoonrakerClient:
    """Asks one Moonraker; see ``PrinterClient`` for the contract."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        api_key: str | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_s: float = TIMEOUT_S,
        silence_s: float = SILENCE_S,
        row_delay_s: float = ROW_DELAY_S,
        backoff: Backoff | None = None,
    ) -> None:
        """Keep what is needed to ask; ``url`` as ``normalise_url`` takes it.

        Raises ValueError for a ``url`` that is no address. Without ``api_key``
        Moonraker answers only the hosts of its ``trusted_clients``. A silent push
        connection is tested after ``silence_s`` seconds. The row of a print that has
        just begun is asked for again after ``row_delay_s`` seconds.
        """
        self._session = session
        self._url = normalise_url(url)
        self._headers = {"X-Api-Key": api_key} if api_key else {}
        self._clock = clock
        self._timeout_s = timeout_s
        self._silence_s = silence_s
        self._row_delay_s = row_delay_s
        self._backoff = backoff or Backoff()
        self._facts_of: str | None = None
        self._facts = NO_FACTS
        self._metadata_tries = 0
        self._outlived: str | None = None
        self._unknown_words: set[str] = set()

    async def identify(self) -> PrinterIdentity:
        """Ask who it is; raises PrinterError.

        The unique id is Moonraker's instance id, readable while Klipper is away
        (Moonraker 0.11, ``namespace=moonraker``).
        """
        info = as_mapping((await self._get("/server/info")).get("result"))
        if "klippy_state" not in info and "klippy_connected" not in info:
            raise NotThisPrinterType("no Moonraker answers there")
        item = as_mapping(await self._get_if_any(_INSTANCE_ID, PrinterProtocolError))
        printer = as_mapping(await self._get_if_any("/printer/info"))
        host = as_text(printer.get("hostname"), 200)
        return PrinterIdentity(
            unique_id=parse_instance_id(item.get("value")),
            name=host or urlsplit(self._url).hostname or "Moonraker",
            manufacturer="Klipper",
            firmware=as_text(printer.get("software_version"), 100),
        )

    async def look(self, remembered: Remembered) -> Snapshot:
        """Take one look: the live state first, then the history; raises PrinterError.

        In this order the history can know only more than the live state, never less.
        """
        asked_at = self._clock()
        report, ahead = await self._report()
        now = self._clock()
        look = Look(
            report=report,
            rows=(),
            remembered=remembered,
            asked_at=asked_at,
            now=now,
            told_at=now,
            ahead=ahead,
        )
        look = replace(look, rows=await self._rows(look), told_at=self._clock())
        look = self._without_outlived(look)
        row = find_row(look)
        if report is not None and is_shown_running(report) and not is_sure(look, row):
            look = await self._look_again(look, report)
            row = find_row(look)
        if report is not None:
            self._report_unknown(report)
            look = replace(look, facts=await self._facts_for(report, row))
        snapshot = judge(look)
        if snapshot.elapsed_runs and self._clock() - now > SLOW_LOOK:
            # When all answers are there, what the first one counted lags behind.
            return replace(snapshot, elapsed_runs=False)
        return snapshot

    async def listen(self, on_news: OnNews) -> None:
        """Follow Moonraker's notifications until cancelled; see ``PrinterClient``."""
        while True:
            try:
                await follow(
                    self._session,
                    f"{self._url}/websocket",
                    self._headers,
                    lambda: on_news(None),
                    landed=self._backoff.landed,
                    timeout_s=self._timeout_s,
                    silence_s=self._silence_s,
                )
            except PrinterAuthError:
                raise
            except PrinterError as err:
                wait_s = self._backoff.next()
                _LOGGER.debug(
                    "No notifications (%s), next try in %.1f s", err.key, wait_s
                )
                await asyncio.sleep(wait_s)

    async def close(self) -> None:
        """End every connection: there is none but those of calls under way."""

    async def _report(self) -> tuple[Report | None, timedelta]:
        """Ask Klipper's objects; None while Klipper is away.

        Also returns by how much the host's clock is ahead of ours. Moonraker answers
        503 while Klipper is not connected, and 404 until it was connected once.
        """
        status, headers, body = await exchange(
            self._session,
            "GET",
            f"{self._url}/printer/objects/query?{'&'.join(OBJECTS)}",
            **self._options(),
        )
        ahead = clock_ahead(headers.get("Date"), self._clock())
        if status in (404, 503) and _is_moonrakers_error(body):
            return None, ahead
        raise_for_status(status)
        answer = parse_object(body)
        if not isinstance(answer.get("result"), dict):
            raise PrinterProtocolError("no result in the answer")
        return parse_report(answer), ahead

    async def _rows(self, look: Look) -> list[Row]:
        """Return the history since the newest judged print, oldest first.

        The mark itself, the remembered print and the running one are included, to
        tell which row is the print that is shown.
        """
        mark, report = look.remembered.history_since, look.report
        if mark is None:
            return await self._newest(look)
        starts = [mark]
        if remembered_start := start_of(look.remembered.print_id):
            starts.append(remembered_start)
        if report and report.total_s and not is_shown_ended(report):
            starts.append(look.host_now - timedelta(seconds=report.total_s))
        since = max((min(starts) - START_TOLERANCE).timestamp(), 0)
        rows: list[Row] = []
        for page in range(MAX_PAGES):
            found = await self._page(
                since=since, order="asc", limit=PAGE_ROWS, start=page * PAGE_ROWS
            )
            rows += found
            if len(found) < PAGE_ROWS:
                break
        return with_known_id(merge(rows), look.remembered.print_id)

    async def _look_again(self, look: Look, report: Report) -> Look:
        """Return the look with the print's row, if it is among the newest of all.

        The print may be too young to have one, or its row bear a time before the
        mark where the host's clock was set.
        """
        if report.is_young:
            await asyncio.sleep(self._row_delay_s)
        elif look.remembered.history_since is None:
            return look
        newest = await self._newest(look)
        wider = replace(look, rows=merge([*look.rows, *newest]), told_at=self._clock())
        row = find_row(self._without_outlived(wider))
        rows = with_outlived(look.rows, self._outlived)
        return replace(wider, rows=merge([*rows, row] if row else rows))

    async def _newest(self, look: Look) -> list[Row]:
        """Return the newest rows of the history, oldest first."""
        rows = await self._page(order="desc", limit=NEWEST_ROWS)
        return with_known_id(rows, look.remembered.print_id)

    def _without_outlived(self, look: Look) -> Look:
        """Return the look without what the row of an outlived print tells."""
        if (row := find_outlived(look)) is not None:
            self._outlived = row.past.print_id
        return replace(look, rows=with_outlived(look.rows, self._outlived))

    async def _page(self, **query: Any) -> list[Row]:
        """Ask one page of the history; empty where Moonraker keeps none."""
        status, _, body = await exchange(
            self._session,
            "GET",
            f"{self._url}/server/history/list?{urlencode(query)}",
            **self._options(),
        )
        if status == 404 and _is_moonrakers_error(body):
            return []
        raise_for_status(status)
        return merge(parse_rows(parse_object(body)))

    async def _facts_for(self, report: Report, row: Row | None) -> FileFacts:
        """Return what the file says of its print, asked at most once per print."""
        if report.filename is None or not (
            is_shown_running(report) or is_shown_lost(report) or is_shown_ended(report)
        ):
            return NO_FACTS
        if row is not None and row.facts != NO_FACTS:
            return row.facts
        print_of = f"{row.past.print_id if row else ''} {report.filename}"
        if self._facts_of != print_of:
            self._facts_of, self._facts, self._metadata_tries = print_of, NO_FACTS, 0
        if self._facts == NO_FACTS and self._metadata_tries < METADATA_TRIES:
            self._metadata_tries += 1
            name = quote(report.filename, safe="")
            answer = await self._get_if_any(f"/server/files/metadata?filename={name}")
            self._facts = parse_metadata(answer)
        return self._facts

    def _report_unknown(self, report: Report) -> None:
        """Log a word for a state that is not known, once."""
        word = unknown_word(report)
        known = self._unknown_words
        if word is not None and word not in known and len(known) < MAX_UNKNOWN_WORDS:
            known.add(word)
            _LOGGER.warning("Moonraker reports an unknown state: %.100r", word)

    async def _get(self, path: str) -> dict[str, Any]:
        """Get one JSON object; raises PrinterError."""
        return await get_json(self._session, f"{self._url}{path}", **self._options())

    async def _get_if_any(
        self, path: str, missing: type[PrinterError] = PrinterError
    ) -> object:
        """Get a result, None where ``missing`` is raised for it."""
        try:
            return (await self._get(path)).get("result")
        except missing as err:
            _LOGGER.debug("No answer for %s: %s", path.partition("?")[0], err.key)
            return None

    def _options(self) -> dict[str, Any]:
        """Return what every request is sent with."""
        return {
            "headers": self._headers,
            "timeout": aiohttp.ClientTimeout(total=self._timeout_s),
        }


def _is_moonrakers_error(body: bytes) -> bool:
    """Tell whether an error comes from Moonraker, not from a server in front of it."""
    try:
        error = parse_object(body).get("error")
    except PrinterError:
        return False
    return isinstance(error, Mapping) and "message" in error
