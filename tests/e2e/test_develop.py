"""One command shows the product at work."""

import asyncio
import json
import os
from pathlib import Path
import re
import shlex
import signal
import time

import pytest

from tests.support.home_assistant import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

AUTO_CREATED = {
    "auto_created",
    "discovery_time",
    "printer_start_time",
    "discovered_on_startup",
}


async def test_a_job_is_shown_and_served_within_a_minute() -> None:
    """The terminal shows it, the printed curl line returns it, and Ctrl-C ends all."""
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "scripts" / "develop"), stdout=asyncio.subprocess.PIPE
    )
    try:
        curl = await _line(process, r"curl .*")
        job_id = (await _line(process, r"\d\d:\d\d:\d\d +job +(\w+)")).split()[2]
        assert time.monotonic() - started < 60
        asked = await asyncio.create_subprocess_exec(
            *shlex.split(curl), stdout=asyncio.subprocess.PIPE
        )
        answer, _ = await asked.communicate()
        jobs = {job["id"]: job for job in json.loads(answer)["jobs"]}
        assert set(jobs[job_id]["customer_info"]) >= AUTO_CREATED
    finally:
        process.send_signal(signal.SIGINT)
        code = await process.wait()
    assert code == 0


async def test_it_ends_with_home_assistant() -> None:
    """Where Home Assistant ends by itself, nothing goes on as if it ran."""
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "scripts" / "develop"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await _line(process, r"curl .*")
        os.kill(_child(process.pid), signal.SIGKILL)
        async with asyncio.timeout(20):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 1
    assert errors.decode().startswith("Home Assistant has ended by itself")


def _child(pid: int) -> int:
    """Return the only process that a process started."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


async def _line(process: asyncio.subprocess.Process, pattern: str) -> str:
    """Return the next line of its output that has the pattern."""
    assert process.stdout is not None
    async with asyncio.timeout(100):
        while line := (await process.stdout.readline()).decode():
            if found := re.search(pattern, line):
                return found[0]
    raise AssertionError(f"it ended without showing {pattern}")
