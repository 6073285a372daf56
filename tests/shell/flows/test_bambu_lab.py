"""Bambu Lab: code, serial number, certificate, and printers that are heard."""

from collections.abc import AsyncIterator
from functools import partial
import socket

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import (
    CONF_ACCESS_CODE,
    CONF_FINGERPRINT,
    CONF_PRINTER_TYPE,
    CONF_SERIAL_NUMBER,
    DOMAIN,
)
from custom_components.printernizer.flows import bambu_lab
from custom_components.printernizer.printers.bambu_lab import discover
from custom_components.printernizer.settings import printer_id_of
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from tests.peers.bambu import BambuPeer
from tests.shell.support import assert_state
from tests.support.ports import free_port

from .support import assert_abort, assert_form, open_form, submit, suggested

NOTICE = """NOTIFY * HTTP/1.1\r
Host: 239.255.255.250:1990\r
Location: 127.0.0.1\r
NT: urn:bambulab-com:device:3dprinter:1\r
USN: {serial}\r
DevModel.bambu.com: C12\r
DevName.bambu.com: Workshop\r
\r
"""


@pytest.fixture
async def peer(socket_enabled: None) -> AsyncIterator[BambuPeer]:
    """Return a running printer whose certificate nobody vouches for."""
    peer = BambuPeer()
    await peer.start()
    yield peer
    await peer.stop()


def typed(peer: BambuPeer, **changes: object) -> dict[str, object]:
    """Return what the user types."""
    values: dict[str, object] = {
        CONF_HOST: "127.0.0.1",
        CONF_SERIAL_NUMBER: peer.serial_number.lower(),
        CONF_ACCESS_CODE: peer.access_code,
        "advanced": {CONF_PORT: float(peer.port)},
    }
    return values | changes


def id_of(peer: BambuPeer) -> str:
    """Return the printer's id."""
    return printer_id_of("bambu_lab", peer.serial_number)


def data_of(peer: BambuPeer, **changes: object) -> dict[str, object]:
    """Return the data of the entry that the flow makes."""
    data: dict[str, object] = {
        CONF_PRINTER_TYPE: "bambu_lab",
        CONF_HOST: "127.0.0.1",
        CONF_PORT: peer.port,
        CONF_SERIAL_NUMBER: peer.serial_number,
        CONF_ACCESS_CODE: peer.access_code,
        CONF_FINGERPRINT: peer.certificate.fingerprint,
    }
    return data | changes


async def trust(
    hass: HomeAssistant, peer: BambuPeer, result: ConfigFlowResult
) -> ConfigFlowResult:
    """Agree to the certificate, which is shown."""
    assert_form(result, "bambu_lab_certificate")
    placeholders = result["description_placeholders"] or {}
    shown = placeholders["fingerprint"].replace(":", "").lower()
    assert shown == peer.certificate.fingerprint
    return await submit(hass, result)


