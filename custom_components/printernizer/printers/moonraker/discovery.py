"""What Moonraker announces of itself with zeroconf."""

from collections.abc import Mapping

from ...core.frozen import frozen
from ..parsing import as_text, normalise_url

SERVICE_TYPE = "_moonraker._tcp.local."


@frozen(kw_only=True)
class Discovered:
    """One announced Moonraker; ``unique_id`` is also what ``identify`` tells."""

    url: str
    unique_id: str | None
    version: str | None


def parse_discovery(
    host: str, port: int | None, properties: Mapping[str, object]
) -> Discovered | None:
    """Return what an announcement tells, None where it holds no usable address.

    Announced only with a ``[zeroconf]`` section. TXT keys (Moonraker 0.11, source):
    ``uuid``, ``version``, ``https_port`` (empty without TLS), ``route_prefix``. Plain
    HTTP is preferred: Moonraker makes its certificate itself.
    """
    prefix = (as_text(properties.get("route_prefix")) or "").strip("/ ")
    host = f"[{host}]" if ":" in host else host
    try:
        url = normalise_url(f"http://{host}:{port or 7125}/{prefix}")
    except ValueError:
        return None
    return Discovered(
        url=url,
        unique_id=parse_instance_id(properties.get("uuid")),
        version=as_text(properties.get("version"), 50),
    )


def parse_instance_id(value: object) -> str | None:
    """Return an instance id in its one spelling, None where there is none.

    It is a UUID (database key ``instance_id``, file ``.moonraker.uuid``), with or
    without dashes.
    """
    text = as_text(value, 100)
    return text.strip().replace("-", "").lower() or None if text else None
