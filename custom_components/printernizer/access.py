"""What opens a printer: kept first, and tried then."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback


@callback
def async_keep_access(
    hass: HomeAssistant, entry: ConfigEntry, data: Mapping[str, Any]
) -> None:
    """Keep new access to a printer, and have it tried once.

    A reload begins at once, so that one before the data are kept would try the old
    access again. A printer that was set up has a listener, which sees to changed data.
    """
    is_followed = bool(entry.update_listeners)
    has_changed = hass.config_entries.async_update_entry(entry, data=data)
    if not (has_changed and is_followed):
        hass.config_entries.async_schedule_reload(entry.entry_id)
