"""OctoPrint: its address, and a key that is typed or granted in OctoPrint."""

import asyncio
import contextlib
from typing import Any, override

import aiohttp
import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.service_info.ssdp import (
    ATTR_UPNP_FRIENDLY_NAME,
    ATTR_UPNP_PRESENTATION_URL,
    ATTR_UPNP_UDN,
    SsdpServiceInfo,
)
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..clients import PrinterType, passing_client, passing_session
from ..const import CONF_PRINTER_TYPE, DOMAIN
from ..printers.base import (
    NotThisPrinterType,
    PrinterAuthError,
    PrinterError,
    PrinterTimeout,
)
from ..printers.http import request
from ..printers.octoprint import (
    AppKeyRequest,
    AppKeys,
    AppKeysUnavailable,
    unique_id_of,
)
from ..printers.parsing import normalise_url
from .base import Form, PrinterFlow, url_of
from .fields import SECRET, URL, advanced
from .typed import without_secrets

DECISION_TIMEOUT_S = 300.0
NEW = {CONF_PRINTER_TYPE: PrinterType.OCTOPRINT.value}


class AppKeyExpired(PrinterError):
    """Nobody answered the request for a key in time."""

    key = "appkey_expired"


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


async def _why_no_keys(session: aiohttp.ClientSession, url: str) -> PrinterError:
    """Return why no application keys can be had at an address.

    OctoPrint answers 403 to those who have no key; what answers 401 is none.
    """
    status, _ = await request(session, "GET", f"{url}/api/version")
    if status == 401:
        return NotThisPrinterType("HTTP 401")
    return AppKeysUnavailable("no answer to the probe")


class OctoPrintFlow(PrinterFlow):
    """The steps to an OctoPrint."""

    _granted: tuple[str, str] | None = None
    _key_form: Form
    _key_data: dict[str, Any]
    _key_request: AppKeyRequest
    _key_task: asyncio.Task[str] | None = None

    async def async_step_octoprint(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for address and key."""
        form = Form(step_id="octoprint", schema=_schema, known=NEW)
        return await self._async_form(form, user_input, self._async_open_octoprint)

    async def async_step_octoprint_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Confirm a discovered OctoPrint."""
        form = self._discovered_form("octoprint_discovered", _key_schema, NEW)
        return await self._async_form(form, user_input, self._async_open_octoprint)

    async def async_step_octoprint_reauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another key."""
        form = self._reauth_form("octoprint_reauth", _key_schema)
        return await self._async_form(form, user_input, self._async_open_octoprint)

    async def async_step_octoprint_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or key of the same printer."""
        form = self._reconfigure_form("octoprint_reconfigure", _schema)
        return await self._async_form(form, user_input, self._async_open_octoprint)

    # -- discovery -----------------------------------------------------------------

    async def _async_octoprint_zeroconf(
        self, info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take an announced OctoPrint.

        A PrusaLink beside an MK3 announces itself as OctoPrint too, without a uuid.
        """
        path = info.properties.get("path")
        address = url_of(info.host, info.port, path or "")
        name = info.name.removesuffix(f".{info.type}")
        return await self._async_octoprint(address, info.properties.get("uuid"), name)

    @override
    async def async_step_ssdp(
        self, discovery_info: SsdpServiceInfo
    ) -> ConfigFlowResult:
        """Take an OctoPrint that announced itself as a UPnP device."""
        upnp = discovery_info.upnp
        return await self._async_octoprint(
            upnp.get(ATTR_UPNP_PRESENTATION_URL),
            upnp.get(ATTR_UPNP_UDN),
            upnp.get(ATTR_UPNP_FRIENDLY_NAME),
        )

    async def _async_octoprint(
        self, address: object, announced: object, name: object
    ) -> ConfigFlowResult:
        """Have a discovered OctoPrint confirmed."""
        unique_id = unique_id_of(announced)
        try:
            url = normalise_url(str(address))
        except ValueError as err:
            raise AbortFlow("wrong_device") from err
        if unique_id is None:
            return self.async_abort(reason="wrong_device")
        title = name if isinstance(name, str) and name else url
        await self._async_discovered(PrinterType.OCTOPRINT, url, unique_id, title)
        return await self.async_step_octoprint_discovered()

    # -- keys ----------------------------------------------------------------------

    async def _async_open_octoprint(
        self, form: Form, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Open with the key, or ask for one where none is there."""
        if self._granted is not None and self._granted[0] == data[CONF_URL]:
            data.setdefault(CONF_API_KEY, self._granted[1])
        if data.get(CONF_API_KEY):
            return await self._async_open(form, data)
        # It refuses to say who it is without a key. What else goes wrong on the way
        # there has a name of its own.
        async with passing_client(self.hass, data) as client:
            with contextlib.suppress(PrinterAuthError):
                await client.identify()
        async with passing_session(self.hass, data) as session:
            keys = AppKeys(session, data[CONF_URL])
            if not await keys.probe():
                raise await _why_no_keys(session, data[CONF_URL])
            self._key_request = await keys.request()
        self._key_form, self._key_data = form, data
        # The request is forgotten unless it is asked about at once.
        self._key_task = self.hass.async_create_background_task(
            self._async_wait_for_key(), f"{DOMAIN} key"
        )
        return await self.async_step_octoprint_key()

    async def _async_wait_for_key(self) -> str:
        """Return the key once it is granted; raises PrinterError."""
        async with passing_session(self.hass, self._key_data) as session:
            keys = AppKeys(session, self._key_data[CONF_URL])
            try:
                return await keys.wait(self._key_request, DECISION_TIMEOUT_S)
            except PrinterTimeout as err:
                raise AppKeyExpired("no decision") from err

    async def async_step_octoprint_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Wait until the user has decided in OctoPrint."""
        assert self._key_task is not None
        if self._key_task.done():
            return self.async_show_progress_done(next_step_id="octoprint_key_decided")
        link = self._key_request.dialog_url or self._key_data[CONF_URL]
        return self.async_show_progress(
            step_id="octoprint_key",
            progress_action="octoprint_key",
            progress_task=self._key_task,
            description_placeholders={"link": link},
        )

    async def async_step_octoprint_key_decided(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on with the granted key, or go back to the form with the reason."""
        assert self._key_task is not None
        data = self._key_data
        try:
            key = self._key_task.result()
            # It is handed out once: what fails from here on must not lose it.
            self._granted = (data[CONF_URL], key)
            return await self._async_open(self._key_form, data | {CONF_API_KEY: key})
        except PrinterError as err:
            if isinstance(err, PrinterAuthError):
                self._granted = None
            return self._show_error(self._key_form, without_secrets(data), err)
