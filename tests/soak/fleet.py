"""Watch many printers with one Home Assistant, and feel its pulse."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from random import Random
from statistics import median
import time
from typing import Any

from tests.peers.bambu import BambuPeer
from tests.support.home_assistant import HomeAssistant
from tests.support.house import add_printer, entries, set_options

from .beside import heard_in, install
from .compare import Life, Verdict, compare, read_rows
from .components.bare import PRINTERS
from .printers import SoakPrinter, make_fleet, on_line, printing

AT_ONCE = 4
SETTLING_S = 15.0
SAMPLE_S = 2.0
SAMPLES = 5
END_LIMIT_S = 120.0
# Beyond what the same peers cause with an empty integration.
STALL_LIMIT_MS = 50.0
# Jobs, lines of the trace and pages of the database are remembered, up to their limits;
# what a leak of each look would leave is many times that.
GROWTH_LIMIT_MB = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many printers for how long, how often they are asked, and what they print."""

    printers: int
    seconds: float
    baseline_s: float
    interval_s: int
    lengths_s: tuple[float, float]
    pauses_s: tuple[float, float]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a Home Assistant was over some time.

    ``full_collections`` of Python's garbage came by themselves, each a stall.
    ``memory_mb`` is what the process holds; ``growth_mb`` compares what of it is in
    use at the end with that after the first minute.
    """

    worst_ms: float
    p999_ms: float
    full_collections: int
    memory_mb: float
    growth_mb: float
    processor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetVerdict:
    """What came of it, beside the same peers with an empty integration."""

    record: Verdict
    ours: Health
    bare: Health

    @property
    def complaints(self) -> list[str]:
        """Return what is wrong."""
        found = list(self.record.complaints)
        if self.ours.worst_ms > self.bare.worst_ms + STALL_LIMIT_MS:
            found.append(f"the loop stalled: {self.ours}, empty {self.bare}")
        if self.ours.growth_mb > max(self.bare.growth_mb, 0.0) + GROWTH_LIMIT_MB:
            found.append(f"memory grew: {self.ours}, empty {self.bare}")
        return found

    def figures(self) -> dict[str, Any]:
        """Return the figures."""
        told = self.record.figures()
        for name, health in (("ours", self.ours), ("bare", self.bare)):
            told |= {
                f"{name}_stall_worst_ms": round(health.worst_ms, 1),
                f"{name}_stall_p999_ms": round(health.p999_ms, 1),
                f"{name}_full_collections": health.full_collections,
                f"{name}_memory_mb": round(health.memory_mb, 1),
                f"{name}_growth_mb": round(health.growth_mb, 1),
                f"{name}_processor": round(health.processor, 3),
            }
        return told


async def run_fleet(folder: Path, plan: Plan) -> FleetVerdict:
    """Watch a fleet with ours, then with the empty integration."""
    rng = Random(plan.seed)  # noqa: S311
    fleet = make_fleet(plan.printers, rng)
    async with on_line(fleet):
        record, ours = await _run_ours(folder / "ours", fleet, plan, rng)
        bare = await _run_bare(folder / "bare", fleet, plan, rng)
    return FleetVerdict(record=record, ours=ours, bare=bare)


async def _run_ours(
    folder: Path, fleet: Sequence[SoakPrinter], plan: Plan, rng: Random
) -> tuple[Verdict, Health]:
    """Watch the fleet with our integration."""
    home = HomeAssistant(folder, configuration=install(folder, "ear", "pulse"))
    began = time.monotonic()
    async with home:
        await _add(home, fleet)
        (log,) = [one for one in await entries(home) if one["source"] == "system"]
        await set_options(home, log["entry_id"], monitoring_interval=plan.interval_s)
        async with printing(
            fleet, rng, lengths_s=plan.lengths_s, pauses_s=plan.pauses_s
        ):
            await asyncio.sleep(SETTLING_S)
            health = await _watch(home, plan.seconds)
        await _until_recorded(home, plan)
        await home.stop()
    # How long an update took tells of other programs too; the pulse does not.
    home.assert_clean_log(allowed=["custom integration", "Updating state for"])
    lives = [Life(began, time.monotonic())]
    heard = heard_in(folder)
    rows = await asyncio.to_thread(read_rows, folder)
    verdict = compare(fleet, lives, rows, heard, interval_s=plan.interval_s)
    return verdict, health


async def _add(home: HomeAssistant, fleet: Sequence[SoakPrinter]) -> None:
    """Add the printers as a user does, some at once."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def add(printer: SoakPrinter) -> None:
        """Add one."""
        async with turn:
            await add_printer(home, printer.printer_type, *printer.forms)

    await asyncio.gather(*(add(printer) for printer in fleet))


