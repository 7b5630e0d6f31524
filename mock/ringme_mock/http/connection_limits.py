"""What one client may take up of the server: bytes, seconds, connections."""

from __future__ import annotations

import sys
from dataclasses import dataclass

# Descriptors that are left for files, and for the loop itself.
_SPARE_FILES = 100
_MOST_CONNECTIONS = 10_000


def _most_connections() -> int:
    """As many as the process may have open: one more would make accepting fail, and loudly."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(_SPARE_FILES, min(_MOST_CONNECTIONS, files - _SPARE_FILES))


@dataclass(frozen=True)
class ConnectionLimits:
    """The limits of a connection, and of their number; seen to every `period` seconds.

    `head_seconds` is for the whole head of a request; `body_seconds` and `write_seconds` for a
    client that sends, or takes, nothing at all. `overhead_bytes` may be sent around a body, and
    `surplus_bytes` of one whose answer did not wait for it. `linger_seconds` is how long a client
    may go on sending that was refused, so that it gets to read why.
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
