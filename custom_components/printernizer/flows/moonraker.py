"""Klipper printers: the address of their Moonraker, and a key where it wants one."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..clients import PrinterType
from ..const import CONF_PRINTER_TYPE
from ..printers.base import PrinterAuthError
from ..printers.moonraker import parse_discovery
from .base import Form, PrinterFlow
from .fields import SECRET, URL, advanced

NEW = {CONF_PRINTER_TYPE: PrinterType.MOONRAKER.value}


def _schema(is_open: bool) -> vol.Schema:
    """Return the fields of a printer."""
    return vol.Schema(
        {
            vol.Required(CONF_URL): URL,
            vol.Optional(CONF_API_KEY): SECRET,
            **advanced(is_open),
        }
    )


def _key_schema(is_open: bool) -> vol.Schema:
    """Return the fields of a printer whose address is known."""
    return vol.Schema({vol.Optional(CONF_API_KEY): SECRET, **advanced(is_open)})


class KeyNeeded(PrinterAuthError):
    """Moonraker does not trust this machine, and no key was typed."""

    key = "key_needed"


class MoonrakerFlow(PrinterFlow):
    """The steps to a Klipper printer."""

    async def async_step_moonraker(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address."""
        form = Form(step_id="moonraker", schema=_schema, known=NEW)
        return await self._async_form(form, user_input, self._async_open_moonraker)

    async def async_step_moonraker_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Confirm a discovered printer."""
        form = self._discovered_form("moonraker_discovered", _key_schema, NEW)
        return await self._async_form(form, user_input, self._async_open_moonraker)

    async def async_step_moonraker_reauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another key."""
        form = self._reauth_form("moonraker_reauth", _key_schema)
        return await self._async_form(form, user_input, self._async_open_moonraker)

    async def async_step_moonraker_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or key of the same printer."""
        form = self._reconfigure_form("moonraker_reconfigure", _schema)
        return await self._async_form(form, user_input, self._async_open_moonraker)

    async def _async_open_moonraker(
        self, form: Form, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Open the printer; raises KeyNeeded where a key was not even tried."""
        try:
            return await self._async_open(form, data)
        except PrinterAuthError as err:
            if CONF_API_KEY in data:
                raise
            raise KeyNeeded("no key") from err

    async def _async_moonraker_zeroconf(
        self, info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take an announced Moonraker."""
        found = parse_discovery(info.host, info.port, info.properties)
        if found is None or found.unique_id is None:
            return self.async_abort(reason="wrong_device")
        name = info.name.removesuffix(f".{info.type}")
        await self._async_discovered(
            PrinterType.MOONRAKER, found.url, found.unique_id, name
        )
        return await self.async_step_moonraker_discovered()
