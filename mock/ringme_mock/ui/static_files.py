"""Files of the page: HTML, style, modules, and the library that they stand on."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response

from ringme_mock.http.urls import PAGE_PATH

_HERE = Path(__file__).parent
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; media-src blob:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_SAFE = {"X-Content-Type-Options": "nosniff"}
HEADERS = {
    **_SAFE,
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ASSET_HEADERS = {
    **_SAFE,
    "Cache-Control": "public, max-age=31536000, immutable",
    # An icon is a document where somebody opens it by itself.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


class StaticFiles:
    """The files by path. Their folder is named by a digest of all, so browsers cache them for ever.

    The links between them are relative: they work below any session and any prefix.
    """

    def __init__(self) -> None:
        found = sorted(path for path in _HERE.rglob("*") if path.suffix in _KINDS)
        contents = {path.relative_to(_HERE).as_posix(): path.read_bytes() for path in found}
        digest = hashlib.sha256(repr(contents).encode()).hexdigest()[:16]
        self._folder = f"{PAGE_PATH}/assets/{digest}/"
        self._contents = contents
        home = (_HERE / "page" / "index.html").read_text("utf-8")
        self._home = home.replace("{assets}", "{root}" + self._folder.removeprefix("/"))

    def home(self, root: str) -> Response:
        """Show the page; its links begin with `root`: empty, or a path that ends with a slash."""
        content = self._home.replace("{root}", root)
        return Response(content, headers=HEADERS, media_type="text/html")

    def asset(self, path: str) -> Response:
        """Serve a file by the path of its URL; the 404 in words if there is none."""
        name = path.removeprefix(self._folder)
        content = self._contents.get(name)
        if content is None or name == path:
            return Response("There is no such file\n", 404, HEADERS, "text/plain")
        return Response(content, headers=_ASSET_HEADERS, media_type=_KINDS[Path(name).suffix])
