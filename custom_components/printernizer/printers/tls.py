"""What a failed TLS handshake tells of the other side."""

import ssl

_REASONS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


def is_without_tls(error: OSError) -> bool:
    """Tell whether a handshake failed because the other side does not use TLS."""
    return isinstance(error, ssl.SSLError) and error.reason in _REASONS
