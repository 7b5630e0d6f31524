"""Code in colours."""

from __future__ import annotations

import html

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound


def highlight(code: str, language: str) -> str:
    """The code as HTML, with a class for each kind of word.

    A language that is unknown, or none, gives the code without colours.
    """
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return html.escape(code, quote=False)
    return str(pygments_highlight(code, lexer, HtmlFormatter(nowrap=True)))
