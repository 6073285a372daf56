"""What the user has to know, or to decide."""

from pathlib import Path

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


@callback
def async_report_damage(hass: HomeAssistant, moved_aside: Path) -> None:
    """Tell that the job history was damaged, and where it was put."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        "database_damaged",
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="database_damaged",
        translation_placeholders={"file": moved_aside.name},
    )
