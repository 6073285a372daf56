"""Tell Home Assistant what was recorded: its bus and the event entities."""

from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from .api.serializers import job_to_json
from .const import DOMAIN, EVENT_PREFIX
from .database import Announcement, JobEvent
from .settings import entry_printer_id, printer_entries
from .watching import Change


def signal_job_event(printer_id: str) -> SignalType[str, dict[str, Any]]:
    """Return the signal that carries a printer's job events: type and data."""
    return SignalType(f"{DOMAIN}_{printer_id}_job_event")


class Announcer:
    """Turn what the job manager announces into bus events."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Serve one Home Assistant."""
        self._hass = hass

    @callback
    def __call__(self, change: Change) -> None:
        """Fire the events of one announcement, in their order."""
        if not isinstance(change, Announcement):
            return
        job = change.job
        data = job_to_json(job) | self._source(job.printer_id)
        for event in change.events:
            if event is JobEvent.DELETED:
                continue
            payload = dict(data)
            if event is JobEvent.ENDED:
                payload["previous_status"] = change.previous_status
            self._hass.bus.async_fire(f"{EVENT_PREFIX}{event}", payload)
            signal = signal_job_event(job.printer_id)
            async_dispatcher_send(self._hass, signal, event.value, payload)

    def _source(self, printer_id: str) -> dict[str, str | None]:
        """Return the device and the entry of the job's printer."""
        for entry in printer_entries(self._hass):
            if entry_printer_id(entry) == printer_id:
                device = dr.async_get(self._hass).async_get_device_by_identifier(
                    (DOMAIN, printer_id), entry.entry_id
                )
                return {
                    "device_id": device.id if device else None,
                    "config_entry_id": entry.entry_id,
                }
        return {"device_id": None, "config_entry_id": None}
