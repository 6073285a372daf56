"""The settings that hold for all printers, as clients read and change them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant, callback

from ..const import (
    CONF_AUTO_CREATE,
    CONF_IGNORE_PATTERNS,
    CONF_IGNORE_SHORTER,
    CONF_MONITORING_INTERVAL,
    CONF_RECORD_SYSTEM,
)
from ..job_log import async_ensure_job_log
from ..models import async_apply_settings, runtime
from ..settings import first_options, job_log_entry
from .errors import ApiError


@callback
def settings_json(hass: HomeAssistant) -> dict[str, Any]:
    """Return the settings in force."""
    settings = runtime(hass).settings
    return {
        CONF_AUTO_CREATE: settings.auto_create,
        CONF_MONITORING_INTERVAL: settings.monitoring_interval_s,
        CONF_RECORD_SYSTEM: settings.record_system,
        CONF_IGNORE_PATTERNS: list(settings.ignore_patterns),
        CONF_IGNORE_SHORTER: settings.ignore_shorter_min,
    }


async def async_change_settings(
    hass: HomeAssistant, given: Mapping[str, Any]
) -> list[str]:
    """Keep settings and put them in force; returns the names of those given."""
    if given:
        await async_ensure_job_log(hass, first_options())
        entry = job_log_entry(hass)
        if entry is None:
            raise _unavailable()
        options = {**entry.options, **given}
        hass.config_entries.async_update_entry(entry, options=options)
        # Nobody else may have been told yet when the answer is sent.
        async_apply_settings(hass)
    return list(given)


def _unavailable() -> ApiError:
    """Refuse settings that nothing would keep."""
    return ApiError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "settings_unavailable",
        "The settings cannot be kept",
        "Set up a printer first",
    )
