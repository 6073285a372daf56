"""A real Klipper host (Kalico, its packaged fork) with a micro-controller of ours."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.environments import ensure

from .firmware import Firmware

CONFIG = """\
[mcu]
serial: {serial}
[printer]
kinematics: none
max_velocity: 300
max_accel: 3000
[virtual_sdcard]
path: {gcodes}
[display_status]
[pause_resume]
[gcode_macro FAIL]
gcode: {{action_raise_error("Move out of range")}}
"""
# A pause of LINE_S followed by M400 takes a second: Klipper starts each 0.3 s late.
LINE_S = 0.7
# Tests may open no Unix sockets themselves.
RUN_SCRIPT = """\
import json, socket, sys
with socket.socket(socket.AF_UNIX) as klippy:
    klippy.connect(sys.argv[1])
    params = {"script": sys.argv[2]}
    call = {"id": 1, "method": "gcode/script", "params": params}
    klippy.sendall(json.dumps(call).encode() + b"\\x03")
    answer = klippy.recv(65536)
sys.exit(b"error" in answer)
"""
STOP_LIMIT_S = 10.0


def gcode_lasting(seconds: float, last: str = "") -> str:
    """Return a g-code file that takes about so many whole seconds.

    Without M400 Klipper would read the file ahead, and end the print with its last
    line.
    """
    lines = [f"G4 P{LINE_S * 1000:.0f}\nM400"] * round(seconds)
    return "\n".join(
        ["; estimated printing time (normal mode) = 42s", *lines, last, ""]
    )


class RealKlipper:
    """One Klipper; ``socket`` is where Moonraker finds it, ``gcodes`` its files."""

    def __init__(self, folder: Path) -> None:
        """Set where it will run; nothing is started yet."""
        self.socket = folder / "klippy.sock"
        self.gcodes = folder / "gcodes"
        self._folder = folder
        self._firmware = Firmware()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Install, configure and start it."""
        self._python = await asyncio.to_thread(ensure, "klipper")
        self.gcodes.mkdir()
        config = CONFIG.format(serial=self._firmware.path, gcodes=self.gcodes)
        (self._folder / "printer.cfg").write_text(config)
        self._firmware.start()
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it."""
        await self.kill()
        self._firmware.close()

    async def start(self) -> None:
        """Start the program; it connects to its micro-controller by itself."""
        self._process = await asyncio.create_subprocess_exec(
            self._python,
            *("-m", "klippy", self._folder / "printer.cfg"),
            *("-a", self.socket, "-l", self._folder / "klippy.log"),
            cwd=self._folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def kill(self) -> None:
        """Kill the program."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        await asyncio.wait_for(self._process.wait(), STOP_LIMIT_S)
        self._process = None

    async def run(self, script: str) -> None:
        """Run g-code over Klipper's own socket, past Moonraker."""
        process = await asyncio.create_subprocess_exec(
            self._python, "-c", RUN_SCRIPT, self.socket, script
        )
        assert await process.wait() == 0
