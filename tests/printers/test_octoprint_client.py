"""The client looks at an OctoPrint over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import logging

import aiohttp
import pytest

from custom_components.printernizer.core.detector import step
from custom_components.printernizer.core.session import NEW_SESSION, Moment
from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Activity,
    EventKind,
    FileCounters,
    Outcome,
    Remembered,
)
from custom_components.printernizer.core.transitions import PrintBegan, PrintEnded
from custom_components.printernizer.printers.octoprint import OctoPrintClient
from tests.peers.octoprint import OctoPrintPeer

KEY = "peer-key"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Provide a session that keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def peer() -> AsyncIterator[OctoPrintPeer]:
    """Provide a running peer whose counters rise at once."""
    peer = OctoPrintPeer(KEY)
    peer.machine.counter_lag_s = 0
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
def client(session: aiohttp.ClientSession, peer: OctoPrintPeer) -> OctoPrintClient:
    """Provide a client of the peer."""
    return OctoPrintClient(session, peer.url, KEY, counter_lag_s=0.01)


def remember(filename: str) -> Remembered:
    """Return what the detector remembers of a print."""
    return Remembered(filename=filename)


@asynccontextmanager
async def following(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> AsyncIterator[asyncio.Event]:
    """Follow the announcements; yields what is set when one is heard."""
    heard = asyncio.Event()
    listening = asyncio.create_task(client.listen(lambda _: heard.set()))
    try:
        await peer.sockets.signed_in.wait()
        yield heard
    finally:
        await client.close()
        await listening


async def _until_quiet(heard: asyncio.Event) -> None:
    """Wait until no news has come for a moment."""
    try:
        while True:
            heard.clear()
            async with asyncio.timeout(0.1):
                await heard.wait()
    except TimeoutError:
        return


# -- the life of a print -------------------------------------------------------------


async def test_life_of_a_print(client: OctoPrintClient, peer: OctoPrintPeer) -> None:
    """Idle, printing, paused, printing and done."""
    assert (await client.look(NOTHING_REMEMBERED)).activity is Activity.IDLE
    peer.start_print("sub/a b.gcode")
    running = await client.look(NOTHING_REMEMBERED)
    assert (running.activity, running.filename) == (Activity.PRINTING, "sub/a b.gcode")
    assert running.counters == (FileCounters(filename="sub/a b.gcode"),)
    assert running.telemetry.nozzle_target_c == 210
    peer.pause()
    paused = await client.look(remember("sub/a b.gcode"))
    assert paused.activity is Activity.PAUSED
    peer.resume()
    assert (await client.look(NOTHING_REMEMBERED)).activity is Activity.PRINTING
    peer.finish()
    done = await client.look(remember("sub/a b.gcode"))
    assert (done.activity, done.filename) == (Activity.IDLE, None)
    (count,) = done.counters
    assert (count.success, count.last_success) == (1, True)


async def test_fewest_requests(client: OctoPrintClient, peer: OctoPrintPeer) -> None:
    """An offline printer costs one request, an idle one two, a running one three."""
    peer.machine.disconnect()
    await client.look(NOTHING_REMEMBERED)
    assert peer.requests == ["/api/job"]
    peer.machine.connect()
    peer.requests.clear()
    await client.look(NOTHING_REMEMBERED)
    assert peer.requests == ["/api/job", "/api/printer"]
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.requests.clear()
    await client.look(NOTHING_REMEMBERED)
    assert peer.requests == ["/api/job", "/api/files/local/a.gcode", "/api/printer"]


async def test_prefix_of_a_proxy(session: aiohttp.ClientSession) -> None:
    """The interface may be below a path."""
    peer = OctoPrintPeer(KEY, prefix="/octoprint")
    await peer.start()
    try:
        client = OctoPrintClient(session, f"{peer.url}/", KEY)
        assert (await client.identify()).name == "Peer"
        assert (await client.look(NOTHING_REMEMBERED)).activity is Activity.IDLE
    finally:
        await peer.stop()


@pytest.mark.parametrize(
    "name",
    ["Würfel 20 mm – 测试.gcode", "100 % # ?.gcode", "a+b&c=d;e.gcode", "x%20y.gcode"],
)
async def test_any_name_is_counted(
    client: OctoPrintClient, peer: OctoPrintPeer, name: str
) -> None:
    """Every letter of a name gets through to the file's counters."""
    peer.start_print(name)
    await client.look(NOTHING_REMEMBERED)
    peer.cancel()
    idle = await client.look(remember(name))
    (count,) = idle.counters
    assert (count.filename, count.failure) == (name, 1)


