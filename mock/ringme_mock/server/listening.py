"""Listening socket of the mock, and its URL."""

from __future__ import annotations

import ipaddress
import socket

from ringme_spec.errors import ConfigError

_BACKLOG = 2048
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket. Raises ConfigError if the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, UnicodeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"cannot listen on {host} port {port}: {reason}; --port 0 takes a free port"
        ) from None
    listener.set_inheritable(True)
    return listener


def address(listener: socket.socket) -> str:
    return str(listener.getsockname()[0])


def is_local(listener: socket.socket) -> bool:
    return ipaddress.ip_address(address(listener)).is_loopback


def url(listener: socket.socket, scheme: str) -> str:
    """Return the URL for this machine, without a trailing slash."""
    host, port = listener.getsockname()[:2]
    if host in ANYWHERE:
        host = "127.0.0.1"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
