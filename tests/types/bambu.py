"""A driver for Bambu Lab's printers, with ids and without."""

from typing import Any, ClassVar, override

from custom_components.printernizer.clients import PrinterType
from tests.peers.bambu import P1S, X1C, Authority, BambuPeer, Model
from tests.peers.bambu.machine import POWER_LOSS

from .printer import LONG_S, SECRET, Enduring, Printer

# Made before any test makes time jump: who makes the first one while it does leaves
# cryptography with a class of dates that is gone afterwards.
AUTHORITY = Authority()


class Bambu(Printer[BambuPeer], Enduring):
    """A Bambu Lab printer, whose certificate is trusted on first use."""

    printer_type = PrinterType.BAMBU_LAB
    ending = ".3mf"
    secret_field = "access_code"
    model: ClassVar[Model]
    is_cloud: ClassVar[bool]

    def __init__(self) -> None:
        """Be idle."""
        peer = BambuPeer(
            self.model, access_code=SECRET, authority=AUTHORITY, report_s=0.2
        )
        super().__init__(peer)

    @property
    @override
    def identity(self) -> str:
        return self.peer.serial_number

    @override
    def address(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "advanced": {"port": self.line.port}}

    @override
    def key(self, secret: str) -> dict[str, Any]:
        return {"access_code": secret}

    @override
    def data(self, secret: str = SECRET) -> dict[str, Any]:
        return {
            "printer_type": self.printer_type.value,
            "host": "127.0.0.1",
            "port": self.line.port,
            "serial_number": self.peer.serial_number,
            "access_code": secret,
            "fingerprint": self.peer.certificate.fingerprint,
        }

    @override
    def forms(self, secret: str = SECRET) -> list[dict[str, Any]]:
        access = {
            **self.address(),
            **self.key(secret),
            "serial_number": self.peer.serial_number,
        }
        return [access, {}]

    @override
    def renew(self, secret: str) -> None:
        # The printer leaves none in when its code has changed.
        self.peer.access_code = secret
        self.peer.drop()

    @override
    def begin(self, name: str) -> None:
        self.peer.start_print(self.file(name), LONG_S, is_cloud=self.is_cloud)

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
        await self.peer.lose_network()
        self.peer.machine.hold(print_error=POWER_LOSS)

    @override
    async def come_up(self) -> None:
        await self.peer.regain_network()
        self.peer.say(print_error=0)
        self.peer.resume()


class BambuCloud(Bambu):
    """An X1C whose prints come from the cloud, with ids."""

    model = X1C
    is_cloud = True


class BambuLan(Bambu):
    """A P1S whose prints come from the local network: no ids, and late names."""

    model = P1S
    is_cloud = False
