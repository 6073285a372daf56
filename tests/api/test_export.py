"""All jobs as a file."""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
import tracemalloc
from typing import Any

import pytest

from custom_components.printernizer.api.serializers import JOB_FIELDS
from custom_components.printernizer.const import DATABASE_FILE
from homeassistant.core import HomeAssistant
from tests.benchmark.history import fill
from tests.shell.support import data_of

from .support import PRINTER_ID, Api, rows_of

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"]
HARMLESS = ["a=1", "1-1", "ä;ö", 'quote " and , comma', "line\nbreak", "'apostrophe"]


async def exported(api: Api, **query: Any) -> Any:
    """Return the answer to an export."""
    answer = await api.get("jobs/export", **query)
    assert answer.status == 200, answer
    return answer


async def test_csv(api: Api) -> None:
    """The header is the job's field names, and no cell is a formula."""
    names = [*FORMULAS, *HARMLESS]
    for name in names:
        await api.new_job(name, notes=name, material_cost=1.5)
    answer = await exported(api, order_by="created_at", order_dir="asc")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="printernizer_jobs_20')
    assert disposition.endswith('.csv"')
    assert answer.content.partition("\r\n")[0] == ",".join(JOB_FIELDS)
    rows = rows_of(answer.content)
    wanted = [f"'{name}" for name in FORMULAS] + HARMLESS
    assert [row["job_name"] for row in rows] == wanted
    assert [row["notes"] for row in rows] == wanted
    assert {row["is_business"] for row in rows} == {"false"}
    assert {row["material_cost"] for row in rows} == {"1.5"}


async def test_spreadsheets(hass: HomeAssistant, api: Api) -> None:
    """On request the file opens in the spreadsheets of Home Assistant's language."""
    await api.new_job("Würfel", material_cost=1.5)
    answer = await exported(api, excel="true")
    assert answer.content.startswith("\ufeffid,")
    assert rows_of(answer.content.removeprefix("\ufeff"))[0]["job_name"] == "Würfel"
    hass.config.language = "de"
    answer = await exported(api, excel="true")
    assert answer.content.startswith("\ufeffid;")
    row = rows_of(answer.content.removeprefix("\ufeff"), ";")[0]
    assert row["job_name"] == "Würfel" and row["material_cost"] == "1,5"
    assert (await exported(api)).content.startswith("id,")


async def test_json(api: Api) -> None:
    """The JSON export is the list of the same jobs."""
    assert (await exported(api, format="json")).content == []
    for name in (*FORMULAS, *HARMLESS):
        await api.new_job(name)
    answer = await exported(api, format="json")
    assert answer.headers["Content-Disposition"].endswith('.json"')
    assert answer.content == (await api.get("jobs")).content["jobs"]


async def test_filters(api: Api) -> None:
    """An export has the filters of the list, and can be of one job."""
    job = await api.new_job("one")
    await api.new_job("two", is_business=True, customer_name="Eva")
    for query, names in (
        ({"job_id": job["id"]}, ["one"]),
        ({"is_business": "true"}, ["two"]),
        ({"q": "TW"}, ["two"]),
        ({"status": "running"}, []),
        ({"order_by": "job_name", "order_dir": "desc"}, ["two", "one"]),
    ):
        jobs = (await exported(api, format="json", **query)).content
        assert [each["job_name"] for each in jobs] == names
    for wrong in ({"format": "xml"}, {"excel": "maybe"}, {"status": "done"}):
        answer = await api.get("jobs/export", **wrong)
        assert answer.error == (422, "validation_error")


@pytest.mark.slow
async def test_half_a_file_is_none(
    hass: HomeAssistant, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the history fails in mid-file, the client sees that the file broke off."""
    path = Path(hass.config.path(DATABASE_FILE))
    await hass.async_add_executor_job(
        partial(fill, path, 20_000, printers=(PRINTER_ID,), first=0)
    )
    caplog.clear()
    reader, writer = await asyncio.open_connection("127.0.0.1", api.client.port)
    head = ("GET /api/v1/jobs/export HTTP/1.1", "Host: x")
    token = f"Authorization: {api.headers['Authorization']}"
    writer.write("\r\n".join((*head, token, "", "")).encode())
    await reader.readuntil(b"customer_info\r\n")
    await data_of(hass).database.close()
    rest = b""
    async with asyncio.timeout(20):
        with suppress(ConnectionResetError):
            while piece := await reader.read(1 << 16):
                rest += piece
    assert not rest.endswith(b"0\r\n\r\n")
    assert b"HTTP/1.1" not in rest
    writer.close()
    assert "An export broke off" in caplog.text
    assert "Traceback" not in caplog.text
    assert (await api.get("health")).status == 200


@pytest.mark.slow
async def test_memory_is_constant(hass: HomeAssistant, api: Api) -> None:
    """Ten times the jobs need no more memory, and each is there once."""
    path = Path(hass.config.path(DATABASE_FILE))
    peaks, counts = [], []
    for first, count in ((0, 2000), (2000, 18000)):
        await hass.async_add_executor_job(
            partial(fill, path, count, printers=(PRINTER_ID,), first=first)
        )
        tracemalloc.start()
        lines = 0
        async with api.client.get(
            "/api/v1/jobs/export?format=json", headers=api.headers
        ) as answer:
            async for line in answer.content:
                lines += len(line) > 10
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        counts.append(lines)
    assert counts == [2000, 20000]
    assert peaks[1] < 1.5 * peaks[0] + 1_000_000
