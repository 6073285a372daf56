"""Bambu Lab: address, serial number and access code, and a certificate to trust."""

import asyncio
from collections.abc import Mapping, Sequence
import logging
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
)

from ..clients import PrinterType
from ..const import (
    CONF_ACCESS_CODE,
    CONF_FINGERPRINT,
    CONF_PRINTER_TYPE,
    CONF_SERIAL_NUMBER,
    DOMAIN,
)
from ..coordinator import PrinterCoordinator
from ..printers.bambu_lab import (
    PORT,
    FoundPrinter,
    UnknownCertificate,
    discover,
    readable_fingerprint,
)
from ..printers.base import PrinterAuthError
from ..settings import printer_id_of
from .base import Form, PrinterFlow
from .fields import PORT_NUMBER, SECRET, TEXT, advanced_section

_LOGGER = logging.getLogger(__name__)

SEARCH_S = 5.0
NEW = {CONF_PRINTER_TYPE: PrinterType.BAMBU_LAB.value}


def _port(is_open: bool) -> dict[Any, Any]:
    """Return the section with the port."""
    return advanced_section(
        {vol.Required(CONF_PORT, default=PORT): PORT_NUMBER}, is_open
    )


def _schema(is_open: bool) -> vol.Schema:
    """Return the fields of a printer."""
    return vol.Schema(
        {
            vol.Required(CONF_HOST): TEXT,
            vol.Required(CONF_SERIAL_NUMBER): TEXT,
            vol.Required(CONF_ACCESS_CODE): SECRET,
            **_port(is_open),
        }
    )


def _reconfigure_schema(is_open: bool) -> vol.Schema:
    """Return the fields of a printer whose serial number is known."""
    return vol.Schema(
        {
            vol.Required(CONF_HOST): TEXT,
            vol.Optional(CONF_ACCESS_CODE): SECRET,
            **_port(is_open),
        }
    )


def _found_schema(found: Sequence[FoundPrinter]) -> vol.Schema:
    """Return the choice among the printers that were heard."""
    options = [
        SelectOptionDict(
            value=one.serial_number,
            label=" – ".join(filter(None, (one.name, one.model, one.host))),
        )
        for one in found
    ]
    choice = SelectSelector(SelectSelectorConfig(options=options))
    return vol.Schema(
        {
            vol.Required(CONF_SERIAL_NUMBER): choice,
            vol.Required(CONF_ACCESS_CODE): SECRET,
        }
    )


def _code_schema(_is_open: bool) -> vol.Schema:
    """Return the fields of a printer whose code has changed."""
    return vol.Schema({vol.Required(CONF_ACCESS_CODE): SECRET})


class BambuLabFlow(PrinterFlow):
    """The steps to a Bambu Lab printer."""

    _shown: dict[str, Any]
    _asked: Form
    _trusted: dict[str, str] | None = None
    _heard: Sequence[FoundPrinter] = ()
    _search: asyncio.Task[list[FoundPrinter]] | None = None

    async def async_step_bambu_lab(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for address, serial number and access code."""
        form = Form(step_id="bambu_lab", schema=_schema, known=NEW)
        return await self._async_form(form, user_input, self._async_open_bambu_lab)

    async def async_step_bambu_lab_search(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Listen for printers that announce themselves."""
        if self._search is None:
            self._search = self.hass.async_create_background_task(
                discover(SEARCH_S), f"{DOMAIN} search"
            )
        if self._search.done():
            return self.async_show_progress_done(next_step_id="bambu_lab_heard")
        return self.async_show_progress(
            step_id="bambu_lab_search",
            progress_action="bambu_lab_search",
            progress_task=self._search,
        )

    async def async_step_bambu_lab_heard(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer what was heard, or have it typed."""
        assert self._search is not None
        try:
            self._heard = self._search.result()
        except OSError as err:
            _LOGGER.info("Printers cannot be searched for: %s", err)
        if self._heard:
            return await self.async_step_bambu_lab_found()
        form = Form(step_id="bambu_lab", schema=_schema, known=NEW)
        return self._show(form, {}, {"base": "none_found"})

    async def async_step_bambu_lab_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which printer it is, and for its access code."""
        chosen = (user_input or {}).get(CONF_SERIAL_NUMBER)
        host = [one.host for one in self._heard if one.serial_number == chosen]
        form = Form(
            step_id="bambu_lab_found",
            schema=lambda _: _found_schema(self._heard),
            known=NEW | ({CONF_HOST: host[0]} if host else {}),
        )
        return await self._async_form(form, user_input, self._async_open_bambu_lab)

    async def async_step_bambu_lab_reauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the new access code."""
        form = self._reauth_form("bambu_lab_reauth", _code_schema)
        return await self._async_form(form, user_input, self._async_open_bambu_lab)

    async def async_step_bambu_lab_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or code of the same printer."""
        form = self._reconfigure_form("bambu_lab_reconfigure", _reconfigure_schema)
        return await self._async_form(form, user_input, self._async_open_bambu_lab)

    async def _async_open_bambu_lab(
        self, form: Form, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Open the printer, or show the certificate that nobody vouches for."""
        data[CONF_PORT] = int(data.get(CONF_PORT, PORT))
        data[CONF_SERIAL_NUMBER] = data[CONF_SERIAL_NUMBER].upper()
        data |= self._trusted or {}
        if (printer := self._connected(data)) and printer.identity:
            return await self._async_finish(dict(printer.entry_data), printer.identity)
        try:
            return await self._async_open(form, data)
        except UnknownCertificate as err:
            self._asked, self._trusted = form, None
            self._shown = data | {CONF_FINGERPRINT: err.fingerprint}
            return await self.async_step_bambu_lab_certificate()

    @callback
    def _connected(self, data: Mapping[str, Any]) -> PrinterCoordinator | None:
        """Return the printer's coordinator where it is connected in this way already.

        It has few places for clients (P1 firmware 1.0.4: one).
        """
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, printer_id_of(PrinterType.BAMBU_LAB, data[CONF_SERIAL_NUMBER])
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        coordinator: PrinterCoordinator = entry.runtime_data
        means = (CONF_HOST, CONF_PORT, CONF_ACCESS_CODE)
        same = all(coordinator.entry_data.get(key) == data[key] for key in means)
        return coordinator if same and coordinator.last_update_success else None

    async def _async_open_trusted(
        self, _form: Form, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Open the printer, or go back to the form that its refused code was typed in.

        The certificate is trusted from then on and is not asked about again.
        """
        try:
            return await self._async_open_bambu_lab(self._asked, data)
        except PrinterAuthError as err:
            self._trusted = {CONF_FINGERPRINT: data[CONF_FINGERPRINT]}
            return self._show_error(self._asked, data, err)

    async def async_step_bambu_lab_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user decide whether to trust this one certificate."""
        fingerprint = readable_fingerprint(self._shown[CONF_FINGERPRINT])
        form = Form(
            step_id="bambu_lab_certificate",
            schema=lambda _: vol.Schema({}),
            known=self._shown,
            placeholders={"fingerprint": fingerprint},
        )
        return await self._async_form(form, user_input, self._async_open_trusted)
