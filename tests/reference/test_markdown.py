"""Markdown and code as HTML."""

from __future__ import annotations

import pytest

from ringme_mock.docs.markdown import highlight, render_markdown


@pytest.mark.parametrize("language", ["", "no-such-language"])
def test_unknown_code_language_is_not_highlighted(language: str) -> None:
    assert highlight("a < b", language) == "a &lt; b"


def test_html_in_markdown_is_escaped() -> None:
    assert "<script" not in render_markdown("<script>alert(1)</script>")


def test_only_options_are_marked_as_unbreakable() -> None:
    html = render_markdown("`--max-sessions` is not `--max-sessions 3`, nor `a < b`")
    assert '<code class="option">--max-sessions</code>' in html
    assert "<code>--max-sessions 3</code>" in html
    assert "<code>a &lt; b</code>" in html
