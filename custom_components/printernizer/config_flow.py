"""Add, open again and change printers; the Job log comes by itself."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.helpers.translation import async_get_translations

from .clients import PrinterType
from .const import CONF_PRINTER_TYPE, DOMAIN, JOB_LOG
from .flows.bambu_lab import BambuLabFlow
from .flows.moonraker import MoonrakerFlow
from .flows.octoprint import OctoPrintFlow
from .flows.options import (
    LIMITS,
    JobLogOptionsFlow,
    PrinterOptionsFlow,
    cleaned,
    job_log_schema,
    refused,
)
from .flows.prusalink import PrusaLinkFlow

MENU = [
    PrinterType.BAMBU_LAB.value,
    "bambu_lab_search",
    PrinterType.MOONRAKER.value,
    PrinterType.OCTOPRINT.value,
    PrinterType.PRUSALINK.value,
]


class PrinternizerConfigFlow(
    BambuLabFlow, MoonrakerFlow, OctoPrintFlow, PrusaLinkFlow, domain=DOMAIN
):
    """The flow of all entries."""

    VERSION = 1
    MINOR_VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of a printer, or those of all."""
        if CONF_PRINTER_TYPE in config_entry.data:
            return PrinterOptionsFlow()
        return JobLogOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user choose what they have."""
        return self.async_show_menu(step_id="user", menu_options=MENU)

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take a printer that announced itself."""
        match discovery_info.type.partition(".")[0]:
            case "_moonraker":
                return await self._async_moonraker_zeroconf(discovery_info)
            case "_prusalink":
                return await self._async_prusalink_zeroconf(discovery_info)
            case _:
                return await self._async_octoprint_zeroconf(discovery_info)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Ask for new access to a printer that refuses the old one."""
        return await self._async_step_of(entry_data, "reauth")

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change how a printer is reached, or the options of the Job log."""
        entry = self._get_reconfigure_entry()
        if CONF_PRINTER_TYPE not in entry.data:
            return await self.async_step_job_log()
        return await self._async_step_of(entry.data, "reconfigure")

    async def _async_step_of(
        self, entry_data: Mapping[str, Any], step: str
    ) -> ConfigFlowResult:
        """Go to a step of the entry's printer type."""
        kind = PrinterType(entry_data[CONF_PRINTER_TYPE])
        result: ConfigFlowResult = await getattr(self, f"async_step_{kind}_{step}")()
        return result

    # -- the Job log ---------------------------------------------------------------

    async def async_step_system(self, options: dict[str, Any]) -> ConfigFlowResult:
        """Create the Job log, once."""
        await self.async_set_unique_id(JOB_LOG)
        self._abort_if_unique_id_configured()
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "device", [DOMAIN]
        )
        title = texts.get(f"component.{DOMAIN}.device.{JOB_LOG}.name", JOB_LOG)
        return self.async_create_entry(title=title, data={}, options=options)

    async def async_step_job_log(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the Job log's options where users look for its settings."""
        entry = self._get_reconfigure_entry()
        options = dict(entry.options)
        errors = {}
        if user_input is not None:
            options |= cleaned(user_input)
            errors = refused(options)
            if not errors:
                return self.async_update_and_abort(entry, options=options)
        return self.async_show_form(
            step_id=JOB_LOG,
            data_schema=self.add_suggested_values_to_schema(job_log_schema(), options),
            errors=errors,
            description_placeholders=LIMITS,
        )
