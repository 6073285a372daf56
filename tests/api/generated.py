"""Requests made up from the description of the API."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
import re
import subprocess
import sys

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run found: nothing, where ``is_clean``."""

    is_clean: bool
    cases: int
    report: str


async def run(
    base_url: str, token: str, folder: Path, *, examples: int, phases: str
) -> Verdict:
    """Send requests with a token until all operations were tried.

    Each operation gets so many examples of each kind: those that fit the description
    and those that do not.
    """
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file"),
        *(str(CONFIGURATION), "run", f"{base_url}/openapi.json", "--url", base_url),
        *("--header", f"Authorization: Bearer {token}", "--checks", "all"),
        *("--max-examples", str(examples), "--phases", phases, "--no-color"),
        *("--continue-on-failure", "--warnings", "off", "--request-timeout", "20"),
        # The same requests for the same commit.
        *("--seed", "20261126"),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await process.communicate()
    report = output.decode(errors="replace")
    count = re.search(r"(\d+) generated", report)
    cases = int(count[1]) if count else 0
    return Verdict(process.returncode == 0, cases, report)
