"""The REST calls about settings and printers, and those about the API itself."""

from aiohttp import web

from . import printers
from .openapi import description
from .schemas import PRINTERS_QUERY, SETTINGS
from .settings import async_change_settings, settings_json
from .views import (
    BASE,
    ApiView,
    answers,
    demand_admin,
    hass_of,
    json_response,
    read_json,
    user_of,
)


class SettingsView(ApiView):
    """The settings that hold for all printers."""

    url = f"{BASE}/settings"
    aliases = (f"{BASE}/settings/application",)
    name = "api:printernizer:settings"

    @answers
    async def get(self, request: web.Request) -> web.StreamResponse:
        """Return the settings."""
        return json_response(settings_json(hass_of(request)))

    @answers
    async def put(self, request: web.Request) -> web.StreamResponse:
        """Change settings."""
        demand_admin(user_of(request))
        given = SETTINGS.parse(await read_json(request))
        updated = await async_change_settings(hass_of(request), given)
        return json_response(
            {
                "status": "success",
                "message": "Settings updated successfully",
                "updated_fields": updated,
            }
        )


class PrintersView(ApiView):
    """All printers."""

    url = f"{BASE}/printers"
    name = "api:printernizer:printers"

    @answers
    async def get(self, request: web.Request) -> web.StreamResponse:
        """Return one page of printers."""
        given = PRINTERS_QUERY.parse(request.query)
        return json_response(await printers.list_printers(hass_of(request), given))


class PrinterView(ApiView):
    """One printer."""

    url = f"{BASE}/printers/{{printer_id}}"
    name = "api:printernizer:printer"

    @answers
    async def get(self, request: web.Request, printer_id: str) -> web.StreamResponse:
        """Return the printer."""
        return json_response(await printers.printer(hass_of(request), printer_id))


class PrinterDetailsView(ApiView):
    """One printer, its figures and its last jobs."""

    url = f"{BASE}/printers/{{printer_id}}/details"
    name = "api:printernizer:printer:details"

    @answers
    async def get(self, request: web.Request, printer_id: str) -> web.StreamResponse:
        """Return everything about the printer."""
        return json_response(await printers.details(hass_of(request), printer_id))


class HealthView(ApiView):
    """Whether it runs, told to anybody."""

    url = f"{BASE}/health"
    name = "api:printernizer:health"
    requires_auth = False

    async def get(self, _request: web.Request) -> web.StreamResponse:
        """Tell that it runs."""
        return json_response({"status": "healthy"})


class OpenApiView(ApiView):
    """The description of this API."""

    url = f"{BASE}/openapi.json"
    name = "api:printernizer:openapi"

    async def get(self, _request: web.Request) -> web.StreamResponse:
        """Return the description."""
        return json_response(description())
