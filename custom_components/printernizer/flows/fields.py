"""Fields that the forms of several printer types have."""

from typing import Any

import voluptuous as vol

from homeassistant.const import CONF_VERIFY_SSL
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

ADVANCED = "advanced"

URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))


def advanced(is_open: bool) -> dict[Any, Any]:
    """Return the section of settings that few users need."""
    fields = vol.Schema(
        {vol.Required(CONF_VERIFY_SSL, default=True): BooleanSelector()}
    )
    return {vol.Required(ADVANCED): section(fields, {"collapsed": not is_open})}
