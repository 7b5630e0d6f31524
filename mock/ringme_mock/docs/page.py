"""The pages of the documentation, as pages.yaml lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ringme_mock.docs.places import PAGES
from ringme_spec.document import read_yaml


@dataclass(frozen=True)
class Page:
    """One page of the site; pages.yaml describes the fields."""

    file: str
    title: str
    menu: str
    summary: str
    template: str = "text.html.j2"
    source: str | None = None
    document: str | None = None
    policy: str = "text"
    needs: str | None = None
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.file.removesuffix(".html")


def read_pages(path: Path = PAGES) -> tuple[Page, ...]:
    return tuple(_read_page(entry) for entry in read_yaml(path)["pages"])


def _read_page(entry: dict[str, str | list[str]]) -> Page:
    values = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return Page(**values)  # type: ignore[arg-type]
