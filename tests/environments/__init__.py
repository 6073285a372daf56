"""Environments of their own for the real programs that tests run.

Their packages do not go together with each other's. Each has a file of
requirements here, whose first line says which Python runs the program.
"""

import fcntl
import hashlib
import os
from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).parents[2]
INSTALL_LIMIT_S = 900


class EnvironmentNotMadeError(Exception):
    """An environment could not be made, so its tests must fail."""


def ensure(name: str) -> Path:
    """Return the Python of an environment, after making it where needed."""
    requirements = Path(__file__).parent / f"{name}.txt"
    folder = ROOT / ".cache" / "environments" / name
    python = folder / "bin" / "python"
    stamp = folder / ".requirements-hash"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (stamp.is_file() and stamp.read_text() == wanted and python.exists()):
            _make(folder, requirements)
            stamp.write_text(wanted)
    return python


def _make(folder: Path, requirements: Path) -> None:
    """Make an environment with the packages that a file asks for."""
    request = _python_request(requirements)
    _uv(requirements, "venv", "--clear", "--no-project", "--python", request, folder)
    _uv(
        requirements,
        "pip",
        "install",
        "--python",
        folder / "bin" / "python",
        "--compile-bytecode",
        "--requirements",
        requirements,
    )


def _python_request(requirements: Path) -> str:
    """Return the Python that a file of requirements asks for in its first line."""
    request = requirements.read_text().partition("\n")[0].removeprefix("# python: ")
    return sys.executable if request == "that of the tests" else request


def _uv(requirements: Path, *arguments: str | Path) -> None:
    """Run the uv that Home Assistant brings."""
    command = [Path(sys.executable).with_name("uv"), *arguments]
    try:
        result = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=INSTALL_LIMIT_S,
            check=False,
            env=_variables(),
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentNotMadeError(
            f"{requirements.name}: no end after {INSTALL_LIMIT_S} s: {command}"
        ) from error
    if result.returncode:
        raise EnvironmentNotMadeError(
            f"{requirements.name} could not be installed:\n{result.stderr}"
        )


def _variables() -> dict[str, str]:
    """Return the variables for uv, with the headers of a Python of this checkout."""
    variables = dict(os.environ)
    if Path(sys.base_prefix).is_relative_to(ROOT):
        variables["CPATH"] = str(Path(sys.base_prefix) / "include")
    return variables
