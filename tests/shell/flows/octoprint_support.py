"""What the tests of OctoPrint's flow share."""

from typing import Any

from custom_components.printernizer.const import CONF_PRINTER_TYPE
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.support import PRINTER_ID

from .support import open_form, submit, text

VERIFY = {CONF_VERIFY_SSL: True}
OTHER_UUID = "11111111-c9d8-4e0d-aec9-2e0f0f6d36bc"


async def fill(
    hass: HomeAssistant, result: ConfigFlowResult, peer: OctoPrintPeer, **typed: Any
) -> ConfigFlowResult:
    """Fill in address and key of a peer."""
    values = {CONF_URL: peer.url, CONF_API_KEY: peer.api_key, "advanced": VERIFY}
    return await submit(hass, result, **values | typed)


def assert_added(result: ConfigFlowResult, peer: OctoPrintPeer, key: str) -> None:
    """Check that the peer was added under its own name and identity."""
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["title"] == "Peer"
    assert result["data"] == {
        CONF_PRINTER_TYPE: "octoprint",
        CONF_URL: peer.url,
        CONF_API_KEY: key,
        CONF_VERIFY_SSL: True,
    }
    assert result["result"].unique_id == PRINTER_ID


async def ask_for_key(hass: HomeAssistant, peer: OctoPrintPeer) -> ConfigFlowResult:
    """Submit without a key, up to the question in OctoPrint."""
    result = await open_form(hass, "octoprint")
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "octoprint_key"
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["link"].startswith(f"{peer.url}/plugin/appkeys/auth/")
    question = await text(hass, "progress.octoprint_key", **placeholders)
    assert "confirm" in question
    return result


async def decided(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Wait until the flow has noticed the decision, and return its next step."""
    await hass.async_block_till_done(wait_background_tasks=True)
    return await hass.config_entries.flow.async_configure(result["flow_id"])
