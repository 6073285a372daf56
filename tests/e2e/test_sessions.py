"""The sessions are lost or damaged: the job history knows the print that runs."""

import json
from pathlib import Path

import pytest

from tests.peers.octoprint import OctoPrintPeer
from tests.support.home_assistant import HomeAssistant
from tests.support.house import JobEvents, add_printer, jobs

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DAMAGED = [
    "",
    "[]",
    '{"version": 1, "minor_version": 1, "data": {"printers": {"octop',
    '{"data": {"printers": {}}}',
    '{"version": 99, "data": {"printers": {}}}',
]


async def test_the_job_goes_on(tmp_path: Path) -> None:
    """Whatever is left of the file, there is one job, and none is announced again."""
    peer = OctoPrintPeer(name="Ender 3")
    await peer.start()
    home = HomeAssistant(tmp_path)
    file = tmp_path / ".storage" / "printernizer.sessions"
    form = {"url": peer.url, "api_key": peer.api_key, "advanced": {"verify_ssl": True}}
    async with home, JobEvents.of(home) as events:
        await add_printer(home, "octoprint", form)
        peer.start_print("Vase.gcode", duration_s=600)
        job = await events.until("job_started")

    older = json.loads(file.read_text()) | {"version": 0}
    for content in (None, *DAMAGED, json.dumps(older)):
        if content is None:
            file.unlink()
        else:
            file.write_text(content)
        async with home:
            (known,) = await jobs(home)
            assert (known["id"], known["status"]) == (job["id"], "running"), content
    async with home, JobEvents.of(home) as events:
        peer.finish()
        ended = await events.until("job_ended")
        assert (ended["id"], ended["status"]) == (job["id"], "completed")
        assert [name for name, _ in events.seen] == ["job_ended"]
    assert len(unreadable(file)) == 2
    await peer.stop()
    home.assert_clean_log(["JSON", "storage", "rebuilt from the job history"])


def unreadable(file: Path) -> list[Path]:
    """Return what Home Assistant kept of files that are no JSON."""
    return list(file.parent.glob(f"{file.name}.corrupt.*"))
