"""The documentation as a set of files, each made on request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from ringme_mock.docs.markdown import render_markdown
from ringme_mock.docs.material import Material
from ringme_mock.docs.places import ASSETS, CONTENT, PAGES, REDOC
from ringme_mock.docs.redoc import derived_document
from ringme_mock.docs.templating import environment
from ringme_mock.version import __version__
from ringme_spec.document import read_yaml

HTML = "text/html"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain", "": "text/plain"}
# A page as pages.yaml describes it.
Page = dict[str, Any]
_DEFAULTS: Page = {
    "template": "text.html.j2",
    "policy": "text",
    **dict.fromkeys(("source", "document", "needs")),
    **dict.fromkeys(("styles", "scripts"), ()),
}
_PART = re.compile(r"<p>\[\[([a-z_]+)\]\]</p>|\[\[([a-z_]+)\]\]")


@dataclass(frozen=True)
class File:
    """One file; `policy` is the Content-Security-Policy of a page."""

    media_type: str
    make: Callable[[], bytes]
    policy: str | None = None


class Book:
    def __init__(self, material: Material) -> None:
        self._material = material
        self._policies: dict[str, str] = read_yaml(CONTENT / "policies.yaml")
        self._environment = environment()
        self.pages = tuple(
            page
            for page in read_pages()
            if page["needs"] is None or getattr(material, page["needs"]) is not None
        )
        self.files: dict[str, File] = dict(self._files())

    def _files(self) -> Iterator[tuple[str, File]]:
        for page in self.pages:
            policy = self._policies[page["policy"]]
            yield page["file"], File(HTML, partial(self._render, page, policy), policy)
        for asset in (*ASSETS.iterdir(), *REDOC.glob("redoc.*")):
            yield f"assets/{asset.name}", File(_TYPES[asset.suffix], asset.read_bytes)
        yield "assets/redoc.LICENSE", File(_TYPES[""], (REDOC / "LICENSE").read_bytes)
        yield "openapi.json", File("application/json", self._document)
        report = self._material.report
        if report:
            yield "contract-report.html", File(HTML, lambda: report["page"])

    def _document(self) -> bytes:
        text = json.dumps(self._material.document, ensure_ascii=False, indent=1)
        return f"{text}\n".encode()

    def _render(self, page: Page, policy: str) -> bytes:
        values = {
            "page": page,
            "pages": self.pages,
            "policy": policy,
            "material": self._material,
            "version": __version__,
        }
        text = self._environment.get_template(page["template"]).render(
            **values,
            content=Markup(self._prose(page["source"], values)),  # noqa: S704 - made by the renderer
            shown=self._shown_document(page),
        )
        return text.encode("utf-8")

    def _prose(self, source: str | None, values: dict[str, Any]) -> str:
        if source is None:
            return ""
        html = render_markdown((CONTENT / source).read_text(encoding="utf-8"))

        def part(found: re.Match[str]) -> str:
            name = found.group(1) or found.group(2)
            return self._environment.get_template(f"parts/{name}.html.j2").render(**values).strip()

        return _PART.sub(part, html)

    def _shown_document(self, page: Page) -> dict[str, Any] | None:
        material = self._material
        if page["document"] == "api":
            shown, rules = material.document, material.rules
        elif page["document"] == "control" and material.control is not None:
            shown, rules = material.control, ()
        else:
            return None
        document = derived_document(shown, rules, material.grades, self._environment)
        if not material.served:
            # A page from a file has no host that the document's own `/` could mean.
            document["servers"] = [{"url": material.guide["url"], "description": "The mock"}]
        return document


def read_pages() -> list[Page]:
    """Read pages.yaml, with the defaults of what a page leaves out."""
    return [
        {**_DEFAULTS, "name": page["file"].removesuffix(".html"), **page}
        for page in read_yaml(PAGES)["pages"]
    ]
