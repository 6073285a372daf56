"""Fields that the forms of several printer types have."""

from typing import Any

import voluptuous as vol

from homeassistant.const import CONF_VERIFY_SSL
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

ADVANCED = "advanced"

URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
TEXT = TextSelector()
SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
PORT_NUMBER = NumberSelector(
    NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
)


def advanced(is_open: bool) -> dict[Any, Any]:
    """Return the section of settings that few users need, for printers on HTTP."""
    verify = {vol.Required(CONF_VERIFY_SSL, default=True): BooleanSelector()}
    return advanced_section(verify, is_open)


def advanced_section(fields: dict[Any, Any], is_open: bool) -> dict[Any, Any]:
    """Return the section of settings that few users need."""
    inner = section(vol.Schema(fields), {"collapsed": not is_open})
    return {vol.Required(ADVANCED): inner}
