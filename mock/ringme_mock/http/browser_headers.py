"""What a browser is told about the pages that it opens: what they may load, who may frame them."""

from __future__ import annotations

from ringme_mock.http.urls import DOCS_PATH

Header = tuple[bytes, bytes]

_FOR_ALL: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    # With `no-referrer`, browsers send `Origin: null` with the page's own forms.
    (b"referrer-policy", b"same-origin"),
    # No page of another site may load it as a script or an image.
    (b"cross-origin-resource-policy", b"same-origin"),
]
# What no policy was written for is data, or an error: nothing in it is to run.
_POLICY = b"default-src 'none'; frame-ancestors 'none'; sandbox"
# The page of Swagger UI has a script and a style of its own in it, and puts its images into both.
_DOCS_POLICY = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    b" img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none';"
    b" form-action 'self'; frame-ancestors 'none'"
)


def with_browser_headers(path: str, headers: list[Header]) -> list[Header]:
    """The headers of an answer to a request for a page, completed where it says nothing itself."""
    names = {name.lower() for name, _ in headers}
    missing = [header for header in _FOR_ALL if header[0] not in names]
    if b"content-security-policy" not in names:
        is_docs = path == DOCS_PATH or path.startswith(DOCS_PATH + "/")
        missing.append((b"content-security-policy", _DOCS_POLICY if is_docs else _POLICY))
    return [*headers, *missing]
