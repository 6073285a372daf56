"""The REST API and the WebSocket that Printernizer's clients understand."""

from homeassistant.core import HomeAssistant, callback


@callback
def async_register_api(hass: HomeAssistant) -> None:
    """Register every view and command, once."""
