"""Reports between the network thread and the loop: bounded, complete, in order."""

import asyncio
import json

from custom_components.printernizer.printers.bambu_lab.inbox import MAX_WAITING, Inbox
from custom_components.printernizer.printers.bambu_lab.report import Report

COUNT = 3000


def report(**status: object) -> bytes:
    """Return a report."""
    return json.dumps({"print": status}).encode()


async def test_quiet_reports_merge_while_the_loop_lags() -> None:
    """A hundred reports a second for a minute are one, with the newest of each."""
    inbox = Inbox(asyncio.get_running_loop())
    inbox.put(report(gcode_state="RUNNING", bed_temper=60))
    for number in range(6000):
        inbox.put(report(mc_percent=number % 100, gcode_state="RUNNING"))
    (only,) = inbox.take()
    assert isinstance(only, Report)
    assert (only.fields.percent, only.fields.bed_c) == (99, 60)


async def test_states_are_all_kept_in_order_and_the_thread_waits() -> None:
    """More states than fit make the network thread wait, not the memory grow."""
    loop = asyncio.get_running_loop()
    inbox = Inbox(loop)

    def fill() -> None:
        for number in range(COUNT):
            inbox.put(report(subtask_name=str(number)))

    filling = loop.run_in_executor(None, fill)
    names: list[str | None] = []
    async with asyncio.timeout(20):
        while len(names) < COUNT:
            await inbox.arrived.wait()
            items = inbox.take()
            assert len(items) <= MAX_WAITING
            names += [
                one.fields.subtask_name for one in items if isinstance(one, Report)
            ]
        await filling
    assert names == [str(number) for number in range(COUNT)]


async def test_closing_lets_a_waiting_thread_go() -> None:
    """Otherwise the network thread would never end."""
    loop = asyncio.get_running_loop()
    inbox = Inbox(loop)

    def fill() -> None:
        for number in range(COUNT):
            inbox.put(report(subtask_name=str(number)))

    filling = loop.run_in_executor(None, fill)
    await inbox.arrived.wait()
    inbox.close()
    await asyncio.wait_for(filling, 10)
    assert inbox.take() == []


async def test_misread_reports_do_not_pile_up() -> None:
    """One tells as much as a thousand."""
    inbox = Inbox(asyncio.get_running_loop())
    for _ in range(1000):
        inbox.put(b"rubbish")
    assert len(inbox.take()) == 1
