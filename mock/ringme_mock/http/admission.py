"""Admission: pages that may call the mock, and host names that requests may use."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from ringme_mock.errors import forbidden
from ringme_mock.http.urls import LOCAL_ORIGIN
from ringme_spec.redaction import mask_text

EVERY = "*"
_HOST = re.compile(r"\[([0-9a-fA-F:.]+)\](?::[0-9]+)?|([^:]*)(?::[0-9]+)?")
_LONGEST_HOST = 300
_SHOWN = 100


@dataclass(frozen=True)
class Admission:
    """Pages and host names that are let in besides those of this machine.

    `origins` are those of pages, `*` for every page. `hosts` are names in lower case, `*` for every
    name; None turns the check off. `public_url` is the URL at which clients reach the mock, without
    a trailing slash.
    """

    origins: frozenset[str] = frozenset()
    hosts: frozenset[str] | None = None
    public_url: str = ""

    @property
    def public_path(self) -> str:
        """Path of the public URL, empty without one."""
        return urlsplit(self.public_url).path

    def allows_page(self, origin: str) -> bool:
        """Tell if pages of an origin may call the API."""
        return EVERY in self.origins or origin in self.origins or self.trusts_page(origin)

    def trusts_page(self, origin: str) -> bool:
        """Tell if pages of an origin may control the mock: local ones, and those named."""
        # Any page can give itself the origin "null".
        named = origin in self.origins and origin not in (EVERY, "null")
        return named or LOCAL_ORIGIN.fullmatch(origin) is not None or self._is_own(origin)

    def check_host(self, host: bytes | None, server: tuple[str, int | None] | None) -> None:
        """Raise the 403 for a Host header with a name that is not this machine's (DNS rebinding).

        `server` is the address that the request came to; only loopback addresses are checked.
        """
        if self.hosts is None or host is None or EVERY in self.hosts:
            return
        if not _is_known(host, self.hosts) and server is not None and is_loopback(server[0]):
            name = mask_text(without_port(host.decode("latin-1")))[:_SHOWN]
            raise forbidden(
                "host_refused",
                (
                    f"Host: {name} is not a name of this machine; start the mock with"
                    f" --allow-host {name}"
                ),
            )

    def _is_own(self, origin: str) -> bool:
        parts = urlsplit(self.public_url)
        return bool(parts.netloc) and origin == f"{parts.scheme}://{parts.netloc}"


def why_page_is_refused(origin: str) -> str:
    """Explain why a browser withholds responses from a page, and which option lets it in."""
    shown = mask_text(origin)[:_SHOWN]
    if origin == "null":
        return (
            "CORS: a page without an origin (a file, a sandboxed frame) may not call the mock;"
            " serve it from a port of this machine, or start the mock with --allow-origin null"
        )
    return f"CORS: pages of {shown} may not call the mock; start it with --allow-origin {shown}"


def without_port(host: str) -> str:
    """Return the name or address of a Host header; an invalid header is returned unchanged."""
    match = _HOST.fullmatch(host)
    return (match[1] or match[2]) if match else host


def is_loopback(name: str) -> bool:
    """Tell if a name or an address always means the local machine."""
    name = name.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def _is_known(host: bytes, named: frozenset[str]) -> bool:
    return len(host) <= _LONGEST_HOST and _is_known_kept(host, named)


@lru_cache(1000)
def _is_known_kept(host: bytes, named: frozenset[str]) -> bool:
    name = without_port(host.decode("latin-1")).lower().removesuffix(".")
    # DNS rebinding needs a name, so any address is fine.
    return name in named or is_loopback(name) or _address(name) is not None


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    # A dual-stack socket shows IPv4 addresses as IPv6.
    return getattr(address, "ipv4_mapped", None) or address
