"""The folder in which mutants are made and judged."""

from collections.abc import Sequence
import fcntl
import os
from pathlib import Path
import shutil
import subprocess
import sys

from .progress import follow
from .undecorated import undecorated

ROOT = Path(__file__).parents[2]
BENCH = ROOT / ".cache" / "mutation"
PACKAGE = Path("custom_components", "printernizer")
CORE = PACKAGE / "core"
MODULES = tuple(
    sorted(path.stem for path in (ROOT / CORE).glob("*.py") if path.stem != "__init__")
)
# Fast tests that are the same in every run: what Hypothesis invents is not.
JUDGES = ("tests/core", "--ignore=tests/core/test_state_machine.py")
TESTS = ("core", "mutation")

MUTMUT = """\
[mutmut]
source_paths={core}
only_mutate={modules}
also_copy={copied}
pytest_add_cli_args_test_selection={judges}
track_dependencies=false
use_git_change_detection=false
timeout_multiplier=200
"""
PYTEST = """\
[pytest]
addopts = -p tests.mutation.judging -p no:cacheprovider
"""


class NotRunError(Exception):
    """The mutants could not be judged."""


def run(modules: Sequence[str], processes: int) -> None:
    """Make the mutants of some modules, and let the tests judge them."""
    BENCH.parent.mkdir(exist_ok=True)
    with BENCH.with_suffix(".lock").open("w") as lock:
        # Two at a time would saw at the bench that the other stands on.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _lay_out(modules)
        _run_mutmut(processes)


def _run_mutmut(processes: int) -> None:
    """Run mutmut on the bench."""
    command = [
        str(Path(sys.executable).with_name("mutmut")),
        "run",
        "--max-children",
        str(processes),
    ]
    # The judges need no plugin, and starting them would take longer than the tests.
    variables = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": "0",
    }
    with subprocess.Popen(
        command,
        cwd=BENCH,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        log = follow(process)
    if process.returncode:
        raise NotRunError(f"{log}\nmutmut ended with {process.returncode}")


def _lay_out(modules: Sequence[str]) -> None:
    """Copy what the judges need, so that nobody's editing disturbs them."""
    shutil.rmtree(BENCH, ignore_errors=True)
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / PACKAGE, BENCH / PACKAGE, ignore=skip)
    # The core needs no Home Assistant, so that its package needs none either.
    (BENCH / PACKAGE / "__init__.py").write_text("")
    for name in MODULES:
        path = BENCH / CORE / f"{name}.py"
        path.write_text(undecorated(path.read_text()))
    for name in TESTS:
        shutil.copytree(ROOT / "tests" / name, BENCH / "tests" / name, ignore=skip)
    (BENCH / "tests" / "__init__.py").write_text("")
    (BENCH / "pytest.ini").write_text(PYTEST)
    paths = [str(CORE / f"{name}.py") for name in modules]
    (BENCH / "setup.cfg").write_text(
        MUTMUT.format(
            core=CORE,
            modules=_lines(paths),
            copied=_lines(["custom_components", "pytest.ini"]),
            judges=_lines(JUDGES),
        )
    )


def _lines(values: Sequence[str]) -> str:
    """Return a list as a value of several lines."""
    return "".join(f"\n  {value}" for value in values)
