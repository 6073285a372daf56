"""Printers of every type in a real Home Assistant, over their real protocols."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import sys
from typing import Any

import pytest

from tests.environments import ensure
from tests.peers.bambu import BambuPeer
from tests.peers.moonraker import MoonrakerPeer
from tests.peers.octoprint import OctoPrintPeer
from tests.peers.prusalink import PrusaLinkPeer
from tests.support.home_assistant import HomeAssistant
from tests.support.house import JobEvents, add_printer, entries, jobs, set_options

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

VERIFY = {"verify_ssl": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """A printer, what a user types to add it, and how it prints."""

    type: str
    forms: list[dict[str, Any]]
    begin: Callable[[str], object]
    finish: Callable[[], object]


@asynccontextmanager
async def every_printer() -> AsyncIterator[list[Printer]]:
    """Start one printer of each type."""
    octoprint, moonraker = OctoPrintPeer(), MoonrakerPeer()
    prusalink, bambu = PrusaLinkPeer(), BambuPeer()
    async with AsyncExitStack() as stack:
        for peer in (octoprint, moonraker, prusalink, bambu):
            await peer.start()
            stack.push_async_callback(peer.stop)
        code = {
            "host": "127.0.0.1",
            "serial_number": bambu.serial_number,
            "access_code": bambu.access_code,
            "advanced": {"port": bambu.port},
        }
        login = {"api_key": octoprint.api_key, "advanced": VERIFY}
        yield [
            Printer(
                type="octoprint",
                forms=[{"url": octoprint.url, **login}],
                begin=lambda name: octoprint.start_print(name, 600),
                finish=octoprint.finish,
            ),
            Printer(
                type="moonraker",
                forms=[{"url": moonraker.url, "advanced": VERIFY}],
                begin=lambda name: moonraker.klipper.start_print(name, duration_s=600),
                finish=moonraker.klipper.finish,
            ),
            Printer(
                type="prusalink",
                forms=[
                    {
                        "url": prusalink.url,
                        "api_key": prusalink.api_key,
                        "advanced": VERIFY,
                    }
                ],
                begin=lambda name: prusalink.start_print(name, 600),
                finish=prusalink.finish,
            ),
            Printer(
                type="bambu_lab",
                forms=[code, {}],
                begin=lambda name: bambu.start_print(name, 600),
                finish=bambu.finish,
            ),
        ]


async def log_entry(instance: HomeAssistant) -> dict[str, Any]:
    """Return the Job log's entry."""
    (found,) = [one for one in await entries(instance) if one["source"] == "system"]
    return found


@pytest.mark.parametrize("version", ["2026.10", "2026.11"])
async def test_every_type_makes_jobs(tmp_path: Path, version: str) -> None:
    """Each is added by its flow, and each print becomes one job; the log is clean."""
    python = Path(sys.executable) if version == "2026.10" else ensure("homeassistant")
    instance = HomeAssistant(tmp_path, python=python)
    async with every_printer() as printers, instance:
        async with JobEvents.of(instance) as events:
            for printer in printers:
                await add_printer(instance, printer.type, *printer.forms)
            log = await log_entry(instance)
            await set_options(instance, log["entry_id"], monitoring_interval=5)
            for printer in printers:
                printer.begin(f"{printer.type}.gcode")
                started = await events.until("job_started", 30)
                assert started["printer_type"] == printer.type
            for printer in printers:
                printer.finish()
                ended = await events.until("job_ended", 30)
                assert (ended["printer_type"], ended["status"]) == (
                    printer.type,
                    "completed",
                )
        assert len(await jobs(instance)) == 4
        await instance.restart()
        await all_loaded(instance)
        assert len(await jobs(instance)) == 4
    instance.assert_clean_log()


async def all_loaded(instance: HomeAssistant) -> None:
    """Wait until every entry is loaded."""
    async with asyncio.timeout(30):
        while any(one["state"] != "loaded" for one in await entries(instance)):
            await asyncio.sleep(0.2)
