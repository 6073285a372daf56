"""The power goes at the worst moment: after the record, before the announcement."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.peers.octoprint import OctoPrintPeer
from tests.support.home_assistant import ROOT, HomeAssistant
from tests.support.house import JobEvents, add_printer, jobs

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SLOW = '''
"""Keep Home Assistant from having started until a file is gone."""

import asyncio
from pathlib import Path


async def async_setup(hass, config):
    """Wait."""
    waiting = Path(hass.config.path("waiting"))
    while await hass.async_add_executor_job(waiting.exists):
        await asyncio.sleep(0.1)
    return True
'''


def install_brake(folder: Path) -> None:
    """Put a component beside ours that holds up the start."""
    components = folder / "custom_components"
    components.mkdir()
    ours = ROOT / "custom_components" / "printernizer"
    (components / "printernizer").symlink_to(ours)
    brake = components / "brake"
    brake.mkdir()
    (brake / "__init__.py").write_text(SLOW)
    manifest = {"domain": "brake", "name": "Brake", "version": "1.0.0"}
    (brake / "manifest.json").write_text(json.dumps(manifest))


async def test_an_event_that_was_not_sent_comes_at_the_next_start(
    tmp_path: Path,
) -> None:
    """The job is committed while Home Assistant starts; then it is killed.

    Events wait for the end of the start, so this is after the commit and before the
    announcement. At the next start the event comes, and the job is there once.
    """
    install_brake(tmp_path)
    waiting = tmp_path / "waiting"
    peer = OctoPrintPeer(name="Ender 3")
    await peer.start()
    home = HomeAssistant(tmp_path, configuration="brake:\n")
    await home.start()
    form = {"url": peer.url, "api_key": peer.api_key, "advanced": {"verify_ssl": True}}
    await add_printer(home, "octoprint", form)
    await home.stop()

    waiting.touch()
    peer.start_print("Vase.gcode", duration_s=600)
    home.spawn()
    async with asyncio.timeout(60):
        while not await _recorded(home):
            await asyncio.sleep(0.1)
    async with JobEvents.of(home) as events:
        with pytest.raises(TimeoutError):
            await events.next(timeout_s=1)
    home.kill()
    assert peer.truth[-1].ended_at is None

    home.spawn()
    async with asyncio.timeout(60):
        while not await _recorded(home):
            await asyncio.sleep(0.1)
    async with JobEvents.of(home) as events:
        waiting.unlink()
        announced = await events.until("job_auto_created", 30)
        (job,) = await jobs(home)
        assert announced["id"] == job["id"]
        assert announced["customer_info"]["discovered_on_startup"]
        names = [name for name, _ in events.seen]
        assert names.count("job_auto_created") == 1
    await home.stop()
    await peer.stop()
    home.assert_clean_log(allowed=["custom integration brake", "Setup of brake"])


async def _recorded(home: HomeAssistant) -> bool:
    """Tell whether the print is on disk, as far as the API answers already."""
    try:
        return len(await jobs(home)) == 1
    except OSError, AssertionError:
        return False
