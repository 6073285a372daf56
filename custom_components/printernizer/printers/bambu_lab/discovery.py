"""Hear the printers that announce themselves in the local network.

Every printer broadcasts a NOTIFY to UDP port 2021 each few seconds, which Home
Assistant's own discovery (port 1900) does not hear. The access code is not in it.
"""

import asyncio
import ipaddress
import socket
from typing import Any, override

from ...core.frozen import frozen
from ..parsing import as_text
from .models import model_of_code

PORT = 2021
SERVICE = "urn:bambulab-com:device:3dprinter:1"
MAX_PACKET = 4096
MAX_PRINTERS = 256


@frozen(kw_only=True)
class FoundPrinter:
    """A printer that announced itself; ``code`` is the vendor's for the model."""

    host: str
    serial_number: str
    code: str | None = None
    model: str | None = None
    name: str | None = None


def parse_notice(packet: bytes, sender: str) -> FoundPrinter | None:
    """Return the printer that a packet announces, None for any other packet.

    ``Location`` is a bare address; where it is none, the sender's counts.
    """
    lines = packet[:MAX_PACKET].decode("utf-8", errors="replace").splitlines()
    if not lines or not lines[0].startswith(("NOTIFY ", "HTTP/1.1 200")):
        return None
    headers: dict[str, str] = {}
    for line in lines[1:]:
        key, colon, value = line.partition(":")
        if colon and (text := as_text(value, 200)):
            headers.setdefault(key.strip().lower(), text.strip())
    serial = headers.get("usn")
    kind = headers.get("nt") or headers.get("st")
    if kind != SERVICE or not serial or not serial.isalnum():
        return None
    code = headers.get("devmodel.bambu.com")
    return FoundPrinter(
        host=_address(headers.get("location")) or sender,
        serial_number=serial,
        code=code,
        model=model_of_code(code),
        name=headers.get("devname.bambu.com"),
    )


async def discover(
    seconds: float = 5.0,
    host: str = "0.0.0.0",
    port: int = PORT,
) -> list[FoundPrinter]:
    """Return the printers that announce themselves within ``seconds``.

    Ordered by serial number. Nothing is sent. Raises OSError where the port cannot be
    shared with another program.
    """
    loop = asyncio.get_running_loop()
    listener = _Listener()
    transport, _protocol = await loop.create_datagram_endpoint(
        lambda: listener, sock=_shared_socket(host, port)
    )
    try:
        await asyncio.sleep(seconds)
    finally:
        transport.close()
    return sorted(listener.found.values(), key=lambda one: one.serial_number)


class _Listener(asyncio.DatagramProtocol):
    """Collect announcements by serial number, the latest of each."""

    def __init__(self) -> None:
        """Have heard nothing yet."""
        self.found: dict[str, FoundPrinter] = {}

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Take in one packet."""
        one = parse_notice(data, str(addr[0]))
        if one is None:
            return
        if one.serial_number in self.found or len(self.found) < MAX_PRINTERS:
            self.found[one.serial_number] = one


def _shared_socket(host: str, port: int) -> socket.socket:
    """Return a UDP socket that slicers on this machine may listen beside."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _address(text: str | None) -> str | None:
    """Return an IP address as sent, None for what is none."""
    try:
        return str(ipaddress.ip_address(text or ""))
    except ValueError:
        return None
