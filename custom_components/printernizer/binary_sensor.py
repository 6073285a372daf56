"""Whether a printer prints."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import PrinterEntity
from .models import PrinterConfigEntry

PARALLEL_UPDATES = 0

PRINTING = BinarySensorEntityDescription(
    key="printing",
    translation_key="printing",
    device_class=BinarySensorDeviceClass.RUNNING,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PrinterConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the printer's entity."""
    async_add_entities([PrintingSensor(entry.runtime_data, PRINTING)])


class PrintingSensor(PrinterEntity, BinarySensorEntity):
    """On while a print runs or is paused."""

    @property
    @override
    def is_on(self) -> bool:
        """Tell whether there is a print."""
        return self.coordinator.data.session.current is not None
