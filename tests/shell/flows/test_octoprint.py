"""OctoPrint: adding it, every error, and the way on from it."""

from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.ailments import IN_FLOW, Ailment, ailment_id
from tests.shell.support import UUID, add_entry, assert_state, attempts, octoprint_data
from tests.support.certificates import self_signed_context

from .octoprint_support import assert_added, fill
from .support import assert_abort, assert_form, open_form, suggested, text


async def test_with_a_key(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """Address and key add the printer, and the closing text says what happens next."""
    result = await open_form(hass, "octoprint")
    assert_form(result, "octoprint")
    result = await fill(hass, result, peer, url=f"  {peer.url}/api/ ")
    assert_added(result, peer, peer.api_key)
    assert result["description"] is None
    placeholders = result["description_placeholders"] or {}
    closing = await text(hass, "create_entry.default", **placeholders)
    for part in ("Peer", "recorded at once", "Job log"):
        assert part in closing
    await hass.async_block_till_done()
    assert_state(result["result"], ConfigEntryState.LOADED)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("ailment", IN_FLOW, ids=ailment_id)
@pytest.mark.parametrize("typed", [{}, {CONF_API_KEY: ""}], ids=["key", "no key"])
async def test_errors_and_recovery(
    hass: HomeAssistant, peer: OctoPrintPeer, ailment: Ailment, typed: dict[str, str]
) -> None:
    """Each fault has an error of its own, and the flow goes on when it is over."""
    result = await open_form(hass, "octoprint")
    await ailment.begin(peer)
    result = await fill(hass, result, peer, **typed)
    assert_form(result, "octoprint", {"base": ailment.error})
    assert await text(hass, f"error.{ailment.error}")
    await ailment.end(peer)
    result = await fill(hass, result, peer)
    assert_added(result, peer, peer.api_key)


async def test_wrong_key(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """A refused key is named at its field, and is not sent back to the browser."""
    result = await open_form(hass, "octoprint")
    result = await fill(hass, result, peer, api_key="wrong")
    assert_form(result, "octoprint", {CONF_API_KEY: "invalid_auth"})
    assert suggested(result) == {CONF_URL: peer.url, CONF_VERIFY_SSL: True}
    result = await fill(hass, result, peer, api_key="ключ\n")
    assert_form(result, "octoprint", {CONF_API_KEY: "invalid_auth"})
    result = await fill(hass, result, peer)
    assert_added(result, peer, peer.api_key)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        (" ", "required"),
        ("http://", "invalid_url"),
        ("ftp://octopi.local", "invalid_url"),
        ("http://me:secret@octopi.local", "invalid_url"),
        ("printer._tcp.local", "invalid_url"),
    ],
)
async def test_no_address(
    hass: HomeAssistant, peer: OctoPrintPeer, url: str, error: str
) -> None:
    """What is no address is said at its field."""
    result = await open_form(hass, "octoprint")
    result = await fill(hass, result, peer, url=url)
    assert_form(result, "octoprint", {CONF_URL: error})
    assert_added(await fill(hass, result, peer), peer, peer.api_key)


@pytest.mark.usefixtures("refused_handshakes")
async def test_untrusted_certificate(hass: HomeAssistant, tmp_path: Path) -> None:
    """The error names the setting that lets the user trust a certificate."""
    peer = OctoPrintPeer()
    await peer.start(tls=self_signed_context(tmp_path))
    result = await open_form(hass, "octoprint")
    result = await fill(hass, result, peer)
    assert_form(result, "octoprint", {"base": "untrusted_certificate"})
    name = await text(hass, "step.octoprint.sections.advanced.data.verify_ssl")
    assert name in await text(hass, "error.untrusted_certificate")
    schema = result["data_schema"]
    assert schema is not None
    assert schema.schema["advanced"].options == {"collapsed": False}
    result = await fill(hass, result, peer, advanced={CONF_VERIFY_SSL: False})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_VERIFY_SSL] is False
    await hass.async_block_till_done()
    assert_state(result["result"], ConfigEntryState.LOADED)
    await hass.config_entries.async_unload(result["result"].entry_id)
    await peer.stop()


@pytest.mark.usefixtures("refused_handshakes")
async def test_https_where_there_is_none(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """The error names the beginning of the address, and no certificate."""
    result = await open_form(hass, "octoprint")
    typed = peer.url.replace("http:", "https:")
    result = await fill(hass, result, peer, url=typed)
    assert_form(result, "octoprint", {"base": "no_tls"})
    schema = result["data_schema"]
    assert schema is not None
    assert schema.schema["advanced"].options == {"collapsed": True}
    assert "http instead of https" in await text(hass, "error.no_tls")
    assert_added(await fill(hass, result, peer), peer, peer.api_key)


async def test_same_printer_again(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A second time the printer is not added, but its new address is kept."""
    moved = OctoPrintPeer("new-key", uuid=UUID)
    await moved.start()
    result = await fill(hass, await open_form(hass, "octoprint"), moved)
    assert_abort(result, "already_configured")
    await hass.async_block_till_done()
    assert entry.data[CONF_URL] == moved.url
    assert entry.data[CONF_API_KEY] == "new-key"
    assert_state(entry, ConfigEntryState.LOADED)
    assert "/api/job" in moved.requests
    await hass.config_entries.async_unload(entry.entry_id)
    await moved.stop()


@pytest.mark.parametrize(
    ("old", "state"),
    [
        ({CONF_URL: "http://127.0.0.1:1"}, ConfigEntryState.SETUP_RETRY),
        ({CONF_API_KEY: "wrong"}, ConfigEntryState.SETUP_ERROR),
    ],
    ids=["address", "key"],
)
async def test_same_printer_again_while_it_was_lost(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    old: dict[str, str],
    state: ConfigEntryState,
) -> None:
    """A printer whose set-up failed is set up once, with what opened it just now."""
    entry = await add_entry(hass, peer, data=octoprint_data(peer) | old)
    assert_state(entry, state)
    refusals, begun = peer.refusals, attempts(entry)
    result = await fill(hass, await open_form(hass, "octoprint"), peer)
    assert_abort(result, "already_configured")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    assert (len(begun), peer.refusals) == (1, refusals)
    assert hass.config_entries.flow.async_progress() == []


async def test_without_identity(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """Without an identity the address stands for it, and the text says what is lost."""
    peer.misbehave.describes_itself = False
    result = await fill(hass, await open_form(hass, "octoprint"), peer)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id is None
    assert result["description"] == "no_identity"
    placeholders = result["description_placeholders"] or {}
    closing = await text(hass, "create_entry.no_identity", **placeholders)
    assert "does not tell who it is" in closing
    await hass.async_block_till_done()
    result = await fill(hass, await open_form(hass, "octoprint"), peer)
    assert_abort(result, "already_configured")
