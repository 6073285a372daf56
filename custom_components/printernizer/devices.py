"""The devices in Home Assistant's registry."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_URL
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from .const import DOMAIN, JOB_LOG
from .printers.base import PrinterIdentity
from .settings import entry_printer_id


def printer_device_info(entry: ConfigEntry, identity: PrinterIdentity) -> DeviceInfo:
    """Return the device of a printer.

    What a printer does not tell now stays as it told it before: Moonraker does not know
    the firmware while Klipper is off.
    """
    device = DeviceInfo(
        identifiers={(DOMAIN, entry_printer_id(entry))},
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
