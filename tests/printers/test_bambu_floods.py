"""Reports that are too large, too many, or strange, over a real connection."""

import asyncio
import gc
import tracemalloc

import pytest

from custom_components.printernizer.core.snapshot import Activity
from tests.peers.bambu import BambuPeer

from .bambu_support import client_of, listening, running


async def test_invalid_utf_8_numbers_as_texts_and_a_megabyte() -> None:
    """A1 mini 01.07.02 sends bytes that are not UTF-8."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.send(
            b'{"print": {"command": "push_status", "gcode_state": "RUNNING",'
            b' "mc_percent": "12", "subtask_name": "W\xfcrfel", "nozzle_temper": "215",'
            b' "ams": "' + b"x" * 1_000_000 + b'"}}'
        )
        begun = await heard.activity(Activity.PRINTING)
    assert begun.title == "W\N{REPLACEMENT CHARACTER}rfel"
    assert begun.progress == 12
    assert begun.telemetry.nozzle_c == 215


async def test_a_hundred_large_reports_a_second() -> None:
    """They are all read, and the end of the print is not lost among them."""
    filling = "x" * 100_000
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        for number in range(100):
            peer.say(mc_percent=number, filling=filling)
        peer.finish()
        assert (await heard.activity(Activity.ENDED)).progress == 100


async def test_reports_leave_no_cycles() -> None:
    """Only Python's collector frees those, and all of Home Assistant waits for it."""
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)
        peer.start_print("a.3mf")
        await heard.activity(Activity.PRINTING)
        gc.collect()
        gc.disable()
        try:
            for number in range(100):
                peer.say(mc_percent=number)
            peer.finish()
            await heard.activity(Activity.ENDED)
            assert gc.collect() < 100
        finally:
            gc.enable()


@pytest.mark.slow
async def test_a_flood_leaves_nothing_in_memory() -> None:
    """Thousands of reports, each with another name, error, state and filling."""
    filling = "x" * 10_000
    async with running(BambuPeer()) as peer, listening(client_of(peer)) as heard:
        await heard.activity(Activity.IDLE)

        async def flood(count: int) -> None:
            """Send reports, and wait until the last one was told."""
            for number in range(count):
                name = f"{count} {number}"
                peer.say(
                    gcode_state="RUNNING" if number % 2 else f"STATE {number}",
                    subtask_name=name,
                    print_error=0x03004000 + number,
                    filling=filling,
                )
                if number % 50 == 0:
                    await asyncio.sleep(0)
            await heard.until(lambda one: one.title == name)
            heard.snapshots.clear()
            peer.machine.status.pop("filling")
            gc.collect()

        tracemalloc.start()
        try:
            await flood(200)
            before = tracemalloc.get_traced_memory()[0]
            await flood(2000)
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
    assert grown < 200_000
