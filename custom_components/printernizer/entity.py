"""What all entities share."""

from typing import override

from homeassistant.const import CONF_URL
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, JOB_LOG
from .coordinator import PrinterCoordinator
from .core.snapshot import Activity


def printer_device_info(coordinator: PrinterCoordinator) -> DeviceInfo:
    """Return the device of a printer.

    What a printer does not tell now stays as it told it before: Moonraker does not know
    the firmware while Klipper is off.
    """
    entry, identity = coordinator.config_entry, coordinator.identity
    assert identity is not None
    device = DeviceInfo(
        identifiers={(DOMAIN, coordinator.printer_id)},
        name=entry.title,
        configuration_url=entry.data.get(CONF_URL),
        manufacturer=identity.manufacturer,
    )
    if identity.model is not None:
        device["model"] = identity.model
    if identity.firmware is not None:
        device["sw_version"] = identity.firmware
    return device


def job_log_device_info() -> DeviceInfo:
    """Return the device of what is common to all printers."""
    return DeviceInfo(
        identifiers={(DOMAIN, JOB_LOG)},
        translation_key=JOB_LOG,
        entry_type=DeviceEntryType.SERVICE,
    )


class PrinterEntity(CoordinatorEntity[PrinterCoordinator]):
    """An entity of a printer; unavailable while the printer is.

    So is what a program in front of the printer tells while it has no news of it.
    """

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: PrinterCoordinator, description: EntityDescription
    ) -> None:
        """Tell whose entity it is."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.printer_id}_{description.key}"
        self._attr_device_info = printer_device_info(coordinator)

    @property
    @override
    def available(self) -> bool:
        """Tell whether there is news of the printer."""
        if not super().available:
            return False
        snapshot = self.coordinator.data.snapshot
        return snapshot.activity is not Activity.NO_NEWS or snapshot.fault


class JobLogEntity(Entity):
    """An entity of what is common to all printers."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, description: EntityDescription) -> None:
        """Tell that it belongs to the service."""
        self.entity_description = description
        self._attr_unique_id = f"{JOB_LOG}_{description.key}"
        self._attr_device_info = job_log_device_info()
