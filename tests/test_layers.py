"""Data flows one way: core ← printers, database ← Home Assistant's shell."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import sys

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "custom_components" / "printernizer"
OURS = "custom_components.printernizer"
IMPURE = {
    "asyncio",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "threading",
    "time",
    "uuid",
}
# Of the shell, what does not know of Home Assistant.
PLAIN = ("job_manager.py", "telling.py", "watching.py")


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of every module that a file imports."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            if node.module is None:
                yield from (f"{module}.{each.name}" for each in node.names)
            else:
                yield module


def asks_the_world(path: Path) -> bool:
    """Tell whether a file opens files or asks for the time."""
    nodes = ast.walk(ast.parse(path.read_text()))
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    return any(re.search(r"^open$|\.(now|utcnow|today)$", each) for each in called)


def imported(*folders: str) -> dict[str, set[str]]:
    """Return what each file below these folders imports."""
    files = (file for each in folders for file in (PACKAGE / each).rglob("*.py"))
    return {str(file.relative_to(PACKAGE)): set(imports(file)) for file in files}


@pytest.mark.parametrize(
    ("layer", "below"),
    [
        ("core", ["core"]),
        ("printers", ["core", "printers"]),
        ("database", ["core", "database"]),
    ],
)
def test_a_layer_knows_those_below_it(layer: str, below: list[str]) -> None:
    """Nothing of Home Assistant, and of ours only what is below."""
    allowed = tuple(f"{OURS}.{each}" for each in below)
    found = imported(layer)
    assert found
    for file, modules in found.items():
        for module in modules:
            assert module.partition(".")[0] != "homeassistant", file
            if module.startswith(OURS):
                assert module.startswith(allowed), f"{file} imports {module}"


def test_the_core_is_pure() -> None:
    """Standard library alone, without input, output, clock and chance."""
    for file, modules in imported("core").items():
        foreign = {each for each in modules if not each.startswith(OURS)}
        assert {each.partition(".")[0] for each in foreign} <= sys.stdlib_module_names
        assert not foreign & IMPURE, file
        assert not asks_the_world(PACKAGE / file), file


@pytest.mark.parametrize("file", PLAIN)
def test_the_way_of_a_print_knows_no_home_assistant(file: str) -> None:
    """It is simulated without one."""
    modules = set(imports(PACKAGE / file))
    assert not {each for each in modules if each.startswith("homeassistant")}
