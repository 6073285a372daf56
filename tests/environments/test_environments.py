"""Real programs can be had, each in its own environment."""

import subprocess

import pytest

from tests.environments import ensure


@pytest.mark.e2e
@pytest.mark.timeout(1000)
@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("homeassistant", ["-m", "homeassistant", "--version"]),
        ("moonraker", ["-m", "moonraker", "--help"]),
        ("octoprint", ["-m", "octoprint", "--version"]),
        ("prusalink", ["-m", "prusa.link", "--help"]),
    ],
)
def test_program_starts(name: str, program: list[str]) -> None:
    """A program runs in its environment."""
    subprocess.run([ensure(name), *program], check=True, timeout=60)
