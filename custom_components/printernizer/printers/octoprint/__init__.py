"""OctoPrint 1.5 and later, over its REST API and its push socket."""

from .appkeys import (
    AppKeyDenied,
    AppKeyRequest,
    AppKeyRequestsLimited,
    AppKeys,
    AppKeysUnavailable,
)
from .client import OctoPrintClient
from .identity import unique_id_of

__all__ = [
    "AppKeyDenied",
    "AppKeyRequest",
    "AppKeyRequestsLimited",
    "AppKeys",
    "AppKeysUnavailable",
    "OctoPrintClient",
    "unique_id_of",
]
