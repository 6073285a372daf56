"""Put components beside ours, and read what they wrote."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Heard:
    """What was written down.

    ``events``: the names of the events that were sent for each job, in their order.
    ``loads``: when each printer was set up, by the clock of ``time.monotonic``.
    """

    events: Mapping[str, Sequence[str]]
    loads: Mapping[str, Sequence[float]]


def heard_in(folder: Path) -> Heard:
    """Return what was written down there."""
    events = defaultdict[str, list[str]](list)
    loads = defaultdict[str, list[float]](list)
    for line in (folder / HEARD).read_text().splitlines():
        told = json.loads(line)
        if "event" in told:
            name = told["event"].removeprefix("printernizer_job_")
            events[told["id"]].append(name)
        else:
            loads[told["printer_id"]].append(told["at"])
    return Heard(events, loads)
