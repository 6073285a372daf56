"""Measures the integration from within a running Home Assistant.

A component of the benchmark's own, beside the one that is measured.
"""

import asyncio
from contextlib import closing
from dataclasses import replace
import gc
import logging
from pathlib import Path
import sqlite3
from statistics import median
import time
import tracemalloc
from typing import override

from aiohttp import web

from custom_components.printernizer.const import DATABASE_FILE
from custom_components.printernizer.coordinator import PrinterCoordinator
from custom_components.printernizer.core.snapshot import (
    Activity,
    Outcome,
    Remembered,
    Snapshot,
)
from custom_components.printernizer.models import runtime
from custom_components.printernizer.printers.base import (
    OnNews,
    PrinterClient,
    PrinterIdentity,
)
from custom_components.printernizer.settings import job_log_entry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.helpers.typing import ConfigType
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

_LOGGER = logging.getLogger(__name__)

UPDATES = 4000
WARM_UP_PRINTS, PRINTS = 150, 450


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Offer the measurements."""
    hass.http.register_view(UpdateView)
    hass.http.register_view(MemoryView)
    return True


class Canned(PrinterClient):
    """Answers at once with what it was given, so that the rest is measured."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Begin with a look."""
        self.snapshot = snapshot

    @override
    async def identify(self) -> PrinterIdentity:
        """Be nobody."""
        return PrinterIdentity(unique_id=None, name="canned")

    @override
    async def look(self, remembered: Remembered) -> Snapshot:
        """Return the look."""
        return self.snapshot

    @override
    async def listen(self, on_news: OnNews) -> None:
        """Push nothing."""
        await asyncio.Event().wait()

    @override
    async def close(self) -> None:
        """Do nothing."""


async def _quiet(hass: HomeAssistant) -> PrinterCoordinator:
    """Disable every entity; returns the only printer's coordinator."""
    registry = er.async_get(hass)
    entries = [one.config_entry for one in runtime(hass).coordinators.values()]
    (entry,) = entries
    log = job_log_entry(hass)
    assert log is not None
    for each in (entry, log):
        for entity in er.async_entries_for_config_entry(registry, each.entry_id):
            registry.async_update_entity(
                entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER
            )
        await hass.config_entries.async_reload(each.entry_id)
    (coordinator,) = runtime(hass).coordinators.values()
    return coordinator


def _files(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return what tells whether the integration wrote to one of its files."""
    found = {}
    for place in (folder, folder / ".storage"):
        for path in place.glob("printernizer*"):
            told = path.stat()
            found[path] = (told.st_mtime_ns, told.st_size)
    return found


class UpdateView(HomeAssistantView):
    """What an update of a known print costs, and what it writes."""

    url = "/api/inside/update"
    name = "api:inside:update"

    async def get(self, request: web.Request) -> web.Response:
        """Update a bare coordinator and ours in turn, with a listener each."""
        hass = request.app["hass"]
        ours = await _quiet(hass)
        client = Canned(ours.data.snapshot)
        ours.client = client
        bare = DataUpdateCoordinator[Snapshot](
            hass,
            _LOGGER,
            config_entry=None,
            name="bare",
            update_interval=ours.update_interval,
            update_method=lambda: client.look(Remembered()),
        )
        bare.async_add_listener(lambda: None)
        folder = Path(hass.config.config_dir)
        with closing(sqlite3.connect(folder / DATABASE_FILE)) as watcher:
            version = watcher.execute("PRAGMA data_version").fetchone()
            before = await hass.async_add_executor_job(_files, folder)
            bare_us, ours_us = await _take_turns(bare, ours, client)
            after = await hass.async_add_executor_job(_files, folder)
            committed = watcher.execute("PRAGMA data_version").fetchone() != version
        written = [path for path, told in after.items() if before.get(path) != told]
        return self.json(
            {
                "bare_us": median(bare_us),
                "ours_us": median(ours_us),
                "writes": len(written) + committed,
                "prints": len(ours.data.session.mark.keys),
            }
        )


async def _take_turns(
    bare: DataUpdateCoordinator[Snapshot], ours: PrinterCoordinator, client: Canned
) -> tuple[list[float], list[float]]:
    """Return how many microseconds each update took."""
    bare_us, ours_us = [], []
    first = client.snapshot
    for number in range(UPDATES):
        client.snapshot = replace(
            first,
            progress=(first.progress or 0) + number / UPDATES,
            elapsed_s=(first.elapsed_s or 0) + number / 100,
        )
        began = time.perf_counter_ns()
        await bare.async_refresh()
        between = time.perf_counter_ns()
        await ours.async_refresh()
        ended = time.perf_counter_ns()
        bare_us.append((between - began) / 1000)
        ours_us.append((ended - between) / 1000)
    return bare_us, ours_us


class MemoryView(HomeAssistantView):
    """What a print that is over leaves behind in memory."""

    url = "/api/inside/memory"
    name = "api:inside:memory"

    async def get(self, request: web.Request) -> web.Response:
        """Let many prints begin and end, and see what has been kept."""
        hass = request.app["hass"]
        coordinator = await _quiet(hass)
        idle = Snapshot(activity=Activity.IDLE)
        coordinator.client = Canned(idle)
        coordinator.async_news(idle)
        await _print(hass, coordinator, range(WARM_UP_PRINTS))
        tracemalloc.start()
        await _print(hass, coordinator, range(WARM_UP_PRINTS, 2 * WARM_UP_PRINTS))
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        first = 2 * WARM_UP_PRINTS
        await _print(hass, coordinator, range(first, first + PRINTS))
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return self.json({"bytes": (after - before) / PRINTS})


async def _print(
    hass: HomeAssistant, coordinator: PrinterCoordinator, numbers: range
) -> None:
    """Let prints begin, go on and end."""
    manager = runtime(hass).manager
    for number in numbers:
        begun = Snapshot(
            activity=Activity.PRINTING,
            print_id=str(number),
            filename=f"memory/file {number}.gcode",
            progress=1.0,
            elapsed_s=1.0,
        )
        over = replace(
            begun, activity=Activity.ENDED, outcome=Outcome.COMPLETED, progress=100.0
        )
        for snapshot in (begun, replace(begun, progress=50.0, elapsed_s=2.0), over):
            coordinator.async_news(snapshot)
            await manager.settle(coordinator.printer_id)
