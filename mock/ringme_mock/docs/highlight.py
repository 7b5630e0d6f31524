"""Code with syntax highlighting."""

from __future__ import annotations

import html

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound


def highlight(code: str, language: str) -> str:
    """Make HTML with a class for each kind of word; an unknown language gives plain text."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return html.escape(code, quote=False)
    return str(pygments_highlight(code, lexer, HtmlFormatter(nowrap=True)))
