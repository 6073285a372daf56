"""Polls and pushes: neither waits for the other, and neither is lost."""

import asyncio
from collections.abc import Iterable

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.printernizer import coordinator as module
from custom_components.printernizer.const import CONF_PRINTER_TYPE
from custom_components.printernizer.core.snapshot import NO_NEWS, Activity, Snapshot
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from tests.peers.octoprint import OctoPrintPeer

from .support import PRINTER_ID, BusEvents, add_entry, data_of, state, until


async def test_push_starts_a_job_within_two_seconds(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """With push a job is there at once, and not after the interval."""
    async with asyncio.timeout(5):
        await peer.sockets.signed_in.wait()
    events = BusEvents(hass)
    began = asyncio.get_running_loop().time()
    peer.start_print("Cube.gcode", 600)
    await events.wait_for("job_started")
    assert asyncio.get_running_loop().time() - began < 2


async def test_refused_push_is_tried_again(
    hass: HomeAssistant, peer: OctoPrintPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only the push is refused, looks go on, and nobody is asked for a key."""
    monkeypatch.setattr(module, "PUSH_RETRY_S", 0.05)
    peer.misbehave.where, peer.misbehave.status = "/api/login", 403
    entry = await add_entry(hass, peer)
    async with asyncio.timeout(5):
        while peer.requests.count("/api/login") < 2:
            peer.asked.clear()
            await entry.runtime_data.async_refresh()
            await asyncio.sleep(0.05)
    assert hass.config_entries.flow.async_progress() == []
    assert state(hass, "sensor", "status").state == "idle"
    peer.misbehave.status = None
    async with asyncio.timeout(5):
        while not peer.sockets.signed_in.is_set():
            await entry.runtime_data.async_refresh()
            await asyncio.sleep(0.05)


async def test_news_while_polls_fail(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A push while the printer seems lost brings a look at once."""
    coordinator = entry.runtime_data
    peer.misbehave.where, peer.misbehave.status = "/api/job", 503
    await coordinator.async_refresh()
    assert state(hass, "sensor", "status").state == STATE_UNAVAILABLE
    peer.misbehave.status = None
    coordinator.async_news(Snapshot(activity=Activity.IDLE))
    await until(hass, lambda: state(hass, "sensor", "status").state == "idle")


async def slow_look(peer: OctoPrintPeer, entry: MockConfigEntry) -> asyncio.Task[None]:
    """Return a look that has asked for the state, and waits for the rest."""
    peer.misbehave.where, peer.misbehave.stalls = "/api/printer", True
    peer.requests.clear()
    look = asyncio.create_task(entry.runtime_data.async_refresh())
    while "/api/printer" not in peer.requests:
        peer.asked.clear()
        await peer.asked.wait()
    return look


async def test_news_in_the_midst_of_a_look(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A slow look has asked for the state before the pause: another one follows."""
    await peer.sockets.signed_in.wait()
    peer.start_print("Cube.gcode", 600)
    await until(hass, lambda: state(hass, "sensor", "status").state == "printing")
    look = await slow_look(peer, entry)
    peer.pause()
    asyncio.get_running_loop().call_later(
        3 * module.NEWS_DEBOUNCE_S, peer.misbehave.unstall.set
    )
    await asyncio.wait({look})
    assert state(hass, "sensor", "status").state == "printing"
    await until(hass, lambda: state(hass, "sensor", "status").state == "paused")


@pytest.mark.parametrize("is_removed", [False, True])
async def test_a_look_ends_with_its_entry(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    is_removed: bool,
) -> None:
    """A slow look that began before a print is not judged after its first one."""
    await peer.sockets.signed_in.wait()
    events = BusEvents(hass)
    look = await slow_look(peer, entry)
    peer.misbehave.stalls = False
    peer.start_print("Cube.gcode", 600)
    if is_removed:
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        await hass.config_entries.async_reload(entry.entry_id)
        await events.wait_for("job_started")
    peer.misbehave.unstall.set()
    await asyncio.wait({look})
    await data_of(hass).manager.settle(PRINTER_ID)
    assert "job_ended" not in events.names
    assert "Unexpected error" not in caplog.text


async def test_look_again_soon(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A client may want its next look before the interval is over."""
    coordinator = entry.runtime_data
    await peer.sockets.signed_in.wait()
    await coordinator.async_refresh()
    peer.requests.clear()
    for delay_s in (60.0, 0.2, 0.1):
        coordinator.async_news(Snapshot(activity=Activity.IDLE, look_again_s=delay_s))
    async with asyncio.timeout(5):
        while "/api/job" not in peer.requests:
            peer.asked.clear()
            await peer.asked.wait()


async def test_waiting_for_a_name_ends_by_itself(
    hass: HomeAssistant,
    peer: OctoPrintPeer,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The detector is woken when its time has come, not at the next report."""
    events = BusEvents(hass)
    nameless = Snapshot(activity=Activity.PRINTING, unbroken=True)
    entry.runtime_data.async_news(nameless)
    entry.runtime_data.async_news(nameless)
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "time", lambda now=loop.time: now() + 21)
    job = await events.wait_for("job_started")
    assert job["job_name"] == "Unnamed print"
    assert job["filename"] is None


async def test_numbers_alone_are_shown_at_the_next_poll(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """A printer that pushes every second fills no recorder; a pause shows at once."""

    def push(activity: Activity, progress: float) -> str:
        """Push a report, and return the progress that is shown then."""
        entry.runtime_data.async_news(
            Snapshot(activity=activity, filename="a.gcode", progress=progress)
        )
        return state(hass, "sensor", "progress").state

    events = BusEvents(hass)
    peer.start_print("a.gcode", 600)
    await events.wait_for("job_started")
    assert push(Activity.PRINTING, 20) == "0"
    assert push(Activity.PAUSED, 30) == "30"
    await entry.runtime_data.async_refresh()
    assert state(hass, "sensor", "progress").state == "0"


async def test_no_news_shows_as_unavailable(
    hass: HomeAssistant, peer: OctoPrintPeer, entry: MockConfigEntry
) -> None:
    """What stands in front of a printer may answer while the printer does not."""
    entry.runtime_data.async_news(NO_NEWS)
    assert state(hass, "sensor", "status").state == STATE_UNAVAILABLE
    entry.runtime_data.async_news(Snapshot(activity=Activity.IDLE))
    assert state(hass, "sensor", "status").state == "idle"


async def test_what_happens_during_set_up_is_judged(
    hass: HomeAssistant, peer: OctoPrintPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A print may end, and the next begin, while a busy start sets entities up."""
    forward = hass.config_entries.async_forward_entry_setups

    async def slow(entry: ConfigEntry, platforms: Iterable[Platform]) -> None:
        """Set entities up when the next print has been seen."""
        if CONF_PRINTER_TYPE in entry.data:
            await peer.sockets.signed_in.wait()
            peer.finish()
            peer.start_print("second.gcode", 600)
            peer.requests.clear()
            async with asyncio.timeout(5):
                while "/api/printer" not in peer.requests:
                    peer.asked.clear()
                    await peer.asked.wait()
            # Where to look depends on what the first look told.
            assert "/api/files/local/first.gcode" in peer.requests
        await forward(entry, platforms)

    monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", slow)
    peer.start_print("first.gcode", 600)
    events = BusEvents(hass)
    await add_entry(hass, peer)
    ended = await events.wait_for("job_ended")
    assert (ended["job_name"], ended["status"]) == ("first", "completed")
    started = await events.wait_for("job_started", 2)
    assert started["job_name"] == "second"
