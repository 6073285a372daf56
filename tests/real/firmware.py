"""A micro-controller for a real Klipper: its firmware's protocol on a terminal.

It has a clock and can be configured, shut down and reset, but no pins: enough for a
Klipper with kinematics ``none`` to print files at their real pace. Written after
Klipper's docs/Protocol.md (v0.13).
"""

import asyncio
from collections.abc import Callable
import json
import os
import pty
import tty
from typing import Any
import zlib

CLOCK_HZ = 20_000_000
SYNC = 0x7E
SEQUENCE = 0x10
MIN_FRAME, MAX_FRAME = 5, 64
SHUT_DOWN = 2

COMMANDS = {
    "identify offset=%u count=%c": 1,
    "get_uptime": 2,
    "get_clock": 3,
    "get_config": 4,
    "allocate_oids count=%c": 5,
    "finalize_config crc=%u": 6,
    "emergency_stop": 7,
    "config_reset": 8,
}
RESPONSES = {
    "identify_response offset=%u data=%.*s": 0,
    "uptime high=%u clock=%u": 65,
    "clock clock=%u": 66,
    "config is_config=%c crc=%u is_shutdown=%c move_count=%hu": 67,
    "shutdown clock=%u static_string_id=%hu": 68,
    "is_shutdown static_string_id=%hu": 69,
    "stats count=%u sum=%u sumsq=%u": 70,
}
DICTIONARY: dict[str, Any] = {
    "app": "Kalico",
    "version": "v0.13.0",
    "build_versions": "",
    "commands": COMMANDS,
    "responses": RESPONSES,
    "output": {},
    "enumerations": {"static_string_id": {"Command request": SHUT_DOWN}},
    "config": {"CLOCK_FREQ": CLOCK_HZ, "STATS_SUMSQ_BASE": 256, "MCU": "tests"},
}


def checksum(data: bytes) -> bytes:
    """Return the CRC-16 (CCITT, as Klipper reckons it) of a frame's head."""
    crc = 0xFFFF
    for byte in data:
        mixed = byte ^ (crc & 0xFF)
        mixed ^= (mixed & 0x0F) << 4
        crc = ((mixed << 8) | (crc >> 8)) ^ (mixed >> 4) ^ (mixed << 3)
        crc &= 0xFFFF
    return crc.to_bytes(2)


def encode(value: int) -> bytes:
    """Return a number in seven-bit groups, the highest first."""
    groups = [value & 0x7F]
    for bits, limit in ((7, 0x60), (14, 0x3000), (21, 0x180000), (28, 0xC000000)):
        if value >= limit:
            groups.append((value >> bits) & 0x7F | 0x80)
    return bytes(reversed(groups))


def decode(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at a position, and the position after it."""
    byte = data[at]
    value = byte & 0x7F
    if byte & 0x60 == 0x60:
        value -= 0x80
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = (value << 7) | (byte & 0x7F)
    return value & 0xFFFFFFFF, at + 1


class Firmware:
    """The micro-controller; ``path`` is the terminal that Klipper opens."""

    def __init__(self) -> None:
        """Open the terminal."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._dictionary = zlib.compress(json.dumps(DICTIONARY).encode())
        self._input = b""
        self._next = 0
        self._oids = 0
        self._crc: int | None = None
        self._is_shut_down = False
        self._commands: dict[int, tuple[Callable[..., None], int]] = {
            1: (self._identify, 2),
            2: (self._tell_uptime, 0),
            3: (self._tell_clock, 0),
            4: (self._tell_config, 0),
            5: (self._allocate, 1),
            6: (self._finalize, 1),
            7: (self._shut_down, 0),
            8: (self._reset, 0),
        }

    def start(self) -> None:
        """Answer from now on."""
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def stop(self) -> None:
        """Fall silent, as a board without power does."""
        asyncio.get_running_loop().remove_reader(self._master)

    def close(self) -> None:
        """Close the terminal."""
        self.stop()
        os.close(self._master)
        os.close(self._slave)

    def _read(self) -> None:
        """Take in what came, and act on every whole frame."""
        try:
            self._input += os.read(self._master, 4096)
        except OSError:
            return
        while (start := self._input.lstrip(bytes([SYNC]))) != b"":
            length = start[0]
            if not MIN_FRAME <= length <= MAX_FRAME:
                start = start[1:]
            elif len(start) < length:
                self._input = start
                return
            else:
                self._accept(start[:length])
                start = start[length:]
            self._input = start
        self._input = b""

    def _accept(self, frame: bytes) -> None:
        """Act on one frame, and acknowledge it."""
        if frame[-3:-1] != checksum(frame[:-3]):
            return
        if frame[1] & 0x0F == self._next:
            self._next = (self._next + 1) & 0x0F
            at = 2
            while at < len(frame) - 3:
                at = self._dispatch(frame, at)
        self._send(b"")

    def _dispatch(self, frame: bytes, at: int) -> int:
        """Act on the command at a position; returns the position after it."""
        number, at = decode(frame, at)
        command, count = self._commands[number]
        arguments = []
        for _ in range(count):
            value, at = decode(frame, at)
            arguments.append(value)
        command(*arguments)
        return at

    def _send(self, payload: bytes) -> None:
        """Send one frame."""
        head = bytes([len(payload) + MIN_FRAME, SEQUENCE | self._next]) + payload
        os.write(self._master, head + checksum(head) + bytes([SYNC]))

    def _tell(self, number: int, *values: int) -> None:
        """Send one response."""
        self._send(b"".join(encode(value) for value in (number, *values)))

    def _clock(self) -> int:
        """Return the ticks since the start of the machine."""
        return int(asyncio.get_running_loop().time() * CLOCK_HZ)

    def _identify(self, offset: int, count: int) -> None:
        """Tell a part of the dictionary."""
        part = self._dictionary[offset : offset + count]
        self._send(encode(0) + encode(offset) + bytes([len(part)]) + part)

    def _tell_uptime(self) -> None:
        """Tell all 64 bits of the clock."""
        self._tell(65, self._clock() >> 32, self._clock() & 0xFFFFFFFF)

    def _tell_clock(self) -> None:
        """Tell the clock."""
        self._tell(66, self._clock() & 0xFFFFFFFF)

    def _tell_config(self) -> None:
        """Tell whether there is a configuration."""
        configured = self._crc is not None
        self._tell(67, configured, self._crc or 0, self._is_shut_down, 1024)

    def _allocate(self, count: int) -> None:
        """Make room for pins."""
        self._oids = count

    def _finalize(self, crc: int) -> None:
        """Take the configuration as complete."""
        self._crc = crc

    def _shut_down(self) -> None:
        """Stop everything until the reset."""
        self._is_shut_down = True
        self._tell(68, self._clock() & 0xFFFFFFFF, SHUT_DOWN)

    def _reset(self) -> None:
        """Forget the configuration."""
        self._crc, self._is_shut_down = None, False
