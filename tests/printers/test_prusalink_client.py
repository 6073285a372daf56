"""The client of PrusaLink follows prints of a server on 127.0.0.1."""

import asyncio

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.printers.base import (
    NotThisPrinterType,
    PrinterStarting,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.prusalink import PrusaLinkClient
from tests.peers.octoprint import OctoPrintPeer
from tests.peers.prusalink import PrusaLinkPeer

from .prusalink_look import JOB, NAME, STATUS, look

# -- a print from beginning to end -----------------------------------------------------


async def test_a_print_of_buddy(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """A print is seen idle, printing, paused, printing, finished, idle."""
    assert (await look(buddy_client)).activity is Activity.IDLE
    true = buddy.start_print(NAME, duration_s=3600)
    printing = await look(buddy_client)
    buddy.pause()
    paused = await look(buddy_client)
    buddy.resume()
    resumed = await look(buddy_client)
    buddy.finish()
    finished = await look(buddy_client)
    buddy.acknowledge()
    idle = await look(buddy_client)

    assert printing.activity is Activity.PRINTING
    assert printing.print_id == true.print_id == "42"
    assert printing.filename == f"/usb/{NAME}"
    assert printing.telemetry.nozzle_c == 215.0
    assert paused.activity is Activity.PAUSED
    assert (paused.print_id, paused.filename) == ("42", f"/usb/{NAME}")
    assert resumed.activity is Activity.PRINTING
    assert (finished.activity, finished.outcome) == (
        Activity.ENDED,
        Outcome.COMPLETED,
    )
    assert finished.print_id is None
    assert idle.activity is Activity.IDLE
    assert buddy.truth[0].outcome is Outcome.COMPLETED


async def test_a_print_ends_by_itself(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """The peer's print completes after its duration."""
    buddy.start_print(NAME, duration_s=0.05)
    await buddy.until_over()

    assert (await look(buddy_client)).outcome is Outcome.COMPLETED


async def test_cancelled_and_failed(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """STOPPED and ERROR tell how a print ended."""
    buddy.start_print(NAME)
    buddy.cancel()
    stopped = await look(buddy_client)
    buddy.start_print(NAME)
    buddy.fail()
    failed = await look(buddy_client)

    assert stopped.outcome is Outcome.CANCELLED
    assert failed.outcome is Outcome.FAILED


async def test_mk3_shows_an_end_only_shortly(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """C9: after the end state there is nothing but idle."""
    mk3.machine._end_state_s = 30
    mk3.start_print(NAME)
    mk3.finish()
    ended = await look(mk3_client)
    mk3.machine._end_state_s = 0
    mk3.start_print(NAME)
    mk3.cancel()
    async with asyncio.timeout(5):
        while mk3.machine.state != "IDLE":
            await asyncio.sleep(0)

    assert ended.outcome is Outcome.COMPLETED
    assert (await look(mk3_client)).activity is Activity.IDLE


async def test_mk3_halts_with_a_reason(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """C3: the printer's words come along."""
    mk3.start_print(NAME)
    mk3.fail()

    assert (await look(mk3_client)).reason == "Firmware detected a hardware issue"


async def test_filament_follows_the_progress(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """What the slicer foresaw counts in full only where the print is complete."""
    mk3.start_print(NAME, duration_s=1000)
    run = mk3.machine.run
    assert run is not None
    run.printed_s = 501
    half = await look(mk3_client)
    mk3.finish()
    finished = await look(mk3_client)

    assert half.progress == 50
    assert half.material_g == 0.61
    assert half.estimated_s == 1000
    assert finished.material_g == 1.23


async def test_filament_of_a_print_that_ended_in_a_gap(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """A lost network in between does not lose what the slicer foresaw."""
    mk3.start_print(NAME)
    await look(mk3_client)
    await mk3.lose_network()
    with pytest.raises(PrinterUnreachable):
        await look(mk3_client)
    mk3.finish()
    await mk3.regain_network()

    assert (await look(mk3_client)).material_g == 1.23


async def test_printing_without_a_job_is_nameless(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """Without an id there is no file to ask for."""
    buddy.misbehave.where = STATUS
    buddy.misbehave.body = b'{"printer": {"state": "PRINTING"}}'
    snapshot = await look(buddy_client)

    assert snapshot.activity is Activity.PRINTING
    assert snapshot.filename is None
    assert buddy.asked == {STATUS: 1}


async def test_job_that_is_over_between_two_requests(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """An empty answer (204) leaves the print without a name."""
    buddy.start_print(NAME)
    buddy.misbehave.where = JOB
    buddy.misbehave.status = 204

    assert (await look(buddy_client)).filename is None


async def test_mk3_cancel_claims_no_filament(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """A stopped print took less than foreseen."""
    mk3.start_print(NAME)
    await look(mk3_client)
    mk3.cancel()

    assert (await look(mk3_client)).material_g is None


# -- load ------------------------------------------------------------------------------


async def test_looks_ask_for_the_status_alone(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """The job is asked for once for each id, nothing else ever."""
    buddy.start_print(NAME)
    for _ in range(5):
        await look(buddy_client)

    assert buddy.asked == {STATUS: 5, JOB: 1}


async def test_one_request_at_a_time(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """However many look at once, the controller sees one request at a time."""
    buddy.start_print(NAME)
    await asyncio.gather(
        *(look(buddy_client) for _ in range(8)), buddy_client.identify()
    )

    assert buddy.busiest == 1


# -- identity --------------------------------------------------------------------------


async def test_identify_buddy(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """The serial number is the identity."""
    identity = await buddy_client.identify()

    assert identity.unique_id == buddy.serial
    assert identity.name == "prusa-mk4"


async def test_identify_mk3(mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient) -> None:
    """MK3 tells its type and version too."""
    identity = await mk3_client.identify()

    assert identity.unique_id == mk3.serial
    assert (identity.name, identity.model) == ("Peer MK3S", "I3MK3S")


async def test_identify_mk3_before_its_printer_is_there(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """Without the serial number it is too early."""
    mk3.serial = None

    with pytest.raises(PrinterStarting):
        await mk3_client.identify()


@pytest.mark.parametrize("key", ["peer-key", "the key of another program"])
async def test_identify_octoprint(
    printer_session: aiohttp.ClientSession, key: str
) -> None:
    """OctoPrint is told from PrusaLink, with a key that it takes and without."""
    octoprint = OctoPrintPeer(api_key="peer-key")
    await octoprint.start()
    client = PrusaLinkClient(printer_session, octoprint.url, api_key=key)
    with pytest.raises(NotThisPrinterType):
        await client.identify()
    await octoprint.stop()


# -- tasks -----------------------------------------------------------------------------


async def test_listen_waits_without_cost(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """Nothing is pushed; a cancelled listener leaves nothing behind."""
    news: list[Snapshot | None] = []
    await look(buddy_client)
    before = asyncio.all_tasks()
    task = asyncio.create_task(buddy_client.listen(news.append))
    buddy.start_print(NAME)
    await look(buddy_client)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await buddy_client.close()

    assert news == []
    assert asyncio.all_tasks() == before


async def test_cancelled_look_frees_the_printer(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """A look that is cancelled blocks no later one."""
    buddy.misbehave.stalls = True
    task = asyncio.create_task(look(buddy_client))
    waiting = asyncio.create_task(look(buddy_client))
    async with asyncio.timeout(5):
        while not buddy.is_busy:
            await asyncio.sleep(0)
    task.cancel()
    buddy.misbehave.stop()

    assert (await waiting).activity is Activity.IDLE
    with pytest.raises(asyncio.CancelledError):
        await task
