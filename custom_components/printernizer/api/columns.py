"""A job's fields as clients send them, under the names that the history has for them."""

from collections.abc import Mapping
from typing import Any

from .encoding import encode
from .errors import InvalidRequest
from .fields import Refused, Text

_AUTO_KEYS = frozenset(
    {
        "auto_created",
        "discovery_time",
        "printer_start_time",
        "discovered_on_startup",
        "discovered_afterwards",
    }
)
_MAX_INFO = 64 * 1024
_CUSTOMER_NAME = Text(longest=200, clears=True)


def columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under the names that the history has for them."""
    values = dict(given)
    if "file_name" in values:
        # Beside it stands what was read, where a client sends back the whole job.
        values["filename"] = values.pop("file_name")
    if "customer_info" not in values:
        return values
    info = values.pop("customer_info")
    if info is None:
        values["details"] = None
        return values
    if "name" in info:
        values.setdefault("customer_name", _customer_name(info["name"]))
    values["details"] = {
        key: value
        for key, value in info.items()
        if key != "name" and key not in _AUTO_KEYS
    }
    return values


def _customer_name(value: Any) -> str | None:
    """Return the customer's name that ``customer_info`` holds."""
    try:
        return _CUSTOMER_NAME.parse(value)
    except Refused as refused:
        raise InvalidRequest(f"customer_info.name {refused}") from None


def demand_room(details: Mapping[str, Any] | None) -> None:
    """Refuse what no single body could hold, but many together."""
    if details and len(encode(details)) > _MAX_INFO:
        raise InvalidRequest(
            f"customer_info must be at most {_MAX_INFO} bytes of JSON in all"
        )


def demand_customer(is_business: bool, customer_name: str | None) -> None:
    """Refuse a business job without a customer."""
    if is_business and not (customer_name or "").strip():
        raise InvalidRequest("customer_name must be given where is_business is true")
