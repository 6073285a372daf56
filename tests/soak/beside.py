"""Put components beside ours, and read what they wrote."""

from collections import defaultdict
from collections.abc import Mapping
import json
from pathlib import Path

from tests.support.home_assistant import ROOT

from .components.ear import HEARD

_COMPONENTS = Path(__file__).with_name("components")


def install(folder: Path, *names: str, with_ours: bool = True) -> str:
    """Put components beside ours; returns the YAML that starts them."""
    components = folder / "custom_components"
    components.mkdir(parents=True)
    ours = ROOT / "custom_components" / "printernizer"
    if with_ours:
        (components / ours.name).symlink_to(ours)
    for name in names:
        (components / name).symlink_to(_COMPONENTS / name)
    return "".join(f"{name}:\n" for name in names)


def heard_in(folder: Path) -> Mapping[str, list[str]]:
    """Return the names of the events that were sent for each job, in their order."""
    events = defaultdict[str, list[str]](list)
    for line in (folder / HEARD).read_text().splitlines():
        told = json.loads(line)
        name = told["event"].removeprefix("printernizer_job_")
        events[told["id"]].append(name)
    return events
