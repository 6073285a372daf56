"""The job events of a printer."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .announcer import signal_job_event
from .const import JOB_EVENTS
from .coordinator import PrinterCoordinator
from .models import PrinterConfigEntry

PARALLEL_UPDATES = 0

JOB = EventEntityDescription(key="job", translation_key="job", event_types=JOB_EVENTS)

# The recorder keeps what an attribute holds; whose print it is stays out of it.
PRIVATE = frozenset({"customer_name", "order_id", "notes"})
OURS = (
    "auto_created",
    "discovery_time",
    "printer_start_time",
    "discovered_on_startup",
    "discovered_afterwards",
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PrinterConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the printer's entity."""
    async_add_entities([JobEventEntity(entry.runtime_data)])


class JobEventEntity(EventEntity):
    """What happened last to a job of this printer.

    It is there while the printer is not: what happens to a job then (edited by hand,
    closed late) must be heard, and a return from unavailable would look to
    automations like the last event once more.
    """

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: EventEntityDescription

    def __init__(self, coordinator: PrinterCoordinator) -> None:
        """Tell whose entity it is."""
        self.entity_description = JOB
        self._printer_id = coordinator.printer_id
        self._attr_unique_id = f"{coordinator.printer_id}_{JOB.key}"
        self._attr_device_info = coordinator.device_info

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the printer's job events."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, signal_job_event(self._printer_id), self._async_job_event
            )
        )

    @callback
    def _async_job_event(self, event: str, data: Mapping[str, Any]) -> None:
        """Show an event."""
        self._trigger_event(event, public(data))
        self.async_write_ha_state()


def public(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event tells of a job without telling whose it is."""
    shown = {key: value for key, value in job.items() if key not in PRIVATE}
    if isinstance(info := shown.get("customer_info"), dict):
        shown["customer_info"] = {key: info[key] for key in OURS if key in info}
    return shown
