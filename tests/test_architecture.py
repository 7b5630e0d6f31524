"""Pages for contributors: the files and commands in them exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("CONTRIBUTING.md", "docs/architecture.md")
LINK = re.compile(r"\]\(([^)#]+)\)")
PATH = re.compile(r"`((?:spec|mock|contract_tests|tests|fixtures|docs)/[^`*]*|openapi\.yaml)`")


@pytest.mark.parametrize("page", PAGES)
def test_files_named_in_contributor_pages_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    folder = (ROOT / page).parent
    named = [folder / name for name in LINK.findall(text) if "://" not in name]
    named += [ROOT / name for name in PATH.findall(text)]
    assert len(named) > 5
    assert [str(path) for path in named if not path.exists()] == []


def test_make_targets_named_in_contributor_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z-]+)", text)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_architecture_page_shows_the_layers_of_import_linter() -> None:
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    shown = re.search(r"^ringme_mock +(app .*)$", (ROOT / PAGES[1]).read_text(), re.MULTILINE)
    assert shown is not None
    places = [config.index(f"ringme_mock.{name}") for name in re.findall(r"[a-z]+", shown[1])]
    lines = [config.count("\n", 0, place) for place in places]
    assert lines == sorted(lines)
