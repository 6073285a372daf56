"""Lists of jobs over REST: pages, filters, orders (section 3 of the contract)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.printernizer.database import OrderBy
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer

from .support import PRINTER_ID, Api, names, printed


async def fill(api: Api) -> None:
    """Add jobs that filters can tell apart."""
    await api.new_job("Alpha", filename="x/first.gcode")
    await api.new_job("beta", is_business=True, customer_name="Eva")
    await api.new_job("Ärger 100%_")


async def test_pages(api: Api) -> None:
    """Pages are numbered from one, newest first, with whole numbers."""
    answer = await api.get("jobs")
    assert answer.content["jobs"] == [] and answer.content["total_count"] == 0
    assert answer.content["pagination"]["total_pages"] == 1
    await fill(api)
    assert await names(api) == ["Ärger 100%_", "beta", "Alpha"]
    assert await names(api, page=2, limit=2) == ["Alpha"]
    assert await names(api, page=3, limit=2) == []
    assert await names(api, page=1000000000, limit=1000) == []
    content = (await api.get("jobs", page=2, limit=2)).content
    assert content["total_count"] == 3
    assert content["pagination"] == {
        "page": 2,
        "limit": 2,
        "total_items": 3,
        "total_pages": 2,
    }


async def test_filters(hass: HomeAssistant, api: Api, peer: OctoPrintPeer) -> None:
    """Every documented filter does what it says, in both spellings."""
    await fill(api)
    await printed(hass, peer)
    assert await names(api, printer_id=PRINTER_ID, order_by="job_name") != []
    assert await names(api, printer_id="nobody") == []
    for spelling in ("status", "job_status"):
        assert await names(api, **{spelling: "running"}) == ["Cube"]
        assert len(await names(api, **{spelling: "pending"})) == 3
        assert await names(api, **{spelling: ""}) == await names(api)
    assert await names(api, status="running", job_status="running") == ["Cube"]
    assert await names(api, status="running", job_status="pending") == []
    assert await names(api, is_business="true") == ["beta"]
    assert await names(api, is_business="1", auto_created="0") == ["beta"]
    assert await names(api, auto_created="true") == ["Cube"]
    assert len(await names(api, auto_created="False")) == 3
    assert await names(api, q="ALPH") == ["Alpha"]
    assert await names(api, q="first") == ["Alpha"]
    assert await names(api, q="ÄRGER") == ["Ärger 100%_"]
    assert await names(api, q="100%_") == ["Ärger 100%_"]
    assert await names(api, q="%") == ["Ärger 100%_"]
    assert await names(api, q="'; DROP TABLE jobs --") == []


async def test_orders(api: Api) -> None:
    """Every documented order works in both directions."""
    await fill(api)
    up = ["Alpha", "Ärger 100%_", "beta"]
    assert await names(api, order_by="job_name", order_dir="asc") == up
    assert await names(api, order_by="job_name", order_dir="desc") == up[::-1]
    for order in OrderBy:
        down = await names(api, order_by=order.value)
        assert await names(api, order_by=order.value, order_dir="asc") == down[::-1]


async def test_dates(hass: HomeAssistant, api: Api) -> None:
    """Days are those of Home Assistant's time zone, and both ends are included."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    job = await api.new_job("Now")
    created = datetime.fromisoformat(job["created_at"])
    exact = created.isoformat()
    assert await names(api, start_date=exact, end_date=exact) == ["Now"]
    day = created.astimezone(ZoneInfo("Europe/Berlin")).date().isoformat()
    for text in (day, day.replace("-", "")):
        assert await names(api, start_date=text, end_date=text) == ["Now"]
    assert await names(api, start_date="2100-01-01") == []
    assert await names(api, end_date="2020-01-01T00:00:00Z") == []
    # An unescaped plus arrives as a space.
    path = f"jobs?start_date={exact}"
    assert "+" in exact
    assert (await api.send("GET", path)).content["total_count"] == 1
    for wrong in ("yesterday", "2025-13-01", "10000-01-01", "20", "1e5"):
        answer = await api.get("jobs", end_date=wrong)
        assert answer.status in (200, 422), wrong


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "UTC", "America/New_York"])
async def test_dates_without_end(hass: HomeAssistant, api: Api, zone: str) -> None:
    """The first and the last date that there are leave a list open, in any zone."""
    await hass.config.async_set_time_zone(zone)
    await api.new_job("Now")
    first = ("0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00")
    last = (
        "9999-12-31",
        "9999-12-31T23:59:59.999999",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999-12:00",
    )
    for text in first:
        assert await names(api, start_date=text) == ["Now"]
        assert await names(api, end_date=text) == []
    for text in last:
        assert await names(api, start_date=text) == []
        assert await names(api, end_date=text) == ["Now"]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=1.5",
        "page=x",
        f"page={'9' * 5000}",
        "limit=0",
        "limit=1001",
        "limit=NaN",
        "status=done",
        "status=running&status=failed",
        "is_business=maybe",
        "order_by=id",
        "order_dir=up",
        "start_date=yesterday",
        "end_date=10000-01-01",
        f"q={'x' * 201}",
        "printer_id=" + "x" * 65,
    ],
)
async def test_list_refused(api: Api, query: str) -> None:
    """A parameter that does not validate is named."""
    answer = await api.send("GET", f"jobs?{query}")
    assert answer.error == (422, "validation_error")
    named = query.partition("=")[0]
    assert answer.content["message"].startswith(named)
