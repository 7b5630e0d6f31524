"""The templates of the pages, and the filters that they have beside Jinja's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ringme_mock.docs.anchor import anchor
from ringme_mock.docs.highlight import highlight
from ringme_mock.docs.markdown import render_inline, render_markdown
from ringme_mock.docs.places import TEMPLATES
from ringme_mock.docs.speed import MOST_BARS, answer_kinds, bars, curves, lines, soak_points


def environment(templates: Path = TEMPLATES) -> Environment:
    """All templates. What they are filled with is escaped, unless a filter has made HTML of it."""
    made = Environment(
        loader=FileSystemLoader(templates),
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
        "breakable": _breakable,
        "for_script": _for_script,
        "thousands": lambda number: f"{number:,}".replace(",", "\N{NO-BREAK SPACE}"),
    }
    made.globals |= {
        "answer_kinds": answer_kinds,
        "bars": bars,
        "curves": curves,
        "lines": lines,
        "most_bars": MOST_BARS,
        "soak_points": soak_points,
    }
    return made


def _breakable(word: str) -> Markup:
    """A long word that a narrow column may break after its underscores."""
    return Markup("_<wbr>").join(escape(part) for part in word.split("_"))


def _for_script(value: Any) -> Markup:
    """JSON that can stand in a script element, whatever texts it has."""
    text = json.dumps(value, ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element
