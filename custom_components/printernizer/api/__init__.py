"""The REST API and the WebSocket that Printernizer's clients understand."""

from homeassistant.core import HomeAssistant, callback

from ..models import runtime
from .commands import async_register_commands
from .hub import HUB, Hub
from .rest_jobs import CancelView, ExportView, JobStatusView, JobsView, JobView
from .rest_other import (
    HealthView,
    OpenApiView,
    PrinterDetailsView,
    PrintersView,
    PrinterView,
    SettingsView,
)
from .socket import SocketView

_VIEWS = (
    JobsView,
    ExportView,
    JobView,
    JobStatusView,
    CancelView,
    SettingsView,
    PrintersView,
    PrinterView,
    PrinterDetailsView,
    HealthView,
    OpenApiView,
)


@callback
def async_register_api(hass: HomeAssistant) -> None:
    """Register every view and command, once."""
    hub = hass.data[HUB] = Hub(hass)
    runtime(hass).manager.listen(hub)
    for view in _VIEWS:
        for path in view.paths():
            hass.http.register_view(view(path))
    hass.http.register_view(SocketView(hass, hub))
    async_register_commands(hass)
