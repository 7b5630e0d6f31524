"""Login pages as HTML, with their security headers."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_FOLDER = Path(__file__).parent
HTML = "text/html; charset=utf-8"


def page(template: str, **values: Any) -> bytes:
    """Fill in a template, which escapes all values; a lone surrogate becomes `?`."""
    found = _environment().get_template(f"{template}.html.j2")
    return str(found.render(values, style=_style())).encode("utf-8", "replace")


def page_headers(leads_to: str = "") -> dict[str, str]:
    """Make the headers; `form-action` allows `leads_to`, as it is for redirects of forms, too."""
    digest = base64.b64encode(hashlib.sha256(_style().encode("utf-8")).digest()).decode("ascii")
    forms = f"'self' {_source(leads_to)}" if leads_to else "'none'"
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;"
            f" base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # With `no-referrer`, browsers send `Origin: null` with the page's own forms.
        "Referrer-Policy": "same-origin",
    }


def origin_of(url: str) -> str:
    """Return the part of a redirect URI that tells people where it leads."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _source(url: str) -> str:
    # A source in a policy cannot be an IPv6 address.
    return f"{urlsplit(url).scheme}:" if "[" in urlsplit(url).netloc else origin_of(url)


@cache
def _style() -> str:
    return (_FOLDER / "login.css").read_text("utf-8").strip()


@cache
def _environment() -> Any:
    # On demand, as the import takes time.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
