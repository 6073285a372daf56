"""Who a Bambu Lab printer says it is."""

import asyncio
from contextlib import suppress
from typing import Any

from ..base import PrinterError, PrinterIdentity
from .connection import MqttConnection
from .errors import WrongSerial
from .models import MANUFACTURER, model_of
from .report import Report, Version


async def ask_version(connection: MqttConnection, timeout_s: float) -> Version | None:
    """Return the version, None from a printer that reports but does not answer.

    Raises WrongSerial where nothing is heard at all, and any other PrinterError.
    """
    connection.request("info", "get_version")
    heard = False
    fault: PrinterError | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            while not connection.lost.done():
                await _news_of(connection)
                for item in connection.inbox.take():
                    if not isinstance(item, Report):
                        fault = item
                        continue
                    heard = True
                    if item.version is not None:
                        return item.version
    if heard:
        return None
    if connection.lost.done():
        raise connection.lost.result()
    raise fault or WrongSerial("nothing is heard under this serial number")


async def _news_of(connection: MqttConnection) -> None:
    """Wait for a report or for the end of the connection."""
    arrived = asyncio.ensure_future(connection.inbox.arrived.wait())
    either: set[asyncio.Future[Any]] = {arrived, connection.lost}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        arrived.cancel()


def identity_of(serial_number: str, version: Version | None) -> PrinterIdentity:
    """Return the identity; model and firmware as far as the version tells them."""
    model = model_of(version)
    return PrinterIdentity(
        unique_id=serial_number,
        name=f"{MANUFACTURER} {model}" if model else MANUFACTURER,
        manufacturer=MANUFACTURER,
        model=model,
        firmware=version.firmware if version else None,
    )
