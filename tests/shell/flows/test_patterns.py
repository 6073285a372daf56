"""How many patterns the options take, and of what length: as many as the API."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.api.schemas import SETTINGS
from custom_components.printernizer.api.settings import settings_json
from custom_components.printernizer.const import (
    CONF_AUTO_CREATE,
    CONF_IGNORE_PATTERNS,
    CONF_IGNORE_SHORTER,
    CONF_MONITORING_INTERVAL,
    CONF_RECORD_SYSTEM,
    DOMAIN,
)
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.shell.support import job_log

from .support import assert_abort, assert_form, submit, suggested, text

TYPED: dict[str, Any] = {
    CONF_AUTO_CREATE: True,
    CONF_RECORD_SYSTEM: True,
    CONF_IGNORE_SHORTER: 7.5,
}
MOST = [f"{number}*".ljust(200, "x") for number in range(100)]
TOO_MANY = [*MOST, "one more"]
TOO_LONG = [*MOST[1:], "x" * 201]
REFUSED = pytest.mark.parametrize(
    ("patterns", "error"),
    [(TOO_MANY, "too_many_patterns"), (TOO_LONG, "pattern_too_long")],
    ids=["too many", "too long"],
)


def assert_refused(
    result: ConfigFlowResult, step: str, typed: dict[str, Any], error: str
) -> None:
    """Check that the form comes back with an error, and with all that was typed."""
    assert_form(result, step, {CONF_IGNORE_PATTERNS: error})
    assert suggested(result) == typed


@REFUSED
@pytest.mark.parametrize("step", ["init", "printer"])
async def test_options_refused(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    step: str,
    patterns: list[str],
    error: str,
) -> None:
    """What the API would not take is refused, for all printers and for one."""
    options, typed = hass.config_entries.options, dict(TYPED)
    target = entry.entry_id
    if step == "init":
        target = job_log(hass).entry_id
        typed[CONF_MONITORING_INTERVAL] = 45
    result = await options.async_init(target)
    typed[CONF_IGNORE_PATTERNS] = patterns
    result = await options.async_configure(result["flow_id"], typed)
    assert_refused(result, step, typed, error)
    typed[CONF_IGNORE_PATTERNS] = MOST
    result = await options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == typed
    settings = settings_json(hass)
    assert SETTINGS.parse(settings) == settings


@REFUSED
async def test_reconfigure_refused(
    hass: HomeAssistant, entry: MockConfigEntry, patterns: list[str], error: str
) -> None:
    """The same holds under Reconfigure; the error names the limits."""
    log = job_log(hass)
    before = dict(log.options)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "reconfigure", "entry_id": log.entry_id}
    )
    typed = {**TYPED, CONF_MONITORING_INTERVAL: 45, CONF_IGNORE_PATTERNS: patterns}
    result = await submit(hass, result, **typed)
    assert_refused(result, "job_log", typed, error)
    assert dict(log.options) == before
    limits = result["description_placeholders"]
    assert limits is not None
    shown = await text(hass, f"error.{error}", **limits)
    assert ("100" if error == "too_many_patterns" else "200") in shown
    result = await submit(hass, result, **typed | {CONF_IGNORE_PATTERNS: MOST})
    assert_abort(result, "reconfigure_successful")
    assert log.options[CONF_IGNORE_PATTERNS] == MOST
