"""What a user sends with a report: everything that decided, nothing that is private."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    CONF_API_KEY,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_URL,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant

from .const import (
    CONF_ACCESS_CODE,
    CONF_FINGERPRINT,
    CONF_IGNORE_PATTERNS,
    CONF_PRINTER_TYPE,
    CONF_SERIAL_NUMBER,
)
from .core.session_codec import session_to_dict
from .models import runtime
from .settings import entry_printer_id
from .watching import Watch

REDACTED = "**REDACTED**"

SECRET_KEYS = frozenset(
    {
        CONF_ACCESS_CODE,
        CONF_API_KEY,
        CONF_FINGERPRINT,
        CONF_HOST,
        CONF_IGNORE_PATTERNS,
        CONF_PASSWORD,
        CONF_SERIAL_NUMBER,
        CONF_URL,
        CONF_USERNAME,
        "filename",
        "name",
        "reason",
        "title",
    }
)
# Keys of these are file names.
BY_FILE = frozenset({"files", "due"})
# The key of a print without an id begins with its file's name.
NAME_IN_KEY = re.compile(r"^.*(?=@\d)", re.DOTALL)
NAME_IN_TRACE = re.compile(r": .*(?=@\d)", re.DOTALL)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> dict[str, Any]:
    """Return what is known of a printer and why it was decided so, or the options."""
    data = runtime(hass)
    shown: dict[str, Any] = {
        "data": redacted(entry.data),
        "options": redacted(entry.options),
        "settings": redacted(asdict(data.settings)),
        "version": f"{entry.version}.{entry.minor_version}",
        "has_identity": entry.unique_id is not None,
    }
    if CONF_PRINTER_TYPE not in entry.data:
        return shown
    printer_id = entry_printer_id(entry)
    coordinator = data.coordinators.get(printer_id)
    if coordinator is not None:
        error, identity = coordinator.last_exception, coordinator.identity
        shown["connection"] = {
            "is_reachable": coordinator.last_update_success,
            "last_error": getattr(error, "translation_key", None),
            "last_seen": coordinator.last_seen,
            "model": identity.model if identity else None,
            "firmware": identity.firmware if identity else None,
        }
    watch = data.manager.watch(printer_id)
    return shown | (_watch(watch) if watch is not None else {})


def _watch(watch: Watch) -> dict[str, Any]:
    """Return what the job manager knows of a printer."""
    return {
        "session": redacted(session_to_dict(watch.session)),
        "snapshot": redacted(asdict(watch.snapshot)) if watch.snapshot else None,
        "is_failing": watch.failing,
        "waiting_orders": len(watch.queue),
        "decisions": [
            {"at": when, "decision": NAME_IN_TRACE.sub(f": {REDACTED}", line)}
            for when, line in watch.trace
        ],
    }


def redacted(value: Any, key: str = "") -> Any:
    """Return data without what is private; None and empty values may be seen.

    Lengths of time are in seconds.
    """
    if isinstance(value, Mapping):
        if key in BY_FILE:
            return [redacted(inner) for inner in value.values()]
        return {name: redacted(inner, str(name)) for name, inner in value.items()}
    if key in SECRET_KEYS:
        return REDACTED if value else value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, str):
        return NAME_IN_KEY.sub(REDACTED, value)
    if isinstance(value, Iterable):
        return [redacted(inner) for inner in value]
    return value
