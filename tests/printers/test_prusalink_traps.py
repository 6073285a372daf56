"""The traps of PrusaLink's protocol, over real sockets."""

import logging

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import Activity
from custom_components.printernizer.printers.base import PrinterUnreachable
from custom_components.printernizer.printers.prusalink import PrusaLinkClient
from tests.peers.prusalink import PrusaLinkPeer

from .prusalink_look import JOB, LEGACY_JOB, NAME, look


async def test_question_refused(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """O4: an id is taken for a print that never runs."""
    buddy.start_print(NAME, asks=True)
    asked = await look(buddy_client)
    buddy.answer(yes=False)
    refused = await look(buddy_client)

    assert (asked.activity, asked.tentative) == (Activity.PREPARING, True)
    assert asked.print_id == "42"
    assert refused.activity is Activity.IDLE
    assert buddy.truth == []


async def test_question_answered(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """The print goes ahead under the id that the question had."""
    buddy.start_print(NAME, asks=True)
    asked = await look(buddy_client)
    buddy.answer(yes=True)
    printing = await look(buddy_client)

    assert printing.activity is Activity.PRINTING
    assert printing.print_id == asked.print_id == buddy.truth[0].print_id


async def test_filament_runout_keeps_the_id(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """S1: ATTENTION with the running id is a pause, which the detector decides."""
    buddy.start_print(NAME)
    buddy.attention()
    snapshot = await look(buddy_client)

    assert snapshot.activity is Activity.PREPARING
    assert snapshot.print_id == "42"


async def test_crash_recovery_is_no_news(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """BUSY shows no job although the print goes on under the same id."""
    buddy.start_print(NAME)
    before = await look(buddy_client)
    buddy.crash()
    busy = await look(buddy_client)
    buddy.resume()
    after = await look(buddy_client)

    assert busy.activity is Activity.NO_NEWS
    assert busy.print_id is None
    assert before.print_id == after.print_id
    assert after.filename == before.filename
    assert buddy.asked[JOB] == 1


async def test_power_panic_keeps_id_and_time(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """Buddy comes back in ATTENTION with the same print."""
    buddy.start_print(NAME)
    before = await look(buddy_client)
    await buddy.power_panic()
    waiting = await look(buddy_client)
    buddy.resume()
    after = await look(buddy_client)

    assert waiting.tentative
    assert before.print_id == waiting.print_id == after.print_id == "42"
    assert len(buddy.truth) == 1


async def test_mk3_restart_renumbers_a_print_from_sd(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """S5: the same print has another id, with the same name."""
    mk3.start_print(NAME, on_sd=True)
    before = await look(mk3_client)
    await mk3.restart()
    after = await look(mk3_client)

    assert (before.print_id, after.print_id) == ("42", "43")
    assert before.filename == after.filename == f"/SD Card/{NAME}"
    assert before.id_may_change
    assert len(mk3.truth) == 1


async def test_mk3_serial_line_lost_is_no_end(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """ERROR of the serial line is a gap, after which a print from SD has a new id."""
    mk3.start_print(NAME, on_sd=True)
    mk3.lose_line()
    lost = await look(mk3_client)
    mk3.regain_line()
    found = await look(mk3_client)

    assert (lost.activity, lost.fault) == (Activity.NO_NEWS, True)
    assert (found.activity, found.print_id) == (Activity.PRINTING, "43")


async def test_mk3_job_fails_during_a_print_from_sd(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """The name stands in the older interface."""
    mk3.start_print(NAME, on_sd=True)
    snapshot = await look(mk3_client)
    again = await look(mk3_client)

    assert snapshot.filename == again.filename == f"/SD Card/{NAME}"
    assert (mk3.asked[JOB], mk3.asked[LEGACY_JOB]) == (1, 1)


async def test_mk3_name_not_known_yet(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """O2: the print is seen without a name, which is asked for soon again."""
    mk3.knows_sd_name = False
    mk3.start_print(NAME, on_sd=True)
    nameless = await look(mk3_client)
    mk3.knows_sd_name = True
    named = await look(mk3_client)

    assert nameless.activity is Activity.PRINTING
    assert nameless.print_id == "42"
    assert nameless.filename is None
    assert nameless.look_again_s == 5
    assert named.filename == f"/SD Card/{NAME}"
    assert named.look_again_s is None


async def test_a_name_that_never_comes_is_not_hurried_for(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """After some quick tries the ordinary pace has to do."""
    mk3.knows_sd_name = False
    mk3.start_print(NAME, duration_s=3600, on_sd=True)
    paces = [(await look(mk3_client)).look_again_s for _ in range(5)]

    assert paces == [5, 5, 5, None, None]


async def test_mk3_tells_the_last_file_when_idle(
    mk3: PrusaLinkPeer, mk3_client: PrusaLinkClient
) -> None:
    """A file that is merely selected is no print."""
    mk3.start_print(NAME)
    mk3.finish()
    mk3.acknowledge()
    snapshot = await look(mk3_client)

    assert snapshot.activity is Activity.IDLE
    assert snapshot.filename is None


async def test_job_id_wraps(printer_session: aiohttp.ClientSession) -> None:
    """Buddy's number has 16 bits; the print after 65535 is 0."""
    peer = PrusaLinkPeer(job_id=65535)
    await peer.start()
    peer.start_print(NAME)
    snapshot = await look(
        PrusaLinkClient(printer_session, peer.url, api_key=peer.api_key)
    )
    await peer.stop()

    assert snapshot.print_id == "0"
    assert snapshot.filename == f"/usb/{NAME}"


async def test_back_to_back_prints_differ_by_id(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """The next print has its own id and name, though no end was seen."""
    buddy.start_print(NAME)
    first = await look(buddy_client)
    buddy.finish()
    buddy.start_print("clip.gcode")
    second = await look(buddy_client)

    assert (first.print_id, second.print_id) == ("42", "43")
    assert second.filename == "/usb/clip.gcode"


async def test_job_of_another_id_gives_no_name(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """The next print began between the two requests: its name is not ours."""
    buddy.start_print(NAME)
    buddy.misbehave.where = JOB
    buddy.misbehave.body = b'{"id": 43, "file": {"name": "clip.gcode"}}'
    snapshot = await look(buddy_client)

    assert snapshot.print_id == "42"
    assert snapshot.filename is None


async def test_name_that_cannot_be_had_costs_nothing_else(
    printer_session: aiohttp.ClientSession, buddy: PrusaLinkPeer
) -> None:
    """The state is conclusive even where the job stalls."""
    client = PrusaLinkClient(
        printer_session, buddy.url, api_key=buddy.api_key, timeout_s=0.2
    )
    buddy.start_print(NAME)
    buddy.misbehave.where = JOB
    buddy.misbehave.stalls = True
    snapshot = await look(client)

    assert snapshot.activity is Activity.PRINTING
    assert snapshot.filename is None


async def test_same_id_after_a_gap_is_asked_again(
    buddy: PrusaLinkPeer, buddy_client: PrusaLinkClient
) -> None:
    """After a failed look the file of a known id may be another."""
    buddy.start_print(NAME)
    await look(buddy_client)
    await buddy.lose_network()
    with pytest.raises(PrinterUnreachable):
        await look(buddy_client)
    await buddy.regain_network()
    await look(buddy_client)

    assert buddy.asked[JOB] == 2


async def test_unknown_state_is_logged_once(
    buddy: PrusaLinkPeer,
    buddy_client: PrusaLinkClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A word never seen before is no news, and is told once."""
    caplog.set_level(logging.WARNING)
    buddy.machine.state = "MANIPULATING"
    snapshots = [await look(buddy_client), await look(buddy_client)]

    assert {snapshot.activity for snapshot in snapshots} == {Activity.NO_NEWS}
    assert snapshots[0].message == "MANIPULATING"
    assert caplog.text.count("MANIPULATING") == 1
