"""Which OctoPrint it is."""

from collections.abc import Mapping
from html import unescape
import re
from typing import Any

from ..base import NotThisPrinterType, PrinterIdentity
from ..parsing import as_text

PRODUCT = "OctoPrint"
MAX_DESCRIPTION_BYTES = 64 * 1024

# What else answers at /api/version in OctoPrint's manner: PrusaLink 0.8 on an MK3,
# which is announced as _octoprint._tcp too, and Moonraker's compatibility layer.
_IMPOSTORS = ("prusalink", "moonraker")

_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_UDN = re.compile(r"<UDN>\s*([^<]{1,200})</UDN>")
_NAME = re.compile(r"<friendlyName>\s*([^<]{1,500})</friendlyName>")
_OWN_NAME = re.compile(r'OctoPrint instance "(.+)"', re.DOTALL)


def parse_version(body: Mapping[str, Any]) -> str | None:
    """Return the version in ``GET /api/version``.

    Raises NotThisPrinterType where another program answers.
    """
    text = as_text(body.get("text"), 200) or ""
    folded = text.casefold()
    if not folded.startswith(PRODUCT.casefold()):
        raise NotThisPrinterType("another program answers")
    if any(impostor in folded for impostor in _IMPOSTORS):
        raise NotThisPrinterType("another program answers as OctoPrint")
    return as_text(body.get("server"), 100)


def parse_description(body: bytes) -> tuple[str | None, str | None]:
    """Return unique id and name in the device description; never raises.

    Two texts are looked for, instead of handing bytes from the network to an XML
    parser that expands entities. The description is that of OctoPrint's discovery
    plugin, ``/plugin/discovery/discovery.xml`` (1.11), readable without a key.
    """
    if len(body) > MAX_DESCRIPTION_BYTES:
        return None, None
    text = body.decode("utf-8", errors="replace")
    udn, name = _UDN.search(text), _NAME.search(text)
    label = as_text(unescape(name[1]).strip(), 200) if name else None
    own = _OWN_NAME.fullmatch(label) if label else None
    return unique_id_of(udn[1]) if udn else None, own[1] if own else label


def unique_id_of(announced: object) -> str | None:
    """Return the unique id in a UDN, a USN or a TXT record's ``uuid``, if it is one.

    All of them hold the same UUID (1.11); None for anything else.
    """
    if not isinstance(announced, str):
        return None
    word = announced.strip().lower().removeprefix("uuid:").partition("::")[0]
    return word if _UUID.fullmatch(word) else None


def identity_of(version: str | None, description: bytes | None) -> PrinterIdentity:
    """Return who answers; without a description there is no unique id."""
    unique_id, name = parse_description(description or b"")
    return PrinterIdentity(
        unique_id=unique_id,
        name=name or PRODUCT,
        manufacturer=PRODUCT,
        model=PRODUCT,
        firmware=version,
    )
