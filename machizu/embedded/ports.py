"""Free ports on the loopback address."""

from __future__ import annotations

import random
import socket

# Below Linux's ephemeral ports (32768 up), so that no outgoing connection takes the port between two starts.
PORTS = range(15000, 32000)
LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a random port that is free now."""
    return next(port for port in random.sample(PORTS, len(PORTS)) if is_free(port))
