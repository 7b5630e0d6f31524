"""Where things are: how the client reaches the mock, and what is no part of the API."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

from starlette.types import Scope

from ringme_mock.http.bounded_cache import Remembered

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
_asked_before: Remembered[str, bool] = Remembered()
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
    """Whether a path leads to a page, or to the control interface, and so not to the API."""
    known = _asked_before.get(path)
    if known is None:
        known = _asked_before.keep(path, _is_page(path), len(path))
    return known


def _is_page(path: str) -> bool:
    first = path.split("/", 2)[1] if path.startswith("/") else path
    return first in _PAGES and (first != "" or path == "/")
