"""The client against a real PrusaLink 0.8.1, whose printer we play."""

import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from custom_components.printernizer.core.snapshot import Activity, Outcome, Snapshot
from custom_components.printernizer.printers.base import (
    PrinterAuthError,
    PrinterStarting,
    PrinterUnreachable,
)
from custom_components.printernizer.printers.prusalink import PrusaLinkClient
from tests.real.prusalink import API_KEY, FOLDER, PASSWORD, USER, RealPrusaLink
from tests.real.serial_printer import SD_NAME, SERIAL

from .prusalink_look import look

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LIMIT_S = 60
AGAIN_S = 0.3


async def until(
    client: PrusaLinkClient, is_it: Callable[[Snapshot], bool]
) -> list[Snapshot]:
    """Look again and again until a look shows it; returns all looks that told news.

    PrusaLink pushes nothing, so there is nothing to await.
    """
    seen: list[Snapshot] = []
    async with asyncio.timeout(LIMIT_S):
        while True:
            try:
                seen.append(await look(client))
            except PrinterUnreachable:
                pass
            else:
                if is_it(seen[-1]):
                    return seen
            await asyncio.sleep(AGAIN_S)


def prints(snapshot: Snapshot) -> bool:
    """Tell whether it prints, and which print: that is told a little later."""
    return snapshot.activity is Activity.PRINTING and snapshot.print_id is not None


def is_named(snapshot: Snapshot) -> bool:
    """Tell whether it tells number and name of the print, which is later still."""
    return prints(snapshot) and snapshot.filename is not None


def ended(snapshot: Snapshot) -> bool:
    """Tell whether it shows an end."""
    return snapshot.activity is Activity.ENDED


async def refusal(real: RealPrusaLink) -> int:
    """Return the status of its refusal to tell the job, which it may tell at first."""
    async with asyncio.timeout(30):
        while True:
            try:
                await real.ask("GET", "/api/v1/job")
            except aiohttp.ClientResponseError as error:
                return error.status
            await asyncio.sleep(AGAIN_S)


@pytest.mark.usefixtures("socket_enabled")
async def test_login_and_prints_from_its_storage() -> None:
    """Key and digest open it; prints are followed to both their ends.

    Without a pause: this version loses the commands that come soon after one.
    """
    async with RealPrusaLink() as real, aiohttp.ClientSession() as session:
        by_key = PrusaLinkClient(session, real.url, api_key=API_KEY)
        by_digest = PrusaLinkClient(session, real.url, username=USER, password=PASSWORD)
        identities = [await by_key.identify(), await by_digest.identify()]
        for wrong in (
            PrusaLinkClient(session, real.url, api_key="wrong"),
            PrusaLinkClient(session, real.url, username=USER, password="wrong"),
        ):
            with pytest.raises(PrinterAuthError):
                await look(wrong)
            with pytest.raises(PrinterAuthError):
                await wrong.identify()

        assert identities[0] == identities[1]
        assert identities[0].unique_id == SERIAL
        assert (identities[0].name, identities[0].model) == ("Real MK3S", "I3MK3S")
        assert (await look(by_key)).activity is Activity.IDLE

        await real.print("Würfel 20 mm.gcode", 600)
        printing = (await until(by_digest, prints))[-1]
        await real.cancel()
        stopped = (await until(by_digest, ended))[-1]
        await until(by_digest, lambda it: it.activity is Activity.IDLE)
        await real.print("clip.gcode", 4)
        second = (await until(by_digest, prints))[-1]
        finished = (await until(by_digest, ended))[-1]

    assert printing.print_id == "42"
    assert printing.filename == f"/{FOLDER}/Würfel 20 mm.gcode"
    assert printing.estimated_s == 600
    assert stopped.outcome is Outcome.CANCELLED
    assert (second.print_id, second.filename) == ("43", f"/{FOLDER}/clip.gcode")
    assert finished.outcome is Outcome.COMPLETED
    assert finished.material_g == 1.23
    assert real.printer.job_id == 43


@pytest.mark.usefixtures("socket_enabled")
async def test_restart_during_a_print_from_the_card() -> None:
    """S5: PrusaLink comes back with 503, BUSY, and a new id for the same print."""
    async with RealPrusaLink() as real, aiohttp.ClientSession() as session:
        client = PrusaLinkClient(session, real.url, api_key=API_KEY)
        real.printer.print_from_card(600)
        before = (await until(client, is_named))[-1]
        await real.kill()
        with pytest.raises(PrinterUnreachable):
            await look(client)
        await real.start()
        starting = 0
        async with asyncio.timeout(LIMIT_S):
            while not starting:
                try:
                    await look(client)
                except PrinterStarting:
                    starting += 1
                except PrinterUnreachable:
                    await asyncio.sleep(AGAIN_S)
        seen = await until(client, prints)
        named = await until(client, is_named)
        real.printer.finish_card()
        finished = (await until(client, ended))[-1]

    after = seen[-1]
    shown = {look.activity for look in seen[:-1]}
    assert shown <= {Activity.NO_NEWS, Activity.PRINTING}
    assert (before.print_id, after.print_id) == ("42", "43")
    assert before.filename == named[-1].filename == f"/SD Card/{SD_NAME}"
    assert after.id_may_change
    assert finished.outcome is Outcome.COMPLETED


@pytest.mark.usefixtures("socket_enabled")
async def test_attention_reboot_and_halt() -> None:
    """Attention keeps the id; a reboot stops the print; a halt fails it."""
    async with RealPrusaLink() as real, aiohttp.ClientSession() as session:
        client = PrusaLinkClient(session, real.url, api_key=API_KEY)
        real.printer.print_from_card(600)
        printing = (await until(client, prints))[-1]
        real.printer.ask()
        asked = await until(client, lambda it: it.activity is Activity.PREPARING)
        real.printer.attend()
        again = await until(client, prints)
        real.printer.reset()
        rebooted = (await until(client, ended))[-1]
        await until(client, lambda it: it.activity is Activity.IDLE)
        real.printer.print_from_card(600)
        await until(client, prints)
        real.printer.halt()
        halted = (await until(client, ended))[-1]
        real.printer.reset()
        idle = await until(client, lambda it: it.activity is Activity.IDLE)

    assert printing.print_id == asked[-1].print_id == again[-1].print_id
    assert asked[-1].tentative
    assert rebooted.outcome is Outcome.CANCELLED
    assert halted.outcome is Outcome.FAILED
    assert halted.reason == "Firmware detected a hardware issue"
    assert idle[-1].outcome is None


@pytest.mark.usefixtures("socket_enabled")
async def test_lost_line_and_a_card_without_names() -> None:
    """A cut line is no news; a name that PrusaLink cannot tell is not needed."""
    async with (
        RealPrusaLink(lists_card=False) as real,
        aiohttp.ClientSession() as session,
    ):
        client = PrusaLinkClient(session, real.url, api_key=API_KEY)
        real.printer.print_from_card(600)
        await until(client, prints)
        refused = await refusal(real)
        named = await until(client, is_named)
        await real.printer.unplug()
        lost = await until(client, lambda it: it.fault)

    assert refused == 500
    assert named[-1].filename == f"/SD Card/{SD_NAME}"
    assert {look.activity for look in lost} <= {Activity.PRINTING, Activity.NO_NEWS}
    assert lost[-1].message == "ERROR"
