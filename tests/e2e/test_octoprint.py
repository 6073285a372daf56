"""A real OctoPrint, watched by a real Home Assistant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import sys
import time
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from tests.environments import ensure
from tests.real.octoprint import RealOctoPrint
from tests.support.home_assistant import HomeAssistant
from tests.support.house import (
    JobEvents,
    add_printer,
    answer_flow,
    begin_flow,
    entries,
    jobs,
    set_options,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

PUSH_LIMIT_S = 2.0


def form(url: str, api_key: str | None = None) -> dict[str, Any]:
    """Return what a user types."""
    typed = {"url": url, "advanced": {"verify_ssl": True}}
    return typed if api_key is None else typed | {"api_key": api_key}


async def statuses(instance: HomeAssistant) -> list[str]:
    """Return the statuses of all jobs, oldest first."""
    return [job["status"] for job in await jobs(instance)]


@asynccontextmanager
async def pushless(octoprint: RealOctoPrint) -> AsyncIterator[str]:
    """Serve an OctoPrint without its push socket, as a bad proxy does."""

    async def forward(request: web.Request) -> web.Response:
        if request.path.startswith("/sockjs"):
            raise web.HTTPNotFound
        headers = {"X-Api-Key": request.headers.get("X-Api-Key", "")}
        body = await request.read()
        kind = {"Content-Type": request.content_type} if body else {}
        async with session.request(
            request.method,
            f"{octoprint.url}{request.path_qs}",
            data=body,
            headers=headers | kind,
        ) as answer:
            content = await answer.read()
            return web.Response(
                status=answer.status, body=content, content_type=answer.content_type
            )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", forward)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as session:
        yield site.name
    await runner.cleanup()


@pytest.mark.parametrize("version", ["2026.10", "2026.11"])
async def test_prints_become_jobs_with_their_outcomes(
    tmp_path: Path, version: str
) -> None:
    """Completed, paused and resumed, cancelled, failed; each in time, each once."""
    python = Path(sys.executable) if version == "2026.10" else ensure("homeassistant")
    octoprint = RealOctoPrint(tmp_path)
    home = HomeAssistant(tmp_path / "home", python=python)
    name = "Prüfstücke/Würfel 20 mm (v2).gcode"
    async with octoprint, home, JobEvents.of(home) as events:
        await octoprint.upload(name, seconds=3)
        await octoprint.upload("long.gcode", seconds=90)
        await add_printer(home, "octoprint", form(octoprint.url, octoprint.api_key))

        started = time.monotonic()
        await octoprint.print(name)
        job = await events.until("job_auto_created")
        assert time.monotonic() - started < PUSH_LIMIT_S
        assert job["filename"] == name
        assert job["job_name"] == "Würfel 20 mm (v2)"
        assert not job["customer_info"]["discovered_on_startup"]
        done = await events.until("job_completed", 30)
        assert (done["id"], done["progress"]) == (job["id"], 100)

        await octoprint.print(name)
        again = await events.until("job_auto_created")
        assert again["id"] != job["id"]
        await events.until("job_completed", 30)

        await octoprint.print("long.gcode")
        await events.until("job_started")
        await octoprint.pause()
        assert (await events.until("job_paused"))["status"] == "paused"
        await octoprint.resume()
        assert (await events.until("job_resumed"))["status"] == "running"
        await octoprint.cancel()
        cancelled = await events.until("job_cancelled")
        assert cancelled["outcome_source"] == "printer"

        await octoprint.print("long.gcode")
        await events.until("job_started")
        await octoprint.halt()
        failed = await events.until("job_failed")
        assert "halted" in failed["notes"].lower()

        wanted = ["completed", "completed", "cancelled", "failed"]
        assert await statuses(home) == wanted
        created = [job for event, job in events.seen if event == "job_auto_created"]
        assert len({job["id"] for job in created}) == len(created) == len(wanted)
    home.assert_clean_log()


async def test_restarts_in_mid_print(tmp_path: Path) -> None:
    """Home Assistant goes on with its job; OctoPrint's own restart ends it."""
    octoprint = RealOctoPrint(tmp_path)
    home = HomeAssistant(tmp_path / "home")
    async with octoprint:
        await octoprint.upload("long.gcode", seconds=120)
        await octoprint.print("long.gcode")
        async with home:
            async with JobEvents.of(home) as events:
                key = octoprint.api_key
                await add_printer(home, "octoprint", form(octoprint.url, key))
                found = await events.until("job_auto_created")
                assert found["customer_info"]["discovered_on_startup"]
            await home.restart()
            assert await statuses(home) == ["running"]
            home.kill()
            await home.start()
            async with JobEvents.of(home) as events:
                (entry,) = [
                    each for each in await entries(home) if each["title"] != "Job log"
                ]
                assert entry["state"] == "loaded"
                await octoprint.restart()
                await octoprint.connect()
                ended = await events.until("job_ended", 60)
                assert ended["status"] == "unknown"
            assert [job["id"] for job in await jobs(home)] == [found["id"]]
    home.assert_clean_log(allowed=["Error fetching"])


