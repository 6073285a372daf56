"""Who a PrusaLink says it is."""

from collections.abc import Mapping
from typing import Any

from ..base import NotThisPrinterType, PrinterIdentity, PrinterStarting
from ..parsing import as_text

MANUFACTURER = "Prusa Research"
PRODUCT = "PrusaLink"

_MAX_NAME = 100


def check_version(version: Mapping[str, Any]) -> None:
    """Raise NotThisPrinterType where ``/api/version`` is not that of a PrusaLink.

    OctoPrint and Moonraker answer there too, with a text of their own.
    """
    texts = (as_text(version.get("text")), as_text(version.get("original")))
    if not any(text and text.startswith(PRODUCT) for text in texts):
        raise NotThisPrinterType("its version is not that of a PrusaLink")


def identity_of(version: Mapping[str, Any], info: Mapping[str, Any]) -> PrinterIdentity:
    """Return the identity in ``/api/version`` and ``/api/v1/info``.

    Raises PrinterStarting while a PrusaLink on MK3 does not know its printer yet:
    without the serial number the identity would be another one later. Its
    ``hostname`` in info is that of Prusa Connect, not its own.
    """
    serial = as_text(info.get("serial"), _MAX_NAME)
    original = as_text(version.get("original"), _MAX_NAME)
    if serial is None and original is not None:
        raise PrinterStarting("no serial number yet")
    model = as_text(version.get("printer"), _MAX_NAME)
    if model is None and original is not None and original.startswith(PRODUCT):
        model = original.removeprefix(PRODUCT).strip() or None
    name = (
        as_text(info.get("name"), _MAX_NAME)
        or as_text(version.get("hostname"), _MAX_NAME)
        or model
        or PRODUCT
    )
    return PrinterIdentity(
        unique_id=serial,
        name=name,
        manufacturer=MANUFACTURER,
        model=model,
        firmware=as_text(version.get("firmware"), _MAX_NAME),
    )