@pytest.mark.usefixtures("refused_handshakes")
async def test_by_hand(hass: HomeAssistant, peer: BambuPeer) -> None:
    """Address, serial number and code add the printer once it is trusted."""
    result = await open_form(hass, "bambu_lab")
    assert_form(result, "bambu_lab")
    result = await submit(hass, result, **typed(peer))
    result = await trust(hass, peer, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["data"] == data_of(peer)
    assert result["result"].unique_id == id_of(peer)
    await hass.async_block_till_done()
    assert_state(result["result"], ConfigEntryState.LOADED)


@pytest.mark.usefixtures("refused_handshakes")
async def test_errors_and_recovery(hass: HomeAssistant, peer: BambuPeer) -> None:
    """A wrong address, serial number and code are told apart, and can be put right."""
    result = await open_form(hass, "bambu_lab")
    nowhere = {"advanced": {CONF_PORT: free_port()}}
    result = await submit(hass, result, **typed(peer, **nowhere))
    assert_form(result, "bambu_lab", {"base": "cannot_connect"})
    result = await submit(hass, result, **typed(peer, serial_number="00M00A000000002"))
    assert_form(result, "bambu_lab", {"base": "wrong_serial"})
    assert suggested(result)[CONF_ACCESS_CODE] == peer.access_code
    result = await submit(hass, result, **typed(peer, access_code=" "))
    assert_form(result, "bambu_lab", {CONF_ACCESS_CODE: "required"})
    result = await submit(hass, result, **typed(peer, access_code="00000000"))
    result = await trust(hass, peer, result)
    assert_form(result, "bambu_lab", {CONF_ACCESS_CODE: "invalid_auth"})
    assert CONF_ACCESS_CODE not in suggested(result)
    result = await submit(hass, result, **typed(peer))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["data"] == data_of(peer)


@pytest.mark.usefixtures("refused_handshakes")
@pytest.mark.parametrize("port", [0, 65536, "nan"])
async def test_port_out_of_range(
    hass: HomeAssistant, peer: BambuPeer, port: object
) -> None:
    """What is no port is refused, and can be put right."""
    result = await open_form(hass, "bambu_lab")
    with pytest.raises(InvalidData):
        await submit(hass, result, **typed(peer, advanced={CONF_PORT: port}))
    result = await submit(hass, result, **typed(peer))
    assert_form(result, "bambu_lab_certificate")


@pytest.mark.usefixtures("refused_handshakes")
async def test_search(
    hass: HomeAssistant, peer: BambuPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A printer that announces itself needs no more than its code."""
    port = free_port()
    monkeypatch.setattr(
        bambu_lab, "discover", partial(discover, host="127.0.0.1", port=port)
    )
    monkeypatch.setattr(bambu_lab, "SEARCH_S", 0.3)
    monkeypatch.setattr(bambu_lab, "PORT", peer.port)
    result = await open_form(hass, "bambu_lab_search")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    notice = NOTICE.format(serial=peer.serial_number).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(notice, ("127.0.0.1", port))
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert_form(result, "bambu_lab_found")
    result = await submit(
        hass,
        result,
        serial_number=peer.serial_number,
        access_code=peer.access_code,
    )
    result = await trust(hass, peer, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    assert result["data"] == data_of(peer)


@pytest.mark.parametrize("fails", [False, True], ids=["silence", "no port"])
async def test_search_finds_nothing(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """Where nothing is heard, everything can be typed."""
    host = "192.0.2.1" if fails else "127.0.0.1"
    monkeypatch.setattr(
        bambu_lab, "discover", partial(discover, host=host, port=free_port())
    )
    monkeypatch.setattr(bambu_lab, "SEARCH_S", 0.1)
    result = await open_form(hass, "bambu_lab_search")
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        await hass.async_block_till_done(wait_background_tasks=True)
        result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert_form(result, "bambu_lab", {"base": "none_found"})


@pytest.mark.usefixtures("refused_handshakes")
async def test_reauth_and_reconfigure(hass: HomeAssistant, peer: BambuPeer) -> None:
    """A changed code is asked for, and an address can be changed without the code."""
    data = data_of(peer, access_code="00000000")
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=id_of(peer))
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.SETUP_ERROR)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "bambu_lab_reauth"
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {CONF_ACCESS_CODE: peer.access_code}
    )
    assert_abort(result, "reauth_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    result = await entry.start_reconfigure_flow(hass)
    assert_form(result, "bambu_lab_reconfigure")
    result = await submit(
        hass, result, host="localhost", advanced={CONF_PORT: peer.port}
    )
    assert_abort(result, "reconfigure_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    assert dict(entry.data) == data_of(peer, host="localhost")


async def test_one_place_is_taken(hass: HomeAssistant, peer: BambuPeer) -> None:
    """Printers have few: while one is watched, no flow opens a second connection."""
    entry = MockConfigEntry(domain=DOMAIN, data=data_of(peer), unique_id=id_of(peer))
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert peer.logins == 1
    result = await open_form(hass, "bambu_lab")
    result = await submit(hass, result, **typed(peer))
    assert_abort(result, "already_configured")
    await hass.async_block_till_done()
    assert peer.logins == 1
    result = await entry.start_reconfigure_flow(hass)
    result = await submit(
        hass, result, host="127.0.0.1", advanced={CONF_PORT: peer.port}
    )
    assert_abort(result, "reconfigure_successful")
    await hass.async_block_till_done()
    assert_state(entry, ConfigEntryState.LOADED)
    assert dict(entry.data) == data_of(peer)
    assert (peer.logins, peer.broker.goodbyes) == (2, 1)
