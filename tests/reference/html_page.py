"""Parsed HTML page: anchors, links, and files that it loads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "audio": "src"}


@dataclass
class HtmlPage(HTMLParser):
    """Page with the ids in `places`, targets of `<a>` in `links`, required files in `loaded`."""

    text: str
    places: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    _script: str | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a tag."""
        values = dict(attrs)
        self.tags.append((tag, values))
        if values.get("id"):
            assert values["id"] not in self.places, f"the id {values['id']} is not unique"
            self.places.add(str(values["id"]))
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if values.get(LOADING.get(tag, "")):
            self.loaded.append(str(values[LOADING[tag]]))
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(tag)
        self._script = values.get("id") if tag == "script" else None

    def handle_data(self, data: str) -> None:
        """Record the content of a script element."""
        if self._script:
            self.scripts[self._script] = data
            self._script = None

    @property
    def document(self) -> dict[str, Any] | None:
        """Return the OpenAPI document that the page shows, or None."""
        found: dict[str, Any] | None = None
        if "document" in self.scripts:
            found = json.loads(self.scripts["document"])
        return found


def pages_of(site: Path) -> dict[str, HtmlPage]:
    """Return all pages of a site by file name."""
    return {
        path.relative_to(site).as_posix(): HtmlPage(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
