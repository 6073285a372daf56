"""Prints during which a network, Home Assistant or the printer itself was away."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus

from .house import AnyPrinter, House
from .types import ENDURING

pytestmark = pytest.mark.slow

RUNNING, COMPLETED = JobStatus.RUNNING, JobStatus.COMPLETED
UNKNOWN = JobStatus.UNKNOWN


@pytest.mark.parametrize("seconds", [20, 600])
async def test_connection_lost(
    house: House, printer: AnyPrinter, seconds: float
) -> None:
    """Nothing ends, and nothing begins, while there is no news."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    (before,) = await house.jobs()
    await printer.line.cut()
    for _ in range(4):
        await house.pass_time(seconds / 4)
    await house.until(lambda: not house.is_available)
    await house.expect(("Halter", RUNNING))
    await house.reconnect()
    await house.expect(("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    (after,) = await house.jobs()
    assert (after.id, after.start_time) == (before.id, before.start_time)
    await house.compare()


async def test_home_assistant_restarts(house: House, printer: AnyPrinter) -> None:
    """The print that is found running is the one that ran before."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    (before,) = await house.jobs()
    await house.restart(away_s=120)
    await house.expect(("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    (after,) = await house.jobs()
    assert (after.id, after.start_time) == (before.id, before.start_time)
    assert not after.discovered_on_startup
    await house.compare()


async def test_print_ends_while_home_assistant_is_away(
    house: House, printer: AnyPrinter
) -> None:
    """An end that stands is read off at the next start; else nobody knows it."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    await house.restart(away_s=120, meanwhile=printer.finish)
    end = COMPLETED if printer.end_stands else UNKNOWN
    await house.expect(("Halter", end))
    await house.pass_time(60)
    await house.compare(unseen=() if printer.end_stands else (0,))


async def test_other_print_when_home_assistant_is_back(
    house: House, printer: AnyPrinter
) -> None:
    """The print that ran before has ended, whatever its end, and the next is new."""

    def go_on() -> None:
        """End one print and begin the next."""
        printer.finish()
        printer.begin("Vase")

    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    await house.restart(away_s=120, meanwhile=go_on)
    await house.pass_time(25)
    is_kept = COMPLETED in printer.ends_kept
    end = COMPLETED if is_kept else UNKNOWN
    await house.expect(("Halter", end), ("Vase", RUNNING))
    printer.finish()
    await house.expect(("Halter", end), ("Vase", COMPLETED))
    await house.compare(unseen=() if is_kept else (0,))


async def test_printer_restarts(house: House, printer: AnyPrinter) -> None:
    """A print that a restart cost is never completed, and what is left is no print."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    await printer.restart()
    await house.pass_time(90)
    lost = ("Halter", printer.lost_by_restart)
    await house.expect(lost)
    await house.pass_time(90)
    await house.expect(lost)
    printer.begin("Vase")
    await house.see_print("Vase")
    await house.pass_time(25)
    await house.expect(lost, ("Vase", RUNNING))
    printer.finish()
    await house.expect(lost, ("Vase", COMPLETED))
    await house.compare()


@pytest.mark.parametrize("type_name", ENDURING)
async def test_print_goes_on_after_a_restart(house: House, printer: Any) -> None:
    """A print that survives a restart keeps its job, even under a new id."""
    await house.add()
    printer.begin_enduring("Halter")
    await house.expect(("Halter", RUNNING))
    await house.pass_time(900)
    await printer.go_down()
    await house.pass_time(20)
    await printer.come_up()
    await house.pass_time(90)
    await house.expect(("Halter", RUNNING))
    await house.until(lambda: house.is_available)
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await house.compare()


async def test_found_printing(house: House, printer: AnyPrinter) -> None:
    """A print that runs already becomes a job that says so."""
    printer.begin("Halter")
    await house.add()
    await house.expect(("Halter", RUNNING))
    (job,) = await house.jobs()
    assert job.discovered_on_startup
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await house.compare()
