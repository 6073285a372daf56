"""The same data on Home Assistant's own socket."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.printernizer.api.hub import HUB
from custom_components.printernizer.api.schemas import JOBS_QUERY
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import data_of

from .support import ADMIN, PRINTER_ID, READ_ONLY, USER, Api, make_token, printed


class Socket:
    """One person's connection."""

    def __init__(self, connection: Any) -> None:
        """Use a connection of the harness."""
        self._connection = connection

    async def ask(self, command: str, **fields: Any) -> Any:
        """Send a command and return its answer."""
        message = {"type": f"printernizer/{command}", **fields}
        await self._connection.send_json_auto_id(message)
        return await self._connection.receive_json()

    async def result(self, command: str, **fields: Any) -> Any:
        """Send a command and return its result."""
        answer = await self.ask(command, **fields)
        assert answer["success"], answer
        return answer["result"]

    async def error(self, command: str, **fields: Any) -> tuple[str, str]:
        """Send a command and return what it is refused with."""
        answer = await self.ask(command, **fields)
        assert not answer["success"], answer
        return answer["error"]["code"], answer["error"]["message"]

    async def leave(self, subscription: int) -> None:
        """End a subscription."""
        message = {"type": "unsubscribe_events", "subscription": subscription}
        await self._connection.send_json_auto_id(message)
        while (await self._connection.receive_json())["type"] != "result":
            pass

    async def event(self) -> Any:
        """Return the next event."""
        message = await self._connection.receive_json()
        assert message["type"] == "event", message
        return message["event"]


@pytest.fixture
async def connect(
    hass: HomeAssistant, api: Api, hass_ws_client: WebSocketGenerator
) -> Any:
    """Return a function that connects a person of a group."""

    async def connection(group: str) -> Socket:
        """Connect."""
        return Socket(await hass_ws_client(hass, await make_token(hass, group)))

    return connection


async def test_jobs(api: Api, connect: Any) -> None:
    """Every command does what its REST call does."""
    socket = await connect(USER)
    job = await socket.result("jobs/create", printer_id=PRINTER_ID, job_name="J")
    assert job == (await api.get(f"jobs/{job['id']}")).content
    assert await socket.result("jobs/get", job_id=job["id"]) == job
    found = await socket.result("jobs/list", limit=10, status="pending", q=None)
    assert found == (await api.get("jobs", limit=10)).content
    empty = dict.fromkeys(JOBS_QUERY.fields, "")
    assert await socket.result("jobs/list", **empty) == (await api.get("jobs")).content
    assert (await socket.result("jobs/list", is_business=False))["total_count"] == 1
    assert (await socket.result("jobs/list", is_business=True))["total_count"] == 0
    changed = await socket.result("jobs/update", job_id=job["id"], notes="n")
    assert changed["notes"] == "n"
    changed = await socket.result("jobs/update", job_id=job["id"], notes="")
    assert changed["notes"] == ""
    assert await socket.result("jobs/update", job_id=job["id"], status="running")
    code, _ = await socket.error("jobs/delete", job_id=job["id"])
    assert code == "job_active"
    assert await socket.result("jobs/delete", job_id=job["id"], force=True) is None
    code, _ = await socket.error("jobs/get", job_id=job["id"])
    assert code == "job_not_found"


async def test_refusals(connect: Any) -> None:
    """What does not validate is named."""
    socket = await connect(ADMIN)
    code, message = await socket.error("jobs/create", job_name="J")
    assert (code, message) == ("validation_error", "printer_id is missing")
    code, message = await socket.error("jobs/list", limit=0, page="x")
    assert code == "validation_error" and "limit" in message and "page" in message
    for name in ("start_date", "end_date"):
        for wrong in ([], ["2025-01-31"], {}, {"a": 1}, 20250131, True):
            code, message = await socket.error("jobs/list", **{name: wrong})
            assert code == "validation_error" and message.startswith(f"{name} must be")
    code, _ = await socket.error("jobs/create", printer_id="x", job_name="J")
    assert code == "printer_not_found"
    for command in ("jobs/get", "jobs/update", "jobs/delete"):
        code, message = await socket.error(command)
        assert (code, message) == ("validation_error", "job_id is missing")
        code, message = await socket.error(command, job_id=7)
        assert code == "validation_error" and message.startswith("job_id must be")
    code, message = await socket.error("settings/update", monitoring_interval=1)
    assert code == "validation_error" and message.startswith("monitoring_interval")


