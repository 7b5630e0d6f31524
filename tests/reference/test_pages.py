"""Content of the pages: rules, errors, grades, and accessibility."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from reference.html_page import HtmlPage
from ringme_mock.docs.book import Book, read_pages
from ringme_mock.docs.material import (
    Material,
    error_texts,
    read_errors,
    read_token_errors,
)
from ringme_spec.contract import Contract

VIEWER_PAGES = [page["file"] for page in read_pages() if page["document"]]
TEXT_PAGES = [page["file"] for page in read_pages() if not page["document"]]


def text_of(site: Path, name: str) -> str:
    """Return the text of a page without tags, on one line."""
    text = re.sub(r"<[^>]+>", "", (site / name).read_text(encoding="utf-8"))
    return " ".join(text.split())


@pytest.mark.parametrize("name", TEXT_PAGES)
def test_page_has_one_h1_and_skips_no_heading_level(name: str, pages: dict[str, HtmlPage]) -> None:
    levels = [int(heading[1]) for heading in pages[name].headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", TEXT_PAGES + VIEWER_PAGES)
def test_page_has_a_skip_link_and_marks_its_menu_entry(
    name: str, pages: dict[str, HtmlPage]
) -> None:
    page = pages[name]
    assert page.links[0] == "#main"
    assert ("html", {"lang": "en"}) in page.tags
    assert [tag for tag, _ in page.tags if tag in ("header", "main")] == ["header", "main"]
    current = [values["href"] for _, values in page.tags if values.get("aria-current") == "page"]
    assert current == [name]


@pytest.mark.parametrize("name", TEXT_PAGES + VIEWER_PAGES)
def test_page_has_a_content_security_policy(name: str, pages: dict[str, HtmlPage]) -> None:
    policies = [
        str(values["content"])
        for tag, values in pages[name].tags
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none';")
    assert "http" not in policies[0]


def test_rules_page_shows_every_rule_with_grade_and_level(
    site: Path, document_contract: Contract
) -> None:
    text = (site / "rules.html").read_text(encoding="utf-8")
    words = {"D": "documented", "O": "observed", "C": "chosen"}
    for rule in document_contract.document["x-rules"]:
        article = text.split(f'id="{rule["id"]}">')[1].split("</article>")[0]
        assert words[rule["grade"]] in article
        assert rule["level"] in article
        for name in rule["operations"]:
            assert name == "*" or f'/{name}"' in article


def test_operation_shows_its_rules(pages: dict[str, HtmlPage], document_contract: Contract) -> None:
    document = pages["api.html"].document
    assert document is not None
    descriptions = {
        node["operationId"]: node["description"]
        for item in document["paths"].values()
        for node in item.values()
    }
    for rule in document_contract.document["x-rules"]:
        words = {"D": "documented", "O": "observed", "C": "chosen"}
        link = f"(rules.html#{rule['id']})"
        if "*" in rule["operations"]:
            assert link in document["info"]["description"]
        else:
            having = {name for name, text in descriptions.items() if link in text}
            assert having == set(rule["operations"])
            grade = f"*{rule['level']}, {words[rule['grade']]}* \\[{rule['grade']}\\]"
            lines = descriptions[rule["operations"][0]].splitlines()
            assert next(line for line in lines if link in line).endswith(grade)


def test_site_has_the_document_of_the_mock(site: Path, document_contract: Contract) -> None:
    served = json.loads((site / "openapi.json").read_text(encoding="utf-8"))
    assert served == document_contract.document


def test_every_error_of_the_document_is_explained(document_contract: Contract) -> None:
    texts = error_texts()
    rows = read_errors(document_contract)
    shown = {(row["code"], row["word"]) for row in rows}
    assert shown == {(str(entry["code"]), entry.get("word")) for entry in texts["errors"]}
    assert [row for row in rows if row["rule"] is None] == []
    assert ("403", "user_access_type_deny") in shown
    words = read_token_errors(document_contract)
    assert {error["word"] for error in words} == texts["token_errors"].keys()


def test_differences_page_lists_everything_with_grade_c(
    pages: dict[str, HtmlPage], document_contract: Contract
) -> None:
    links = set(pages["differences.html"].links)
    for rule in document_contract.document["x-rules"]:
        assert (f"rules.html#{rule['id']}" in links) == (rule["grade"] == "C")
    chosen = {
        node["operationId"]
        for item in document_contract.document["paths"].values()
        for node in item.values()
        if node["description"].rstrip().endswith(". [C]")
    }
    assert chosen
    assert {link.rsplit("/", 1)[-1] for link in links if "api.html#" in link} == chosen


def test_report_is_linked_with_its_result(site: Path, pages: dict[str, HtmlPage]) -> None:
    assert "contract-report.html" in pages["contract-tests.html"].links
    assert "63 of 63 rules passed, 2026-01-02 03:04:05 UTC" in text_of(site, "contract-tests.html")


def test_document_texts_are_escaped_in_pages() -> None:
    bad = "</script><script>alert(1)</script><b>x</b>"
    rule = {"id": "r", "text": bad, "grade": "C", "level": "MUST", "area": "a", "operations": ["*"]}
    operation = {"operationId": "brew", "summary": bad, "description": bad, "responses": {}}
    book = Book(
        Material(
            Contract(
                {
                    "openapi": "3.0.3",
                    "info": {"title": bad, "version": "1"},
                    "paths": {"/tea": {"post": operation}},
                    "x-rules": [rule, {**rule, "id": "s", "operations": ["brew"]}],
                }
            )
        )
    )
    for page in book.pages:
        text = book.files[page["file"]].make().decode()
        assert "<script>alert" not in text
        assert "<b>x" not in text
