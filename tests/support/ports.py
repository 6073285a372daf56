"""Ports of this machine for servers that run beside the tests."""

from itertools import cycle
import random
import socket

# Below the ports that systems hand out by themselves (Linux from 32768 on): a
# server's port stays its own while it is yet to start, or down for a while.
PORTS = range(10_000, 32_768)

_ports = cycle(random.sample(PORTS, len(PORTS)))


def free_port() -> int:
    """Return a port that nothing listens on, and that no other server is given."""
    return next(port for port in _ports if is_free(port))


def is_free(port: int) -> bool:
    """Return whether a server could listen on 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
