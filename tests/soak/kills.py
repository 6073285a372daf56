"""Kill Home Assistant again and again while printers print."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
import time

from tests.support.home_assistant import HomeAssistant
from tests.support.house import add_printer, entries, jobs, set_options

from .beside import heard_in, install
from .compare import GRACE_S, Life, Verdict, compare, read_rows
from .printers import SoakPrinter, make_fleet, on_line, printing

INTERVAL_S = 5
LENGTHS_S = (2.0, 6.0)
PAUSES_S = (0.6, 3.0)
# What of the kills comes while Home Assistant starts, and what just after a print
# has begun; the others come at any moment of its life.
WHILE_STARTING, AT_A_START = 0.3, 0.3
LONGEST_LIFE_S = 8.0
# What a record may take at most of the time that the machine takes for a start.
GRACE_OF_START = 0.6
END_LIMIT_S = 90.0
# Every decision, with its reason.
LOGGED = """\
logger:
  default: warning
  logs:
    custom_components.printernizer.job_manager: debug
"""


class KilledHouse:
    """A Home Assistant that is killed, and when it lived."""

    def __init__(
        self, folder: Path, printers: Sequence[SoakPrinter], rng: Random
    ) -> None:
        """Prepare its folder."""
        configuration = install(folder, "ear") + LOGGED
        self.home = HomeAssistant(folder, configuration=configuration)
        self.lives: list[Life] = []
        self._printers = printers
        self._rng = rng
        self._start_s = 10.0

    async def set_up(self) -> None:
        """Add the printers as a user does, and end it properly."""
        async with self._life():
            await self.home.start()
            for printer in self._printers:
                await add_printer(self.home, printer.printer_type, *printer.forms)
            found = await entries(self.home)
            (log,) = [one for one in found if one["source"] == "system"]
            await set_options(
                self.home, log["entry_id"], monitoring_interval=INTERVAL_S
            )
            await self.home.stop()

    async def be_killed(self) -> None:
        """Start, and be killed at a random moment."""
        draw = self._rng.random()
        for printer in self._printers:
            printer.seen.clear()
        began = time.monotonic()
        self.home.spawn()
        if draw < WHILE_STARTING:
            await asyncio.sleep(self._rng.uniform(0.3, 1.2) * self._start_s)
        else:
            await self._first_look()
            self._start_s = time.monotonic() - began
            await self._moment(is_at_start=draw < WHILE_STARTING + AT_A_START)
        # It may take a while to be gone, but does nothing more.
        grace_s = max(GRACE_S, GRACE_OF_START * self._start_s)
        self.lives.append(Life(began, time.monotonic(), grace_s))
        self.home.kill()
        # Until the peers know that it is gone, they go on telling it.
        await asyncio.sleep(0.3)

    async def _first_look(self) -> None:
        """Wait until it looks at printers."""
        looks = [
            asyncio.create_task(printer.seen.wait())
            for printer in self._printers
            if not printer.has_record
        ]
        async with asyncio.timeout(END_LIMIT_S):
            await asyncio.wait(looks, return_when=asyncio.FIRST_COMPLETED)
        for look in looks:
            look.cancel()

    async def _moment(self, *, is_at_start: bool) -> None:
        """Wait for the moment to be killed."""
        await asyncio.sleep(self._rng.uniform(0, LONGEST_LIFE_S))
        if is_at_start:
            printer = self._rng.choice(self._printers)
            printer.began.clear()
            async with asyncio.timeout(END_LIMIT_S):
                await printer.began.wait()
            await asyncio.sleep(self._rng.uniform(0, 0.8))

    async def see_the_end(self) -> None:
        """Start a last time, and end when everything is recorded."""
        async with self._life():
            await self.home.start()
            async with asyncio.timeout(END_LIMIT_S):
                while any(one["state"] != "loaded" for one in await entries(self.home)):
                    await asyncio.sleep(0.2)
                while any(
                    job["status"] in ("running", "paused")
                    for job in await jobs(self.home)
                ):
                    await asyncio.sleep(0.5)
            # Two polls, so that whatever is still to come has come.
            await asyncio.sleep(2 * INTERVAL_S + 1)
            await self.home.stop()

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[None]:
        """Note when a life began and ended."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.lives.append(Life(began, time.monotonic()))


async def run_kills(folder: Path, kills: int, printers: int, seed: int) -> Verdict:
    """Kill it so often, and return what came of it."""
    rng = Random(seed)  # noqa: S311
    fleet = make_fleet(printers, rng)
    house = KilledHouse(folder, fleet, rng)
    async with on_line(fleet):
        try:
            await house.set_up()
            async with printing(fleet, rng, lengths_s=LENGTHS_S, pauses_s=PAUSES_S):
                for _ in range(kills):
                    await house.be_killed()
            await house.see_the_end()
        finally:
            if house.home.is_alive:
                house.home.kill()
        return compare(
            fleet,
            house.lives,
            read_rows(folder),
            heard_in(folder),
            interval_s=INTERVAL_S,
        )
