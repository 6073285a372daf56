"""The client against a real OctoPrint 1.11 with its virtual printer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import (
    NOTHING_REMEMBERED,
    Activity,
    EventKind,
    Outcome,
    PrintEvent,
    Remembered,
    Snapshot,
)
from custom_components.printernizer.printers.base import (
    AnswerNotHttp,
    PrinterAuthError,
    PrinterStarting,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.octoprint import (
    AppKeyDenied,
    AppKeys,
    OctoPrintClient,
)
from tests.real.octoprint import RealOctoPrint

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

UNICODE = "sub/tief/Würfel 20 mm (v2) – Prüfstück 测试.gcode"


class Watch:
    """A client that listens, and looks whenever it is told to."""

    def __init__(self, client: OctoPrintClient) -> None:
        """Begin without news."""
        self.client = client
        self.news = asyncio.Event()
        self.snapshots: list[Snapshot] = []
        self.events: list[PrintEvent] = []
        self._filename: str | None = None

    def on_news(self, _: Snapshot | None) -> None:
        """Take the hint that something changed."""
        self.news.set()

    async def look(self) -> Snapshot:
        """Look, remembering the file of the last print as the detector does."""
        snapshot = await self.client.look(Remembered(filename=self._filename))
        self._filename = snapshot.filename or self._filename
        self.snapshots.append(snapshot)
        self.events.extend(snapshot.events)
        return snapshot

    async def until(self, is_it: Callable[[Snapshot], bool]) -> Snapshot:
        """Look at every piece of news until one look shows it."""
        async with asyncio.timeout(60):
            while True:
                self.news.clear()
                snapshot = await self.look()
                if is_it(snapshot):
                    return snapshot
                await self.news.wait()


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """Provide a session that keeps no cookies."""
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


@pytest.fixture
async def server(tmp_path: Path, socket_enabled: None) -> AsyncIterator[RealOctoPrint]:
    """Provide a running server with a connected printer."""
    async with RealOctoPrint(tmp_path) as server:
        yield server


@pytest.fixture
async def watch(
    server: RealOctoPrint, session: aiohttp.ClientSession
) -> AsyncIterator[Watch]:
    """Provide a client that has subscribed."""
    watch = Watch(OctoPrintClient(session, server.url, server.api_key))
    listening = asyncio.create_task(watch.client.listen(watch.on_news))
    async with asyncio.timeout(30):
        await watch.news.wait()
    yield watch
    await watch.client.close()
    await listening


def is_activity(activity: Activity) -> Callable[[Snapshot], bool]:
    """Return a test for an activity."""
    return lambda snapshot: snapshot.activity is activity


def has_end(snapshot: Snapshot) -> bool:
    """Tell whether a look brings the news of an end."""
    return any(event.kind is EventKind.ENDED for event in snapshot.events)


async def test_prints_pauses_cancels_and_finishes(
    server: RealOctoPrint, watch: Watch
) -> None:
    """Each state, event and counter of two prints in a folder with strange letters."""
    assert (await watch.look()).activity is Activity.IDLE
    await server.upload(UNICODE, 3)
    await server.print(UNICODE)
    running = await watch.until(is_activity(Activity.PRINTING))
    assert running.filename == UNICODE
    await server.pause()
    paused = await watch.until(is_activity(Activity.PAUSED))
    assert (paused.filename, paused.message) == (UNICODE, "Paused")
    await server.resume()
    await watch.until(is_activity(Activity.PRINTING))
    done = await watch.until(has_end)
    assert (done.activity, done.filename) == (Activity.IDLE, None)
    (count,) = done.counters
    assert (count.filename, count.success) == (UNICODE, 1)
    assert count.last_success is True

    await server.upload("big.gcode", 60)
    await server.print("big.gcode")
    await watch.until(is_activity(Activity.PRINTING))
    await server.cancel()
    cancelled = await watch.until(has_end)
    assert (cancelled.activity, cancelled.rebooted) == (Activity.IDLE, False)
    (count,) = cancelled.counters
    assert (count.filename, count.failure) == ("big.gcode", 1)
    assert [(event.filename, event.outcome) for event in watch.events] == [
        (UNICODE, None),
        (UNICODE, Outcome.COMPLETED),
        ("big.gcode", None),
        ("big.gcode", Outcome.CANCELLED),
    ]


async def test_a_count_is_told_by_our_clock(
    server: RealOctoPrint, session: aiohttp.ClientSession
) -> None:
    """The host's is three hours ahead of it."""

    def clock() -> datetime:
        return datetime.now(UTC) - timedelta(hours=3)

    client = OctoPrintClient(session, server.url, server.api_key, clock=clock)
    await server.upload("one.gcode", 2)
    began = clock()
    await server.print("one.gcode")
    await server.until("Printing")
    await server.until("Operational")
    (count,) = (await client.look(Remembered(filename="one.gcode"))).counters
    assert count.success == 1
    assert count.ended_at is not None
    assert (
        began - timedelta(seconds=1) < count.ended_at < clock() + timedelta(seconds=1)
    )