async def _until_recorded(home: HomeAssistant, plan: Plan) -> None:
    """Wait until nothing prints any more, by the record."""
    async with asyncio.timeout(END_LIMIT_S):
        while await _running(home):
            await asyncio.sleep(1)
    await asyncio.sleep(plan.interval_s + SAMPLE_S)


async def _running(home: HomeAssistant) -> bool:
    """Tell whether a job is open."""
    _, page = await home.request("GET", "/api/v1/jobs?limit=1&status=running")
    _, paused = await home.request("GET", "/api/v1/jobs?limit=1&status=paused")
    return bool(page["total_count"] or paused["total_count"])


async def _run_bare(
    folder: Path, fleet: Sequence[SoakPrinter], plan: Plan, rng: Random
) -> Health:
    """Watch the fleet with the empty integration."""
    yaml = install(folder, "bare", "pulse", with_ours=False)
    told = {
        "interval_s": plan.interval_s,
        "printers": [_access(printer) for printer in fleet],
    }
    (folder / PRINTERS).write_text(json.dumps(told))
    async with (
        HomeAssistant(folder, configuration=yaml) as home,
        printing(fleet, rng, lengths_s=plan.lengths_s, pauses_s=plan.pauses_s),
    ):
        await asyncio.sleep(SETTLING_S)
        return await _watch(home, plan.baseline_s)


def _access(printer: SoakPrinter) -> dict[str, Any]:
    """Return what the empty integration needs."""
    if isinstance(printer.peer, BambuPeer):
        return {
            "type": printer.printer_type,
            "port": printer.peer.port,
            "serial": printer.peer.serial_number,
            "key": printer.peer.access_code,
        }
    form = printer.forms[0]
    return {
        "type": printer.printer_type,
        "url": form["url"],
        "key": form.get("api_key"),
    }


async def _watch(home: HomeAssistant, seconds: float) -> Health:
    """Feel the pulse, and weigh the process, for so long after the set-up."""
    await _in_use_mb(home)
    await home.request("GET", "/api/pulse")
    began, used_s = time.monotonic(), _processor_s(home.pid)
    # The first minute, or half of a shorter run, may still fill caches.
    skipped_s = min(60.0, seconds / 2)
    await asyncio.sleep(skipped_s)
    first_mb = await _in_use_mb(home)
    await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
    last_mb = await _in_use_mb(home)
    took_s, used_s = time.monotonic() - began, _processor_s(home.pid) - used_s
    _, pulse = await home.request("GET", "/api/pulse")
    return Health(
        worst_ms=pulse["worst_ms"],
        p999_ms=pulse["p999_ms"],
        full_collections=pulse["full_collections"],
        memory_mb=_resident_mb(home.pid),
        growth_mb=last_mb - first_mb,
        processor=used_s / took_s,
    )


async def _in_use_mb(home: HomeAssistant) -> float:
    """Return the median of what is in use at some moments."""
    samples: list[float] = []
    for _ in range(SAMPLES):
        _, told = await home.request("POST", "/api/pulse")
        samples.append(told["in_use_mb"])
        await asyncio.sleep(SAMPLE_S)
    return median(samples)


def _resident_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no such process")


def _processor_s(pid: int) -> float:
    """Return the seconds of processor that a process has used."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / 100
