"""PrusaLink: its address, and the password or key that it shows."""

from typing import Any, override
from urllib.parse import urlsplit

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_USERNAME
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
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
    return vol.Schema(
        {
            vol.Required(CONF_URL): URL,
            vol.Optional(CONF_USERNAME): TEXT,
            vol.Optional(CONF_API_KEY): SECRET,
            **advanced(is_open),
        }
    )


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

    # -- discovery -----------------------------------------------------------------
    #
    # A printer tells its serial number to those who know the password only, so its
    # name in the network, or its MAC address, stands for it until then.

    async def _async_prusalink_zeroconf(
        self, info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take an announced PrusaLink."""
        name = info.name.removesuffix(f".{info.type}")
        hosts = {info.host, info.hostname.rstrip(".")}
        return await self._async_offer(url_of(info.host, info.port), hosts, name, name)

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Take a device of Prusa Research that was given an address."""
        ip, name = discovery_info.ip, discovery_info.hostname
        hosts = {ip, name, f"{name}.local"}
        mac = discovery_info.macaddress
        return await self._async_offer(url_of(ip, 80), hosts, mac, name or ip)

    async def _async_offer(
        self, address: str, hosts: set[str], stand_in: str, name: str
    ) -> ConfigFlowResult:
        """Have a printer confirmed, once for all the ways that it was found in."""
        try:
            url = normalise_url(address)
        except ValueError as err:
            raise AbortFlow("wrong_device") from err
        await self.async_set_unique_id(f"{PrinterType.PRUSALINK}_{stand_in}")
        self._abort_if_unique_id_configured()
        self._abort_if_host_is_known(hosts)
        self._note_discovery(url, name)
        if self.hass.config_entries.flow.async_has_matching_flow(self):
            raise AbortFlow(
                "already_in_progress", translation_domain=HOMEASSISTANT_DOMAIN
            )
        return await self.async_step_prusalink_discovered()

    @override
    def is_matching(self, other_flow: ConfigFlow) -> bool:
        """Tell whether another flow is about a printer at the same address."""
        return isinstance(other_flow, PrinterFlow) and other_flow.found == self.found

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
