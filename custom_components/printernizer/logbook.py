"""How the logbook tells of jobs."""

from collections.abc import Callable

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN, EVENT_PREFIX, JOB_EVENTS

ICON = "mdi:printer-3d-nozzle"
MESSAGE = (
    "component.{domain}.entity.event.job.state_attributes.event_type.state.{event}"
)


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Describe our events; rows of years ago may lack any field."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        """Tell which job it was and what became of it, and nothing of whose it is."""
        kind = str(event.event_type).removeprefix(EVENT_PREFIX)
        texts = async_get_cached_translations(
            hass, hass.config.language, "entity", DOMAIN
        )
        name = event.data.get("job_name")
        return {
            LOGBOOK_ENTRY_ICON: ICON,
            LOGBOOK_ENTRY_NAME: name if isinstance(name, str) else DOMAIN,
            LOGBOOK_ENTRY_MESSAGE: texts.get(
                MESSAGE.format(domain=DOMAIN, event=kind), kind
            ),
        }

    for each in JOB_EVENTS:
        async_describe_event(DOMAIN, f"{EVENT_PREFIX}{each}", describe)
