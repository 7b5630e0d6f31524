"""Security headers of pages: what they may load, and who may embed them."""

from __future__ import annotations

Header = tuple[bytes, bytes]

_FOR_ALL: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    # With `no-referrer`, browsers send `Origin: null` with the page's own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
# For data and errors, in which nothing may run.
_POLICY = b"default-src 'none'; frame-ancestors 'none'; sandbox"


def with_browser_headers(headers: list[Header]) -> list[Header]:
    """Add the security headers that the response to a request for a page does not have."""
    names = {name.lower() for name, _ in headers}
    missing = [header for header in _FOR_ALL if header[0] not in names]
    if b"content-security-policy" not in names:
        missing.append((b"content-security-policy", _POLICY))
    return [*headers, *missing]
