"""Markdown and code as HTML."""

from __future__ import annotations

import pytest

from ringme_mock.docs.markdown import highlight, render_markdown


@pytest.mark.parametrize("language", ["", "no-such-language"])
def test_code_of_no_known_language_is_shown_as_it_is(language: str) -> None:
    assert highlight("a < b", language) == "a &lt; b"


def test_html_within_markdown_is_shown_as_text() -> None:
    assert "<script" not in render_markdown("<script>alert(1)</script>")


def test_only_an_option_is_marked_to_stay_in_one_line() -> None:
    html = render_markdown("`--max-sessions` is not `--max-sessions 3`, nor `a < b`")
    assert '<code class="option">--max-sessions</code>' in html
    assert "<code>--max-sessions 3</code>" in html
    assert "<code>a &lt; b</code>" in html
