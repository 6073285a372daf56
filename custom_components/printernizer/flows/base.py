"""What the steps of all printer types share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_URL
from homeassistant.core import callback

from ..access import async_keep_access
from ..clients import PrinterType, passing_client
from ..const import CONF_PRINTER_TYPE
from ..coordinator import PrinterCoordinator
from ..printers.base import (
    PrinterAuthError,
    PrinterCertificateError,
    PrinterError,
    PrinterIdentity,
)
from ..settings import printer_id_of
from .fields import ADVANCED
from .typed import SECRETS, blank_errors, flat, merged, without_secrets


class OtherPrinterUnknown(PrinterError):
    """At a new address nothing tells whether it is still the same printer."""

    key = "no_identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: ``known`` is what entry data hold beyond, or before, what is typed.

    ``schema`` is called with whether to show the section of advanced settings open.
    """

    step_id: str
    schema: Callable[[bool], vol.Schema]
    known: Mapping[str, Any]
    placeholders: Mapping[str, str] = field(default_factory=dict)


class PrinterFlow(ConfigFlow):
    """Ask for a printer, talk to it, and keep what opens it."""

    found: str | None = None

    # -- forms ---------------------------------------------------------------------

    async def _async_form(
        self,
        form: Form,
        user_input: dict[str, Any] | None,
        attempt: Callable[[Form, dict[str, Any]], Awaitable[ConfigFlowResult]]
        | None = None,
    ) -> ConfigFlowResult:
        """Show a form until what is typed opens the printer."""
        if user_input is None:
            return self._show(form, without_secrets(form.known))
        schema, typed = form.schema(False), flat(user_input)
        if blank := blank_errors(schema, typed):
            return self._show(form, typed, blank)
        try:
            data = merged(schema, form.known, typed)
        except ValueError:
            return self._show(form, typed, {CONF_URL: "invalid_url"})
        try:
            return await (attempt or self._async_open)(form, data)
        except PrinterError as err:
            return self._show_error(form, typed, err)

    async def _async_open(self, form: Form, data: dict[str, Any]) -> ConfigFlowResult:
        """Ask the printer who it is, and finish; raises PrinterError."""
        async with passing_client(self.hass, data) as client:
            identity = await client.identify()
        return await self._async_finish(data, identity)

    @callback
    def _show_error(
        self, form: Form, typed: Mapping[str, Any], err: PrinterError
    ) -> ConfigFlowResult:
        """Show a form again, with the reason at the field that it is about.

        A secret that was typed stays for the next try, unless it was refused.
        """
        field_name = "base"
        if isinstance(err, PrinterAuthError):
            typed = without_secrets(typed)
            asked = {str(key) for key in form.schema(False).schema}
            field_name = next((key for key in SECRETS if key in asked), "base")
        is_open = isinstance(err, PrinterCertificateError)
        return self._show(form, typed, {field_name: err.key}, is_open=is_open)

    @callback
    def _show(
        self,
        form: Form,
        values: Mapping[str, Any],
        errors: dict[str, str] | None = None,
        *,
        is_open: bool = False,
    ) -> ConfigFlowResult:
        """Show a form with what is known or was typed."""
        return self.async_show_form(
            step_id=form.step_id,
            data_schema=self.add_suggested_values_to_schema(
                form.schema(is_open), {**values, ADVANCED: values}
            ),
            errors=errors,
            description_placeholders=form.placeholders,
        )

    @callback
    def _discovered_form(
        self,
        step_id: str,
        schema: Callable[[bool], vol.Schema],
        known: Mapping[str, Any],
    ) -> Form:
        """Return the form of a printer that was discovered."""
        return Form(
            step_id=step_id,
            schema=schema,
            known={**known, CONF_URL: self.found},
            placeholders={**self.context["title_placeholders"], "url": str(self.found)},
        )

    @callback
    def _reauth_form(self, step_id: str, schema: Callable[[bool], vol.Schema]) -> Form:
        """Return the form of a printer that refuses what opened it."""
        entry = self._get_reauth_entry()
        return Form(
            step_id=step_id,
            schema=schema,
            known=without_secrets(entry.data),
            placeholders={"printer": entry.title},
        )

    @callback
    def _reconfigure_form(
        self, step_id: str, schema: Callable[[bool], vol.Schema]
    ) -> Form:
        """Return the form of a printer that is reached in another way."""
        entry = self._get_reconfigure_entry()
        return Form(
            step_id=step_id,
            schema=schema,
            known=entry.data,
            placeholders={"printer": entry.title},
        )

    # -- the end -------------------------------------------------------------------

    async def _async_finish(
        self, data: dict[str, Any], identity: PrinterIdentity
    ) -> ConfigFlowResult:
        """Add the printer, or change the one that the flow is about."""
        own = identity.unique_id
        printer_id = printer_id_of(data[CONF_PRINTER_TYPE], own) if own else None
        if self.source == SOURCE_REAUTH:
            return self._change(self._get_reauth_entry(), data, printer_id)
        if self.source == SOURCE_RECONFIGURE:
            return self._change(self._get_reconfigure_entry(), data, printer_id)
        if printer_id is not None:
            entry = await self.async_set_unique_id(printer_id, raise_on_progress=False)
            if entry is not None and entry.source != SOURCE_IGNORE:
                self._keep_if_new(entry, data)
            self._abort_if_unique_id_configured()
        if address := data.get(CONF_URL):
            self._async_abort_entries_match(
                {
                    CONF_PRINTER_TYPE: data[CONF_PRINTER_TYPE],
                    CONF_URL: address,
                }
            )
        return self.async_create_entry(
            title=identity.name,
            data=data,
            description=None if printer_id else "no_identity",
            description_placeholders={"printer": identity.name},
        )

    @callback
    def _change(
        self, entry: ConfigEntry, data: dict[str, Any], printer_id: str | None
    ) -> ConfigFlowResult:
        """Keep new access to the same printer; its history and its id stay.

        Raises OtherPrinterUnknown, and aborts at another printer.
        """
        if entry.unique_id is not None and printer_id != entry.unique_id:
            if printer_id is not None:
                return self.async_abort(reason="unique_id_mismatch")
            if data[CONF_URL] != entry.data[CONF_URL]:
                raise OtherPrinterUnknown("it has no identity")
        async_keep_access(self.hass, entry, data)
        return self.async_update_and_abort(entry)

    @callback
    def _keep_if_new(self, entry: ConfigEntry, data: dict[str, Any]) -> None:
        """Keep just what opened a printer that is there; one that is well is left."""
        if entry.data != data or entry.state is not ConfigEntryState.LOADED:
            async_keep_access(self.hass, entry, data)

    # -- discovery -----------------------------------------------------------------

    async def _async_discovered(
        self, printer_type: PrinterType, url: str, unique_id: str, name: str
    ) -> None:
        """Note what was discovered; aborts where the printer is there already."""
        entry = await self.async_set_unique_id(printer_id_of(printer_type, unique_id))
        if entry is not None and _may_follow(entry, url):
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_URL: url}
            )
        self._abort_if_unique_id_configured()
        self._async_abort_entries_match(
            {CONF_PRINTER_TYPE: printer_type.value, CONF_URL: url}
        )
        self._note_discovery(url, name)

    @callback
    def _note_discovery(self, url: str, name: str) -> None:
        """Have a discovered printer shown under its name."""
        self.found = url
        self.context["title_placeholders"] = {"name": name}
        self.context["configuration_url"] = url


def url_of(host: str, port: int | None, path: str = "") -> str:
    """Return the address of what was announced."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port or 80}/{path.lstrip('/')}"


def _may_follow(entry: ConfigEntry, url: str) -> bool:
    """Tell whether an entry may take a discovered address.

    Announcements are not authenticated. A working address stays, and so does one
    that a user chose with care: with TLS, or by name.
    """
    if not _is_lost(entry):
        return False
    present: str = entry.data.get(CONF_URL, "")
    old, new = urlsplit(present), urlsplit(url)
    try:
        ip_address(old.hostname or "")
    except ValueError:
        return False
    return old.scheme == new.scheme == "http" and old.path == new.path


def _is_lost(entry: ConfigEntry) -> bool:
    """Tell whether a printer is waited for: since its set-up, or since it was lost."""
    if entry.state is ConfigEntryState.LOADED:
        coordinator: PrinterCoordinator = entry.runtime_data
        return not coordinator.last_update_success
    return entry.state is ConfigEntryState.SETUP_RETRY