async def test_settings(api: Api, connect: Any) -> None:
    """Administrators change settings, everybody reads them."""
    admin, user = await connect(ADMIN), await connect(USER)
    settings = (await api.get("settings")).content
    assert await user.result("settings/get") == settings
    changed = await admin.result("settings/update", monitoring_interval=45, vat_rate=1)
    assert changed["updated_fields"] == ["monitoring_interval"]
    assert changed["settings"] == settings | {"monitoring_interval": 45}
    code, _ = await user.error("settings/update", monitoring_interval=5)
    assert code == "forbidden"
    assert (await user.result("settings/get"))["monitoring_interval"] == 45


async def test_readers_may_not_write(api: Api, connect: Any) -> None:
    """Users who may only read are refused every write."""
    job = await api.new_job()
    socket = await connect(READ_ONLY)
    assert await socket.result("jobs/get", job_id=job["id"]) == job
    for command, fields in (
        ("jobs/create", {"printer_id": PRINTER_ID, "job_name": "J"}),
        ("jobs/update", {"job_id": job["id"], "notes": "n"}),
        ("jobs/delete", {"job_id": job["id"]}),
        ("settings/update", {"monitoring_interval": 5}),
    ):
        code, _ = await socket.error(command, **fields)
        assert code == "forbidden", command
    assert (await api.get(f"jobs/{job['id']}")).content == job


async def test_subscribe(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, connect: Any
) -> None:
    """First comes what is, then everything that happens."""
    job = await api.new_job()
    await api.put(f"jobs/{job['id']}", {"status": "running"})
    socket = await connect(READ_ONLY)
    assert await socket.result("subscribe") is None
    snapshot = await socket.event()
    assert snapshot["type"] == "snapshot"
    assert [each["id"] for each in snapshot["jobs"]] == [job["id"]]
    printers = (await api.get("printers")).content["printers"]
    assert snapshot["printers"] == printers
    event = await printed(hass, peer)
    kinds: list[str] = []
    while "job_update" not in kinds or "printer_status" not in kinds:
        message = await socket.event()
        kinds.append(message["type"])
        if message["type"] == "job_auto_created":
            assert message["data"]["id"] == event["id"]
    at = kinds.index("job_auto_created")
    assert kinds[at + 1] == "job_update"
    await api.delete(f"jobs/{job['id']}", force="true")
    while (message := await socket.event())["type"] != "job_deleted":
        assert message["type"] in ("job_update", "printer_status")
    assert message["job_id"] == job["id"]


async def test_what_other_cards_were_told_before(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, connect: Any
) -> None:
    """A card that comes later is told the same again, where it has changed meanwhile."""
    coordinator = data_of(hass).coordinators[PRINTER_ID]
    socket = await connect(USER)
    for _ in range(2):
        answer = await socket.ask("subscribe")
        (printer,) = (await socket.event())["printers"]
        assert printer["status"] == "online"
        await peer.stop()
        await coordinator.async_refresh()
        async with asyncio.timeout(10):
            # A look that was under way may show it once more as it was.
            while (await socket.event())["data"]["status"] != "offline":
                pass
        await socket.leave(answer["id"])
        await peer.start(port=peer.port)
        await coordinator.async_refresh()


async def test_who_leaves_hears_no_more(
    hass: HomeAssistant, api: Api, connect: Any
) -> None:
    """A card that is gone, or never could be served, is not told anything."""
    socket = await connect(USER)
    hub = hass.data[HUB]
    answer = await socket.ask("subscribe")
    assert (await socket.event())["type"] == "snapshot"
    assert len(hub) == 1
    await socket.leave(answer["id"])
    assert len(hub) == 0
    await data_of(hass).database.close()
    code, _ = await socket.error("subscribe")
    assert code == "database_unavailable"
    assert len(hub) == 0
