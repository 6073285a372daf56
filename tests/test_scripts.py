"""Every script says what it does when it is asked, and does nothing else."""

import asyncio
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "scripts"


async def told(name: str) -> str:
    """Return what a script answers to --help."""
    process = await asyncio.create_subprocess_exec(
        str(FOLDER / name), "--help", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(40):
            answer, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    return answer.decode()


@pytest.mark.parametrize("name", ["benchmark", "develop", "mutate", "simulate", "soak"])
async def test_usage(name: str) -> None:
    """A program tells its options."""
    assert (await told(name)).startswith(f"usage: scripts/{name} ")


@pytest.mark.parametrize("name", ["fuzz", "lint", "package", "test"])
async def test_first_lines(name: str) -> None:
    """A shell script tells what stands at its head."""
    head = (FOLDER / name).read_text().partition("\nset ")[0].splitlines()
    assert (await told(name)).splitlines() == [line[2:] for line in head[1:]]
