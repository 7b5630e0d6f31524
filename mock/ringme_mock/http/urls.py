"""URLs of the mock, and the paths that are no part of the API."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import quote, unquote

from starlette.types import Scope

# The origins of pages that this machine serves.
LOCAL_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")
HOME_PATH = "/"
CONTROL_PATH = "/__mock__"
PAGE_PATH = f"{CONTROL_PATH}/page"
DOCS_PATH = "/docs"
REFERENCE_PATH = "/reference"
DOCUMENT_PATH = "/openapi.json"
# The first segments of the paths that are no part of the API; that of the root is empty.
_PAGES = frozenset(
    path.split("/")[1]
    for path in (HOME_PATH, CONTROL_PATH, DOCS_PATH, REFERENCE_PATH, DOCUMENT_PATH, "/favicon.ico")
)
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[([0-9A-Fa-f:]+)\])(?::[0-9]{1,5})?")


def base_url(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """Build the URL of the mock by a valid Host header, or else by the address of the server."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not _is_host(host):
        name, port = scope.get("server") or ("127.0.0.1", None)
        name = f"[{name}]" if ":" in name else name
        host = f"{name}:{port}" if port else name
    return f"{scope['scheme']}://{host}"


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    try:
        return match is not None and (match[1] is None or bool(IPv6Address(match[1])))
    except ValueError:
        return False


def raw_path(scope: Scope) -> str:
    """Return the path of a request as it was sent, with escaped slashes within segments.

    It is made from the decoded path if the server does not have it, or a middleware has changed
    the decoded path only.
    """
    path: str = scope["path"]
    raw = scope.get("raw_path")
    if raw is not None:
        text: str = raw.decode("latin-1")
        if decoded(text) == path:
            return text
    return quote(path, safe="/!$&'()*+,:;=@~")


def decoded(text: str) -> str:
    """Decode a path or a segment; what is not UTF-8 becomes U+FFFD."""
    return unquote(text) if "%" in text else text


def is_page(path: str) -> bool:
    """Check for the raw path of a page or of the control interface."""
    first = path.split("/", 2)[1] if path.startswith("/") else path
    return decoded(first) in _PAGES and (first != "" or path == "/")
