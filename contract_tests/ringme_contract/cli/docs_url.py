"""Type of the option that names the documentation."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import click


class DocsUrl(click.ParamType[str]):
    """URL of a folder of pages, with a slash at the end, so that a page can follow."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if text and not _is_folder(text):
            self.fail(f"{value!r} is not a URL, such as https://docs.example/mock/", param, ctx)
        return f"{text.removesuffix('/')}/" if text else ""


def _is_folder(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https")
    return is_web and has_host and not (parts.query or parts.fragment or " " in url)
