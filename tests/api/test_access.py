"""Who may do what (section 1 of the contract)."""

from typing import Any

import pytest

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import data_of

from .support import PRINTER_ID, Api, make_token

NEW: dict[str, Any] = {"printer_id": PRINTER_ID, "job_name": "x"}
READS = [
    "jobs",
    "jobs/export",
    "jobs/{id}",
    "settings",
    "settings/application",
    "printers",
    f"printers/{PRINTER_ID}",
    f"printers/{PRINTER_ID}/details",
    "openapi.json",
]
WRITES: list[tuple[str, str, Any]] = [
    ("POST", "jobs", NEW),
    ("PUT", "jobs/{id}", {"notes": "n"}),
    ("PUT", "jobs/{id}/status", {"status": "running"}),
    ("POST", "jobs/{id}/cancel", None),
    ("DELETE", "jobs/{id}", None),
]
SETTINGS: list[tuple[str, str, Any]] = [
    ("PUT", "settings", {"monitoring_interval": 77}),
    ("PUT", "settings/application", {"monitoring_interval": 77}),
]


@pytest.mark.parametrize("base", ["/api/printernizer/v1/", "/api/v1/"])
async def test_without_a_token(
    api: Api, anonymous_api: Api, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Only the health of the API is told to anybody."""
    job = await api.new_job()
    for path in READS:
        url = base + path.format(id=job["id"])
        assert (await anonymous_api.get(url)).status == 401
        assert (await api.get(url)).status == 200
    for method, path, body in WRITES + SETTINGS:
        url = base + path.format(id=job["id"])
        assert (await anonymous_api.send(method, url, json=body)).status == 401
    for url in ("/ws", "/api/printernizer/ws"):
        assert (await anonymous_api.get(url)).status == 401
    answer = await anonymous_api.get(f"{base}health")
    assert (answer.status, answer.content) == (200, {"status": "healthy"})


async def test_readers(
    api: Api, reader_api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Users who may only read are refused every write, which is no failed login."""
    job = await api.new_job()
    caplog.clear()
    for path in READS:
        assert (await reader_api.get(path.format(id=job["id"]))).status == 200
    for method, path, body in WRITES + SETTINGS:
        answer = await reader_api.send(method, path.format(id=job["id"]), json=body)
        assert answer.error == (403, "forbidden"), path
    assert (await api.get(f"jobs/{job['id']}")).content == job
    assert "invalid authentication" not in caplog.text


async def test_users(api: Api, user_api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Ordinary users may do everything with jobs, and change no settings."""
    job = await user_api.new_job()
    before = (await api.get("settings")).content
    caplog.clear()
    for method, path, body in SETTINGS:
        answer = await user_api.send(method, path, json=body)
        assert answer.error == (403, "forbidden")
    assert (await api.get("settings")).content == before
    for method, path, body in WRITES:
        answer = await user_api.send(method, path.format(id=job["id"]), json=body)
        assert answer.status in (200, 201, 204), path
    assert "invalid authentication" not in caplog.text


async def test_users_without_any_group(hass: HomeAssistant, api: Api) -> None:
    """Who is in no group may read only; who is in two groups may do what one may."""
    nobody = Api(api.client, await make_token(hass))
    assert (await nobody.post("jobs", NEW)).error == (403, "forbidden")
    both = await make_token(hass, "system-read-only", GROUP_ID_USER)
    assert (await Api(api.client, both).post("jobs", NEW)).status == 201


async def test_no_secret_is_told(
    hass: HomeAssistant, user_api: Api, peer: OctoPrintPeer
) -> None:
    """The key of a printer is in no answer."""
    texts = [
        str((await user_api.get(path.format(id="x"))).content)
        for path in (*READS, "jobs/x", "printers/x")
    ]
    await peer.stop()
    await data_of(hass).coordinators[PRINTER_ID].async_refresh()
    texts += [str((await user_api.get(path.format(id="x"))).content) for path in READS]
    assert not any(peer.api_key in text for text in texts)


async def test_paths_that_are_not(api: Api) -> None:
    """Other methods and paths are Home Assistant's to refuse."""
    assert (await api.send("PATCH", "jobs")).status == 405
    assert (await api.send("DELETE", "settings")).status == 405
    assert (await api.get("jobs/")).status == 404
    assert (await api.get("nothing")).status == 404
