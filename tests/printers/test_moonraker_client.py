"""MoonrakerClient against a Moonraker of our own, over real sockets."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import logging
from pathlib import Path

import aiohttp
from aiohttp import web
import pytest

from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Activity,
    Outcome,
    Remembered,
    Snapshot,
)
from custom_components.printernizer.printers.base import (
    AnswerNotJson,
    AnswerTooLarge,
    NotThisPrinterType,
    PrinterAuthError,
    PrinterCertificateError,
    PrinterError,
    PrinterProtocolError,
    PrinterStarting,
    PrinterTimeout,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.moonraker import MoonrakerClient
from tests.peers.moonraker import Misbehaviour, MoonrakerPeer
from tests.support.certificates import self_signed_context

PERIOD_S = 0.01


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session as the caller of a client makes it."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def peer() -> AsyncIterator[MoonrakerPeer]:
    """Yield an idle printer."""
    peer = MoonrakerPeer(status_period_s=PERIOD_S)
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
def client(session: aiohttp.ClientSession, peer: MoonrakerPeer) -> MoonrakerClient:
    """Return a client of that printer."""
    return MoonrakerClient(session, peer.url, peer.api_key, timeout_s=5)


def remember(peer: MoonrakerPeer, snapshot: Snapshot) -> Remembered:
    """Return what is remembered after a look that judged everything."""
    newest = max(
        (row.start_time for row in snapshot.history),
        default=datetime.now(UTC) - timedelta(days=1),
    )
    return Remembered(
        filename=snapshot.filename, print_id=snapshot.print_id, history_since=newest
    )


async def look_at_print(client: MoonrakerClient, peer: MoonrakerPeer) -> Snapshot:
    """Start a print and take the first look at it."""
    peer.start_print("cube.gcode")
    peer.see_status()
    return await client.look(NOTHING_REMEMBERED)


@pytest.mark.parametrize(("answer_s", "runs"), [(5, True), (6, False)])
async def test_what_a_slow_look_counted_lags_behind_the_clock(
    session: aiohttp.ClientSession, peer: MoonrakerPeer, answer_s: int, runs: bool
) -> None:
    """It would seem to have begun later than it did; two answers follow the state."""
    begun = datetime.now(UTC)
    times = (begun + timedelta(seconds=max(answer_s * n, 0)) for n in range(-2, 9))
    slow = MoonrakerClient(session, peer.url, peer.api_key, clock=lambda: next(times))
    peer.start_print("cube.gcode")
    peer.see_status()
    assert (await slow.look(NOTHING_REMEMBERED)).elapsed_runs is runs


async def test_identify(client: MoonrakerClient, peer: MoonrakerPeer) -> None:
    """The instance id is the identity; name and version come from Klipper."""
    identity = await client.identify()
    assert identity.unique_id == peer.instance_id
    assert identity.name == peer.hostname
    assert identity.firmware == "v0.13.0-730-g84104bbbd"


async def test_identify_while_klipper_is_away(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """The identity is readable without Klipper."""
    peer.disconnect_klipper()
    identity = await client.identify()
    assert identity.unique_id == peer.instance_id
    assert identity.name == "127.0.0.1"


async def test_idle(client: MoonrakerClient) -> None:
    """A printer that never printed is idle and has no history."""
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert snapshot.activity is Activity.IDLE
    assert not snapshot.rebooted
    assert snapshot.history == ()
    assert snapshot.filename is None


async def test_print_from_start_to_end(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """One print keeps its identity through pause, resume and end."""
    running = await look_at_print(client, peer)
    assert running.activity is Activity.PRINTING
    assert running.print_id == peer.truth[0].print_id
    assert running.filename == "cube.gcode"
    assert running.estimated_s == 60
    assert running.elapsed_runs
    assert running.start_time is not None
    assert abs(running.start_time - peer.truth[0].started_at) < timedelta(seconds=1)
    remembered = remember(peer, running)
    peer.pause()
    paused = await client.look(remembered)
    assert (paused.activity, paused.print_id) == (Activity.PAUSED, running.print_id)
    peer.resume()
    resumed = await client.look(remembered)
    assert (resumed.activity, resumed.print_id) == (Activity.PRINTING, running.print_id)
    peer.finish()
    peer.see_status()
    ended = await client.look(remembered)
    assert (ended.activity, ended.outcome) == (Activity.ENDED, Outcome.COMPLETED)
    assert ended.print_id == running.print_id
    assert ended.progress == 100
    assert ended.material_g == pytest.approx(3)
    assert ended.history[-1].ended is True
    assert ended.end_time is not None and peer.truth[0].ended_at is not None
    assert abs(ended.end_time - peer.truth[0].ended_at) < timedelta(seconds=1)


async def test_cancel(client: MoonrakerClient, peer: MoonrakerPeer) -> None:
    """A cancelled print is told as such, live and by the history."""
    remembered = remember(peer, await look_at_print(client, peer))
    peer.cancel()
    peer.see_status()
    snapshot = await client.look(remembered)
    assert (snapshot.activity, snapshot.outcome) == (
        Activity.ENDED,
        Outcome.CANCELLED,
    )
    assert snapshot.cancelling
    assert snapshot.print_id == remembered.print_id
    assert snapshot.history[-1].outcome is Outcome.CANCELLED


async def test_failure(client: MoonrakerClient, peer: MoonrakerPeer) -> None:
    """A failed print tells the printer's reason."""
    remembered = remember(peer, await look_at_print(client, peer))
    peer.fail("Move out of range")
    peer.see_status()
    snapshot = await client.look(remembered)
    assert (snapshot.activity, snapshot.outcome) == (Activity.ENDED, Outcome.FAILED)
    assert snapshot.reason == "Move out of range"
    assert snapshot.print_id == remembered.print_id


