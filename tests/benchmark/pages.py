"""Lists over HTTP, which have to stay fast while the history grows."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count, product
import math
from pathlib import Path
import time
from urllib.parse import urlencode

from custom_components.printernizer.api.schemas import Direction
from custom_components.printernizer.database import OrderBy

from .history import NAMES
from .measured import House, house, middle
from .registry import Values, figures

JOBS = "/api/printernizer/v1/jobs"
SMALL, LARGE = 1000, 100_000
ROUNDS, FURTHER, WORST = 4, 30, 20
REPEATS = 8
ELSEWHERE = 345
WORDS = ("benchy", "würfel", "gehäuse oben", "nothing like this", "7.gcode")


def _filters(printer_id: str) -> list[dict[str, str]]:
    """Return every documented filter but ``q``, and some together."""
    return [
        {},
        {"printer_id": printer_id},
        {"status": "failed"},
        {"job_status": "completed"},
        {"is_business": "true"},
        {"auto_created": "false"},
        {"start_date": "2020-01-01T03:00:00Z"},
        {"end_date": "2020-01-01T12:00:00Z"},
        {"start_date": "2020-01-01", "end_date": "2020-03-01"},
        {"printer_id": printer_id, "status": "completed", "is_business": "false"},
    ]


def _lists(printer_id: str) -> Iterator[dict[str, str]]:
    """Yield every filter in every order.

    Each has full pages of 50 at both sizes, or the same rest on its last page.
    """
    orders = product(OrderBy, Direction)
    for given, (order, way) in product(_filters(printer_id), list(orders)):
        yield given | {"order_by": order.value, "order_dir": way.value}


async def _pages(here: House, query: dict[str, str]) -> list[str]:
    """Return the paths of first, middle and last page of a list."""
    path = f"{JOBS}?{urlencode(query)}"
    pages = (await here.json(path))["pagination"]["total_pages"]
    return [f"{path}&page={page}" for page in (1, (pages + 1) // 2, pages)]


async def _turn(
    houses: Sequence[House], paths: Sequence[str], turn: int
) -> list[float]:
    """Return the times of a page, right after a job elsewhere moved in all lists."""
    times = []
    for here, path in zip(houses, paths, strict=True):
        changed = {
            "job_name": f"{NAMES[turn % len(NAMES)]} {turn}",
            "is_business": turn % 2 == 0,
            "customer_name": "Eva Muster",
        }
        await here.put(f"{JOBS}/{ELSEWHERE:026}", changed)
        times.append(await here.took_ms(path))
    return times


@figures("page_100k_vs_1k", limits={"page_100k_vs_1k": 2})
async def measure_pages(folder: Path) -> Values:
    """Compare each page of each list at 100,000 jobs with the same at 1,000.

    All first, middle and last pages of all lists are asked for once in a round, at
    both sizes in turn, so that whatever else the machine does slows both. Before each
    request a job is renamed and moved from or to the business jobs, so that nothing
    that was remembered of a page or a list can answer. Of each page the best time of
    all rounds counts, and of all pages the worst ratio. Further rounds are over those
    that seem worst, some of which never met an idle machine in the first ones.
    """
    async with (
        house(folder / "small", SMALL) as small,
        house(folder / "large", LARGE) as large,
    ):
        houses = (small, large)
        best: dict[tuple[str, ...], list[float]] = {
            pair: [math.inf, math.inf]
            for query in _lists(small.printer_id)
            for pair in zip(
                *[await _pages(here, query) for here in houses], strict=True
            )
        }

        def ratio(pair: tuple[str, ...]) -> float:
            """Return how much slower a page is, as far as known."""
            little, much = best[pair]
            return much / little

        turns, pages = count(), list(best)
        for number in range(ROUNDS + FURTHER):
            if number >= ROUNDS:
                pages = sorted(best, key=ratio)[-WORST:]
            for pair in pages:
                times = await _turn(houses, pair, next(turns))
                best[pair] = list(map(min, best[pair], times, strict=True))
        return {"page_100k_vs_1k": max(map(ratio, best))}


@figures(
    "search_100k_ms",
    "http_first_page_vs_empty_view",
    "http_first_page_ms",
    "http_other_pages_ms",
    "http_requests_per_s_1",
    "http_p99_ms_1",
    "http_requests_per_s_16",
    "http_p99_ms_16",
    limits={"search_100k_ms": 50, "http_first_page_vs_empty_view": 3},
)
async def measure_requests(folder: Path) -> Values:
    """Take the times of searches, of the first page and of many requests.

    The first page is asked for again and again, as dashboards do, so that its jobs are
    remembered; those of the other pages are read each time.
    """
    async with house(folder, LARGE) as here:
        # By the end of it the places of all jobs are known, too.
        search_ms = await _search(here)
        first: list[float] = []
        empty: list[float] = []
        other: list[float] = []
        for number in range(300):
            first.append(await here.took_ms(f"{JOBS}?limit=50"))
            empty.append(await here.took_ms("/api/stopwatch/empty"))
            page = 2 + number % 40
            other.append(await here.took_ms(f"{JOBS}?limit=50&page={page}"))
        values = {
            "search_100k_ms": search_ms,
            "http_first_page_vs_empty_view": middle(first) / middle(empty),
            "http_first_page_ms": middle(first),
            "http_other_pages_ms": middle(other),
        }
        for clients in (1, 16):
            rate, slowest = await _many(here, clients)
            values[f"http_requests_per_s_{clients}"] = rate
            values[f"http_p99_ms_{clients}"] = slowest
        return values


async def _search(here: House) -> float:
    """Return the time of the slowest kind of search, of each the best of some."""
    kinds = []
    for word in WORDS:
        path = f"{JOBS}?{urlencode({'q': word, 'limit': 50})}"
        kinds.append(min([await here.took_ms(path) for _ in range(REPEATS)]))
    return max(kinds)


async def _many(here: House, clients: int, requests: int = 600) -> tuple[float, float]:
    """Return requests per second, and the time that one in a hundred exceeds."""
    times: list[float] = []

    async def client() -> None:
        """Ask for page after page."""
        for number in range(requests // clients):
            path = f"{JOBS}?limit=50&page={number % 40 + 1}"
            took = await here.took_ms(path)
            times.append(took)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    took_s = time.perf_counter() - began
    return len(times) / took_s, sorted(times)[int(len(times) * 0.99)]
