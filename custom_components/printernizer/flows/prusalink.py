"""PrusaLink: its address, and the password or key that it shows."""

from typing import Any
from urllib.parse import urlsplit

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..clients import PrinterType
from ..const import CONF_PRINTER_TYPE
from ..printers.parsing import normalise_url
from ..settings import printer_entries
from .base import Form, PrinterFlow, url_of
from .fields import SECRET, TEXT, URL, advanced

NEW = {CONF_PRINTER_TYPE: PrinterType.PRUSALINK.value}


def _schema(is_open: bool) -> vol.Schema:
    """Return the fields of a printer."""
    return vol.Schema(
        {
            vol.Required(CONF_URL): URL,
            vol.Optional(CONF_USERNAME): TEXT,
            vol.Required(CONF_API_KEY): SECRET,
            **advanced(is_open),
        }
    )


def _reconfigure_schema(is_open: bool) -> vol.Schema:
    """Return the fields of a printer whose password is known."""
    return _schema(is_open).extend({vol.Optional(CONF_API_KEY): SECRET})


def _key_schema(is_open: bool) -> vol.Schema:
    """Return the fields of a printer whose address is known."""
    return vol.Schema(
        {
            vol.Optional(CONF_USERNAME): TEXT,
            vol.Required(CONF_API_KEY): SECRET,
            **advanced(is_open),
        }
    )


class PrusaLinkFlow(PrinterFlow):
    """The steps to a PrusaLink."""

    async def async_step_prusalink(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for address and password."""
        form = Form(step_id="prusalink", schema=_schema, known=NEW)
        return await self._async_form(form, user_input)

    async def async_step_prusalink_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Confirm a discovered printer."""
        form = self._discovered_form("prusalink_discovered", _key_schema, NEW)
        return await self._async_form(form, user_input)

    async def async_step_prusalink_reauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another password."""
        form = self._reauth_form("prusalink_reauth", _key_schema)
        return await self._async_form(form, user_input)

    async def async_step_prusalink_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or password of the same printer."""
        form = self._reconfigure_form("prusalink_reconfigure", _reconfigure_schema)
        return await self._async_form(form, user_input)

    async def _async_prusalink_zeroconf(
        self, info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take an announced PrusaLink.

        It tells its serial number to those who know the password only, so its name
        in the network stands for it until then.
        """
        try:
            url = normalise_url(url_of(info.host, info.port))
        except ValueError as err:
            raise AbortFlow("wrong_device") from err
        name = info.name.removesuffix(f".{info.type}")
        await self.async_set_unique_id(f"{PrinterType.PRUSALINK}_{name}")
        self._abort_if_unique_id_configured()
        self._abort_if_host_is_known({info.host, info.hostname.rstrip(".")})
        self._note_discovery(url, name)
        return await self.async_step_prusalink_discovered()

    @callback
    def _abort_if_host_is_known(self, names: set[str]) -> None:
        """Abort where a printer of this type has been added under one of the names."""
        addresses = [
            str(entry.data[CONF_URL])
            for entry in printer_entries(self.hass)
            if entry.data[CONF_PRINTER_TYPE] == PrinterType.PRUSALINK
        ]
        if any(urlsplit(address).hostname in names for address in addresses):
            raise AbortFlow("already_configured")
