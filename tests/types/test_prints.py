"""Prints from beginning to end."""

from typing import Any

import pytest

from custom_components.printernizer.core.jobs import JobStatus

from .house import AnyPrinter, House

pytestmark = pytest.mark.slow

RUNNING, PAUSED = JobStatus.RUNNING, JobStatus.PAUSED
COMPLETED, CANCELLED = JobStatus.COMPLETED, JobStatus.CANCELLED
FAILED, UNKNOWN = JobStatus.FAILED, JobStatus.UNKNOWN


async def test_normal_print(house: House, printer: AnyPrinter) -> None:
    """A print becomes one job, which is completed."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    await house.pass_time(1800)
    (job,) = await house.jobs()
    assert not job.discovered_on_startup
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await house.pass_time(60)
    await house.compare()


async def test_pause_and_resume(house: House, printer: AnyPrinter) -> None:
    """A pause belongs to its job, also where it is long."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    printer.pause()
    await house.expect(("Halter", PAUSED))
    await house.pass_time(7200)
    await house.expect(("Halter", PAUSED))
    printer.resume()
    await house.expect(("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", COMPLETED))
    await house.compare()


async def test_cancel(house: House, printer: AnyPrinter) -> None:
    """A cancelled print is told from a failed one."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    printer.cancel()
    await house.expect(("Halter", CANCELLED))
    await house.pass_time(60)
    await house.compare()


async def test_failure(house: House, printer: AnyPrinter) -> None:
    """A failed print makes way for the next one."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    printer.fail()
    await house.expect(("Halter", FAILED))
    await house.pass_time(60)
    printer.rest()
    await house.look()
    printer.begin("Vase")
    await house.expect(("Halter", FAILED), ("Vase", RUNNING))
    printer.finish()
    await house.expect(("Halter", FAILED), ("Vase", COMPLETED))
    await house.compare()


async def test_same_file_twice(house: House, printer: AnyPrinter) -> None:
    """The same file, printed again, is another job with an end of its own."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    printer.cancel()
    await house.expect(("Halter", CANCELLED))
    printer.begin("Halter")
    await house.see_print("Halter")
    await house.pass_time(25)
    await house.expect(("Halter", CANCELLED), ("Halter", RUNNING))
    printer.finish()
    await house.expect(("Halter", CANCELLED), ("Halter", COMPLETED))
    await house.compare()


@pytest.mark.parametrize("how", [COMPLETED, CANCELLED])
async def test_unseen_end_before_another_print(
    house: House, printer: AnyPrinter, how: JobStatus
) -> None:
    """An end that nobody saw is as sure as what the printer keeps of it."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    await printer.line.cut()
    await house.pass_time(300)
    if how is COMPLETED:
        printer.finish()
    else:
        printer.cancel()
    await house.pass_time(15)
    printer.begin("Vase")
    await house.pass_time(25)
    await house.reconnect()
    is_kept = how in printer.ends_kept
    end = how if is_kept else UNKNOWN
    await house.expect(("Halter", end), ("Vase", RUNNING))
    printer.finish()
    await house.expect(("Halter", end), ("Vase", COMPLETED))
    await house.compare(unseen=() if is_kept else (0,))


@pytest.mark.parametrize("name", ["Halter", "Vase"])
@pytest.mark.parametrize("type_name", ["moonraker"])
async def test_next_print_in_the_same_moment(
    house: House, printer: Any, name: str
) -> None:
    """Moonraker saw neither the end nor the start, and goes on with the first row."""
    await house.add()
    printer.begin("Halter")
    await house.expect(("Halter", RUNNING))
    await house.pass_time(300)
    printer.peer.cancel()
    printer.begin(name)
    await house.pass_time(30)
    await house.expect(("Halter", UNKNOWN), (name, RUNNING))
    (before, _) = await house.jobs()
    await house.pass_time(300)
    printer.finish()
    await house.expect(("Halter", UNKNOWN), (name, COMPLETED))
    await house.pass_time(30)
    await house.compare(unseen=(0,))
    (after, _) = await house.jobs()
    assert after.end_time == before.end_time


@pytest.mark.parametrize("how", ["finish", "cancel", "fail"])
async def test_stale_end(house: House, printer: AnyPrinter, how: str) -> None:
    """What ended before the printer was added is history."""
    printer.begin("Halter")
    getattr(printer, how)()
    await house.let_go_by(60)
    await house.add()
    await house.expect()
    await house.pass_time(60)
    await house.restart()
    await house.pass_time(60)
    await house.expect()
    del printer.truth[:]
    printer.rest()
    await house.look()
    printer.begin("Vase")
    await house.expect(("Vase", RUNNING))
    printer.finish()
    await house.expect(("Vase", COMPLETED))
    await house.compare()