async def test_path_out_of_the_folder_is_never_asked_for(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """A lying server cannot make the client walk."""
    peer.start_print("../../api/settings")
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert snapshot.counters == ()
    assert set(peer.requests) == {"/api/job", "/api/printer"}


async def test_key_that_may_not_list_files(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Without the right there are no counters, and nothing in their place."""
    peer.misbehave.may_list_files = False
    peer.start_print("a.gcode")
    assert (await client.look(NOTHING_REMEMBERED)).counters == ()
    peer.finish()
    done = await client.look(remember("a.gcode"))
    assert (done.activity, done.counters) == (Activity.IDLE, ())


async def test_right_to_list_files_that_is_lost_makes_no_print(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """What ended, and was counted, ends no second time as its count is out of sight."""
    session = NEW_SESSION
    orders: list[type] = []

    async def look(at_s: float) -> None:
        nonlocal session
        snapshot = await client.look(session.remembered)
        decision = step(session, snapshot, Moment(datetime.now(UTC), at_s))
        session = decision.session
        orders.extend(type(order) for order in decision.transitions)

    peer.start_print("a.gcode")
    await look(0)
    peer.finish()
    await look(30)
    peer.misbehave.may_list_files = False
    await look(60)
    assert orders == [PrintBegan, PrintEnded]


async def test_deleted_file_has_no_counters(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """A remembered file may be gone."""
    snapshot = await client.look(remember("gone.gcode"))
    assert (snapshot.activity, snapshot.counters) == (Activity.IDLE, ())
    assert "/api/files/local/gone.gcode" in peer.requests


async def test_sd_print_is_never_counted(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """A print from the SD card ends by its completion."""
    peer.start_print("sd_job~1.gco", origin="sdcard")
    running = await client.look(NOTHING_REMEMBERED)
    assert (running.filename, running.message) == ("sd_job~1.gco", "Printing from SD")
    peer.finish()
    done = await client.look(remember("sd_job~1.gco"))
    assert (done.activity, done.outcome) == (Activity.ENDED, Outcome.COMPLETED)
    peer.start_print("sd_job~1.gco", origin="sdcard")
    await client.look(remember("sd_job~1.gco"))
    peer.cancel()
    idle = await client.look(remember("sd_job~1.gco"))
    assert idle.activity is Activity.IDLE
    assert not [path for path in peer.requests if "files" in path]


async def test_transfer_to_sd_is_idle(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """An upload through to the SD card prints nothing."""
    peer.machine.transfer("big.gco")
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert (snapshot.activity, snapshot.filename) == (Activity.IDLE, None)


# -- which file's counters -----------------------------------------------------------


async def test_remembered_and_selected_file_are_counted(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """The end of the print that was seen is told before that of another file."""
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.cancel()
    peer.start_print("b.gcode")
    peer.finish()
    one, other = (await client.look(remember("a.gcode"))).counters
    assert (one.filename, one.failure) == ("a.gcode", 1)
    assert (other.filename, other.success) == ("b.gcode", 1)


async def test_file_that_was_followed_unseen_is_counted(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Its end is told at the first look at the next print."""
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.finish()
    peer.start_print("b.gcode")
    counted = []
    for name in ("a.gcode", "b.gcode"):
        snapshot = await client.look(remember(name))
        assert snapshot.filename == "b.gcode"
        counted.append([(one.filename, one.success) for one in snapshot.counters])
    assert counted == [[("a.gcode", 1), ("b.gcode", 0)], [("b.gcode", 0)]]


async def test_selected_file_where_nothing_is_remembered(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Its counters are the base for what happens between the polls."""
    peer.start_print("a.gcode")
    peer.finish()
    snapshot = await client.look(NOTHING_REMEMBERED)
    (count,) = snapshot.counters
    assert count.success == 1


# -- two requests are not one look ---------------------------------------------------


async def test_end_between_the_requests_is_not_counted_for_a_running_print(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """State and counters of one look belong together."""
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)

    def finish(path: str) -> None:
        if path == "/api/files/local/a.gcode":
            peer.on_request = None
            peer.machine.finish()
            peer.machine.counts["a.gcode"].add(success=True, duration_s=1)

    peer.on_request = finish
    snapshot = await client.look(remember("a.gcode"))
    assert snapshot.activity is Activity.IDLE
    (count,) = snapshot.counters
    assert count.success >= 1


async def test_error_between_the_requests_is_seen_beside_its_count(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """A failure that is counted while the printer seems to rest is no cancel."""
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.finish()
    assert (await client.look(remember("a.gcode"))).activity is Activity.IDLE

    def fail(path: str) -> None:
        if path == "/api/files/local/a.gcode":
            peer.on_request = None
            peer.start_print("a.gcode")
            peer.fail("Jam")
            peer.machine.counts["a.gcode"].add(success=False, duration_s=1)

    peer.on_request = fail
    snapshot = await client.look(remember("a.gcode"))
    assert (snapshot.activity, snapshot.reason) == (Activity.ENDED, "Jam")
    (count,) = snapshot.counters
    assert count.failure >= 1


async def test_print_that_an_error_ends_between_the_requests_is_counted(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """The error names no file, but the request before it did."""
    peer.start_print("a.gcode")
    peer.cancel()
    peer.start_print("b.gcode")

    def fail(path: str) -> None:
        if path == "/api/files/local/b.gcode":
            peer.on_request = None
            peer.fail("Jam")

    peer.on_request = fail
    snapshot = await client.look(remember("a.gcode"))
    assert (snapshot.activity, snapshot.reason) == (Activity.ENDED, "Jam")
    counted = [(one.filename, one.failure) for one in snapshot.counters]
    assert counted == [("a.gcode", 1), ("b.gcode", 1)]


async def test_counted_reprint_between_two_looks_keeps_its_counters(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Cancel and reprint between two polls looks like a pause, but is counted."""
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.cancel()
    peer.start_print("a.gcode")
    again = await client.look(remember("a.gcode"))
    assert again.activity is Activity.PRINTING
    (count,) = again.counters
    assert count.failure == 1


async def test_restless_printer_gets_no_counters(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Where each request finds another print, no count belongs to any."""
    names = (f"{n}.gcode" for n in range(100))
    peer.start_print(next(names))

    def swap(path: str) -> None:
        if path.startswith("/api/files"):
            peer.cancel()
            peer.start_print(next(names))

    peer.on_request = swap
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert (snapshot.activity, snapshot.counters) == (Activity.PRINTING, ())
    assert snapshot.filename == peer.truth[-1].filename


async def test_printer_may_be_restless_for_three_rounds(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """A print that is opened without its counts is taken for over by older ones."""
    names = ["a.gcode", "b.gcode", "c.gcode"]
    peer.start_print("z.gcode")

    def swap(path: str) -> None:
        if path.startswith("/api/files") and names:
            peer.cancel()
            peer.start_print(names.pop())

    peer.on_request = swap
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert snapshot.counters[-1] == FileCounters(filename="a.gcode")
    over = [(one.filename, one.failure) for one in snapshot.counters[:-1]]
    assert over == [("z.gcode", 1), ("c.gcode", 1)]


@pytest.mark.parametrize("verb", ["finish", "cancel"])
async def test_announced_end_waits_until_the_state_has_left(
    client: OctoPrintClient, peer: OctoPrintPeer, verb: str
) -> None:
    """In Finishing and Cancelling the print still runs, though counted and told."""
    async with following(client, peer) as heard:
        peer.machine.holds_transitions = True
        peer.start_print("a.gcode")
        getattr(peer, verb)()
        await _until_quiet(heard)
        winding_down = await client.look(remember("a.gcode"))
        assert winding_down.activity is Activity.PRINTING
        assert winding_down.cancelling is (verb == "cancel")
        assert winding_down.counters == ()
        assert [event.kind for event in winding_down.events] == [EventKind.STARTED]
        peer.machine.release()
        over = await client.look(remember("a.gcode"))
        assert over.activity is Activity.IDLE
        assert [event.kind for event in over.events] == [EventKind.ENDED]
        (count,) = over.counters
        assert count.success + count.failure == 1


async def test_announced_end_of_another_file_waits_for_no_state(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """The line was lost before the print began that is winding down now."""
    async with following(client, peer) as heard:
        peer.start_print("a.gcode")
        peer.finish()
        await _until_quiet(heard)
    peer.machine.holds_transitions = True
    peer.start_print("b.gcode")
    peer.finish()
    winding_down = await client.look(remember("a.gcode"))
    assert winding_down.filename == "b.gcode"
    kinds = [event.kind for event in winding_down.events]
    assert kinds == [EventKind.STARTED, EventKind.ENDED]


async def test_announced_ends_of_one_file_wait_for_their_counts(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """The first may be that of a print after the one that was seen last."""
    async with following(client, peer) as heard:
        peer.start_print("a.gcode")
        peer.finish()
        peer.machine.holds_transitions = True
        peer.start_print("a.gcode")
        peer.cancel()
        await _until_quiet(heard)
        winding_down = await client.look(remember("a.gcode"))
        assert (winding_down.activity, winding_down.events) == (Activity.NO_NEWS, ())
        assert winding_down.message == "Cancelling"
        peer.machine.release()
        over = await client.look(remember("a.gcode"))
        kinds = [event.kind for event in over.events]
        assert kinds == [EventKind.STARTED, EventKind.ENDED] * 2
        (count,) = over.counters
        assert (count.success, count.failure) == (1, 1)


async def test_file_that_is_named_by_its_start_alone_is_counted(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """It is over, the line was down at its end, and nothing is selected any more."""
    async with following(client, peer) as heard:
        peer.start_print("b.gcode")
        await _until_quiet(heard)
    peer.finish()
    peer.machine.disconnect()
    snapshot = await client.look(remember("a.gcode"))
    assert snapshot.filename is None
    assert [event.kind for event in snapshot.events] == [EventKind.STARTED]
    assert [one.filename for one in snapshot.counters] == ["b.gcode"]
    assert snapshot.counters[0].success == 1


async def test_counter_that_lags_is_waited_for(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """The count of an end follows its state."""
    peer.machine.counter_lag_s = 0.05
    client = OctoPrintClient(session, peer.url, KEY, counter_lag_s=0.2)
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.finish()
    done = await client.look(remember("a.gcode"))
    (count,) = done.counters
    assert count.success == 1


async def test_counter_that_lags_is_waited_for_after_a_start_that_is_over(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """The line was down at its end, and the printer rested at the look before."""
    peer.machine.counter_lag_s = 0.05
    client = OctoPrintClient(session, peer.url, KEY, counter_lag_s=0.2)
    await client.look(NOTHING_REMEMBERED)
    async with following(client, peer) as heard:
        peer.start_print("a.gcode")
        await _until_quiet(heard)
    peer.finish()
    over = await client.look(remember("a.gcode"))
    assert [event.kind for event in over.events] == [EventKind.STARTED]
    (count,) = over.counters
    assert count.success == 1


async def test_counter_that_lags_is_waited_for_after_a_restart(
    session: aiohttp.ClientSession, peer: OctoPrintPeer
) -> None:
    """The first look may come when a print has just ended."""
    peer.machine.counter_lag_s = 0.05
    peer.start_print("a.gcode")
    peer.finish()
    client = OctoPrintClient(session, peer.url, KEY, counter_lag_s=0.2)
    done = await client.look(remember("a.gcode"))
    (count,) = done.counters
    assert count.success == 1


# -- errors, disconnects, restarts ---------------------------------------------------


async def test_firmware_error_fails_the_print(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """The reason is the printer's, also where the file had ended well before."""
    peer.start_print("a.gcode")
    peer.finish()
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.fail("Thermal Runaway")
    failed = await client.look(remember("a.gcode"))
    assert (failed.activity, failed.outcome) == (Activity.ENDED, Outcome.FAILED)
    assert failed.reason == "Thermal Runaway"
    (count,) = failed.counters
    assert count.last_success is False


async def test_power_off_after_the_print_is_no_failure(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """A printer that was switched off between the looks, its print being done."""
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.finish()
    peer.fail("SerialException")
    snapshot = await client.look(remember("a.gcode"))
    assert (snapshot.activity, snapshot.fault) == (Activity.IDLE, True)
    (count,) = snapshot.counters
    assert count.success == 1


async def test_error_that_nothing_counted_fails_the_print(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """An older success of the file is no excuse for the print that just ran."""
    peer.start_print("a.gcode")
    peer.finish()
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.machine.counter_lag_s = 60
    peer.fail("SerialException")
    snapshot = await client.look(remember("a.gcode"))
    assert (snapshot.activity, snapshot.outcome) == (Activity.ENDED, Outcome.FAILED)


async def test_disconnect_loses_the_print(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Offline without an error tells no outcome; the counters still do."""
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    peer.machine.disconnect()
    gone = await client.look(remember("a.gcode"))
    assert (gone.activity, gone.rebooted) == (Activity.IDLE, True)
    (count,) = gone.counters
    assert count.failure == 1
    peer.machine.connect()
    back = await client.look(remember("a.gcode"))
    assert (back.message, back.rebooted) == ("Operational", True)


async def test_connecting_is_no_news(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """While the printer is being connected, one request finds that out."""
    peer.machine.disconnect()
    peer.machine.holds_transitions = True
    peer.machine.connect()
    snapshot = await client.look(remember("a.gcode"))
    assert snapshot.activity is Activity.NO_NEWS
    assert peer.requests == ["/api/job"]


async def test_what_was_announced_waits_until_the_printer_is_connected(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Nothing is counted until then, and the counts tell whose end it is."""
    async with following(client, peer) as heard:
        peer.start_print("a.gcode")
        peer.finish()
        await _until_quiet(heard)
        peer.machine.disconnect()
        peer.machine.holds_transitions = True
        peer.machine.connect()
        connecting = await client.look(remember("a.gcode"))
        assert (connecting.activity, connecting.events) == (Activity.NO_NEWS, ())
        peer.machine.release()
        connected = await client.look(remember("a.gcode"))
        kinds = [event.kind for event in connected.events]
        assert kinds == [EventKind.STARTED, EventKind.ENDED]
        assert [one.success for one in connected.counters] == [1]


async def test_killed_server_loses_the_print(
    client: OctoPrintClient, peer: OctoPrintPeer
) -> None:
    """Idle, with a count that is still that of the running print."""
    peer.start_print("a.gcode")
    peer.finish()
    peer.start_print("a.gcode")
    await client.look(NOTHING_REMEMBERED)
    await peer.restart()
    back = await client.look(remember("a.gcode"))
    assert (back.activity, back.rebooted) == (Activity.IDLE, True)
    (count,) = back.counters
    assert count.last_success is True
    assert peer.truth[-1].outcome is None


async def test_unknown_state_is_logged_once(
    client: OctoPrintClient, peer: OctoPrintPeer, caplog: pytest.LogCaptureFixture
) -> None:
    """A state of a later version changes nothing and is told to the user once."""
    peer.start_print("a.gcode")
    peer.machine.state = "Levitating"
    for _ in range(3):
        snapshot = await client.look(NOTHING_REMEMBERED)
        assert snapshot.activity is Activity.NO_NEWS
        assert snapshot.message == "Levitating"
    warnings = [row for row in caplog.records if row.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert KEY not in caplog.text
