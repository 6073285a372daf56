"""What the tests of the flows share."""

from typing import Any

from custom_components.printernizer.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations


async def open_form(hass: HomeAssistant, step: str) -> ConfigFlowResult:
    """Choose a step in the menu, and return the form."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.MENU
    assert step in result["menu_options"]
    return await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": step}
    )


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **typed: Any
) -> ConfigFlowResult:
    """Submit a form."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], typed)


def assert_form(
    result: ConfigFlowResult, step: str, errors: dict[str, str] | None = None
) -> None:
    """Check that a form is shown, with these errors."""
    assert result["type"] is FlowResultType.FORM, result
    assert result["step_id"] == step
    assert (result["errors"] or {}) == (errors or {})


def assert_abort(result: ConfigFlowResult, reason: str) -> None:
    """Check that the flow has ended without an entry."""
    assert result["type"] is FlowResultType.ABORT, result
    assert result["reason"] == reason


def suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what stands in the fields of a form, those of sections too."""
    schema = result["data_schema"]
    assert schema is not None
    return _suggested(schema)


def _suggested(schema: Any) -> dict[str, Any]:
    """Return the suggestions in a schema."""
    values: dict[str, Any] = {}
    for key, field in schema.schema.items():
        if hasattr(field, "schema") and hasattr(field, "options"):
            values |= _suggested(field.schema)
        elif key.description and "suggested_value" in key.description:
            values[str(key)] = key.description["suggested_value"]
    return values


async def text(hass: HomeAssistant, key: str, **placeholders: str) -> str:
    """Return what users read, with its placeholders filled."""
    texts = await async_get_translations(hass, "en", "config", [DOMAIN])
    return texts[f"component.{DOMAIN}.config.{key}"].format(**placeholders)