async def test_a_count_never_passes_for_a_second_print(
    server: RealOctoPrint, session: aiohttp.ClientSession
) -> None:
    """Looks as fast as possible see the count rise only once the print is over."""
    client = OctoPrintClient(session, server.url, server.api_key)
    await server.upload("short.gcode", 1)
    await server.print("short.gcode")
    remembered = Remembered(filename="short.gcode")
    counts = []
    async with asyncio.timeout(30):
        while True:
            snapshot = await client.look(remembered)
            counts.append((snapshot.activity, snapshot.counters))
            if snapshot.activity is Activity.IDLE:
                break
    active = [found for activity, found in counts if activity is Activity.PRINTING]
    assert active
    assert {one.success for found in active for one in found} == {0}
    (count,) = snapshot.counters
    assert count.success == 1


async def test_scripts_after_the_end_keep_the_state(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    """In Finishing and Cancelling the end is counted and told, but kept for later."""
    slow = "G4 P1500"
    scripts = {"afterPrintDone": slow, "afterPrintCancelled": slow}
    async with RealOctoPrint(tmp_path, scripts=scripts) as server:
        watch = Watch(OctoPrintClient(session, server.url, server.api_key))
        listening = asyncio.create_task(watch.client.listen(watch.on_news))
        await server.upload("done.gcode", 1)
        await server.print("done.gcode")
        finishing = await watch.until(lambda look: look.message == "Finishing")
        assert finishing.activity is Activity.PRINTING
        await watch.until(has_end)
        await server.upload("gone.gcode", 60)
        await server.print("gone.gcode")
        await watch.until(is_activity(Activity.PRINTING))
        cancelling = asyncio.create_task(server.cancel())
        assert (await watch.until(lambda look: look.cancelling)).counters == ()
        await cancelling
        await watch.until(has_end)
        await watch.client.close()
        await listening
    for look in watch.snapshots:
        if look.message in ("Finishing", "Cancelling"):
            assert not any(event.outcome for event in look.events)
            assert look.counters == ()
        elif look.activity is Activity.PRINTING:
            own = [one for one in look.counters if one.filename == look.filename]
            assert all(one.success + one.failure == 0 for one in own)
    outcomes = [event.outcome for event in watch.events if event.outcome]
    assert outcomes == [Outcome.COMPLETED, Outcome.CANCELLED]


async def test_errors_and_disconnects(server: RealOctoPrint, watch: Watch) -> None:
    """A halt and a broken connection fail the print; a disconnect only loses it."""
    await server.upload("err.gcode", 60)
    await server.print("err.gcode")
    await watch.until(is_activity(Activity.PRINTING))
    await server.halt()
    halted = await watch.until(is_activity(Activity.ENDED))
    assert halted.outcome is Outcome.FAILED
    assert halted.reason is not None
    assert "Thermal Runaway" in halted.reason
    (count,) = halted.counters
    assert count.failure == 1

    await server.connect()
    await server.print("err.gcode")
    await watch.until(is_activity(Activity.PRINTING))
    await server.disconnect()
    gone = await watch.until(is_activity(Activity.IDLE))
    assert (gone.rebooted, gone.reason) == (True, None)
    (count,) = gone.counters
    assert count.failure == 2

    await server.connect()
    await server.print("err.gcode")
    await watch.until(is_activity(Activity.PRINTING))
    await server.drop_connection()
    dropped = await watch.until(is_activity(Activity.ENDED))
    assert dropped.reason == "SerialTimeoutException"
    await watch.look()
    outcomes = [event.outcome for event in watch.events if event.outcome]
    assert outcomes == [Outcome.FAILED] * 3


async def test_an_error_between_looks_leaves_a_lost_print(
    server: RealOctoPrint, session: aiohttp.ClientSession
) -> None:
    """Reconnected before the next look, only the missing file tells of it."""
    client = OctoPrintClient(session, server.url, server.api_key)
    remembered = Remembered(filename="err.gcode")
    await server.upload("err.gcode", 60)
    await server.print("err.gcode")
    await server.until("Printing")
    await client.look(remembered)
    await server.halt()
    await server.connect()
    lost = await client.look(remembered)
    assert (lost.activity, lost.rebooted) == (Activity.IDLE, True)
    (count,) = lost.counters
    assert count.failure == 1


async def test_server_killed_in_mid_print(server: RealOctoPrint, watch: Watch) -> None:
    """While it starts nothing is conclusive; then it is idle and lost its print."""
    await server.upload("dies.gcode", 60)
    await server.print("dies.gcode")
    await watch.until(is_activity(Activity.PRINTING))
    watch.news.clear()
    await server.kill()
    await watch.news.wait()
    with pytest.raises(PrinterUnreachable):
        await watch.look()
    watch.news.clear()
    await server.start()
    errors = await _errors_until_up(watch)
    assert errors <= {PrinterUnreachable, PrinterStarting, AnswerNotHttp}
    back = watch.snapshots[-1]
    assert (back.activity, back.rebooted) == (Activity.IDLE, True)
    await watch.news.wait()
    await server.connect()
    idle = await watch.until(lambda snapshot: snapshot.message == "Operational")
    assert idle.rebooted
    (count,) = idle.counters
    assert (count.success, count.failure) == (0, 0)
    await server.print("dies.gcode")
    again = await watch.until(is_activity(Activity.PRINTING))
    assert again.filename == "dies.gcode"
    await server.cancel()


async def _errors_until_up(watch: Watch) -> set[type[Exception]]:
    """Look until an answer comes; returns the errors until then."""
    errors: set[type[Exception]] = set()
    async with asyncio.timeout(60):
        while True:
            try:
                await watch.look()
            except PrinterUnreachable as err:
                errors.add(type(err))
                await asyncio.sleep(0.02)
            else:
                return errors


async def test_restart_of_a_paused_print(server: RealOctoPrint, watch: Watch) -> None:
    """The button Restart announces a second start of the same file."""
    await server.upload("again.gcode", 60)
    await server.print("again.gcode")
    await watch.until(is_activity(Activity.PRINTING))
    await server.pause()
    await watch.until(is_activity(Activity.PAUSED))
    await server.restart_job()
    await watch.until(is_activity(Activity.PRINTING))
    starts = [event.filename for event in watch.events if event.outcome is None]
    assert starts == ["again.gcode"] * 2
    await server.cancel()


async def test_app_key(server: RealOctoPrint, session: aiohttp.ClientSession) -> None:
    """A granted key opens everything that is needed; a refused one is told."""
    keys = AppKeys(session, server.url, poll_interval_s=0.2)
    assert await keys.probe()
    request = await keys.request()
    assert request.dialog_url is not None
    assert request.dialog_url.startswith(f"{server.url}/plugin/appkeys/auth/")
    waiting = asyncio.create_task(keys.wait(request))
    await server.decide_app_key(granted=True)
    key = await waiting
    watch = Watch(OctoPrintClient(session, server.url, key))
    assert (await watch.client.identify()).firmware == "1.11.8"
    assert (await watch.look()).activity is Activity.IDLE
    listening = asyncio.create_task(watch.client.listen(watch.on_news))
    async with asyncio.timeout(10):
        await watch.news.wait()
    await watch.client.close()
    await listening

    waiting = asyncio.create_task(keys.wait(await keys.request()))
    await server.decide_app_key(granted=False)
    with pytest.raises(AppKeyDenied):
        await waiting


async def test_wrong_key(server: RealOctoPrint, session: aiohttp.ClientSession) -> None:
    """A wrong key is refused by looks and by the push alike, and by no key too."""
    for key in ("wrong", "", "schlüssel"):
        client = OctoPrintClient(session, server.url, key)
        with pytest.raises(PrinterAuthError):
            await client.look(NOTHING_REMEMBERED)
        with pytest.raises(PrinterAuthError):
            await client.identify()
        with pytest.raises(PrinterAuthError):
            await client.listen(lambda _: None)


async def test_key_without_the_right_to_list_files(
    server: RealOctoPrint, session: aiohttp.ClientSession
) -> None:
    """A user who may see the state alone gets looks without counters."""
    user = {
        "name": "looker",
        "password": "looker",
        "active": True,
        "groups": [],
        "permissions": ["STATUS"],
    }
    await server.ask("POST", "api/access/users", json=user)
    answer = await server.ask("POST", "api/access/users/looker/apikey")
    client = OctoPrintClient(session, server.url, answer["apikey"])
    await server.upload("mine.gcode", 60)
    await server.print("mine.gcode")
    await server.until("Printing")
    snapshot = await client.look(NOTHING_REMEMBERED)
    assert (snapshot.activity, snapshot.counters) == (Activity.PRINTING, ())
    await server.cancel()


async def test_identity(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """The unique id and the name come from the discovery plugin, without a key."""
    async with RealOctoPrint(
        tmp_path, name="Ender & Co", discovery=True, connects=False
    ) as server:
        client = OctoPrintClient(session, server.url, server.api_key)
        identity = await client.identify()
        again = await client.identify()
        offline = await client.look(NOTHING_REMEMBERED)
    assert identity == again
    assert identity.name == "Ender & Co"
    assert identity.unique_id is not None
    assert identity.firmware == "1.11.8"
    assert (offline.activity, offline.message) == (Activity.IDLE, "Offline")
