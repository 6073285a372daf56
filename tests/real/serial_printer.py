"""A MK3S on a serial line of its own: what PrusaLink 0.8.1 asks it, it answers.

The line is a pseudo-terminal, the dialect that of Prusa-Firmware 3.14 as far as the
expressions of PrusaLink's parser tell it. Nothing moves; a dwell (G4) takes its time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
import re
from typing import ClassVar

from .serial_line import SerialLine

SERIAL = "CZPX4720X004XC34242"
FIRMWARE = "3.14.1-8237"
TYPE_CODE = "302"
SD_FILE = "CUBE~1.GCO"
SD_NAME = "cube on the card.gcode"
SD_SIZE = 10_000
REPORT_EVERY_S = 2.0
# How long moves take to finish (M400). PrusaLink 0.8.1 sends that before its first line
# of a print, and ceases to send for good where the answer comes before it has noted the
# file's path, as no printer's does.
FINISH_MOVES_S = 0.5

_NUMBERED = re.compile(r"^N\d+\s+(.*?)\s*(\*\d+)?$")
_EEPROM = re.compile(r"^D3 Ax([0-9A-Fa-f]+) ([CX])(\w+)$")
_JOB_ID = 0x0D05
_MODES = ("NORMAL", "SILENT")
_FIXED = {
    "M862.2": (TYPE_CODE,),
    "PRUSA Fir": (FIRMWARE,),
    "PRUSA SN": (SERIAL,),
    "M862.1": ("0.40",),
    "M220": ("100%",),
    "M420": ("Mesh bed leveling not active.",),
    "M21": ("echo:SD card ok",),
    "M221": ("100%",),
}


class SerialPrinter:
    """One printer that is plugged in at ``path``.

    With ``lists_card`` off it keeps the names on its card to itself, as old cards
    and large ones do for a while.
    """

    def __init__(
        self, path: Path, *, job_id: int = 41, lists_card: bool = True
    ) -> None:
        """Set where it is plugged in, and the number of its last print."""
        self.line = SerialLine(path)
        self._say = self.line.say
        self._lists_card = lists_card
        self.heard: list[str] = []
        self.eeprom = bytearray(0x1000)
        self.eeprom[_JOB_ID : _JOB_ID + 4] = job_id.to_bytes(4, "big")
        self._attended = asyncio.Event()
        self._attended.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._sd_since: float | None = None
        self._sd_done_s = 0.0
        self._sd_duration_s = 0.0
        self._sd_open = False
        self._finishes = False
        self._serial_paused = False
        self._percent, self._minutes = -1, -1
        self._hot = False

    @property
    def job_id(self) -> int:
        """Return the number of the last print, as its EEPROM keeps it."""
        return int.from_bytes(self.eeprom[_JOB_ID : _JOB_ID + 4], "big")

    # -- the line ----------------------------------------------------------------------

    def plug_in(self) -> None:
        """Connect the line."""
        self.line.plug_in()
        self._tasks = [
            asyncio.create_task(self._work()),
            asyncio.create_task(self._report()),
        ]

    async def unplug(self) -> None:
        """Cut the line; what prints from the card prints on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self.line.unplug()

    async def _work(self) -> None:
        """Obey one line after the other, none while attention is wanted."""
        while True:
            line = await self.line.hear()
            await self._attended.wait()
            numbered = _NUMBERED.match(line)
            code = numbered[1] if numbered else line
            if code:
                self.heard.append(code)
                await self._obey(code)
            if self._finishes:
                self._finishes = False
                self._close_card()
                self._say("Done printing file")

    async def _report(self) -> None:
        """Tell temperatures and position by itself, and what is waited for."""
        while True:
            if not self._attended.is_set():
                self._say("echo:busy: paused for user")
            hot = 215.0 if self._hot or self._sd_open else 24.0
            self._say(
                f"T:{hot:.1f} /{hot:.1f} B:60.0 /60.0 T0:{hot:.1f} /{hot:.1f} "
                "@:0 B@:0 P:25.0 A:25.0",
                "X:0.00 Y:0.00 Z:0.20 E:0.00 Count X: 0.00 Y:0.00 Z:0.20 E:0.00",
            )
            await asyncio.sleep(REPORT_EVERY_S)

    # -- what people do at the printer -------------------------------------------------

    def print_from_card(self, duration_s: float) -> None:
        """Start the file of the SD card by the knob."""
        self._open_card(duration_s)
        self._say(f'echo:enqueing "M23 {SD_FILE.lower()}"', 'echo:enqueing "M24"')
        self._tell_opened()
        self._run_card()

    def finish_card(self) -> None:
        """Reach the end of the file once the next line is obeyed.

        What is said while an answer is awaited may be taken for it (0.8.1).
        """
        self._finishes = True

    def ask(self) -> None:
        """Want the user's attention, and obey nobody before."""
        self._attended.clear()
        self._say("echo:busy: paused for user")

    def attend(self) -> None:
        """Be attended to."""
        self._attended.set()

    def halt(self) -> None:
        """Halt as for a broken thermistor."""
        self._close_card()
        self._say(
            "Error:0: Heaters switched off. MINTEMP triggered!",
            "Error:Printer halted. kill() called!",
        )

    def reset(self) -> None:
        """Start anew, as by the reset button."""
        self._close_card()
        self._serial_paused = self._hot = False
        self.line.clear()
        self._attended.set()
        self._say("start")

    # -- the card ----------------------------------------------------------------------

    def _open_card(self, duration_s: float) -> None:
        """Select the file of the card."""
        self._sd_duration_s = duration_s
        self._sd_done_s, self._sd_since = 0.0, None

    def _tell_opened(self) -> None:
        """Answer M23."""
        self._say(f"File opened: /{SD_NAME} Size: {SD_SIZE}", "File selected")

    def _run_card(self) -> None:
        """Print the selected file, on from where it stands."""
        self._sd_open = True
        self._sd_since = asyncio.get_running_loop().time()

    def _rest_card(self) -> None:
        """Stop printing for a while."""
        self._sd_done_s = self._card_s()
        self._sd_since = None

    def _close_card(self) -> None:
        """Print the card's file no more."""
        self._sd_open, self._sd_since = False, None

    def _card_s(self) -> float:
        """Return the seconds printed from the card."""
        if self._sd_since is None:
            return self._sd_done_s
        return self._sd_done_s + asyncio.get_running_loop().time() - self._sd_since

    # -- what it is told ---------------------------------------------------------------

    async def _obey(self, code: str) -> None:
        """Do and answer one command; each is confirmed."""
        word = code.split(" ", 1)[0]
        self._say(*(_FIXED.get(code) or _FIXED.get(word) or ()))
        obey = self._answers.get(word)
        if obey is not None:
            await obey(self, code)
        self._say("ok")

    async def _use_eeprom(self, code: str) -> None:
        """D3: read or write bytes."""
        match = _EEPROM.match(code)
        if match is None:
            return
        address = int(match[1], 16)
        if match[2] == "X":
            data = bytes.fromhex(match[3])
            self.eeprom[address : address + len(data)] = data
            return
        data = bytes(self.eeprom[address : address + int(match[3])])
        for start in range(0, len(data), 16):
            row = data[start : start + 16]
            self._say(f"{address + start:04X}  {row.hex(' ')}")

    async def _tell_progress(self, code: str) -> None:
        """M73: take the progress, or tell it."""
        for letter, number in re.findall(r"([PR])(\d+)", code):
            if letter == "P":
                self._percent = int(number)
            else:
                self._minutes = int(number)
        percent, minutes = self._percent, self._minutes
        if self._sd_open:
            left_s = max(self._sd_duration_s - self._card_s(), 0)
            percent = 100 - int(left_s / self._sd_duration_s * 100)
            minutes = int(left_s // 60)
        for mode in _MODES:
            self._say(
                f"{mode} MODE: Percent done: {percent}; "
                f"print time remaining in mins: {minutes}; Change in mins: -1"
            )

    async def _tell_printing(self, _: str) -> None:
        """M27 P: what is printed from the card."""
        if not self._sd_open:
            self._say("Print saved" if self._serial_paused else "Not SD printing")
            return
        if self._sd_since is None:
            self._say("SD print paused")
            return
        done_s = self._card_s()
        byte = min(int(done_s / self._sd_duration_s * SD_SIZE), SD_SIZE)
        self._say(f"/{SD_NAME}", f"SD printing byte {byte}/{SD_SIZE}")
        self._say(f"{int(done_s) // 3600:02}:{int(done_s) // 60 % 60:02}")

    async def _list_card(self, _: str) -> None:
        """M20 LT: names, times and sizes."""
        self._say(
            "Begin file list",
            *([f'{SD_FILE} 0x5a5a5a5a {SD_SIZE} "{SD_NAME}"'] * self._lists_card),
            "End file list",
        )

    async def _select_file(self, _: str) -> None:
        """M23."""
        self._open_card(60)
        self._tell_opened()

    async def _start_card(self, _: str) -> None:
        """M24."""
        self._run_card()

    async def _start_timer(self, _: str) -> None:
        """M75: a print over the line begins or goes on."""
        self._hot = True

    async def _stop_timer(self, _: str) -> None:
        """M77: a print over the line is over."""
        self._hot = False

    async def _pause(self, _: str) -> None:
        """M601."""
        if self._sd_open:
            self._rest_card()
        else:
            self._serial_paused = True
        self._say("// action:paused")

    async def _resume(self, _: str) -> None:
        """M602."""
        self._serial_paused = False
        if self._sd_open:
            self._run_card()
        self._say("// action:resumed")

    async def _cancel(self, _: str) -> None:
        """M603."""
        self._close_card()
        self._serial_paused = self._hot = False
        self._say("// action:cancel")

    async def _dwell(self, code: str) -> None:
        """G4: wait so many milliseconds."""
        match = re.search(r"P(\d+)", code)
        if match:
            await asyncio.sleep(int(match[1]) / 1000)

    async def _finish_moves(self, _: str) -> None:
        """M400."""
        await asyncio.sleep(FINISH_MOVES_S)

    _answers: ClassVar[dict[str, Callable[[SerialPrinter, str], Awaitable[None]]]] = {
        "D3": _use_eeprom,
        "M73": _tell_progress,
        "M27": _tell_printing,
        "M20": _list_card,
        "M23": _select_file,
        "M24": _start_card,
        "M75": _start_timer,
        "M77": _stop_timer,
        "M601": _pause,
        "M602": _resume,
        "M603": _cancel,
        "G4": _dwell,
        "M400": _finish_moves,
    }
