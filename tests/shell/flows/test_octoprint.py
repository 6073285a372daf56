"""OctoPrint: every way in, every error, and the way on from it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import CONF_PRINTER_TYPE, DOMAIN
from custom_components.printernizer.flows import octoprint
from custom_components.printernizer.printers.octoprint import OctoPrintClient
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_SSDP,
    SOURCE_ZEROCONF,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_API_KEY, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from tests.peers.octoprint import OctoPrintPeer
from tests.shell.ailments import IN_FLOW, Ailment, ailment_id
from tests.shell.support import (
    PRINTER_ID,
    UUID,
    add_entry,
    assert_state,
    octoprint_data,
    octoprint_entry,
)
from tests.support.certificates import self_signed_context

from .support import assert_abort, assert_form, open_form, submit, suggested, text

VERIFY = {CONF_VERIFY_SSL: True}
OTHER_UUID = "11111111-c9d8-4e0d-aec9-2e0f0f6d36bc"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose patience with a silent server sooner."""
    defaults = OctoPrintClient.__init__.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "timeout_s", 0.3)


@pytest.fixture
async def other(socket_enabled: None) -> AsyncIterator[OctoPrintPeer]:
    """Return another OctoPrint."""
    peer = OctoPrintPeer(name="Other", uuid=OTHER_UUID)
    await peer.start()
    yield peer
    await peer.stop()


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


async def test_same_printer_again_while_it_was_lost(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """A printer whose set-up is being retried is set up at its new address at once."""
    entry = await add_entry(
        hass, peer, data=octoprint_data(peer) | {CONF_URL: "http://127.0.0.1:1"}
    )
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    result = await fill(hass, await open_form(hass, "octoprint"), peer)
    assert_abort(result, "already_configured")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)


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


# -- the application key -----------------------------------------------------------


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


# -- discovery ---------------------------------------------------------------------


def announcement(peer: OctoPrintPeer, **changes: Any) -> ZeroconfServiceInfo:
    """Return what a peer announces."""
    address = ip_address("127.0.0.1")
    info = ZeroconfServiceInfo(
        ip_address=address,
        ip_addresses=[address],
        port=peer.port,
        hostname="octopi.local.",
        type="_octoprint._tcp.local.",
        name='OctoPrint instance "Peer"._octoprint._tcp.local.',
        properties={"path": "/", "version": "1.11.8", "api": "0.1", "uuid": UUID},
    )
    return replace(info, **changes)


async def announce(hass: HomeAssistant, info: ZeroconfServiceInfo) -> ConfigFlowResult:
    """Let Home Assistant hear an announcement."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info
    )


async def test_zeroconf(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """A discovered printer is confirmed, with a key."""
    result = await announce(hass, announcement(peer))
    assert_form(result, "octoprint_discovered")
    placeholders = result["description_placeholders"]
    assert placeholders == {"name": 'OctoPrint instance "Peer"', "url": peer.url}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["configuration_url"] == peer.url
    result = await submit(hass, result, api_key="wrong", advanced=VERIFY)
    assert_form(result, "octoprint_discovered", {CONF_API_KEY: "invalid_auth"})
    result = await submit(hass, result, api_key=peer.api_key, advanced=VERIFY)
    assert_added(result, peer, peer.api_key)


async def test_ssdp(hass: HomeAssistant, peer: OctoPrintPeer) -> None:
    """The same by UPnP, and one question only where both are heard."""
    info = SsdpServiceInfo(
        ssdp_usn=f"uuid:{UUID}::upnp:rootdevice",
        ssdp_st="upnp:rootdevice",
        upnp={
            "presentationURL": f"{peer.url}/",
            "UDN": f"uuid:{UUID}",
            "friendlyName": "Peer",
        },
    )
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_SSDP}, data=info
    )
    assert_form(result, "octoprint_discovered")
    again = await announce(hass, announcement(peer))
    assert_abort(again, "already_in_progress")
    result = await submit(hass, result, advanced=VERIFY)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    (key,) = peer.desk.keys
    assert_added(result, peer, key)


@pytest.mark.parametrize(
    "changes", [{"properties": {}}, {"properties": {"uuid": UUID, "path": "/ a"}}]
)
async def test_what_only_looks_like_octoprint(
    hass: HomeAssistant, peer: OctoPrintPeer, changes: dict[str, Any]
) -> None:
    """A PrusaLink beside an MK3 announces itself as OctoPrint too."""
    result = await announce(hass, announcement(peer, **changes))
    assert_abort(result, "wrong_device")


async def test_discovered_again(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A printer that works is left alone, whatever is announced."""
    result = await announce(hass, announcement(peer, port=1))
    assert_abort(result, "already_configured")
    assert entry.data[CONF_URL] == peer.url


