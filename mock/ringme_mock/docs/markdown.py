"""Markdown as HTML: headings with anchors, tables that scroll, highlighted code."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_OPTION = re.compile(r"--[a-z-]+")


def slug(text: str) -> str:
    """Make the anchor of a heading: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def highlight(code: str, language: str) -> str:
    """Return HTML with a class per kind of token; code of an unknown language is only escaped."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return html.escape(code, quote=False)
    return str(pygments_highlight(code, lexer, HtmlFormatter(nowrap=True)))


class _Renderer(RendererHTML):
    def heading_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        tokens[index].attrSet("id", slug(tokens[index + 1].content))
        return self.renderToken(tokens, index, options, env)

    def table_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Put a table into a box that scrolls on a phone, and that a keyboard reaches."""
        return '<div class="scroll" tabindex="0" role="group" aria-label="Table">\n<table>\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "</table>\n</div>\n"

    def code_inline(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Let no line break follow the hyphens of an option."""
        code = tokens[index].content
        attribute = ' class="option"' if _OPTION.fullmatch(code) else ""
        return f"<code{attribute}>{html.escape(code)}</code>"

    def fence(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        token = tokens[index]
        return (
            f'<pre tabindex="0"><code>{highlight(token.content, token.info.strip())}</code></pre>\n'
        )


_MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")


def render_markdown(text: str) -> str:
    """Render Markdown; HTML within it is escaped."""
    return str(_MARKDOWN.render(text))


def render_inline(text: str) -> str:
    return str(_MARKDOWN.renderInline(text))
