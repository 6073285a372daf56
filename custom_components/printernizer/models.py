"""What the integration keeps at run time, and where."""

import asyncio
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .coordinator import PrinterCoordinator
from .database import JobDatabase
from .job_manager import JobManager
from .settings import Settings

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
