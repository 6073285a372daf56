"""A generated client finds nothing that the description does not say."""

from contextlib import closing
from pathlib import Path
import sqlite3

import pytest

from custom_components.printernizer.const import DATABASE_FILE
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer
from tests.support.accounts import Role
from tests.support.home_assistant import HomeAssistant as RealHomeAssistant
from tests.support.house import JobEvents, add_printer

from .generated import run
from .support import BASE, Api, printed


async def test_a_few_hundred_requests(
    hass: HomeAssistant, api: Api, peer: OctoPrintPeer, tmp_path: Path
) -> None:
    """No request is answered but as described, and prints are recorded after it."""
    url = str(api.client.make_url(BASE.rstrip("/")))
    token = api.headers["Authorization"].removeprefix("Bearer ")
    verdict = await run(url, token, tmp_path, examples=14, phases="fuzzing")
    assert verdict.is_clean, verdict.report
    assert verdict.cases >= 200, verdict.report
    answer = await api.put("settings", {"job_creation_auto_create": True})
    assert answer.status == 200
    await printed(hass, peer, "after.gcode")


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_thousands_of_requests(tmp_path: Path) -> None:
    """An administrator's and a user's leave database and monitoring intact."""
    peer = OctoPrintPeer()
    await peer.start()
    home = RealHomeAssistant(tmp_path / "home")
    async with home:
        form = {"url": peer.url, "api_key": peer.api_key}
        await add_printer(home, "octoprint", form | {"advanced": {"verify_ssl": True}})
        url, cases = home.url + BASE.rstrip("/"), 0
        for role, examples in (
            (Role.ADMIN, 100),
            (Role.USER, 100),
            (Role.READ_ONLY, 9),
        ):
            token = home.headers(role)["Authorization"].removeprefix("Bearer ")
            phases = "coverage,fuzzing,stateful"
            verdict = await run(url, token, tmp_path, examples=examples, phases=phases)
            assert verdict.is_clean, verdict.report
            if role is not Role.READ_ONLY:
                cases += verdict.cases
        assert cases >= 5000
        settings = {
            "job_creation_auto_create": True,
            "ignore_patterns": [],
            "ignore_shorter_minutes": 0,
        }
        status, _ = await home.request("PUT", "/api/v1/settings", json=settings)
        assert status == 200
        async with JobEvents.of(home) as events:
            peer.start_print("after.gcode", 600)
            # A job that the requests left behind may have become this print's.
            job = await events.until("job_started")
            assert job["status"] == "running"
        _, page = await home.request("GET", "/api/v1/jobs")
        with closing(sqlite3.connect(home.folder / DATABASE_FILE)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            stored = database.execute("SELECT count(*) FROM jobs").fetchone()
        assert stored == (page["total_count"],)
    # Home Assistant tells of each request that it refuses before we are asked.
    home.assert_clean_log(allowed=["security_filter"])
    await peer.stop()
