"""JSON bytes of anything, and the WebSocket frames that carry them."""

import json
from typing import Any

from homeassistant.helpers.json import json_bytes
from homeassistant.util.json import JSON_ENCODE_EXCEPTIONS

_FINAL_TEXT = b"\x81"
_TWO_BYTES_FOLLOW = 126
_EIGHT_BYTES_FOLLOW = b"\x7f"


def encode(data: Any) -> bytes:
    """Return JSON; halves of characters, which printers do send, are replaced."""
    try:
        return json_bytes(data)
    except JSON_ENCODE_EXCEPTIONS:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def text_frame(payload: bytes) -> bytes:
    """Return the frame that a server sends a text in (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < _TWO_BYTES_FOLLOW:
        return _FINAL_TEXT + size.to_bytes() + payload
    if size < 1 << 16:
        return _FINAL_TEXT + b"\x7e" + size.to_bytes(2) + payload
    return _FINAL_TEXT + _EIGHT_BYTES_FOLLOW + size.to_bytes(8) + payload


class Message:
    """A message to many: written once, however many receive it."""

    __slots__ = ("_frame", "payload")

    def __init__(self, payload: dict[str, Any]) -> None:
        """Keep what is to be said."""
        self.payload = payload
        self._frame: bytes | None = None

    @property
    def frame(self) -> bytes:
        """Return the message as a WebSocket frame."""
        if self._frame is None:
            self._frame = text_frame(encode(self.payload))
        return self._frame
