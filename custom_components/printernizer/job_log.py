"""The Job log: the entry that holds what is common to all printers.

Recording depends on it in nothing but its options, which hold while it is disabled
too.
"""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_SYSTEM,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .const import DOMAIN, JOB_LOG
from .devices import job_log_device_info
from .models import async_apply_settings
from .settings import entry_printer_id, job_log_entry, printer_entries


@callback
def async_follow_options(hass: HomeAssistant) -> None:
    """Put changed options of the Job log in force, also while it is not loaded."""

    @callback
    def changed(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Apply the options; other entries look after themselves."""
        if entry.domain == DOMAIN and entry.unique_id == JOB_LOG:
            async_apply_settings(hass)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)


async def async_ensure_job_log(hass: HomeAssistant, options: Mapping[str, Any]) -> None:
    """Create the Job log where it is missing."""
    if job_log_entry(hass) is None:
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_SYSTEM}, data=dict(options)
        )


@callback
def async_create_device(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Create the Job log's device, and put those of the printers below it."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **job_log_device_info()
    )
    for printer in printer_entries(hass):
        async_link_device(hass, printer)


@callback
def async_link_device(hass: HomeAssistant, printer: ConfigEntry) -> None:
    """Put a printer's device below that of the Job log, once both are there."""
    registry = dr.async_get(hass)
    job_log = job_log_entry(hass)
    service = job_log and registry.async_get_device_by_identifier(
        (DOMAIN, JOB_LOG), job_log.entry_id
    )
    device = registry.async_get_device_by_identifier(
        (DOMAIN, entry_printer_id(printer)), printer.entry_id
    )
    if service and device and device.via_device_id != service.id:
        registry.async_update_device(device.id, via_device_id=service.id)
