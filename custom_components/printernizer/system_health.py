"""What the system information page tells of the job history."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .database import DatabaseError
from .models import runtime
from .settings import printer_entries


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register what is told."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return numbers of printers and jobs, and whether the history can be read."""
    data = runtime(hass)
    entries = printer_entries(hass)
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    reachable = [one for one in data.coordinators.values() if one.last_update_success]
    info: dict[str, Any] = {
        "printers": len(entries),
        "printers_loaded": len(loaded),
        "printers_reachable": len(reachable),
        "auto_create": data.settings.auto_create,
        "monitoring_interval": data.settings.monitoring_interval_s,
    }
    try:
        counts = await data.database.counts(dt_util.start_of_local_day())
    except DatabaseError as err:
        return info | {"database": {"type": "failed", "error": type(err).__name__}}
    return info | {
        "database": "ok",
        "active_jobs": counts.active,
        "jobs_today": counts.since,
    }
