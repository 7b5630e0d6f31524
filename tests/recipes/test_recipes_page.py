"""Recipes page: it shows the files of the recipes unchanged."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from ringme_mock.docs.book import LEFT, Book
from ringme_mock.docs.material import Material
from ringme_spec.paths import EXAMPLES
from support.operations import CONTRACT

# An example that has a page of its own.
OTHER = "rooms"
RECIPES = sorted(
    path for path in EXAMPLES.rglob("*") if path.is_file() and not {OTHER, *LEFT} & set(path.parts)
)


@pytest.fixture(scope="module")
def page() -> str:
    """Return the page of the site without syntax highlighting."""
    text = Book(Material(CONTRACT)).files["recipes.html"].make().decode()
    return html.unescape(re.sub(r"</?span[^>]*>", "", text))


@pytest.mark.parametrize("path", RECIPES, ids=[path.name for path in RECIPES])
def test_recipes_page_shows_every_file_of_a_recipe(page: str, path: Path) -> None:
    assert path.read_text("utf-8").strip() in page
