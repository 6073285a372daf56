"""Talks to the same printers over the same sockets, and makes nothing of it.

What this costs, any integration costs that listens to these printers.
"""

import asyncio
from contextlib import suppress
import json
from pathlib import Path
import ssl
from typing import Any

import aiohttp
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.typing import ConfigType

PRINTERS = "bare.json"
POLLED = {
    "octoprint": ("/api/job", "/api/printer"),
    "moonraker": ("/printer/objects/query?print_stats", "/server/history/list"),
    "prusalink": ("/api/v1/status",),
}
_SUBSCRIPTION = {
    "jsonrpc": "2.0",
    "method": "printer.objects.subscribe",
    "params": {"objects": {"print_stats": None, "virtual_sdcard": None}},
    "id": 1,
}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Begin to talk to all of them."""
    path = Path(hass.config.path(PRINTERS))
    told = json.loads(await hass.async_add_executor_job(path.read_text))
    session = async_create_clientsession(hass)
    clients = []
    for printer in told["printers"]:
        if printer["type"] == "bambu_lab":
            client = await hass.async_add_executor_job(_connect, hass.loop, printer)
            clients.append(client)
            continue
        talk = _talk(session, printer, told["interval_s"])
        hass.async_create_background_task(talk, "bare")
        if printer["type"] != "prusalink":
            hass.async_create_background_task(_hear(session, printer), "bare push")

    async def stop(_event: Event) -> None:
        """Hang up."""
        for client in clients:
            client.disconnect()
            await hass.async_add_executor_job(client.loop_stop)

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)
    return True


async def _talk(
    session: aiohttp.ClientSession, printer: dict[str, Any], interval_s: float
) -> None:
    """Ask again and again."""
    head = {"X-Api-Key": printer["key"]} if printer["key"] else {}
    while True:
        for path in POLLED[printer["type"]]:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(printer["url"] + path, headers=head) as answer:
                    await answer.read()
        await asyncio.sleep(interval_s)


async def _hear(session: aiohttp.ClientSession, printer: dict[str, Any]) -> None:
    """Listen to what is pushed."""
    is_octoprint = printer["type"] == "octoprint"
    path = "/sockjs/websocket" if is_octoprint else "/websocket"
    async with session.ws_connect(printer["url"] + path) as socket:
        if is_octoprint:
            await _sign_in(session, socket, printer)
        else:
            await socket.send_json(_SUBSCRIPTION)
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                json.loads(message.data)


async def _sign_in(
    session: aiohttp.ClientSession,
    socket: aiohttp.ClientWebSocketResponse,
    printer: dict[str, Any],
) -> None:
    """Sign a socket of OctoPrint's in."""
    async with session.post(
        f"{printer['url']}/api/login",
        json={"passive": True},
        headers={"X-Api-Key": printer["key"]},
    ) as answer:
        login = await answer.json()
    await socket.send_json({"auth": f"{login['name']}:{login['session']}"})


def _connect(loop: asyncio.AbstractEventLoop, printer: dict[str, Any]) -> mqtt.Client:
    """Subscribe to a printer's reports, in a thread of its own."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    client.tls_set_context(context)
    client.username_pw_set("bblp", printer["key"])
    topic = f"device/{printer['serial']}"

    def connected(*_: object) -> None:
        """Subscribe, and ask for everything once."""
        client.subscribe(f"{topic}/report")
        ask = {"pushing": {"sequence_id": "0", "command": "pushall"}}
        client.publish(f"{topic}/request", json.dumps(ask))

    def reported(_client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        """Hand a report to the loop, where it ends."""
        loop.call_soon_threadsafe(id, json.loads(message.payload))

    client.on_connect = connected
    client.on_message = reported
    client.connect("127.0.0.1", printer["port"])
    client.loop_start()
    return client
