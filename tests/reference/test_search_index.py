"""Index of the search box."""

from __future__ import annotations

import json
from pathlib import Path

from reference.html_page import HtmlPage
from ringme_spec.contract import Contract


def entries(site: Path) -> list[list[str]]:
    text = (site / "assets" / "search-index.js").read_text("utf-8")
    found: list[list[str]] = json.loads(text.removeprefix("searchIndex = ").rstrip(";\n"))
    return found


def test_search_index_has_all_pages_rules_and_operations(
    site: Path, pages: dict[str, HtmlPage], document_contract: Contract
) -> None:
    found = entries(site)
    urls = {url for _, _, url, _ in found}
    assert {url.split("#")[0] for url in urls} >= set(pages["index.html"].links[1:10])
    assert {f"rules.html#{rule}" for rule in document_contract.rules} <= urls
    titles = {title for title, page, _, _ in found if page == "API"}
    assert {one.summary for one in document_contract.operations.values()} < titles
    assert "api.html#description/pagination" in urls
    assert [url for title, _, url, _ in found if not title] == []
