"""What an update of a known print costs, and what a print leaves behind in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers.octoprint import OctoPrintPeer
from tests.support.home_assistant import ROOT, HomeAssistant
from tests.support.house import JobEvents, add_printer

from .registry import Values, figures

_COMPONENT = Path(__file__).with_name("component")
_PATIENCE_S = 300


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant with a printer that prints, and our component in it."""
    components = folder / "custom_components"
    components.mkdir()
    ours = ROOT / "custom_components" / "printernizer"
    (components / "printernizer").symlink_to(ours)
    (components / "inside").symlink_to(_COMPONENT)
    peer = OctoPrintPeer()
    await peer.start()
    form = {"url": peer.url, "api_key": peer.api_key, "advanced": {"verify_ssl": True}}
    async with HomeAssistant(folder, configuration="inside:\n") as home:
        await add_printer(home, "octoprint", form)
        async with JobEvents.of(home) as events:
            peer.start_print("known.gcode", 3600)
            await events.until("job_started")
        yield home
    await peer.stop()


@figures(
    "update_us_p50",
    "update_bare_us_p50",
    "update_disk_writes",
    limits={"update_us_p50": 20, "update_disk_writes": 0},
)
async def measure_update(folder: Path) -> Values:
    """Compare an update of a known print with one of a bare coordinator.

    Both are ``DataUpdateCoordinator`` in one running Home Assistant, each with one
    listener, updated in turn; the client answers at once, with progress. The writes
    are the changed files of the integration's own, and commits as another connection
    sees them, over all updates.
    """
    async with _house(folder) as home:
        status, told = await home.request("GET", "/api/inside/update")
        assert status == 200 and told["prints"] == 1, told
        return {
            "update_us_p50": told["ours_us"] - told["bare_us"],
            "update_bare_us_p50": told["bare_us"],
            "update_disk_writes": told["writes"],
        }


@figures("memory_per_print_bytes", limits={"memory_per_print_bytes": 1000})
async def measure_memory(folder: Path) -> Values:
    """Return by how much a print, begun, updated and ended, makes the heap grow.

    Counted by ``tracemalloc`` over 450 prints in a running Home Assistant, after
    150 to warm up.
    """
    async with _house(folder) as home:
        status, told = await home.request(
            "GET", "/api/inside/memory", timeout=_PATIENCE_S
        )
        assert status == 200, told
        return {"memory_per_print_bytes": told["bytes"]}
