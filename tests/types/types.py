"""A driver for each type of printer; what differs between them is here."""

from typing import Any, override

from custom_components.printernizer.clients import PrinterType
from custom_components.printernizer.core.jobs import JobStatus
from tests.peers.moonraker import MoonrakerPeer
from tests.peers.octoprint import OctoPrintPeer
from tests.peers.prusalink import Personality, PrusaLinkPeer

from .bambu import BambuCloud, BambuLan
from .printer import LONG_S, SECRET, VERIFY, Enduring, Printer

UUID = "6285baa7-c9d8-4e0d-aec9-2e0f0f6d36bc"


class OctoPrint(Printer[OctoPrintPeer]):
    """OctoPrint 1.11: no ids, but counts of success and failure for each file.

    Where another print has followed, a counted failure may be a cancel or a fault.
    """

    printer_type = PrinterType.OCTOPRINT
    ends_kept = frozenset({JobStatus.COMPLETED})

    def __init__(self) -> None:
        """Be idle."""
        super().__init__(OctoPrintPeer(SECRET, uuid=UUID))

    @property
    @override
    def identity(self) -> str:
        return UUID

    @override
    def renew(self, secret: str) -> None:
        self.peer.api_key = secret

    @override
    def begin(self, name: str) -> None:
        self.peer.start_print(self.file(name), LONG_S)

    @override
    def fail(self) -> None:
        self.peer.fail()

    @override
    def rest(self) -> None:
        if not self.peer.machine.is_operational:
            self.peer.machine.connect()

    @override
    async def restart(self) -> None:
        await self.peer.restart()


class OctoPrintSd(OctoPrint):
    """OctoPrint 1.11 that prints from the printer's SD card, where nothing counts."""

    ends_kept = frozenset()

    @override
    def begin(self, name: str) -> None:
        self.peer.start_print(self.file(name), LONG_S, origin="sdcard")


class Moonraker(Printer[MoonrakerPeer], Enduring):
    """Moonraker 0.11 with its history; it may restart while Klipper prints on."""

    printer_type = PrinterType.MOONRAKER
    ends_kept = frozenset({JobStatus.COMPLETED, JobStatus.CANCELLED})
    lost_by_restart = JobStatus.FAILED

    def __init__(self) -> None:
        """Be idle, and open to those alone who have the key."""
        super().__init__(MoonrakerPeer(api_key=SECRET, trusted=False))

    @property
    @override
    def identity(self) -> str:
        return self.peer.instance_id

    @override
    def renew(self, secret: str) -> None:
        self.peer.api_key = secret

    @override
    def begin(self, name: str) -> None:
        self.peer.start_print(self.file(name), duration_s=LONG_S)
        self.tell()

    @override
    def tell(self) -> None:
        self.peer.see_status()

    @override
    def fail(self) -> None:
        self.peer.fail("Move out of range")
        self.tell()

    @override
    async def restart(self) -> None:
        self.peer.disconnect_klipper()
        self.peer.connect_klipper()
        self.peer.ready_klipper()

    @override
    def begin_enduring(self, name: str) -> None:
        self.begin(name)

    @override
    async def go_down(self) -> None:
        await self.peer.stop_server(kill=True)

    @override
    async def come_up(self) -> None:
        await self.peer.start_server()


class Buddy(Printer[PrusaLinkPeer], Enduring):
    """PrusaLink in a Prusa's own firmware, which survives power cuts."""

    printer_type = PrinterType.PRUSALINK
    ending = ".bgcode"

    def __init__(self) -> None:
        """Be idle."""
        super().__init__(PrusaLinkPeer(api_key=SECRET))

    @property
    @override
    def identity(self) -> str:
        assert self.peer.serial is not None
        return self.peer.serial

    @override
    def renew(self, secret: str) -> None:
        self.peer.guard.api_key = self.peer.guard.password = secret

    @override
    def begin(self, name: str) -> None:
        self.peer.start_print(self.file(name), LONG_S)

    @override
    def fail(self) -> None:
        self.peer.fail()

    @override
    async def restart(self) -> None:
        await self.peer.restart()

    @override
    def begin_enduring(self, name: str) -> None:
        self.begin(name)

    @override
    async def go_down(self) -> None:
        self.peer.machine.rest("ATTENTION")
        await self.peer.lose_network()

    @override
    async def come_up(self) -> None:
        self.peer.guard.forget_nonces()
        await self.peer.regain_network()
        self.peer.resume()


class Mk3(Printer[PrusaLinkPeer], Enduring):
    """PrusaLink beside an MK3, opened by name and password.

    It shows an end for 11 s, and gives a print from the SD card a new id when it is
    restarted.
    """

    printer_type = PrinterType.PRUSALINK
    end_stands = False

    def __init__(self) -> None:
        """Be idle."""
        peer = PrusaLinkPeer(Personality.MK3, username="me", password=SECRET)
        super().__init__(peer)

    @property
    @override
    def identity(self) -> str:
        assert self.peer.serial is not None
        return self.peer.serial

    @override
    def key(self, secret: str) -> dict[str, Any]:
        return {"username": "me", "api_key": secret, "advanced": VERIFY}

    @override
    def renew(self, secret: str) -> None:
        self.peer.guard.password = secret

    @override
    def begin(self, name: str) -> None:
        self.peer.start_print(self.file(name), LONG_S)

    @override
    def fail(self) -> None:
        self.peer.fail()

    @override
    async def restart(self) -> None:
        await self.peer.restart()

    @override
    def begin_enduring(self, name: str) -> None:
        self.peer.start_print(self.file(name), LONG_S, on_sd=True)

    @override
    async def go_down(self) -> None:
        await self.peer.lose_network()

    @override
    async def come_up(self) -> None:
        await self.peer.restart()


TYPES: dict[str, type[OctoPrint | Moonraker | Buddy | Mk3 | BambuCloud | BambuLan]] = {
    "octoprint": OctoPrint,
    "octoprint-sd": OctoPrintSd,
    "moonraker": Moonraker,
    "prusalink-buddy": Buddy,
    "prusalink-mk3": Mk3,
    "bambu-cloud": BambuCloud,
    "bambu-lan": BambuLan,
}
ENDURING = [name for name, kind in TYPES.items() if issubclass(kind, Enduring)]
