"""A component beside ours that writes down every event, whatever kills its house."""

from collections import defaultdict
from collections.abc import Mapping
import json
from pathlib import Path

from tests.support.home_assistant import ROOT

HEARD = "heard.jsonl"
_SOURCE = '''
"""Write down the job events of the integration beside."""

import json
from pathlib import Path

from homeassistant.const import MATCH_ALL
from homeassistant.core import callback


async def async_setup(hass, config):
    """Listen."""
    lines = Path(hass.config.path("heard.jsonl")).open("a", buffering=1)

    @callback
    def heard(event):
        """Write a line, which a killed process leaves behind."""
        if event.event_type.startswith("printernizer_job_"):
            line = {"event": event.event_type, "id": event.data["id"]}
            lines.write(json.dumps(line) + "\\n")

    hass.bus.async_listen(MATCH_ALL, heard)
    return True
'''


def install(folder: Path, name: str, source: str) -> None:
    """Put a component beside ours."""
    components = folder / "custom_components"
    components.mkdir(exist_ok=True)
    ours = components / "printernizer"
    if not ours.exists():
        ours.symlink_to(ROOT / "custom_components" / "printernizer")
    component = components / name
    component.mkdir()
    (component / "__init__.py").write_text(source)
    manifest = {"domain": name, "name": name.title(), "version": "1.0.0"}
    (component / "manifest.json").write_text(json.dumps(manifest))


def install_ear(folder: Path) -> str:
    """Install the component; returns the YAML that it needs."""
    install(folder, "ear", _SOURCE)
    return "ear:\n"


def heard_in(folder: Path) -> Mapping[str, list[str]]:
    """Return the names of the events that were sent for each job, in their order."""
    events = defaultdict[str, list[str]](list)
    for line in (folder / HEARD).read_text().splitlines():
        told = json.loads(line)
        name = told["event"].removeprefix("printernizer_job_")
        events[told["id"]].append(name)
    return events
