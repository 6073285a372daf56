"""What the process has in use, without what its allocators keep for later."""

import ctypes
import os
import sys
import tempfile
from xml.etree import ElementTree as ET

_LIBC = ctypes.CDLL(None)
_LIBC.open_memstream.restype = ctypes.c_void_p
_LIBC.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
_LIBC.fclose.argtypes = [ctypes.c_void_p]
_LIBC.free.argtypes = [ctypes.c_void_p]
_SMALL = "# bytes in allocated blocks"


def in_use_mb() -> float:
    """Return what all objects take, in megabytes."""
    return (_small_objects() + _malloc()) / 1024**2


def _small_objects() -> int:
    """Return the bytes of Python's small objects, which it tells on stderr alone."""
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as told:
        os.dup2(told.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
        told.seek(0)
        lines = told.read().decode(errors="replace").splitlines()
    (line,) = [line for line in lines if line.startswith(_SMALL)]
    return int(line.rpartition("=")[2].replace(",", ""))


def _malloc() -> int:
    """Return the bytes that malloc has given out, in all its arenas (malloc_info(3))."""
    text, size = ctypes.c_char_p(), ctypes.c_size_t()
    stream = _LIBC.open_memstream(ctypes.byref(text), ctypes.byref(size))
    _LIBC.malloc_info(0, stream)
    _LIBC.fclose(stream)
    root = ET.fromstring(text.value or b"")  # noqa: S314 - our own libc's
    _LIBC.free(text)

    def sizes(*paths: str) -> int:
        """Return the sum of some sizes."""
        return sum(
            int(each.get("size", 0)) for path in paths for each in root.findall(path)
        )

    held = sizes("system[@type='current']", "total[@type='mmap']")
    return held - sizes("total[@type='fast']", "total[@type='rest']")
