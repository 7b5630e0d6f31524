"""Targets that events may be sent to: this machine, private networks, and named hosts.

The address of the connection itself is checked, so a name cannot change its address after the
check.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Collection, Iterable
from typing import Any

import httpcore

_NETWORKS = tuple(
    ipaddress.ip_network(one)
    for one in (
        "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
    )
)  # fmt: skip


class Refused(Exception):
    """Refusal of a target that is neither near nor named; its text says what to do."""


def receiver_of(url: str) -> str:
    """Return the part of an absolute URL that identifies the receiver: scheme, host and port."""
    return re.split(r"(?<=[^:/])[/?#]", url, maxsplit=1)[0].lower()


def is_near(address: str) -> bool:
    """Tell if an address is of this machine or of a private network."""
    found = ipaddress.ip_address(address)
    # A dual-stack socket reaches IPv4 addresses as IPv6.
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in _NETWORKS if network.version == found.version)


async def find_address(host: str, port: int, named: Collection[str]) -> str:
    """Resolve a host to an address that may be connected to. Raises Refused, or OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    if host.lower() in named:
        return addresses[0]
    near = next((one for one in addresses if "%" not in one and is_near(one)), None)
    if near is None:
        raise Refused(
            f"{host} is neither this machine nor in a private network;"
            f" start the mock with --event-host {host}"
        )
    return near


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Network backend of the HTTP client that connects only to checked addresses."""

    def __init__(self, named: Collection[str]) -> None:
        self._named = named
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the client's own interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            address = await find_address(host, port, self._named)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return await self._network.connect_tcp(
            address, port, timeout, local_address, socket_options
        )
