"""Files that the page loads: styles, scripts, its icon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Asset:
    content: bytes
    media_type: str
    digest: str


class Assets:
    """The files by name. URLs contain a digest of the content, so browsers cache them for ever."""

    def __init__(self) -> None:
        self._assets = {name: _read(parts, kind) for name, (parts, kind) in _FILES.items()}

    def path(self, name: str) -> str:
        """Return the path of a file, below that of the assets."""
        return f"{self._assets[name].digest}/{name}"

    def response(self, digest: str, name: str) -> Response | None:
        """Serve a file; None if there is none of this name and digest."""
        asset = self._assets.get(name)
        if asset is None or asset.digest != digest:
            return None
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
            # An icon is a document where somebody opens it by itself.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        }
        return Response(asset.content, headers=headers, media_type=asset.media_type)


def _read(parts: tuple[str, ...], media_type: str) -> _Asset:
    content = b"\n".join((_HERE / part).read_bytes() for part in parts)
    return _Asset(content, media_type, hashlib.sha256(content).hexdigest()[:16])