async def test_without_push_a_job_comes_within_one_interval(tmp_path: Path) -> None:
    """The socket is blocked: polling alone finds the print and its end."""
    octoprint = RealOctoPrint(tmp_path)
    home = HomeAssistant(tmp_path / "home")
    async with (
        octoprint,
        pushless(octoprint) as url,
        home,
        JobEvents.of(home) as events,
    ):
        await octoprint.upload("a.gcode", seconds=12)
        await add_printer(home, "octoprint", form(url, octoprint.api_key))
        job_log = next(e for e in await entries(home) if e["title"] == "Job log")
        await set_options(home, job_log["entry_id"], monitoring_interval=5)
        started = time.monotonic()
        await octoprint.print("a.gcode")
        await events.until("job_auto_created")
        assert time.monotonic() - started < 5 + PUSH_LIMIT_S
        assert (await events.until("job_completed", 30))["progress"] == 100


async def test_a_key_is_granted_in_octoprint(tmp_path: Path) -> None:
    """No key was typed: the user confirms in OctoPrint, and the flow goes on."""
    octoprint = RealOctoPrint(tmp_path)
    home = HomeAssistant(tmp_path / "home")
    async with octoprint, home, home.connect() as connection:
        step = await begin_flow(home, "octoprint")
        step = await answer_flow(home, step, form(octoprint.url))
        assert step["type"] == "progress", step
        await connection.command(
            "subscribe_events", event_type="data_entry_flow_progressed"
        )
        await octoprint.decide_app_key(granted=True)
        progressed = await connection.event(15)
        assert progressed["data"]["flow_id"] == step["flow_id"]
        _, step = await home.request(
            "GET", f"/api/config/config_entries/flow/{step['flow_id']}"
        )
        assert step["type"] == "create_entry", step
        await octoprint.upload("a.gcode", seconds=60)
        async with JobEvents.of(home) as events:
            await octoprint.print("a.gcode")
            assert await events.until("job_auto_created")


async def test_with_every_entity_disabled_prints_still_become_jobs(
    tmp_path: Path,
) -> None:
    """Recording hangs on no entity."""
    octoprint = RealOctoPrint(tmp_path)
    home = HomeAssistant(tmp_path / "home")
    async with octoprint, home, home.connect() as connection:
        await add_printer(home, "octoprint", form(octoprint.url, octoprint.api_key))
        for entity in await connection.command("config/entity_registry/list"):
            if entity["platform"] == "printernizer":
                await connection.command(
                    "config/entity_registry/update",
                    entity_id=entity["entity_id"],
                    disabled_by="user",
                )
        await home.restart()
        await octoprint.upload("a.gcode", seconds=3)
        async with JobEvents.of(home) as events:
            await octoprint.print("a.gcode")
            await events.until("job_completed", 30)
        assert await statuses(home) == ["completed"]
    home.assert_clean_log()
