"""Make the client of a printer from its entry's data."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import aiohttp

from homeassistant.const import (
    CONF_API_KEY,
    CONF_HOST,
    CONF_PORT,
    CONF_URL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession

from .const import (
    CONF_ACCESS_CODE,
    CONF_FINGERPRINT,
    CONF_PRINTER_TYPE,
    CONF_SERIAL_NUMBER,
)
from .printers.bambu_lab import PORT, BambuLabClient
from .printers.base import PrinterClient
from .printers.moonraker import MoonrakerClient
from .printers.octoprint import OctoPrintClient
from .printers.prusalink import PrusaLinkClient


class PrinterType(StrEnum):
    """The printers that can be added, in the order of the menu."""

    BAMBU_LAB = "bambu_lab"
    MOONRAKER = "moonraker"
    OCTOPRINT = "octoprint"
    PRUSALINK = "prusalink"


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
    key = data.get(CONF_API_KEY)
    match PrinterType(data[CONF_PRINTER_TYPE]):
        case PrinterType.BAMBU_LAB:
            return BambuLabClient(
                host=data[CONF_HOST],
                port=data.get(CONF_PORT, PORT),
                serial_number=data[CONF_SERIAL_NUMBER],
                access_code=data[CONF_ACCESS_CODE],
                pinned_fingerprint=data.get(CONF_FINGERPRINT),
            )
        case PrinterType.MOONRAKER:
            return MoonrakerClient(session, data[CONF_URL], key)
        case PrinterType.OCTOPRINT:
            return OctoPrintClient(session, data[CONF_URL], key or "")
        case PrinterType.PRUSALINK:
            user = data.get(CONF_USERNAME)
            return PrusaLinkClient(
                session, data[CONF_URL], api_key=key, username=user, password=key
            )


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
