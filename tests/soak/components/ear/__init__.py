"""Writes down job events and set-up printers, whatever kills its Home Assistant."""

import json
from pathlib import Path
import time

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType

HEARD = "heard.jsonl"


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Listen."""
    path = Path(hass.config.path(HEARD))
    # A line that was handed to the system outlives the process.
    lines = await hass.async_add_executor_job(lambda: path.open("a", buffering=1))

    @callback
    def heard(event: Event) -> None:
        """Write down a job's event."""
        name = str(event.event_type)
        if name.startswith("printernizer_job_"):
            line = {"event": name, "id": event.data["id"]}
            lines.write(json.dumps(line) + "\n")

    @callback
    def changed(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Write down that a printer is set up."""
        if entry.domain == "printernizer" and entry.state is ConfigEntryState.LOADED:
            line = {"printer_id": entry.unique_id, "at": time.monotonic()}
            lines.write(json.dumps(line) + "\n")

    hass.bus.async_listen(MATCH_ALL, heard)
    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
    return True
