"""Templates of the pages, and their filters beside Jinja's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ringme_mock.docs.markdown import highlight, render_inline, render_markdown
from ringme_mock.docs.viewer import anchor


def environment() -> Environment:
    """Make the environment of all templates. Values are escaped, unless a filter made HTML."""
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
