"""Limits of a connection: bytes, seconds, and the number of connections."""

from __future__ import annotations

import sys
from dataclasses import dataclass

# Descriptors left for files and for the event loop.
_SPARE_FILES = 100
_MOST_CONNECTIONS = 10_000


def _most_connections() -> int:
    """Return the number of connections that the process may have descriptors for."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(_SPARE_FILES, min(_MOST_CONNECTIONS, files - _SPARE_FILES))


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits of a connection, checked every `period` seconds, and the number of connections.

    `head_seconds` is the time for the whole head of a request. `body_seconds` and `write_seconds`
    apply to a client that sends, or reads, nothing at all. `overhead_bytes` limits the framing
    around a body, `surplus_bytes` the rest of a body whose response is already sent. A refused
    client may send for `linger_seconds` more, so that it can read the response.
    """

    head_bytes: int = 32 * 1024
    overhead_bytes: int = 32 * 1024
    surplus_bytes: int = 8 * 1024 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    write_seconds: float = 30.0
    idle_seconds: float = 5.0
    linger_seconds: float = 2.0
    connections: int = _most_connections()
    pipelined: int = 1000
    period: float = 1.0
