"""What a printer does, and how many jobs there are."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_PRINTER_TYPE
from .sensors.job_log import async_job_log_sensors
from .sensors.printer import async_add_printer_sensors

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of a printer, or those of the Job log."""
    if CONF_PRINTER_TYPE in entry.data:
        async_add_printer_sensors(hass, entry, async_add_entities)
    else:
        async_add_entities(await async_job_log_sensors(hass))
