"""The device of a printer, as Home Assistant's registry has it."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .printers.base import PrinterIdentity
from .settings import entry_printer_id


@callback
def async_update_device(
    hass: HomeAssistant, entry: ConfigEntry, identity: PrinterIdentity
) -> None:
    """Show what a printer tells of itself since it is back."""
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier(
        (DOMAIN, entry_printer_id(entry)), entry.entry_id
    )
    if device is not None:
        registry.async_update_device(
            device.id, model=identity.model, sw_version=identity.firmware
        )
