"""The printers' sessions in Home Assistant's store."""

from collections.abc import Mapping
import logging
from typing import Any, override

import orjson

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import Store

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

STORAGE_VERSION = 1
STORAGE_KEY = f"{DOMAIN}.sessions"


class HassSessionStore:
    """Keep the sessions where Home Assistant's users expect such things.

    File names of prints are personal: the file is private. A torn or lost file is
    no harm, the database has what is needed to rebuild the sessions.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare the store."""
        self._store: _Store = _Store(
            hass, STORAGE_VERSION, STORAGE_KEY, private=True, atomic_writes=True
        )
        self._known: dict[str, tuple[object, orjson.Fragment]] = {}

    async def load(self) -> Mapping[str, Any]:
        """Return the stored sessions by printer id.

        The store raises whatever comes of JSON that is not its own.
        """
        try:
            data = await self._store.async_load()
        except (HomeAssistantError, KeyError, TypeError) as err:
            _LOGGER.warning(
                "The sessions cannot be read, and are rebuilt from the job history: %r",
                err,
            )
            return {}
        sessions = data.get("printers") if isinstance(data, dict) else None
        return sessions if isinstance(sessions, dict) else {}

    async def save(self, sessions: Mapping[str, Any]) -> None:
        """Write all sessions; Home Assistant logs a failure."""
        encoded = {each: self._encoded(each, told) for each, told in sessions.items()}
        await self._store.async_save({"printers": encoded})

    def _encoded(self, printer_id: str, session: object) -> orjson.Fragment:
        """Return a session as JSON, the same as before where it is the same object."""
        known = self._known.get(printer_id)
        if known is None or known[0] is not session:
            known = session, orjson.Fragment(json_bytes(session))
            self._known[printer_id] = known
        return known[1]


class _Store(Store[dict[str, Any]]):
    """A store whose older versions need no change."""

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, Any]:
        """Read older data as they are: reading sessions is tolerant."""
        return old_data
