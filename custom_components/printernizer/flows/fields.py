"""Fields that the forms of several printer types have."""

from math import isnan
from typing import Any, override

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


class NumberField(NumberSelector):
    """A field for a number; "nan", which lies outside of no limits, is none."""

    @override
    def __call__(self, data: Any) -> float:
        """Return the number; raises Invalid."""
        number = super().__call__(data)
        if isnan(number):
            raise vol.Invalid("expected a number")
        return number


URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
TEXT = TextSelector()
SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
PORT_NUMBER = NumberField(
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