async def test_end_seen_before_its_row_is_finished(
    session: aiohttp.ClientSession,
) -> None:
    """Moonraker learns of the end up to a status period after Klipper tells us."""
    peer = MoonrakerPeer(status_period_s=60)
    await peer.start()
    try:
        client = MoonrakerClient(session, peer.url)
        running = await look_at_print(client, peer)
        peer.finish()
        ended = await client.look(remember(peer, running))
        assert ended.outcome is Outcome.COMPLETED
        assert ended.print_id == running.print_id
        assert ended.history[-1].ended is False
    finally:
        await peer.stop()


@pytest.fixture
async def lagging() -> AsyncIterator[MoonrakerPeer]:
    """Provide a peer that takes in Klipper's status once its history was asked for."""
    peer = MoonrakerPeer(status_period_s=60)
    await peer.start()
    peer.on_answered = lambda path: peer.see_status() if "history" in path else None
    yield peer
    await peer.stop()


async def test_print_seen_before_its_row_is_written(
    session: aiohttp.ClientSession, lagging: MoonrakerPeer
) -> None:
    """A look at a print's first moment waits for the row."""
    lagging.start_print("cube.gcode")
    client = MoonrakerClient(session, lagging.url)
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert snapshot.print_id == lagging.truth[0].print_id is not None


async def test_print_restarted_before_the_row_of_the_one_before_is_finished(
    session: aiohttp.ClientSession, lagging: MoonrakerPeer
) -> None:
    """A row that seems to go on since long before is not taken for the new one's."""
    lagging.set_clock_ahead(-60)
    lagging.start_print("cube.gcode")
    lagging.see_status()
    lagging.set_clock_ahead(0)
    lagging.cancel()
    lagging.see_status()
    lagging.history.rows[0].update(status="in_progress", end_time=None)
    lagging.start_print("cube.gcode")
    client = MoonrakerClient(session, lagging.url)
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert snapshot.print_id == lagging.truth[1].print_id is not None


