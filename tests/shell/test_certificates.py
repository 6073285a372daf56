"""A Bambu Lab printer whose certificate is not the one that was trusted."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer.const import CONF_FINGERPRINT, DOMAIN
from custom_components.printernizer.repairs import (
    CertificateFlow,
    async_create_fix_flow,
)
from custom_components.printernizer.settings import printer_id_of
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from tests.peers.bambu import BambuPeer

from .support import BusEvents, assert_state, attempts

pytestmark = pytest.mark.usefixtures("refused_handshakes")


@pytest.fixture
async def bambu(socket_enabled: None) -> AsyncIterator[BambuPeer]:
    """Return a running printer whose certificate nobody vouches for."""
    peer = BambuPeer()
    await peer.start()
    yield peer
    await peer.stop()


async def add(
    hass: HomeAssistant, peer: BambuPeer, **changes: str | None
) -> MockConfigEntry:
    """Add the printer, its certificate pinned."""
    data = {
        "printer_type": "bambu_lab",
        "host": "127.0.0.1",
        "port": peer.port,
        "serial_number": peer.serial_number,
        "access_code": peer.access_code,
        "fingerprint": peer.certificate.fingerprint,
    }
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Peer",
        unique_id=printer_id_of("bambu_lab", peer.serial_number),
        data={key: value for key, value in {**data, **changes}.items() if value},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def reported(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return the issues of ours."""
    issues = ir.async_get(hass).issues
    return [one for (domain, _), one in issues.items() if domain == DOMAIN]


async def look_until(entry: MockConfigEntry, is_so: Callable[[], bool]) -> None:
    """Look again and again, as the poll does."""
    async with asyncio.timeout(10):
        while not is_so():
            await entry.runtime_data.async_refresh()
            await asyncio.sleep(0.05)


async def renew(peer: BambuPeer) -> None:
    """Let the printer have another certificate, as after a factory reset."""
    await peer.lose_network()
    peer.certificate = peer.authority.issue(peer.serial_number)
    await peer.regain_network()


async def agree(hass: HomeAssistant, peer: BambuPeer) -> None:
    """Compare the fingerprint that the repair shows, and trust it."""
    (found,) = reported(hass)
    assert found.is_fixable
    assert found.translation_key == "certificate_changed"
    flow = await async_create_fix_flow(hass, found.issue_id, found.data)
    assert isinstance(flow, CertificateFlow)
    flow.hass, flow.handler, flow.flow_id = hass, DOMAIN, "flow"
    form = await flow.async_step_init()
    assert form["type"] is FlowResultType.FORM
    shown = (form["description_placeholders"] or {})["fingerprint"]
    assert shown.replace(":", "").lower() == peer.certificate.fingerprint
    result = await flow.async_step_confirm({})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_changed_in_mid_print(hass: HomeAssistant, bambu: BambuPeer) -> None:
    """No code is sent until the user has decided; then the same job goes on."""
    entry = await add(hass, bambu)
    events = BusEvents(hass)
    bambu.start_print("Vase.3mf", 600)
    started = await events.wait_for("job_started")
    logins = bambu.logins
    await renew(bambu)
    await look_until(entry, lambda: reported(hass) != [])
    assert bambu.logins == logins
    assert_state(entry, ConfigEntryState.LOADED)
    await agree(hass, bambu)
    assert_state(entry, ConfigEntryState.LOADED)
    assert entry.data[CONF_FINGERPRINT] == bambu.certificate.fingerprint
    assert reported(hass) == []
    bambu.finish()
    ended = await events.wait_for("job_ended")
    assert (ended["id"], ended["status"]) == (started["id"], "completed")


@pytest.mark.parametrize("pinned", ["0" * 64, None], ids=["another", "the vendor's"])
async def test_changed_before_the_start(
    hass: HomeAssistant, bambu: BambuPeer, pinned: str | None
) -> None:
    """The set-up waits for the user, where the vendor has vouched before, too."""
    entry = await add(hass, bambu, fingerprint=pinned)
    assert_state(entry, ConfigEntryState.SETUP_RETRY)
    assert entry.error_reason_translation_key == "unknown_certificate"
    assert bambu.logins == 0
    begun = attempts(entry)
    await agree(hass, bambu)
    assert_state(entry, ConfigEntryState.LOADED)
    assert len(begun) == 1
    assert reported(hass) == []


async def test_the_trusted_one_is_back(hass: HomeAssistant, bambu: BambuPeer) -> None:
    """It was somebody else's: nothing is left to decide."""
    trusted = bambu.certificate
    entry = await add(hass, bambu)
    await renew(bambu)
    await look_until(entry, lambda: reported(hass) != [])
    await bambu.lose_network()
    bambu.certificate = trusted
    await bambu.regain_network()
    await look_until(entry, lambda: reported(hass) == [])
    assert entry.data[CONF_FINGERPRINT] == trusted.fingerprint


async def test_removed_printer(hass: HomeAssistant, bambu: BambuPeer) -> None:
    """With the printer the question goes, and an open form does no harm."""
    entry = await add(hass, bambu, fingerprint="0" * 64)
    (found,) = reported(hass)
    flow = await async_create_fix_flow(hass, found.issue_id, found.data)
    flow.hass, flow.handler, flow.flow_id = hass, DOMAIN, "flow"
    await hass.config_entries.async_remove(entry.entry_id)
    assert reported(hass) == []
    assert isinstance(flow, CertificateFlow)
    await flow.async_step_confirm({})
    await hass.async_block_till_done()
