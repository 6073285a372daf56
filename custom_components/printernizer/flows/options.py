"""The options: of all printers together, and of one."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)

from ..const import (
    CONF_AUTO_CREATE,
    CONF_IGNORE_PATTERNS,
    CONF_IGNORE_SHORTER,
    CONF_MONITORING_INTERVAL,
    CONF_RECORD_SYSTEM,
    DEFAULT_MONITORING_INTERVAL,
    MAX_IGNORE_PATTERNS,
    MAX_IGNORE_SHORTER,
    MAX_MONITORING_INTERVAL,
    MAX_PATTERN_LENGTH,
    MIN_MONITORING_INTERVAL,
)
from .fields import NumberField

LIMITS = {
    "max_patterns": str(MAX_IGNORE_PATTERNS),
    "max_length": str(MAX_PATTERN_LENGTH),
}
"""What the texts of errors name."""


def job_log_schema() -> vol.Schema:
    """Return the options that hold for every printer."""
    interval = NumberSelectorConfig(
        min=MIN_MONITORING_INTERVAL,
        max=MAX_MONITORING_INTERVAL,
        step=1,
        unit_of_measurement=UnitOfTime.SECONDS,
        mode=NumberSelectorMode.BOX,
    )
    return vol.Schema(
        {
            vol.Required(CONF_AUTO_CREATE, default=True): BooleanSelector(),
            vol.Required(
                CONF_MONITORING_INTERVAL, default=DEFAULT_MONITORING_INTERVAL
            ): NumberField(interval),
            **_rules(),
        }
    )


def printer_schema() -> vol.Schema:
    """Return the options of one printer, which come on top of those of all."""
    return vol.Schema(
        {vol.Required(CONF_AUTO_CREATE, default=True): BooleanSelector(), **_rules()}
    )


def _rules() -> dict[Any, Any]:
    """Return the rules for what becomes a job."""
    shorter = NumberSelectorConfig(
        min=0,
        max=MAX_IGNORE_SHORTER,
        step="any",
        unit_of_measurement=UnitOfTime.MINUTES,
        mode=NumberSelectorMode.BOX,
    )
    return {
        vol.Required(CONF_RECORD_SYSTEM, default=False): BooleanSelector(),
        vol.Optional(CONF_IGNORE_PATTERNS, default=list): TextSelector(
            TextSelectorConfig(multiple=True)
        ),
        vol.Required(CONF_IGNORE_SHORTER, default=0): NumberField(shorter),
    }


def cleaned(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as they are kept.

    A field for numbers hands back floats, and one for texts whatever was typed.
    """
    options = dict(user_input)
    if CONF_MONITORING_INTERVAL in options:
        options[CONF_MONITORING_INTERVAL] = int(options[CONF_MONITORING_INTERVAL])
    patterns = (text.strip() for text in options.get(CONF_IGNORE_PATTERNS, ()))
    options[CONF_IGNORE_PATTERNS] = list(dict.fromkeys(filter(None, patterns)))
    return options


def refused(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of a form: the API must be able to take what is kept."""
    patterns = options[CONF_IGNORE_PATTERNS]
    if len(patterns) > MAX_IGNORE_PATTERNS:
        return {CONF_IGNORE_PATTERNS: "too_many_patterns"}
    if any(len(text) > MAX_PATTERN_LENGTH for text in patterns):
        return {CONF_IGNORE_PATTERNS: "pattern_too_long"}
    return {}


class _OptionsFlow(OptionsFlow):
    """What both options flows share."""

    def _edited(
        self, user_input: dict[str, Any] | None, *, step_id: str, schema: vol.Schema
    ) -> ConfigFlowResult:
        """Show options, and keep what is typed beside options that are not shown."""
        options = dict(self.config_entry.options)
        errors = {}
        if user_input is not None:
            options |= cleaned(user_input)
            errors = refused(options)
            if not errors:
                return self.async_create_entry(data=options)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, options),
            errors=errors,
            description_placeholders=LIMITS,
        )


class JobLogOptionsFlow(_OptionsFlow):
    """The options that hold for every printer."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Edit them."""
        return self._edited(user_input, step_id="init", schema=job_log_schema())


class PrinterOptionsFlow(_OptionsFlow):
    """The options of one printer."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the step that has the texts of a printer's options."""
        return await self.async_step_printer(user_input)

    async def async_step_printer(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Edit them."""
        return self._edited(user_input, step_id="printer", schema=printer_schema())
