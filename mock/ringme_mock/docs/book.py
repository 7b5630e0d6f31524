"""Documentation as a set of files, each made on request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ringme_mock.docs.markdown import highlight, render_inline, render_markdown
from ringme_mock.docs.material import CONTENT, Material
from ringme_mock.docs.search_index import Entry, PageReader, entries_of_document
from ringme_mock.docs.viewer import anchor, with_rules
from ringme_mock.version import __version__
from ringme_spec.document import read_yaml
from ringme_spec.paths import EXAMPLES

_HERE = Path(__file__).parent
HTML = "text/html"
_JAVASCRIPT = "text/javascript"
_TYPES = {".css": "text/css", ".js": _JAVASCRIPT, "": "text/plain"}
_LOGGED_IN = b'<!DOCTYPE html><html lang="en"><title>Logged in</title><h1>Logged in</h1></html>\n'
# A page as pages.yaml describes it.
Page = dict[str, Any]
_PART = re.compile(r"<p>\[\[([a-z_]+)\]\]</p>|\[\[([a-z_]+)\]\]")
# A line of Markdown that is replaced by a file, such as [[vitest/groups.ts]].
_SHOWN = re.compile(r"^\[\[([\w./-]+\.(\w+))\]\]$", re.MULTILINE)
# Files that an editor or a run may leave beside the examples.
LEFT = ("__pycache__", "node_modules", "test-results")


@dataclass(frozen=True)
class File:
    """File of the documentation; `policy` is the Content-Security-Policy of a page."""

    media_type: str
    make: Callable[[], bytes]
    policy: str | None = None


class Book:
    def __init__(self, material: Material) -> None:
        self._material = material
        self._policies: dict[str, str] = read_yaml(CONTENT / "policies.yaml")
        self._environment = environment()
        self.pages = read_pages()
        self.files: dict[str, File] = dict(self._files())

    def _files(self) -> Iterator[tuple[str, File]]:
        for page in self.pages:
            policy = self._policies["viewer" if page["document"] else "text"]
            yield page["file"], File(HTML, cache(partial(self._render, page, policy)), policy)
        for asset in (*(_HERE / "assets").iterdir(), *(_HERE / "vendor" / "scalar").iterdir()):
            if asset.suffix in _TYPES:
                name = asset.name if asset.suffix else f"scalar.{asset.name}"
                yield f"assets/{name}", File(_TYPES[asset.suffix], asset.read_bytes)
        for name, path in published_examples():
            yield f"examples/{name}", File(_TYPES[""], path.read_bytes)
        # Target of the redirect after a login, in the window that the viewer opened.
        yield "oauth2-redirect.html", File(HTML, lambda: _LOGGED_IN, self._policies["text"])
        yield "assets/search-index.js", File(_JAVASCRIPT, cache(self._search_index))
        yield "openapi.json", File("application/json", cache(self._document))
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
        content: dict[str, Any] = {}
        if page["document"]:
            rules = self._material.rules if page["document"] == "document" else ()
            document = getattr(self._material, page["document"])
            content["shown"] = with_rules(document, rules, self._material.grades)
        else:
            html = self._prose(page["source"], values)
            content["content"] = Markup(html)  # noqa: S704 - made by the renderer
        return self._environment.get_template("page.html.j2").render(**values, **content).encode()

    def _prose(self, source: str, values: dict[str, Any]) -> str:
        text = (CONTENT / source).read_text(encoding="utf-8")
        html = render_markdown(with_examples(text))

        def part(found: re.Match[str]) -> str:
            name = found.group(1) or found.group(2)
            return self._environment.get_template(f"parts/{name}.html.j2").render(**values).strip()

        return _PART.sub(part, html)

    def _search_index(self) -> bytes:
        entries: list[Entry] = []
        for page in self.pages:
            name, title = page["file"], page["menu"]
            if page["document"]:
                document = getattr(self._material, page["document"])
                entries += entries_of_document(name, title, document)
            else:
                entries += PageReader(name, title, self.files[name].make().decode()).entries
        # A script, as pages opened from files cannot load JSON.
        return f"searchIndex = {json.dumps(entries, ensure_ascii=False)};\n".encode()


def read_pages() -> list[Page]:
    """Read pages.yaml; `document` is the property of Material that the page shows, or None."""
    pages: list[Page] = read_yaml(_HERE / "pages.yaml")["pages"]
    return [{"document": None, **page} for page in pages]


def published_examples() -> Iterator[tuple[str, Path]]:
    """Yield name and path of downloads; without HTML, which would become pages of the site."""
    for path in sorted(EXAMPLES.rglob("*")):
        name = path.relative_to(EXAMPLES)
        if path.is_file() and path.suffix != ".html" and not set(LEFT) & set(name.parts):
            yield name.as_posix(), path


def with_examples(text: str) -> str:
    """Replace each line of Markdown that names a file by the file, under its name."""

    def shown(found: re.Match[str]) -> str:
        content = (EXAMPLES / found[1]).read_text(encoding="utf-8")
        return f"### `{found[1]}`\n\n````{found[2]}\n{content}````"

    return _SHOWN.sub(shown, text)


def environment() -> Environment:
    """Make the environment of all templates, which escapes values, except HTML from filters."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "markdown": lambda text: Markup(render_markdown(text)),  # noqa: S704 - escapes HTML
        "inline": lambda text: Markup(render_inline(text)),  # noqa: S704 - escapes HTML
        "highlight": lambda code, lexer: Markup(highlight(code, lexer)),  # noqa: S704 - escapes
        "anchor": anchor,
        "indented": lambda text: json.dumps(json.loads(text), indent=2, ensure_ascii=False),
        "for_script": _for_script,
        "thousands": lambda number: f"{number:,}".replace(",", "\N{NO-BREAK SPACE}"),
    }
    made.globals["macros"] = made.get_template("parts/macros.html.j2").module
    return made


def _for_script(value: Any) -> Markup:
    """Write JSON that is safe in a script element."""
    text = json.dumps(value, ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element
