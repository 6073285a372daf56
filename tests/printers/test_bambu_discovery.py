"""Bambu Lab printers that announce themselves."""

import asyncio
import socket

import pytest

from custom_components.printernizer.printers.bambu_lab import FoundPrinter, discover
from custom_components.printernizer.printers.bambu_lab.discovery import parse_notice

LINES = {
    "HOST": "239.255.255.250:1990",
    "Server": "UPnP/1.0",
    "Location": "192.0.2.17",
    "NT": "urn:bambulab-com:device:3dprinter:1",
    "USN": "01P00A000000001",
    "Cache-Control": "max-age=1800",
    "DevModel.bambu.com": "C12",
    "DevName.bambu.com": "Werkstatt: links",
    "DevConnect.bambu.com": "lan",
    "DevBind.bambu.com": "free",
}


def notice(first: str = "NOTIFY * HTTP/1.1", **changes: str | None) -> bytes:
    """Return a packet as printers send it."""
    lines = {**LINES, **changes}
    body = "".join(f"{key}: {value}\r\n" for key, value in lines.items() if value)
    return f"{first}\r\n{body}\r\n".encode()


FOUND = FoundPrinter(
    host="192.0.2.17",
    serial_number="01P00A000000001",
    code="C12",
    model="P1S",
    name="Werkstatt: links",
)


def test_notice() -> None:
    """Location is a bare address, USN the serial number without a prefix."""
    assert parse_notice(notice(), "192.0.2.99") == FOUND


def test_answer_to_a_search() -> None:
    """It names the service in ST."""
    packet = notice(
        "HTTP/1.1 200 OK", NT=None, ST="urn:bambulab-com:device:3dprinter:1"
    )
    assert parse_notice(packet, "192.0.2.99") == FOUND


def test_location_that_is_no_address() -> None:
    """Then the sender's address counts."""
    found = parse_notice(notice(Location="http://x/"), "192.0.2.99")
    assert found is not None
    assert found.host == "192.0.2.99"


def test_model_that_is_not_known_yet() -> None:
    """The code stands for itself."""
    found = parse_notice(notice(**{"DevModel.bambu.com": "Z9"}), "192.0.2.99")
    assert found is not None
    assert (found.code, found.model) == ("Z9", "Z9")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xff\xfe\x00",
        notice("M-SEARCH * HTTP/1.1"),
        notice(NT="upnp:rootdevice"),
        notice(USN=None),
        notice(USN="../../etc"),
    ],
)
def test_other_packets(packet: bytes) -> None:
    """Other devices, searches and rubbish are no printers."""
    assert parse_notice(packet, "192.0.2.99") is None


async def test_discover_hears_each_printer_once() -> None:
    """Beside another listener on the same port; rubbish is ignored."""
    loop = asyncio.get_running_loop()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        searching = asyncio.ensure_future(discover(0.5, "127.0.0.1", port))
        until = loop.time() + 0.3
        while loop.time() < until:
            for packet in (b"rubbish", notice(), notice(USN="00M00A000000002")):
                sender.sendto(packet, ("127.0.0.1", port))
            await asyncio.sleep(0.05)
        found = await searching
    assert [one.serial_number for one in found] == [
        "00M00A000000002",
        "01P00A000000001",
    ]


async def test_discover_shares_its_port() -> None:
    """A slicer, or a second flow, may listen at the same time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    both = [discover(0.05, "127.0.0.1", port) for _ in range(2)]
    assert await asyncio.gather(*both) == [[], []]
