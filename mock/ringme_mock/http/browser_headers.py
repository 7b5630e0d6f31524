"""Security headers of pages: what they may load, and who may embed them."""

from __future__ import annotations

from ringme_mock.http.urls import DOCS_PATH

Header = tuple[bytes, bytes]

_FOR_ALL: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    # With `no-referrer`, browsers send `Origin: null` with the page's own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
# For data and errors, in which nothing may run.
_POLICY = b"default-src 'none'; frame-ancestors 'none'; sandbox"
# Swagger UI has an inline script and style with images in them.
_DOCS_POLICY = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    b" img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none';"
    b" form-action 'self'; frame-ancestors 'none'"
)


def with_browser_headers(path: str, headers: list[Header]) -> list[Header]:
    """Add the security headers that the response to a request for a page does not have."""
    names = {name.lower() for name, _ in headers}
    missing = [header for header in _FOR_ALL if header[0] not in names]
    if b"content-security-policy" not in names:
        is_docs = path == DOCS_PATH or path.startswith(DOCS_PATH + "/")
        missing.append((b"content-security-policy", _DOCS_POLICY if is_docs else _POLICY))
    return [*headers, *missing]
