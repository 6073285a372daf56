"""Requests and names that mean no good."""

import gzip
import json
from logging import WARNING
from typing import Any
import zlib

import pytest
from yarl import URL

from homeassistant.core import HomeAssistant

from .support import PRINTER_ID, Api, rows_of

HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'`; DROP TABLE jobs; --",
    "../../etc/passwd",
    "..\\..\\windows\\system32",
    "a\x00b\x01\x1b[31m\x7f",
    "\u202egnp.exe\u200f\u200b",
    "🚀👩‍👩‍👧‍👦 ﷽ Z͑ͫ̓ͪ̂",
    " leading and trailing ",
    "%s %n {0} ${jndi:ldap://x} {{7*7}}",
    "line\r\nbreak\ttab",
    '=HYPERLINK("http://x")',
    "\ufeffbyte order mark",
    "ｆｕｌｌ width",
    "null",
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_names_come_back(
    hass: HomeAssistant, api: Api, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A name comes back exactly as it went in, wherever it is shown."""
    fields: dict[str, Any] = {
        "filename": f"{name}.gcode",
        "customer_name": name,
        "order_id": name,
        "notes": name,
        "customer_info": {"free": [name]},
    }
    job = await api.new_job(name, **fields)
    socket = await api.socket()
    read = (await api.get(f"jobs/{job['id']}")).content
    assert read == job and read["job_name"] == name
    assert {key: read[key] for key in ("filename", "notes", "order_id")} == {
        "filename": fields["filename"],
        "notes": name,
        "order_id": name,
    }
    assert read["customer_info"] == {"free": [name], "name": name}
    assert (await api.get("jobs")).content["jobs"] == [job]
    found = await api.get("jobs/export", format="json")
    assert found.content == [job]
    for query, separator in (({}, ","), ({"excel": "true"}, ";")):
        hass.config.language = "de"
        file = await api.get("jobs/export", **query)
        (row,) = rows_of(file.content.removeprefix("\ufeff"), separator)
        assert row["job_name"].removeprefix("'") == name
        assert row["filename"].removeprefix("'") == fields["filename"]
        assert json.loads(row["customer_info"]) == read["customer_info"]
    answer = await api.put(f"jobs/{job['id']}", {"job_name": f"{name}!"})
    assert answer.content["job_name"] == f"{name}!"
    message = await socket.receive_json()
    assert message["data"]["job_name"] == f"{name}!"
    assert message["data"]["file_name"] == fields["filename"]
    await socket.close()
    complaints = [each for each in caplog.records if each.levelno >= WARNING]
    assert not [each for each in complaints if "printernizer" in each.name]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"nonsense", 400),
        (b"\xff\xfe{}", 400),
        (b'{"a": NaN}', 400),
        (b'{"a": Infinity}', 400),
        (b'{"a": "\xed\xa0\x80"}', 400),
        (b'{"a": "\\ud800"}', 400),
        (b"[" * 60000, 400),
        (b'{"a":' * 10000 + b"1" + b"}" * 10000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"1e308", 422),
        (b"{}", 422),
        (json.dumps({"job_name": "\x00"}).encode(), 422),
    ],
)
async def test_bodies(api: Api, body: bytes, status: int) -> None:
    """What is no JSON is 400, what is no job is 422; the content type is no matter."""
    before = (await api.get("jobs")).content["total_count"]
    for content_type in ("application/json", "text/plain", "multipart/form-data", "x"):
        headers = {"Content-Type": content_type}
        answer = await api.send("POST", "jobs", data=body, headers=headers)
        assert answer.error[0] == status, content_type
    assert (await api.get("jobs")).content["total_count"] == before


async def test_numbers(api: Api) -> None:
    """Numbers beyond all measure are refused."""
    for number in (10**18, 10**30, -(10**30), 1e308):
        body = {"printer_id": PRINTER_ID, "job_name": "x", "material_cost": number}
        assert (await api.post("jobs", body)).error == (422, "validation_error")
    text = '{"printer_id": "x", "job_name": "x", "material_cost": %s}'
    for digits in ("1e999", "9" * 5000, "-1e999", "0x10", "1_000"):
        answer = await api.send("POST", "jobs", data=text % digits)
        assert answer.error[0] in (400, 422), digits


async def test_nesting(api: Api) -> None:
    """What is nested too deep for a spreadsheet or a printer is refused."""
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"a": [deep]}
    body = {"printer_id": PRINTER_ID, "job_name": "x", "customer_info": deep}
    assert (await api.post("jobs", body)).error == (422, "validation_error")
    body["customer_info"] = {"a": [{"b": [{"c": 1.5}]}]}
    answer = await api.post("jobs", body)
    assert answer.content["customer_info"] == body["customer_info"]


async def test_sizes(api: Api) -> None:
    """A body over 64 KiB is refused, however it comes; one of 64 KiB is read."""
    limit = 64 * 1024
    frame = len(json.dumps({"x": ""}))
    for size, status in ((limit, 422), (limit + 1, 413), (10 * limit, 413)):
        body = json.dumps({"x": "y" * (size - frame)}).encode()
        assert len(body) == size
        answer = await api.send("POST", "jobs", data=body)
        assert answer.error[0] == status
        pieces = (body[at : at + 1000] for at in range(0, size, 1000))

        async def chunked(pieces: Any = pieces) -> Any:
            """Send without telling the size."""
            for piece in pieces:
                yield piece

        answer = await api.send("POST", "jobs", data=chunked())
        assert answer.error[0] == status


async def test_growing(api: Api) -> None:
    """Many small changes make no job that is larger than a body may be."""
    path = f"jobs/{(await api.new_job())['id']}"
    piece = "x" * 30_000
    for key in ("a", "b"):
        answer = await api.put(path, {"customer_info": {key: piece}})
        assert answer.status == 200
    answer = await api.put(path, {"customer_info": {"c": piece}})
    assert answer.error == (422, "validation_error")
    assert answer.content["message"].startswith("customer_info")
    answer = await api.put(path, {"customer_info": {"a": None, "c": piece}})
    assert set(answer.content["customer_info"]) == {"b", "c"}


async def test_compressed_bodies(api: Api) -> None:
    """A small body that becomes a large one is refused, a broken one too."""
    bomb = gzip.compress(b'{"x": "' + b"y" * 20_000_000 + b'"}')
    headers = {"Content-Encoding": "gzip"}
    assert len(bomb) < 64 * 1024
    answer = await api.send("POST", "jobs", data=bomb, headers=headers)
    assert answer.status == 413
    good = gzip.compress(b'{"printer_id": "x", "job_name": "x"}')
    assert (await api.send("POST", "jobs", data=good, headers=headers)).status == 404
    for broken in (b"nonsense", good[:10], zlib.compress(b"{}")):
        answer = await api.send("POST", "jobs", data=broken, headers=headers)
        assert answer.status in (400, 422), broken


@pytest.mark.parametrize(
    "path",
    [
        "jobs/%00",
        "jobs/%FF%FE",
        "jobs/%",
        "jobs/%zz",
        "jobs/%ED%A0%80",
        "jobs/%2F%2F",
        "jobs/" + "x" * 2000,
        "jobs/'%20OR%201=1",
        "printers/%00",
        "printers/%F0%9F%98%80/details",
        "jobs/{id}",
    ],
)
async def test_ids(api: Api, path: str) -> None:
    """An id that makes no sense is one that does not exist."""
    url = URL(f"/api/printernizer/v1/{path}", encoded=True)
    async with api.client.get(url, headers=api.headers) as answer:
        assert answer.status in (400, 404)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%FF",
        "q=%zz",
        "q=%ED%A0%80",
        "q=%",
        "q=a&q=a",
        "&&&=&=",
        "printer_id=%00%FF",
        "status=",
        "_=1700000000",
        "page=1;limit=2",
    ],
)
async def test_queries(api: Api, query: str) -> None:
    """A query that makes no sense is answered all the same."""
    url = URL(f"/api/printernizer/v1/jobs?{query}", encoded=True)
    async with api.client.get(url, headers=api.headers) as answer:
        assert answer.status in (200, 422)
