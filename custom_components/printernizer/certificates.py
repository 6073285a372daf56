"""A certificate that is not the trusted one: the user decides what to make of it."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .access import async_keep_access
from .const import CONF_FINGERPRINT, DOMAIN

CERTIFICATE = "certificate_changed"


@callback
def async_report_certificate(
    hass: HomeAssistant, entry: ConfigEntry, fingerprint: str
) -> None:
    """Tell that another certificate answers at a printer's address, and which."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry),
        data={
            "entry_id": entry.entry_id,
            "printer": entry.title,
            CONF_FINGERPRINT: fingerprint,
        },
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=CERTIFICATE,
        translation_placeholders={"printer": entry.title},
    )


@callback
def async_forget_certificate(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take it back: the trusted one answers, or nobody asks any more."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry))


@callback
def async_trust_certificate(
    hass: HomeAssistant, entry_id: str, fingerprint: str
) -> None:
    """Trust this one certificate from now on, and try the printer again."""
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is not None:
        data = {**entry.data, CONF_FINGERPRINT: fingerprint}
        async_keep_access(hass, entry, data)


def _issue_id(entry: ConfigEntry) -> str:
    """Return the id of the issue about a printer's certificate."""
    return f"{CERTIFICATE}_{entry.entry_id}"
