"""How soon a job is there, where nobody looks: by what the printer pushes."""

import asyncio

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.printernizer.core.jobs import JobStatus
from tests.shell.support import BusEvents, until

from .bambu import BambuLan
from .house import AnyPrinter, House

pytestmark = pytest.mark.slow

SOON_S = 2.0
SETTLED_S = 21.0


@pytest.mark.parametrize("type_name", ["bambu-cloud", "bambu-lan"])
async def test_reports_make_and_end_a_job_at_once(
    house: House, printer: AnyPrinter
) -> None:
    """Within two seconds of the report that decides it."""
    await house.add()
    events = BusEvents(house.hass)
    for number, name in enumerate(("Halter", "Vase"), 1):
        async with asyncio.timeout(SOON_S):
            printer.begin(name)
            started = await events.wait_for("job_started", number)
        assert started["job_name"] == name
        async with asyncio.timeout(SOON_S):
            printer.finish()
            await events.wait_for("job_completed", number)


@pytest.mark.parametrize("type_name", ["bambu-cloud"])
async def test_a_printer_that_cannot_be_reached_is_away_at_once(
    house: House, printer: AnyPrinter
) -> None:
    """Its entities do not go on showing a print until the next poll."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", JobStatus.RUNNING))
    await printer.line.cut()
    await until(house.hass, lambda: not house.is_available)
    await printer.line.mend()
    await until(house.hass, lambda: house.is_available)
    await house.expect(("Halter", JobStatus.RUNNING))
    printer.finish()
    await house.expect(("Halter", JobStatus.COMPLETED))
    await house.compare()


@pytest.mark.parametrize("type_name", ["bambu-lan"])
async def test_a_leftover_name_is_waited_out_by_the_clock(
    house: House, printer: BambuLan, clock: TickingDateTimeFactory
) -> None:
    """The same file again: no further report comes, and the job opens all the same."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", JobStatus.RUNNING))
    printer.finish()
    await house.expect(("Halter", JobStatus.COMPLETED))
    events = BusEvents(house.hass)
    printer.begin("Halter")
    await house.see_print("Halter")
    printer.peer.misbehave.is_mute = True
    assert events.names == []
    clock.tick(SETTLED_S)
    async with asyncio.timeout(SOON_S):
        started = await events.wait_for("job_started")
    assert started["job_name"] == "Halter"
    printer.peer.misbehave.is_mute = False
    printer.finish()
    await house.expect(("Halter", JobStatus.COMPLETED), ("Halter", JobStatus.COMPLETED))
    await house.compare()
