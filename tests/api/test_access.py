"""Who may do what (section 1 of the contract)."""

from typing import Any

import pytest

from custom_components.printernizer.api.openapi import description
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import data_of

from .support import PRINTER_ID, Api, make_token, signed

BASES = ["/api/printernizer/v1", "/api/v1"]
SOCKETS = ["/api/printernizer/ws", "/ws"]
OURS = ("/api/printernizer", "/api/v1", "/ws")
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


def ways_in(api: Api) -> set[tuple[str, str]]:
    """Return method and path of everything that is answered, but preflights."""
    return {
        (route.method, route.resource.canonical)
        for route in api.client.app.router.routes()
        if route.resource is not None
        and route.method != "OPTIONS"
        and route.resource.canonical.startswith(OURS)
    }


async def test_what_is_there_is_described(api: Api) -> None:
    """Both bases have the calls that the description knows, and no others."""
    calls = {
        (method.upper(), f"{base}{path}")
        for base in BASES
        for path, methods in description()["paths"].items()
        for method in methods
        if method != "parameters"
    }
    assert ways_in(api) == calls | {("GET", path) for path in SOCKETS}


async def test_without_a_token(api: Api, anonymous_api: Api) -> None:
    """Only the health of the API is told to anybody."""
    job = await api.new_job()
    open_to_all = set()
    for method, path in ways_in(api):
        url = path.format(job_id=job["id"], printer_id=PRINTER_ID)
        answer = await anonymous_api.send(method, url, json={})
        if answer.status != 401:
            open_to_all.add(path)
            assert (answer.status, answer.content) == (200, {"status": "healthy"})
    assert open_to_all == {f"{base}/health" for base in BASES}


async def test_signed_paths(hass: HomeAssistant, api: Api, reader_api: Api) -> None:
    """A signed path lets its user in where no header can be sent, as it was signed."""
    await api.new_job("Vase")
    nobody = Api(api.client, None)
    path = signed(hass, reader_api, f"{BASES[1]}/jobs/export?format=json&q=vase")
    answer = await nobody.send("GET", path)
    assert [job["job_name"] for job in answer.content] == ["Vase"]
    assert (await nobody.send("GET", path.replace("vase", ""))).status == 401
    assert (await nobody.send("GET", f"{path}&limit=1")).status == 401
    assert (
        await nobody.send("POST", signed(hass, api, f"{BASES[1]}/jobs"))
    ).status == 401
    expired = signed(hass, reader_api, f"{BASES[1]}/jobs", seconds=-1)
    assert (await nobody.send("GET", expired)).status == 401
    for path in SOCKETS:
        socket = await nobody.socket(signed(hass, reader_api, path))
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}
        await socket.close()
        refused = await nobody.send("GET", signed(hass, reader_api, path, seconds=-1))
        assert refused.status == 401


@pytest.fixture
async def proxy(hass: HomeAssistant) -> None:
    """Let Home Assistant believe what a proxy on this machine says of its clients."""
    settings = {"use_x_forwarded_for": True, "trusted_proxies": ["127.0.0.1"]}
    assert await async_setup_component(hass, "http", {"http": settings})


@pytest.mark.usefixtures("proxy")
async def test_users_of_the_local_network(hass: HomeAssistant, api: Api) -> None:
    """Users who are limited to the local network are let in nowhere from outside."""
    local = Api(api.client, await make_token(hass, GROUP_ID_ADMIN, local_only=True))
    job = await api.new_job()
    near, far = {"X-Forwarded-For": "192.168.1.7"}, {"X-Forwarded-For": "203.0.113.7"}
    for method, path, body in [*(("GET", path, None) for path in READS), *WRITES]:
        url = path.format(id=job["id"])
        answer = await local.send(method, url, json=body, headers=far)
        assert answer.status == 401, url
    for path in (*SOCKETS, f"{BASES[0]}/jobs/export"):
        by_header = await local.send("GET", path, headers=far)
        link = signed(hass, local, path)
        by_link = await Api(api.client, None).send("GET", link, headers=far)
        assert (by_header.status, by_link.status) == (401, 401)
    assert (await api.send("GET", "jobs", headers=far)).status == 200
    answer = await local.send("GET", f"jobs/{job['id']}", headers=near)
    assert answer.content == job


@pytest.fixture
async def other_site(hass: HomeAssistant) -> str:
    """Let pages of another site ask Home Assistant, as its settings allow."""
    site = "https://shop.example"
    settings = {"cors_allowed_origins": [site]}
    assert await async_setup_component(hass, "http", {"http": settings})
    return site


async def test_pages_of_another_site(other_site: str, api: Api) -> None:
    """A page that may ask may read what each call answers, whatever its method."""
    for method, path in ways_in(api) - {("GET", socket) for socket in SOCKETS}:
        url = path.format(job_id="none", printer_id=PRINTER_ID)
        asked = {"Origin": other_site, "Access-Control-Request-Method": method}
        headers = {**asked, "Access-Control-Request-Headers": "authorization"}
        allowed = await api.send("OPTIONS", url, headers=headers)
        answer = await api.send(method, url, json={}, headers={"Origin": other_site})
        for each in (allowed, answer):
            assert each.headers["Access-Control-Allow-Origin"] == other_site, url


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


@pytest.mark.parametrize("base", BASES)
async def test_users(
    api: Api, user_api: Api, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Ordinary users may do everything with jobs, and change no settings."""
    job = await user_api.new_job()
    before = (await api.get("settings")).content
    caplog.clear()
    for method, path, body in SETTINGS:
        answer = await user_api.send(method, f"{base}/{path}", json=body)
        assert answer.error == (403, "forbidden")
    assert (await api.get("settings")).content == before
    for path in READS:
        assert (await user_api.get(f"{base}/{path.format(id=job['id'])}")).status == 200
    for method, path, body in WRITES:
        url = f"{base}/{path.format(id=job['id'])}"
        answer = await user_api.send(method, url, json=body)
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


async def test_without_a_history(hass: HomeAssistant, api: Api) -> None:
    """While the job history cannot be reached, what needs it says so, and no more."""
    job = await api.new_job()
    socket = await api.socket()
    await data_of(hass).database.close()
    for method, path, body in [*(("GET", path, None) for path in READS), *WRITES]:
        answer = await api.send(method, path.format(id=job["id"]), json=body)
        if path in ("settings", "settings/application", "openapi.json"):
            assert answer.status == 200
        else:
            assert answer.error == (503, "database_unavailable"), path
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json() == {"type": "pong"}
    await socket.close()
    await data_of(hass).database.open()
    assert (await api.get(f"jobs/{job['id']}")).content == job


async def test_paths_that_are_not(api: Api) -> None:
    """Other methods and paths are Home Assistant's to refuse."""
    assert (await api.send("PATCH", "jobs")).status == 405
    assert (await api.send("DELETE", "settings")).status == 405
    assert (await api.get("jobs/")).status == 404
    assert (await api.get("nothing")).status == 404