async def test_discovered_without_identity(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """A printer that was added without identity is known by its address."""
    octoprint_entry(peer, unique_id=None).add_to_hass(hass)
    result = await announce(hass, announcement(peer))
    assert_abort(result, "already_configured")


@pytest.mark.parametrize(
    ("url", "is_followed"),
    [
        ("http://127.0.0.1:1", True),
        ("https://127.0.0.1:1", False),
        ("http://octopi.invalid", False),
        ("http://127.0.0.1:1/proxied", False),
    ],
)
async def test_a_lost_printer_is_followed(
    hass: HomeAssistant, peer: OctoPrintPeer, url: str, is_followed: bool
) -> None:
    """A new address is taken over unless that could betray the key."""
    entry = await add_entry(hass, peer, data=octoprint_data(peer) | {CONF_URL: url})
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert_abort(await announce(hass, announcement(peer)), "already_configured")
    await hass.async_block_till_done()
    assert entry.data[CONF_URL] == (peer.url if is_followed else url)
    now = ConfigEntryState.LOADED if is_followed else ConfigEntryState.SETUP_RETRY
    assert_state(entry, now)


async def test_an_ignored_printer_can_be_added(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """Who ignored a discovered printer may still add it by hand."""
    ignored = MockConfigEntry(domain=DOMAIN, unique_id=PRINTER_ID, source=SOURCE_IGNORE)
    ignored.add_to_hass(hass)
    assert_abort(await announce(hass, announcement(peer)), "already_configured")
    result = await fill(hass, await open_form(hass, "octoprint"), peer)
    assert_added(result, peer, peer.api_key)


# -- changes -----------------------------------------------------------------------


async def test_reauth(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A new key is asked for, and the printer is watched again with it."""
    peer.api_key = "new-key"
    result = await entry.start_reauth_flow(hass)
    assert_form(result, "octoprint_reauth")
    assert result["description_placeholders"] == {"name": "Peer", "printer": "Peer"}
    result = await submit(hass, result, api_key="wrong", advanced=VERIFY)
    assert_form(result, "octoprint_reauth", {CONF_API_KEY: "invalid_auth"})
    result = await submit(hass, result, api_key="new-key", advanced=VERIFY)
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert entry.data[CONF_API_KEY] == "new-key"
    assert entry.unique_id == PRINTER_ID
    assert_state(entry, ConfigEntryState.LOADED)


async def test_reauth_by_application_key(
    hass: HomeAssistant, peer: OctoPrintPeer
) -> None:
    """A refused key at set-up asks for another, which one click gives."""
    entry = await add_entry(
        hass, peer, data=octoprint_data(peer) | {CONF_API_KEY: "wrong"}
    )
    assert_state(entry, ConfigEntryState.SETUP_ERROR)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "octoprint_reauth"
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"advanced": VERIFY}
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    peer.desk.decide(granted=True)
    result = await decided(hass, result)
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    (key,) = peer.desk.keys
    assert entry.data[CONF_API_KEY] == key


async def test_reconfigure(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """The same printer elsewhere keeps its key, its id and its history."""
    await peer.stop()
    await peer.start()
    result = await entry.start_reconfigure_flow(hass)
    assert_form(result, "octoprint_reconfigure")
    assert CONF_API_KEY not in suggested(result)
    result = await submit(hass, result, url="http://127.0.0.1:1", advanced=VERIFY)
    assert_form(result, "octoprint_reconfigure", {"base": "cannot_connect"})
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_abort(result, "reconfigure_successful")
    await hass.async_block_till_done()
    assert entry.data[CONF_URL] == peer.url
    assert entry.data[CONF_API_KEY] == peer.api_key
    assert (entry.unique_id, entry.title) == (PRINTER_ID, "Peer")
    assert_state(entry, ConfigEntryState.LOADED)


async def test_reconfigure_to_another_printer(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    other: OctoPrintPeer,
    entry: MockConfigEntry,
) -> None:
    """Another printer is another history: it is refused."""
    result = await entry.start_reconfigure_flow(hass)
    result = await submit(hass, result, url=other.url, advanced=VERIFY)
    assert_abort(result, "unique_id_mismatch")
    assert entry.data[CONF_URL] == peer.url


async def test_reconfigure_to_a_printer_without_identity(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    other: OctoPrintPeer,
    entry: MockConfigEntry,
) -> None:
    """At another address an identity is needed, at the same one it is not."""
    other.misbehave.describes_itself = peer.misbehave.describes_itself = False
    result = await entry.start_reconfigure_flow(hass)
    result = await submit(hass, result, url=other.url, advanced=VERIFY)
    assert_form(result, "octoprint_reconfigure", {"base": "no_identity"})
    result = await submit(hass, result, url=peer.url, advanced=VERIFY)
    assert_abort(result, "reconfigure_successful")
    await hass.async_block_till_done()
