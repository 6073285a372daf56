"""Feels the pulse of the event loop: how late a timer is, again and again."""

from array import array
import asyncio
import gc
import os
from pathlib import Path
import threading

from aiohttp import web

from homeassistant.core import HomeAssistant
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.helpers.typing import ConfigType

from .memory import in_use_mb

PERIOD_S = 0.01


class Pulse:
    """Keeps how late each beat was.

    A loop is late because it is busy, or because other programs have the processor.
    Linux counts, in nanoseconds, for how long a thread was ready and had to wait for
    one (second number of ``schedstat``, Documentation/scheduler/sched-stats): that is
    taken off.
    """

    def __init__(self) -> None:
        """Feel the thread that calls."""
        thread = threading.get_native_id()
        path = Path(f"/proc/self/task/{thread}/schedstat")
        self._schedstat = os.open(path, os.O_RDONLY)
        self.stalls_ms = array("f")
        self.skip_next = False
        self.full_collections = 0
        gc.callbacks.append(self._collected)

    async def beat(self) -> None:
        """Beat until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                due, waited_s = loop.time() + PERIOD_S, self._waited_s()
                await asyncio.sleep(PERIOD_S)
                late_s = loop.time() - due
                starved_s = self._waited_s() - waited_s
                if not self.skip_next:
                    self.stalls_ms.append(max(0.0, late_s - starved_s) * 1000)
                self.skip_next = False
        finally:
            gc.callbacks.remove(self._collected)
            os.close(self._schedstat)

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        """Count Python's collections of all garbage, for which everything waits."""
        self.full_collections += phase == "stop" and info["generation"] == 2

    def _waited_s(self) -> float:
        """Return for how long the thread has waited for a processor."""
        return int(os.pread(self._schedstat, 64, 0).split()[1]) / 1e9


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Begin."""
    pulse = Pulse()
    hass.async_create_background_task(pulse.beat(), "pulse")
    hass.http.register_view(PulseView(pulse))
    return True


class PulseView(HomeAssistantView):
    """How late the beats were since it was last asked."""

    url = "/api/pulse"
    name = "api:pulse"

    def __init__(self, pulse: Pulse) -> None:
        """Tell of this pulse."""
        self._pulse = pulse

    async def post(self, request: web.Request) -> web.Response:
        """Weigh what is in use when the garbage is out; that this takes is no stall.

        Home Assistant leaves garbage with each state, until Python collects it.
        """
        gc.collect()
        self._pulse.full_collections -= 1
        told = {"in_use_mb": in_use_mb()}
        self._pulse.skip_next = True
        return self.json(told)

    async def get(self, request: web.Request) -> web.Response:
        """Return the figures and begin anew."""
        stalls, self._pulse.stalls_ms = sorted(self._pulse.stalls_ms), array("f")
        full, self._pulse.full_collections = self._pulse.full_collections, 0
        count = len(stalls)
        return self.json(
            {
                "full_collections": full,
                "worst_ms": stalls[-1] if stalls else 0.0,
                "p999_ms": stalls[int(count * 0.999)] if stalls else 0.0,
            }
        )
