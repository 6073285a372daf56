"""What the integration keeps at run time, and where."""

import asyncio
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .coordinator import PrinterCoordinator
from .database import JobDatabase
from .job_manager import JobManager
from .settings import Settings, current_settings

type PrinterConfigEntry = ConfigEntry[PrinterCoordinator]


@dataclass(slots=True)
class Printernizer:
    """What outlives every entry: the record and who keeps it."""

    database: JobDatabase
    manager: JobManager
    settings: Settings
    is_open: bool = False
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    coordinators: dict[str, PrinterCoordinator] = field(default_factory=dict)


DATA: HassKey[Printernizer] = HassKey(DOMAIN)


def runtime(hass: HomeAssistant) -> Printernizer:
    """Return what ``async_setup`` made."""
    return hass.data[DATA]


@callback
def async_apply_settings(hass: HomeAssistant) -> None:
    """Put the global settings in force for every printer that runs."""
    data = runtime(hass)
    settings = current_settings(hass)
    if settings == data.settings:
        return
    data.settings = settings
    for coordinator in data.coordinators.values():
        coordinator.async_set_interval(settings.monitoring_interval_s)
        data.manager.set_policy(
            coordinator.printer_id,
            settings.policy_for(coordinator.config_entry.options),
        )
