"""Index of the search box: pages by heading, rules, errors and operations."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from ringme_mock.docs.markdown import slug
from ringme_mock.docs.viewer import anchor
from ringme_spec.contract import Contract

# Title, page, URL and text.
Entry = list[str]
_HEADINGS = ("h1", "h2", "h3")
_INLINE = ("a", "code", "em", "span", "strong", "wbr")


class PageReader(HTMLParser):
    """Parser that splits the main part of a page at each id; `entries` have the text below it."""

    def __init__(self, file: str, page: str, html: str) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self._file, self._page = file, page
        self._reads = self._in_heading = False
        self.feed(html)
        for entry in self.entries:
            entry[:] = [" ".join(part.split()) for part in entry]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        place = dict(attrs).get("id")
        self._reads = self._reads or tag == "main"
        if self._reads and place:
            url = self._file if place == "main" else f"{self._file}#{place}"
            # The id is the title if there is no heading, as in a row of a table.
            self.entries.append([place, self._page, url, ""])
        if tag not in _INLINE and self.entries:
            self.entries[-1][3] += " "
        if tag in _HEADINGS and self.entries:
            self._in_heading = True
            self.entries[-1][0] = ""

    def handle_endtag(self, tag: str) -> None:
        self._in_heading = self._in_heading and tag not in _HEADINGS
        self._reads = self._reads and tag != "main"

    def handle_data(self, data: str) -> None:
        if self._reads and self.entries:
            self.entries[-1][0 if self._in_heading else 3] += data


def entries_of_document(file: str, page: str, document: dict[str, Any]) -> Iterator[Entry]:
    """Yield the headings of the description, then the operations."""
    for part in document["info"].get("description", "").split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        yield [title, page, f"{file}#description/{slug(title)}", " ".join(text.split())]
    for one in Contract(document).operations.values():
        text = f"{one.method} {one.path} {one.id} {one.description}"
        yield [one.summary, page, f"{file}#{anchor(one)}", " ".join(text.split())]
