"""Run Home Assistant with the integration, printers that print, and a dashboard.

Ctrl-C ends all of it.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
import fcntl
from pathlib import Path
import shutil
import signal
import time
from typing import Any

from tests.support.home_assistant import HomeAssistant
from tests.support.house import add_printer
from tests.support.ports import is_free
from tests.support.websocket import Connection

from .dashboard import URL_PATH, make_dashboard
from .printers import demo_printers

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cache" / "demo"
PORT = 8123
CONFIGURATION = """\
config:
history:
logbook:
recorder:
logger:
  default: warning
  logs:
    custom_components.printernizer: info
"""


async def main() -> None:
    """Run the one demo of this checkout."""
    with alone(FOLDER):
        await _run()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Have a folder to oneself: what runs in it must not lose its files."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                "The demo already runs in this checkout: end it there, with Ctrl-C,"
                " before you start another."
            ) from None
        yield


async def _run() -> None:
    """Run until Ctrl-C, then end everything that was started."""
    started = time.monotonic()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    house = HomeAssistant(
        FOLDER,
        configuration=CONFIGURATION,
        signs_in_by_itself=True,
        port=PORT if is_free(PORT) else None,
    )
    async with demo_printers() as printers, house, house.connect() as connection:
        await connection.command(
            "subscribe_events", event_type="printernizer_job_auto_created"
        )
        for printer in printers:
            await add_printer(house, printer.printer_type, *printer.forms)
        await make_dashboard(connection)
        _welcome(house, time.monotonic() - started)
        async with _telling(connection):
            await _first(ended.wait(), house.ended())
        if not house.is_alive:
            raise SystemExit(
                f"Home Assistant has ended by itself:\n{house.log[-4000:]}"
            )
        _say("Ending.")


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of several."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


@asynccontextmanager
async def _telling(connection: Connection) -> AsyncIterator[None]:
    """Print a line for each job that is created."""

    async def tell() -> None:
        while True:
            event = await connection.event(timeout_s=None)
            job = event["data"]
            began = job["created_at"][11:19]
            note = (
                " (was printing already)"
                if job["customer_info"]["discovered_on_startup"]
                else ""
            )
            _say(
                f"{began}  job {job['id']}  {job['job_name']}"
                f"  on {job['printer_type']}{note}"
            )

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _welcome(house: HomeAssistant, seconds: float) -> None:
    """Say where everything is, and how to ask it."""
    token = house.headers()["Authorization"]
    _say(f"Home Assistant runs, after {seconds:.0f} seconds: {house.url}/{URL_PATH}")
    _say("A browser on this machine is signed in by itself. All jobs, by REST:\n")
    _say(f"  curl -H 'Authorization: {token}' {house.url}/api/v1/jobs\n")
    _say("Every job that is created appears here. Ctrl-C ends all of it.\n")


def _say(line: str) -> None:
    """Print at once."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    argparse.ArgumentParser(prog="scripts/develop", description=__doc__).parse_args()
    asyncio.run(main())
