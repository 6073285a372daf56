"""What all entities share."""

from typing import override

from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import JOB_LOG
from .coordinator import PrinterCoordinator
from .core.snapshot import Activity
from .devices import job_log_device_info


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
        self._attr_device_info = coordinator.device_info

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
