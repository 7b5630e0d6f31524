"""Files that the page loads: styles, scripts, its icon."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response

_HERE = Path(__file__).parent
# htmx begins as soon as it is there, and would not wait for an extension in a file of its own.
_SCRIPTS = ("vendor/htmx/htmx.min.js", "vendor/htmx/hx-sse.min.js", "assets/page.js")
_FILES = {
    "page.css": (("assets/page.css",), "text/css"),
    "page.js": (_SCRIPTS, "text/javascript"),
    "icon.svg": (("assets/icon.svg",), "image/svg+xml"),
}
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    # An icon is a document where somebody opens it by itself.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


class Assets:
    """The files by name. URLs contain a digest of the content, so browsers cache them for ever."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._responses: dict[str, Response] = {}
        for name, (parts, media_type) in _FILES.items():
            content = b"\n".join((_HERE / part).read_bytes() for part in parts)
            path = f"{hashlib.sha256(content).hexdigest()[:16]}/{name}"
            self._paths[name] = path
            self._responses[path] = Response(content, headers=_HEADERS, media_type=media_type)

    def path(self, name: str) -> str:
        """Return the path of a file, below that of the assets."""
        return self._paths[name]

    def response(self, path: str) -> Response | None:
        """Serve the file of a path; None if there is none."""
        return self._responses.get(path)
