"""Make the client of a printer from its entry's data."""

from collections.abc import Mapping
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

    Its session keeps no cookies, which would outlive a changed key.
    """
    match PrinterType(data[CONF_PRINTER_TYPE]):
        case PrinterType.OCTOPRINT:
            session = cookieless_session(hass, data)
            return OctoPrintClient(session, data[CONF_URL], data[CONF_API_KEY])


def cookieless_session(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> aiohttp.ClientSession:
    """Return a session of the printer's own on Home Assistant's connections."""
    return async_create_clientsession(
        hass,
        verify_ssl=data.get(CONF_VERIFY_SSL, True),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
