"""A serial line as a pseudo-terminal, with one printer's end of it."""

import asyncio
from collections import deque
from contextlib import suppress
import os
from pathlib import Path
import tty


class SerialLine:
    """One line, plugged in at ``path``.

    ``path`` is a link, so that the line can be cut and another plugged in.
    """

    def __init__(self, path: Path) -> None:
        """Set where it will be plugged in."""
        self.path = path
        self._master = self._slave = -1
        self._received = b""
        self._lines: deque[str] = deque()
        self._has_lines = asyncio.Event()

    def plug_in(self) -> None:
        """Connect the line."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._receive)

    def unplug(self) -> None:
        """Cut the line."""
        if self._master >= 0:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)
            os.close(self._slave)
            self._master = self._slave = -1
        self.path.unlink(missing_ok=True)
        self.clear()

    def clear(self) -> None:
        """Forget what was received."""
        self._received = b""
        self._lines.clear()

    def say(self, *lines: str) -> None:
        """Send lines; nobody may listen."""
        with suppress(OSError):
            os.write(self._master, "".join(f"{line}\n" for line in lines).encode())

    async def hear(self) -> str:
        """Return the next line."""
        while not self._lines:
            self._has_lines.clear()
            await self._has_lines.wait()
        return self._lines.popleft()

    def _receive(self) -> None:
        """Take what the line brings."""
        try:
            self._received += os.read(self._master, 4096)
        except BlockingIOError, OSError:
            return
        *lines, self._received = self._received.split(b"\n")
        self._lines.extend(line.decode("ascii", "replace").strip() for line in lines)
        self._has_lines.set()
