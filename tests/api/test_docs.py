"""The reference page is complete, and each of its examples works as printed."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest

from custom_components.printernizer.api.openapi import description
from custom_components.printernizer.api.serializers import JOB_FIELDS
from custom_components.printernizer.const import EVENT_PREFIX, JOB_EVENTS
from homeassistant.components.recorder import CONFIG_SCHEMA
from homeassistant.components.websocket_api import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import parse_yaml
from tests.support.home_assistant import ROOT

from .support import Api

PAGE = (ROOT / "docs" / "api.md").read_text()
CALLS = [
    f"{method.upper()} {path}"
    for path, calls in description()["paths"].items()
    for method in calls
    if method != "parameters"
]


def blocks(text: str, language: str) -> list[str]:
    """Return a page's blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("call", CALLS)
def test_each_call_has_its_examples(call: str) -> None:
    """Each call is on the page, with an example in each language that makes it."""
    _, _, rest = PAGE.partition(f"### `{call}`\n")
    section = re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]
    method, _, path = call.partition(" ")
    fixed = [part for part in re.split(r"\{\w+\}", path) if part != "/"]
    for language in ("sh", "js", "python"):
        (example,) = blocks(section, language)
        assert all(part in example for part in fixed), language
        if method != "GET" and not (language == "sh" and method == "POST"):
            assert method in example, language


async def test_each_command_has_its_example(hass: HomeAssistant, api: Api) -> None:
    """Each command on Home Assistant's socket is explained, and sent by an example."""
    _, _, section = PAGE.partition("## Home Assistant's own socket\n")
    (example,) = blocks(section, "python")
    ours = [name for name in hass.data[DOMAIN] if name.startswith("printernizer/")]
    assert len(ours) >= 8
    for name in ours:
        assert f"`{name}`" in section and f'"{name}"' in example, name


def test_the_page_knows_every_field() -> None:
    """Every field of a job and every parameter is explained."""
    _, _, table = PAGE.partition("## Jobs\n")
    assert all(f"`{field}`" in table for field in JOB_FIELDS)
    for parameter in description()["paths"]["/jobs"]["get"]["parameters"]:
        assert f"`{parameter['name']}`" in PAGE


def test_the_recorder_can_leave_out_all_events() -> None:
    """The lines for the recorder are valid, and exclude every event that tells a job."""
    (example,) = blocks(PAGE, "yaml")
    excluded = CONFIG_SCHEMA(parse_yaml(example))["recorder"]["exclude"]["event_types"]
    assert excluded == [f"{EVENT_PREFIX}{name}" for name in JOB_EVENTS]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "command"),
    [
        ("sh", ["bash", "-e", "-o", "pipefail", "{file}"]),
        ("js", ["node", "--experimental-websocket", "{file}"]),
        ("python", [sys.executable, "-W", "error", "{file}"]),
    ],
)
async def test_the_examples_work(
    hass: HomeAssistant,
    api: Api,
    tmp_path: Path,
    language: str,
    command: Sequence[str],
) -> None:
    """All examples of a language run one after the other without an error."""
    ending = {"sh": "sh", "js": "mjs", "python": "py"}[language]
    script = tmp_path / f"examples.{ending}"
    script.write_text("\n".join(blocks(PAGE, language)))
    await api.new_job("kept")
    answer = await _run(
        [part.format(file=script) for part in command], tmp_path, _variables(api)
    )
    assert answer, "the examples print something"
    left = (await api.get("jobs")).content["jobs"]
    assert [job["job_name"] for job in left] == ["kept"]


def _variables(api: Api) -> dict[str, str]:
    """Return where the examples find Home Assistant."""
    return {
        "HOST": str(api.client.make_url("")).rstrip("/"),
        "TOKEN": api.headers["Authorization"].removeprefix("Bearer "),
        "PATH": "/usr/bin:/bin",
    }


async def _run(command: list[str], folder: Path, variables: dict[str, Any]) -> str:
    """Run a program and return what it prints; it must succeed."""
    program = shutil.which(command[0])
    assert program is not None, command[0]
    process = await asyncio.create_subprocess_exec(
        *(program, *command[1:]),
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output.decode()
