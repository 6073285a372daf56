"""A Bambu Lab printer in the local network: broker, state and bad habits."""

import asyncio
from collections import Counter
from dataclasses import dataclass
import json
from typing import Any

from tests.peers.truth import TruePrint
from tests.support.ports import free_port

from .certificates import Authority, Certificate
from .machine import Machine
from .models import P1S, Model
from .mqtt import Broker, Client

USER = "bblp"
BAD_PASSWORD = 4


@dataclass(slots=True, kw_only=True)
class Misbehaviour:
    """What goes wrong.

    Attributes:
        login: Answer every login with this code of CONNACK (3: not available).
        stalls: Say nothing to a login.
        greeting: Send these bytes in place of CONNACK.
        is_deaf: Answer no request.
        is_mute: Report nothing by itself.
        hides_full: Never send a full report.
        refuses_topic: Refuse the subscription.
    """

    login: int | None = None
    stalls: bool = False
    greeting: bytes | None = None
    is_deaf: bool = False
    is_mute: bool = False
    hides_full: bool = False
    refuses_topic: bool = False


class BambuPeer:
    """One printer, idle at first.

    ``report_s`` is the time between two reports, ``speed`` shortens all prints.
    ``topic_serial`` is the serial number of the topics, where it differs.
    """

    def __init__(
        self,
        model: Model = P1S,
        *,
        serial_number: str = "01P00A000000001",
        access_code: str = "12345678",
        authority: Authority | None = None,
        certificate: Certificate | None = None,
        topic_serial: str | None = None,
        report_s: float = 1.0,
        speed: float = 1.0,
        has_tls: bool = True,
    ) -> None:
        """Set who it is and what opens it."""
        self.serial_number = serial_number
        self.access_code = access_code
        self.authority = authority or Authority()
        self.certificate = certificate or self.authority.issue(serial_number)
        self.misbehave = Misbehaviour()
        self.logins = 0
        self.asked: Counter[str] = Counter()
        self.qos: set[int] = set()
        self.port = 0
        self._topic = f"device/{topic_serial or serial_number}"
        self._report_s = report_s
        self._has_tls = has_tls
        self._host = "127.0.0.1"
        self._ticker: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self._notices: set[asyncio.Task[None]] = set()
        self.machine = Machine(model, self._changed, speed)
        self.broker = Broker(
            login=self._login, subscribed=self._subscribed, published=self._asked
        )

    @property
    def truth(self) -> list[TruePrint]:
        """Return what was really printed."""
        return self.machine.truth

    @property
    def roots(self) -> str:
        """Return the authorities to trust, as PEM."""
        return self.authority.pem

    # -- the printer's computer ------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Answer on a port."""
        self._host = host
        tls = self.certificate.server_context() if self._has_tls else None
        self.port = port or free_port()
        await self.broker.start(host, self.port, tls)
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Close the port and all connections, and stop printing."""
        await self.lose_network()
        self.machine.close()

    async def lose_network(self) -> None:
        """Answer nothing while the print goes on."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None
        await self.broker.stop()

    def lose_power(self) -> None:
        """Fall silent in mid-connection: nothing is read, answered or closed any more."""
        if self._ticker is not None:
            self._ticker.cancel()
        self.broker.freeze()

    async def regain_network(self) -> None:
        """Answer again on the same port."""
        await self.start(self._host, self.port)

    async def restart(self) -> None:
        """Lose power and come back: a running print is lost."""
        await self.lose_network()
        self.machine.boot()
        await self.regain_network()

    def drop(self) -> None:
        """Break all connections."""
        for client in list(self.broker.clients):
            client.drop()

    def send(self, payload: bytes) -> None:
        """Send any bytes as a report."""
        self.broker.publish(f"{self._topic}/report", payload)

    def send_raw(self, data: bytes) -> None:
        """Send any bytes in place of a packet."""
        for client in self.broker.clients:
            client.send(data)

    def say(self, **changes: Any) -> None:
        """Change any part of the state, and report it."""
        self.machine.report(**changes)

    def send_full(self) -> None:
        """Send a full report."""
        self._send_status(dict(self.machine.status), 0)

    # -- printing --------------------------------------------------------------------

    def start_print(
        self,
        filename: str,
        duration_s: float = 60,
        *,
        is_cloud: bool = True,
        prepares: bool = False,
        print_id: str | None = None,
    ) -> TruePrint:
        """Print a file; it ends by itself after its duration.

        ``prepares``: it downloads and heats until ``heat_up``. ``is_cloud`` False: from
        the local network or the SD card. ``print_id``: as a third-party sender sets it.
        """
        return self.machine.start(
            filename,
            duration_s,
            is_cloud=is_cloud,
            prepares=prepares,
            print_id=print_id,
        )

    def heat_up(self) -> None:
        """Go from preparing to printing."""
        self.machine.heat_up()

    def pause(self) -> None:
        """Pause the print."""
        self.machine.hold()

    def resume(self) -> None:
        """Go on."""
        self.machine.go_on()

    def cancel(self) -> None:
        """Cancel the print."""
        self.machine.cancel()

    def fail(self, reason: int = 0x03008003) -> None:
        """Let the print fail with an error code."""
        self.machine.fail(reason)

    def finish(self) -> None:
        """Finish the print at once."""
        self.machine.finish()

    def calibrate(self) -> None:
        """Run the printer's own calibration."""
        self.machine.report(
            gcode_state="RUNNING",
            gcode_file="/usr/etc/print/auto_cali_for_user.gcode",
            subtask_name="auto_cali_for_user",
            print_type="system",
        )

    async def until_over(self) -> None:
        """Wait until no print is open."""
        await self.machine.over.wait()

    async def until_asked(self, command: str, times: int = 1) -> None:
        """Wait until a request has come so often."""
        async with self._news:
            await self._news.wait_for(lambda: self.asked[command] >= times)

    # -- the broker's questions ------------------------------------------------------

    def _login(self, client: Client, user: str, password: str) -> int | None:
        """Check user and access code."""
        self.logins += 1
        if self.misbehave.greeting is not None:
            client.send(self.misbehave.greeting)
        if self.misbehave.stalls or self.misbehave.greeting is not None:
            return None
        if self.misbehave.login is not None:
            return self.misbehave.login
        is_right = (user, password) == (USER, self.access_code)
        return 0 if is_right else BAD_PASSWORD

    def _subscribed(self, client: Client, topic: str) -> int:
        """Grant a subscription; a P1 drops who listens to requests."""
        if topic.endswith("/request"):
            client.drop()
        return 0x80 if self.misbehave.refuses_topic else 0

    def _asked(self, _client: Client, topic: str, payload: bytes, qos: int) -> None:
        """Answer a request."""
        self.qos.add(qos)
        if topic != f"{self._topic}/request":
            return
        body = json.loads(payload)
        command = next(iter(body.values()))["command"]
        self.asked[command] += 1
        notice = asyncio.create_task(self._notify())
        self._notices.add(notice)
        notice.add_done_callback(self._notices.discard)
        if self.misbehave.is_deaf:
            return
        if command == "pushall" and not self.misbehave.hides_full:
            self.send_full()
        elif command == "get_version":
            self._send_version()

    async def _notify(self) -> None:
        """Wake who waits for a request."""
        async with self._news:
            self._news.notify_all()

    # -- reports ---------------------------------------------------------------------

    def _changed(self, changes: dict[str, Any]) -> None:
        """Report a change, or everything where the model always does."""
        if self.misbehave.is_mute:
            return
        if self.machine.model.always_full:
            self.send_full()
        else:
            self._send_status(changes, 1)

    def _send_status(self, status: dict[str, Any], msg: int) -> None:
        """Send a report."""
        body = {**status, "command": "push_status", "sequence_id": "1"}
        if self.machine.model.says_msg:
            body["msg"] = msg
        self.send(json.dumps({"print": body}).encode())

    def _send_version(self) -> None:
        """Tell the modules; older firmware names a project, not a product."""
        model = self.machine.model
        ota = {"name": "ota", "sw_ver": model.firmware, "hw_ver": "OTA"}
        if model.product_name is not None:
            ota["product_name"] = model.product_name
        else:
            ota["project_name"] = model.code
        info = {"command": "get_version", "sequence_id": "0", "module": [ota]}
        self.send(json.dumps({"info": info}).encode())

    async def _tick(self) -> None:
        """Report from time to time."""
        while True:
            await asyncio.sleep(self._report_s)
            self.machine.tick()
