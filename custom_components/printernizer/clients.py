"""Make the client of a printer from its entry's data."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import aiohttp

from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession

from .const import CONF_PRINTER_TYPE
from .printers.base import PrinterClient
from .printers.octoprint import OctoPrintClient


class PrinterType(StrEnum):
    """The printers that can be added, in the order of the menu."""

    OCTOPRINT = "octoprint"


def create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> PrinterClient:
    """Return the client for an entry's data; nothing is sent yet.

    Its session is closed with the entry that is being set up.
    """
    return _client_for(_session(hass, data, is_lasting=True), data)


@asynccontextmanager
async def passing_session(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> AsyncIterator[aiohttp.ClientSession]:
    """Lend a session to a config flow."""
    session = _session(hass, data, is_lasting=False)
    try:
        yield session
    finally:
        session.detach()


@asynccontextmanager
async def passing_client(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> AsyncIterator[PrinterClient]:
    """Lend the client for what was typed into a config flow."""
    async with passing_session(hass, data) as session:
        client = _client_for(session, data)
        try:
            yield client
        finally:
            await client.close()


def _client_for(
    session: aiohttp.ClientSession, data: Mapping[str, Any]
) -> PrinterClient:
    """Return the client of the entry's type."""
    match PrinterType(data[CONF_PRINTER_TYPE]):
        case PrinterType.OCTOPRINT:
            return OctoPrintClient(session, data[CONF_URL], data.get(CONF_API_KEY, ""))


def _session(
    hass: HomeAssistant, data: Mapping[str, Any], *, is_lasting: bool
) -> aiohttp.ClientSession:
    """Return a session of the printer's own on Home Assistant's connections.

    It keeps no cookies, which would outlive a changed key.
    """
    return async_create_clientsession(
        hass,
        verify_ssl=data.get(CONF_VERIFY_SSL, True),
        auto_cleanup=is_lasting,
        cookie_jar=aiohttp.DummyCookieJar(),
    )
