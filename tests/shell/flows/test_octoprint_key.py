"""OctoPrint: a key that is granted with one click."""

from collections.abc import Callable
from functools import partial

import pytest

from custom_components.printernizer.flows import octoprint
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.peers.moonraker import MoonrakerPeer
from tests.peers.octoprint import OctoPrintPeer
from tests.peers.prusalink import Personality, PrusaLinkPeer

from .octoprint_support import VERIFY, ask_for_key, assert_added, decided, fill
from .support import assert_form, open_form, submit, suggested


async def test_key_is_granted(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """One click in OctoPrint adds the printer."""
    result = await ask_for_key(hass, peer)
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    (key,) = peer.desk.keys
    assert_added(result, peer, key)


async def test_key_is_refused(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """After a refusal the user may ask again, or type a key."""
    result = await ask_for_key(hass, peer)
    peer.desk.decide(granted=False)
    result = await decided(hass, result)
    assert_form(result, "octoprint", {"base": "appkey_denied"})
    assert suggested(result)[CONF_URL] == peer.url
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_nobody_decides(
    hass: HomeAssistant, peer: OctoPrintPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question is not asked for ever."""
    monkeypatch.setattr(octoprint, "DECISION_TIMEOUT_S", 0.1)
    result = await ask_for_key(hass, peer)
    result = await decided(hass, result)
    assert_form(result, "octoprint", {"base": "appkey_expired"})
    assert_added(await fill(hass, result, peer), peer, peer.api_key)


async def test_keys_are_switched_off(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """Without the plugin a key has to be typed."""
    peer.desk.enabled = False
    result = await open_form(hass, "octoprint")
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_form(result, "octoprint", {"base": "appkeys_unavailable"})
    assert_added(await fill(hass, result, peer), peer, peer.api_key)


@pytest.mark.parametrize(
    "make",
    [
        partial(MoonrakerPeer, trusted=False),
        PrusaLinkPeer,
        partial(PrusaLinkPeer, Personality.MK3),
    ],
    ids=["Moonraker", "PrusaLink", "PrusaLink of an MK3"],
)
@pytest.mark.usefixtures("socket_enabled")
async def test_no_octoprint(
    hass: HomeAssistant, make: Callable[[], MoonrakerPeer | PrusaLinkPeer]
) -> None:
    """What wants a key and hands out none need not be an OctoPrint."""
    other = make()
    await other.start()
    result = await open_form(hass, "octoprint")
    result = await submit(hass, result, url=other.url, advanced=VERIFY)
    assert_form(result, "octoprint", {"base": "wrong_device"})
    await other.stop()


async def test_too_many_requests(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """OctoPrint takes three requests a minute; the fourth is told to wait."""
    for _ in range(3):
        result = await ask_for_key(hass, peer)
        hass.config_entries.flow.async_abort(result["flow_id"])
    result = await open_form(hass, "octoprint")
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_form(result, "octoprint", {"base": "appkey_requests_limited"})
    assert_added(await fill(hass, result, peer), peer, peer.api_key)


async def test_a_granted_key_is_not_lost(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """A key is handed out once: what fails right after it must not lose it."""
    result = await ask_for_key(hass, peer)
    peer.misbehave.where, peer.misbehave.status = "/api/version", 503
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    assert_form(result, "octoprint", {"base": "starting"})
    peer.misbehave.status = None
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    (key,) = peer.desk.keys
    assert_added(result, peer, key)


async def test_a_granted_key_that_is_refused_is_forgotten(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """A granted key that was taken back is not tried for ever."""
    result = await ask_for_key(hass, peer)
    peer.misbehave.where, peer.misbehave.status = "/api/version", 403
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    assert_form(result, "octoprint", {CONF_API_KEY: "invalid_auth"})
    peer.misbehave.status = None
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    hass.config_entries.flow.async_abort(result["flow_id"])
