"""What the user has set, for all printers and for one."""

from collections.abc import Mapping
from dataclasses import dataclass
import hashlib
import os
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import (
    CONF_AUTO_CREATE,
    CONF_IGNORE_PATTERNS,
    CONF_IGNORE_SHORTER,
    CONF_MONITORING_INTERVAL,
    CONF_PRINTER_TYPE,
    CONF_RECORD_SYSTEM,
    DEFAULT_MONITORING_INTERVAL,
    DOMAIN,
    ENV_AUTO_CREATE,
    JOB_LOG,
)
from .core.session import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of the Job log entry; they hold for every printer."""

    auto_create: bool = True
    monitoring_interval_s: int = DEFAULT_MONITORING_INTERVAL
    record_system: bool = False
    ignore_patterns: tuple[str, ...] = ()
    ignore_shorter_min: float = 0

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Read the options of the Job log entry."""
        return cls(
            auto_create=options.get(CONF_AUTO_CREATE, True),
            monitoring_interval_s=int(
                options.get(CONF_MONITORING_INTERVAL, DEFAULT_MONITORING_INTERVAL)
            ),
            record_system=options.get(CONF_RECORD_SYSTEM, False),
            ignore_patterns=tuple(options.get(CONF_IGNORE_PATTERNS, ())),
            ignore_shorter_min=options.get(CONF_IGNORE_SHORTER, 0),
        )

    def policy_for(self, options: Mapping[str, Any]) -> Policy:
        """Return the rules for one printer: the global ones and its own."""
        own_patterns = tuple(options.get(CONF_IGNORE_PATTERNS, ()))
        shorter_min = max(self.ignore_shorter_min, options.get(CONF_IGNORE_SHORTER, 0))
        return Policy(
            auto_create=self.auto_create and options.get(CONF_AUTO_CREATE, True),
            record_system=self.record_system or options.get(CONF_RECORD_SYSTEM, False),
            ignore_patterns=self.ignore_patterns + own_patterns,
            ignore_shorter_s=shorter_min * 60,
        )


def first_options() -> dict[str, Any]:
    """Return the options that a new Job log entry begins with."""
    wished = os.environ.get(ENV_AUTO_CREATE, "").strip().lower()
    auto_create = wished not in ("false", "0", "no", "off")
    return {
        CONF_AUTO_CREATE: auto_create,
        CONF_MONITORING_INTERVAL: DEFAULT_MONITORING_INTERVAL,
    }


@callback
def job_log_entry(hass: HomeAssistant) -> ConfigEntry | None:
    """Return the Job log entry, loaded or not."""
    return hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, JOB_LOG)


@callback
def printer_entries(hass: HomeAssistant) -> list[ConfigEntry]:
    """Return the entries of all printers, loaded or not."""
    entries = hass.config_entries.async_entries(DOMAIN)
    return [entry for entry in entries if CONF_PRINTER_TYPE in entry.data]


@callback
def current_settings(hass: HomeAssistant) -> Settings:
    """Return the settings in force; a missing or disabled entry changes nothing."""
    entry = job_log_entry(hass)
    return Settings.from_options(entry.options if entry else first_options())


def printer_id_of(printer_type: str, identity: str) -> str:
    """Return the stable id of a printer from its own identity."""
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return f"{printer_type}_{digest[:12]}"


def entry_printer_id(entry: ConfigEntry) -> str:
    """Return the printer's id; the entry's where the printer has no identity."""
    return entry.unique_id or f"{entry.data[CONF_PRINTER_TYPE]}_{entry.entry_id}"
