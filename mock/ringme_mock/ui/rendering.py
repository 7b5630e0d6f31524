"""Templates of the page, and the headers of its responses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    # With `no-referrer`, browsers send `Origin: null` with the page's own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Templates:
    """The templates of the page; they escape all values."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(self, name: str, **values: Any) -> str:
        """Fill in a template. A lone surrogate, which is no text, shows as `?`."""
        text = self._environment.get_template(f"{name}.html.j2").render(values)
        return text.encode("utf-8", "replace").decode("utf-8")

    def response(self, name: str, status: int = 200, **values: Any) -> Response:
        return Response(self.text(name, **values), status, dict(HEADERS), "text/html")
