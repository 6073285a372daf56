"""What the README tells users to type does what it says."""

import asyncio
from pathlib import Path
import re
import shlex
import subprocess
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.peers.octoprint import OctoPrintPeer
from tests.support.home_assistant import ROOT, HomeAssistant
from tests.support.house import JobEvents, add_printer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def examples(language: str) -> list[str]:
    """Return the README's blocks of a language."""
    text = (ROOT / "README.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


async def test_the_automations_run(tmp_path: Path) -> None:
    """Both examples are taken as they are, and are triggered by a print."""
    automations = [
        block for block in map(yaml.safe_load, examples("yaml")) if "triggers" in block
    ]
    assert len(automations) == 2
    configuration = yaml.safe_dump({"automation": automations}, allow_unicode=True)
    peer = OctoPrintPeer(name="Ender 3")
    await peer.start()
    home = HomeAssistant(tmp_path, configuration=configuration)
    async with home, JobEvents.of(home) as events, home.connect() as connection:
        await connection.command("persistent_notification/subscribe")
        form = {"url": peer.url, "api_key": peer.api_key}
        await add_printer(home, "octoprint", form | {"advanced": {"verify_ssl": True}})
        peer.start_print("Vase.gcode", duration_s=2)
        await events.until("job_completed", 20)
        told: dict[str, str] = {}
        while not {"New print job", "Vase"} <= told.keys():
            event = await connection.event()
            for note in event["notifications"].values():
                told[note["title"]] = note["message"]
        assert told["Vase"] == "It is completed."
        assert told["New print job"].startswith("Vase, seen at 20")
    await peer.stop()


async def test_the_curl_lines_work(tmp_path: Path) -> None:
    """Only host, port and token are others."""
    async with HomeAssistant(tmp_path) as home:
        peer = OctoPrintPeer()
        await peer.start()
        form = {"url": peer.url, "api_key": peer.api_key}
        await add_printer(home, "octoprint", form | {"advanced": {"verify_ssl": True}})
        token = home.headers()["Authorization"].removeprefix("Bearer ")
        block = next(each for each in examples("sh") if "curl" in each)
        script = block.replace("http://homeassistant.local:8123", home.url)
        lines = script.replace("\\\n", " ").strip().splitlines()
        answers = [await _run(line.replace("$TOKEN", token)) for line in lines]
        assert answers[0]["total_count"] == 0
        assert answers[1]["job_creation_auto_create"] is True
        assert answers[2]["status"] == "success"
        await peer.stop()


async def _run(line: str) -> Any:
    """Run a line of the shell and return the JSON that it prints."""
    words = shlex.split(line)
    process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    return yaml.safe_load(output)
