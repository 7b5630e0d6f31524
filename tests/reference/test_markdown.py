"""Markdown and code as HTML."""

from __future__ import annotations

import pytest

from ringme_mock.docs.markdown import highlight, render_markdown


def test_code_has_a_class_for_each_kind_of_word() -> None:
    assert '<span class="nb">print</span>' in highlight('print("a")', "python")


@pytest.mark.parametrize("language", ["", "no-such-language"])
def test_code_of_no_known_language_is_shown_as_it_is(language: str) -> None:
    assert highlight("a < b", language) == "a &lt; b"


def test_headings_are_places_and_tables_can_be_scrolled_by_keyboard() -> None:
    html = render_markdown("## What it is\n\n| a |\n|---|\n| b |\n")
    assert '<h2 id="what-it-is">What it is</h2>' in html
    assert '<div class="scroll" tabindex="0"' in html


def test_html_within_markdown_is_shown_as_text() -> None:
    assert "<script" not in render_markdown("<script>alert(1)</script>")
