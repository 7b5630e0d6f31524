"""Where things are: how the client reaches the mock, and what is no part of the API."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address

from starlette.types import Scope

# The origins of pages that this machine serves.
LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")
CONTROL_PATH = "/__mock__"
DOCS_PATH = "/docs"
REFERENCE_PATH = "/reference"
DOCUMENT_PATH = "/openapi.json"
# The first segments of the paths that are no part of the API; that of the root is empty.
_PAGES = frozenset(
    path.split("/")[1]
    for path in ("/", CONTROL_PATH, DOCS_PATH, REFERENCE_PATH, DOCUMENT_PATH, "/favicon.ico")
)
# Longer paths are not kept, so that no client fills the memory with them.
_LONGEST = 500
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[([0-9A-Fa-f:]+)\])(?::[0-9]{1,5})?")


def base_url(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """By the host that it asked for, if that looks like one; else by the address it came to."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not _is_host(host):
        name, port = scope.get("server") or ("127.0.0.1", None)
        name = f"[{name}]" if ":" in name else name
        host = f"{name}:{port}" if port else name
    return f"{scope['scheme']}://{host}"


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    return match is not None and (match[1] is None or _is_ipv6(match[1]))


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def is_page(path: str) -> bool:
    """Tell a path of a page or of the control interface from one of the API."""
    return _is_page(path) if len(path) > _LONGEST else _is_known_page(path)


def _is_page(path: str) -> bool:
    first = path.split("/", 2)[1] if path.startswith("/") else path
    return first in _PAGES and (first != "" or path == "/")


_is_known_page = lru_cache(1000)(_is_page)
