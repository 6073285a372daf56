"""Writes down the job events on the bus, whatever kills its Home Assistant."""

import json
from pathlib import Path

from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.typing import ConfigType

HEARD = "heard.jsonl"


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Listen."""
    path = Path(hass.config.path(HEARD))
    # A line that was handed to the system outlives the process.
    lines = await hass.async_add_executor_job(lambda: path.open("a", buffering=1))

    @callback
    def heard(event: Event) -> None:
        """Write a line."""
        name = str(event.event_type)
        if name.startswith("printernizer_job_"):
            line = {"event": name, "id": event.data["id"]}
            lines.write(json.dumps(line) + "\n")

    hass.bus.async_listen(MATCH_ALL, heard)
    return True
