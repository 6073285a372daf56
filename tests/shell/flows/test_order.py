"""The forms have their fields in the order that users read them in."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.clients import PrinterType
from custom_components.printernizer.const import CONF_PRINTER_TYPE, DOMAIN
from custom_components.printernizer.flows.fields import ADVANCED
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant

from .support import open_form


def assert_advanced_is_last(result: ConfigFlowResult) -> None:
    """Check that nothing stands below what few users need."""
    schema = result["data_schema"]
    assert schema is not None
    names = [str(key) for key in schema.schema]
    assert ADVANCED not in names[:-1]


@pytest.mark.parametrize("printer_type", PrinterType)
async def test_advanced_settings_are_last(
    hass: HomeAssistant, printer_type: PrinterType
) -> None:
    """Adding, opening again and changing a printer ask in the same order."""
    assert_advanced_is_last(await open_form(hass, printer_type))
    entry = MockConfigEntry(domain=DOMAIN, data={CONF_PRINTER_TYPE: printer_type})
    entry.add_to_hass(hass)
    assert_advanced_is_last(await entry.start_reauth_flow(hass))
    assert_advanced_is_last(await entry.start_reconfigure_flow(hass))
