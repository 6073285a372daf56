"""What the shell's tests share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import CONF_PRINTER_TYPE, DOMAIN, EVENT_PREFIX
from custom_components.printernizer.models import Printernizer, runtime
from custom_components.printernizer.settings import printer_id_of
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from tests.peers.octoprint import OctoPrintPeer

UUID = "6285baa7-c9d8-4e0d-aec9-2e0f0f6d36bc"
PRINTER_ID = printer_id_of("octoprint", UUID)
PATIENCE_S = 10


def octoprint_data(peer: OctoPrintPeer) -> dict[str, Any]:
    """Return the data of the entry that a flow would make for a peer."""
    return {
        CONF_PRINTER_TYPE: "octoprint",
        CONF_URL: peer.url,
        CONF_API_KEY: peer.api_key,
    }


def octoprint_entry(peer: OctoPrintPeer, **changes: Any) -> MockConfigEntry:
    """Return an entry for a peer, not yet known to Home Assistant."""
    wanted: dict[str, Any] = {
        "domain": DOMAIN,
        "title": "Peer",
        "unique_id": PRINTER_ID,
        "data": octoprint_data(peer),
    }
    return MockConfigEntry(**wanted | changes)


async def add_entry(
    hass: HomeAssistant, peer: OctoPrintPeer, **changes: Any
) -> MockConfigEntry:
    """Add an entry for a peer and set it up."""
    entry = octoprint_entry(peer, **changes)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def job_log(hass: HomeAssistant) -> ConfigEntry:
    """Return the Job log entry."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, "job_log")
    assert entry is not None
    return entry


def data_of(hass: HomeAssistant) -> Printernizer:
    """Return what the integration keeps at run time."""
    return runtime(hass)


def entity_id(hass: HomeAssistant, platform: str, key: str) -> str:
    """Return the entity with a key: of the peer's printer, or of the Job log."""
    registry = er.async_get(hass)
    found = registry.async_get_entity_id(
        platform, DOMAIN, f"{PRINTER_ID}_{key}"
    ) or registry.async_get_entity_id(platform, DOMAIN, f"job_log_{key}")
    assert found is not None, f"no {platform} {key}"
    return found


def state(hass: HomeAssistant, platform: str, key: str) -> State:
    """Return the state of an entity."""
    found = hass.states.get(entity_id(hass, platform, key))
    assert found is not None, f"no state of {platform} {key}"
    return found


async def until(hass: HomeAssistant, condition: Callable[[], bool]) -> None:
    """Wait until something is so that shows in states or events."""
    changed = asyncio.Event()

    @callback
    def notice(_event: object) -> None:
        """Look again."""
        changed.set()

    stop = hass.bus.async_listen("*", notice)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await changed.wait()
                changed.clear()
    finally:
        stop()


def assert_state(entry: ConfigEntry, state: ConfigEntryState) -> None:
    """Check where an entry stands."""
    assert entry.state is state


def attempts(entry: ConfigEntry) -> list[ConfigEntryState]:
    """Return a list that each set-up of an entry from now on is added to."""
    begun: list[ConfigEntryState] = []

    @callback
    def notice() -> None:
        """Take the set-ups among the states."""
        if entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            begun.append(entry.state)

    entry.async_on_state_change(notice)
    return begun


@dataclass(slots=True)
class Clock:
    """The time of day, which tests may shift; the loop's own time stays."""

    shift: timedelta = timedelta()

    def utcnow(self) -> datetime:
        """Return the shifted time in UTC."""
        return datetime.now(UTC) + self.shift

    def now(self, time_zone: tzinfo | None = None) -> datetime:
        """Return the shifted time of the house."""
        return self.utcnow().astimezone(time_zone or dt_util.get_default_time_zone())


class BusEvents:
    """All of our events since it was made."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen."""
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self._hass = hass
        hass.bus.async_listen("*", self._take)

    @callback
    def _take(self, event: Any) -> None:
        """Keep our own events."""
        if event.event_type.startswith(EVENT_PREFIX):
            name = event.event_type.removeprefix(EVENT_PREFIX)
            self.seen.append((name, dict(event.data)))

    @property
    def names(self) -> list[str]:
        """Return what happened, in its order."""
        return [name for name, _ in self.seen]

    async def wait_for(self, name: str, count: int = 1) -> dict[str, Any]:
        """Wait for an event and return its data."""
        await until(self._hass, lambda: self.names.count(name) >= count)
        return [data for seen, data in self.seen if seen == name][count - 1]