async def test_prints_in_a_row_between_two_looks(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """All the prints that nobody saw come back, oldest first, over several pages."""
    remembered = remember(peer, await look_at_print(client, peer))
    peer.finish()
    peer.see_status()
    for number in range(120):
        peer.start_print(f"part {number}.gcode")
        peer.see_status()
        peer.finish()
        peer.see_status()
    snapshot = await client.look(remembered)
    assert [row.print_id for row in snapshot.history] == [
        true.print_id for true in peer.truth
    ]
    assert snapshot.print_id == peer.truth[-1].print_id


async def test_restart_of_the_same_file_between_two_looks(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """Two looks at the same file, both printing, show two prints."""
    first = await look_at_print(client, peer)
    peer.cancel()
    peer.see_status()
    peer.start_print("cube.gcode")
    peer.see_status()
    second = await client.look(remember(peer, first))
    assert second.activity is first.activity is Activity.PRINTING
    assert second.print_id == peer.truth[1].print_id != first.print_id
    assert [row.outcome for row in second.history] == [Outcome.CANCELLED, None]


@pytest.mark.parametrize("kill", [False, True], ids=["server_exit", "interrupted"])
async def test_moonraker_restarts_in_mid_print(
    client: MoonrakerClient, peer: MoonrakerPeer, *, kill: bool
) -> None:
    """The abandoned row is still that of the print, until and after its end."""
    running = await look_at_print(client, peer)
    remembered = remember(peer, running)
    await peer.stop_server(kill=kill)
    with pytest.raises(PrinterUnreachable):
        await client.look(remembered)
    await peer.start_server(connected=False)
    away = await client.look(remembered)
    assert away.activity is Activity.NO_NEWS
    assert not away.rebooted
    peer.ready_klipper()
    again = await client.look(remembered)
    assert again.activity is Activity.PRINTING
    assert again.print_id == running.print_id
    assert again.history[-1].ended is None
    peer.finish()
    peer.see_status()
    ended = await client.look(remembered)
    assert (ended.outcome, ended.print_id) == (Outcome.COMPLETED, running.print_id)
    assert len(peer.history.rows) == 1


async def test_print_that_moonraker_never_recorded(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """Without a row there is no identity, but a start and the name."""
    first = await look_at_print(client, peer)
    peer.finish()
    await peer.stop_server()
    peer.klipper.start_print("other.gcode")
    await peer.start_server()
    snapshot = await client.look(remember(peer, first))
    assert snapshot.activity is Activity.PRINTING
    assert snapshot.print_id is None
    assert snapshot.filename == "other.gcode"
    assert snapshot.start_time is not None
    assert abs(snapshot.start_time - peer.truth[1].started_at) < timedelta(seconds=1)
    assert snapshot.estimated_s == 60  # From the file itself.
    peer.finish()
    ended = await client.look(remember(peer, first))
    assert (ended.outcome, ended.print_id) == (Outcome.COMPLETED, None)


async def test_metadata_is_asked_once_per_print(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A row without metadata costs one request more, not one per look."""
    peer.history.with_metadata = False
    first = await look_at_print(client, peer)
    for _ in range(3):
        snapshot = await client.look(remember(peer, first))
        assert snapshot.estimated_s == 60
    asked = [path for path in peer.requests if "metadata" in path]
    assert asked == ["/server/files/metadata?filename=cube.gcode"]


async def test_failing_metadata_is_no_error(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A look succeeds without the file's facts."""
    peer.history.with_metadata = False
    peer.misbehave(Misbehaviour.BROKEN, "/metadata")
    snapshot = await look_at_print(client, peer)
    for _ in range(5):
        snapshot = await client.look(remember(peer, snapshot))
    assert snapshot.activity is Activity.PRINTING
    assert snapshot.estimated_s is None
    assert len([path for path in peer.requests if "metadata" in path]) == 3


async def test_a_look_takes_two_requests(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A look at an idle printer, or at a print, asks twice."""
    await client.look(NOTHING_REMEMBERED)
    assert len(peer.requests) == 2
    running = await look_at_print(client, peer)
    peer.requests.clear()
    await client.look(remember(peer, running))
    assert len(peer.requests) == 2


async def test_names_with_folders_and_signs(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """Names are told as they are, and percent-encoded when asked for."""
    name = "Ordner eins/Benchy ü – 測試 #1 & 50%?.gcode"
    peer.history.with_metadata = False
    peer.start_print(name)
    peer.see_status()
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert snapshot.filename == name
    assert snapshot.estimated_s == 60


async def test_klipper_shutdown_in_mid_print(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A shutdown reads as paused, and is the end of the print."""
    running = await look_at_print(client, peer)
    peer.shut_klipper_down("Lost communication with MCU 'mcu'")
    snapshot = await client.look(remember(peer, running))
    assert (snapshot.activity, snapshot.outcome) == (Activity.ENDED, Outcome.FAILED)
    assert snapshot.print_id == running.print_id
    assert snapshot.reason == "Lost communication with MCU 'mcu'"
    assert snapshot.elapsed_s is None
    assert snapshot.history[-1].reason == "klippy_shutdown"


async def test_klipper_restarts_in_mid_print(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """Every state on the way tells that the print was lost."""
    running = await look_at_print(client, peer)
    remembered = remember(peer, running)
    peer.disconnect_klipper()
    disconnected = await client.look(remembered)
    peer.connect_klipper()
    startup = await client.look(remembered)
    peer.ready_klipper()
    ready = await client.look(remembered)
    for snapshot in (disconnected, startup, ready):
        assert snapshot.activity is Activity.IDLE
        assert snapshot.rebooted
        assert snapshot.history[-1].outcome is Outcome.FAILED
        assert snapshot.history[-1].reason == "klippy_disconnect"


async def test_host_switched_off_in_mid_print(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """An interrupted row and a Klipper without a file tell of a lost print."""
    running = await look_at_print(client, peer)
    await peer.stop_server(kill=True)
    peer.klipper.restart()
    peer.klipper.get_ready()
    await peer.start_server()
    snapshot = await client.look(remember(peer, running))
    assert snapshot.activity is Activity.IDLE
    assert snapshot.rebooted
    assert snapshot.history[-1].ended is None


async def test_file_reset_after_the_end(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A front end that clears the finished print leaves the outcome in the history."""
    running = await look_at_print(client, peer)
    peer.finish()
    peer.see_status()
    peer.klipper.reset_file()
    snapshot = await client.look(remember(peer, running))
    assert snapshot.activity is Activity.IDLE
    assert not snapshot.rebooted
    assert snapshot.history[-1].outcome is Outcome.COMPLETED


@pytest.mark.parametrize("hours", [-3, 3])
async def test_clock_of_the_host_is_wrong(
    client: MoonrakerClient, peer: MoonrakerPeer, hours: int
) -> None:
    """A row is found, and times are by our clock, whatever the host's clock says."""
    peer.set_clock_ahead(hours * 3600.0)
    running = await look_at_print(client, peer)
    assert running.print_id == peer.truth[0].print_id
    assert running.start_time is not None
    assert abs(running.start_time - peer.truth[0].started_at) < timedelta(seconds=2)
    peer.finish()
    peer.see_status()
    ended = await client.look(remember(peer, running))
    assert ended.print_id == running.print_id
    assert ended.end_time is not None
    assert abs(ended.end_time - datetime.now(UTC)) < timedelta(seconds=3)


async def test_clock_of_the_host_is_set_in_mid_print(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A host without a hardware clock keeps its print when it learns the time."""
    peer.set_clock_ahead(-86_400.0)
    running = await look_at_print(client, peer)
    peer.set_clock_ahead(0.0)
    later = Remembered(
        filename="cube.gcode",
        print_id=running.print_id,
        history_since=datetime.now(UTC) - timedelta(hours=1),
    )
    snapshot = await client.look(later)
    assert snapshot.print_id == running.print_id
    forgetful = Remembered(history_since=datetime.now(UTC) - timedelta(hours=1))
    assert (await client.look(forgetful)).print_id == running.print_id


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 0001 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 -0000",
        "yesterday",
        "",
    ],
)
async def test_clock_of_the_host_is_beyond_all_bounds(
    client: MoonrakerClient, peer: MoonrakerPeer, date: str
) -> None:
    """Whatever a header says, a look succeeds, and its times are never in the future."""
    peer.date = date
    await look_at_print(client, peer)
    peer.finish()
    peer.see_status()
    ended = await client.look(NOTHING_REMEMBERED)
    assert ended.outcome is Outcome.COMPLETED
    for moment in (ended.start_time, ended.end_time):
        assert moment is None or moment <= datetime.now(UTC)


async def test_job_id_is_used_again(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A wiped history numbers from the beginning: the start tells the prints apart."""
    first = await look_at_print(client, peer)
    peer.finish()
    peer.see_status()
    peer.history.rows.clear()
    peer.start_print("cube.gcode")
    peer.see_status()
    second = await client.look(remember(peer, first))
    assert first.print_id is not None and second.print_id is not None
    assert first.print_id[:6] == second.print_id[:6] == "000001"
    assert first.print_id != second.print_id


async def test_moonraker_without_history(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A print is seen without the history component too."""
    peer.has_history = False
    snapshot = await look_at_print(client, peer)
    assert snapshot.activity is Activity.PRINTING
    assert snapshot.print_id is None
    assert snapshot.start_time is not None


async def test_untrusted_host_without_key(session: aiohttp.ClientSession) -> None:
    """An untrusted client needs the key, and a trusted one where logins are forced."""
    peer = MoonrakerPeer(trusted=False)
    await peer.start()
    try:
        with pytest.raises(PrinterAuthError):
            await MoonrakerClient(session, peer.url).identify()
        client = MoonrakerClient(session, peer.url, peer.api_key)
        assert (await client.identify()).unique_id == peer.instance_id
    finally:
        await peer.stop()


async def test_wrong_key_of_a_trusted_host(
    session: aiohttp.ClientSession, peer: MoonrakerPeer
) -> None:
    """A wrong key is refused where none would be needed."""
    client = MoonrakerClient(session, peer.url, "wrong")
    with pytest.raises(PrinterAuthError):
        await client.identify()
    with pytest.raises(PrinterAuthError):
        await client.look(NOTHING_REMEMBERED)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        (Misbehaviour.DROP, PrinterUnreachable),
        (Misbehaviour.NOT_JSON, AnswerNotJson),
        (Misbehaviour.GARBAGE, AnswerNotJson),
        (Misbehaviour.LIST, PrinterProtocolError),
        (Misbehaviour.HUGE, AnswerTooLarge),
        (Misbehaviour.UNAUTHORIZED, PrinterAuthError),
        (Misbehaviour.FORBIDDEN, PrinterAuthError),
        (Misbehaviour.NOT_FOUND, NotThisPrinterType),
        (Misbehaviour.STARTING, PrinterStarting),
        (Misbehaviour.BROKEN, PrinterProtocolError),
        (Misbehaviour.REDIRECT, PrinterProtocolError),
    ],
)
async def test_misbehaving_server(
    client: MoonrakerClient,
    peer: MoonrakerPeer,
    how: Misbehaviour,
    error: type[PrinterError],
) -> None:
    """Each way to let us down has its own error, and the next look works again."""
    peer.misbehave(how)
    with pytest.raises(PrinterError) as raised:
        await client.look(NOTHING_REMEMBERED)
    assert raised.type is error
    with pytest.raises(PrinterError) as raised:
        await client.identify()
    assert raised.type is error
    peer.misbehave(Misbehaviour.NONE)
    assert (await client.look(NOTHING_REMEMBERED)).activity is Activity.IDLE


async def test_failing_history_is_no_look(
    client: MoonrakerClient, peer: MoonrakerPeer
) -> None:
    """A live state without its history could pass for a print without identity."""
    peer.misbehave(Misbehaviour.STARTING, "/server/history")
    with pytest.raises(PrinterStarting):
        await client.look(NOTHING_REMEMBERED)


async def test_wrong_types(client: MoonrakerClient, peer: MoonrakerPeer) -> None:
    """JSON of other types is no news, and no Moonraker."""
    peer.misbehave(Misbehaviour.WRONG_TYPES)
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert snapshot.activity is Activity.NO_NEWS
    with pytest.raises(NotThisPrinterType):
        await client.identify()


async def test_timeout(session: aiohttp.ClientSession, peer: MoonrakerPeer) -> None:
    """A server that accepts and stays silent runs into the time limit."""
    client = MoonrakerClient(session, peer.url, timeout_s=0.05)
    peer.misbehave(Misbehaviour.STALL)
    with pytest.raises(PrinterTimeout):
        await client.look(NOTHING_REMEMBERED)


async def test_nothing_listens(session: aiohttp.ClientSession) -> None:
    """A closed port is unreachable."""
    peer = MoonrakerPeer()
    await peer.start()
    await peer.stop()
    with pytest.raises(PrinterUnreachable):
        await MoonrakerClient(session, peer.url).look(NOTHING_REMEMBERED)


async def test_name_that_does_not_resolve(session: aiohttp.ClientSession) -> None:
    """A host that does not exist is unreachable."""
    with pytest.raises(PrinterUnreachable):
        await MoonrakerClient(session, "http://printer.invalid:7125").identify()


def test_address_that_is_none(session: aiohttp.ClientSession) -> None:
    """What is no address is refused at once."""
    with pytest.raises(ValueError, match="address"):
        MoonrakerClient(session, "ftp://printer")


async def test_another_kind_of_server(session: aiohttp.ClientSession) -> None:
    """A server with JSON of its own is not a Moonraker."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"result": {"name": "router"}})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        host, port = runner.addresses[0][:2]
        with pytest.raises(NotThisPrinterType):
            await MoonrakerClient(session, f"http://{host}:{port}").identify()
    finally:
        await runner.cleanup()


async def test_untrusted_certificate(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """A certificate that nobody vouches for is refused."""
    context = self_signed_context(tmp_path)
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        host, port = runner.addresses[0][:2]
        client = MoonrakerClient(session, f"https://{host}:{port}")
        with pytest.raises(PrinterCertificateError):
            await client.identify()
    finally:
        await runner.cleanup()


async def test_unknown_state_is_logged_once(
    client: MoonrakerClient, peer: MoonrakerPeer, caplog: pytest.LogCaptureFixture
) -> None:
    """A word never seen before is no news, kept verbatim, and logged once."""
    peer.klipper.klippy = "meditating"
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            snapshot = await client.look(NOTHING_REMEMBERED)
            assert snapshot.activity is Activity.NO_NEWS
            assert snapshot.message == "meditating"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_tracebacks_are_not_logged(
    client: MoonrakerClient, peer: MoonrakerPeer, caplog: pytest.LogCaptureFixture
) -> None:
    """Moonraker's errors carry the traceback of its own program."""
    peer.disconnect_klipper()
    peer.has_history = False
    with caplog.at_level(logging.DEBUG):
        await client.identify()
        await client.look(NOTHING_REMEMBERED)
    assert "No answer for /printer/info" in caplog.text
    assert "Traceback" not in caplog.text


async def test_key_stays_secret(
    session: aiohttp.ClientSession,
    peer: MoonrakerPeer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The key stands in no log line, representation or error."""
    key = "topsecret0123456789"
    client = MoonrakerClient(session, peer.url, key)
    with caplog.at_level(logging.DEBUG), pytest.raises(PrinterAuthError) as raised:
        await client.look(NOTHING_REMEMBERED)
    assert key not in caplog.text + repr(client) + repr(raised.value)
