"""Links of the site have a target, and pages load nothing from other hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reference.html_page import HtmlPage
from ringme_mock.docs.markdown import render_markdown, slug
from ringme_spec.contract import Contract

WITHOUT_MENU = ("contract-report.html", "oauth2-redirect.html")


def viewer_places(document: dict[str, Any]) -> set[str]:
    """Return the anchors of a viewer page: its operations, and the headings of its text.

    newcomer.mjs checks in a browser that the viewer creates these anchors.
    """
    text = document["info"]["description"].splitlines()
    headings = {f"description/{slug(line)}" for line in text if line.startswith("## ")}
    return headings | {
        f"tag/{slug(node['tags'][0])}/{node['operationId']}"
        for item in document["paths"].values()
        for node in item.values()
        if isinstance(node, dict)
    }


def links_in(page: HtmlPage) -> list[str]:
    """Return the links of a page, including those in texts of the document that it shows."""
    document = page.document
    if document is None:
        return page.links
    texts = [document["info"]["description"]]
    texts += [
        node.get("description", "")
        for item in document["paths"].values()
        for node in item.values()
        if isinstance(node, dict)
    ]
    return page.links + [link for text in texts for link in HtmlPage(render_markdown(text)).links]


def broken_links(site: Path, pages: dict[str, HtmlPage]) -> list[str]:
    """Return each link without a target file or anchor, with its page."""
    places = {
        name: page.places | (viewer_places(page.document) if page.document else set())
        for name, page in pages.items()
    }
    broken = []
    for name, page in pages.items():
        for link in links_in(page):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            file = parts.path or name
            is_there = (site / file).is_file() and not file.startswith("/")
            if not is_there or (parts.fragment and parts.fragment not in places[file]):
                broken.append(f"{name}: {link}")
    return broken


def test_every_link_has_a_target_file_and_anchor(site: Path, pages: dict[str, HtmlPage]) -> None:
    assert broken_links(site, pages) == []
    assert sum(len(links_in(page)) for page in pages.values()) > 500


def test_broken_links_are_found(site: Path, pages: dict[str, HtmlPage]) -> None:
    bad = HtmlPage('<a href="none.html">a</a><a href="rules.html#none">b</a><a href="/x">c</a>')
    assert broken_links(site, {**pages, "bad.html": bad}) == [
        "bad.html: none.html",
        "bad.html: rules.html#none",
        "bad.html: /x",
    ]


def test_pages_load_only_files_of_the_site(site: Path, pages: dict[str, HtmlPage]) -> None:
    for name, page in pages.items():
        for address in page.loaded:
            assert address == "data:," or (site / address).is_file(), f"{name} loads {address}"


def test_style_sheets_load_no_other_files(site: Path) -> None:
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert "url(" not in text
        assert "@import" not in text


def test_every_page_is_in_every_menu(pages: dict[str, HtmlPage]) -> None:
    own = {name: page for name, page in pages.items() if name not in WITHOUT_MENU}
    for page in own.values():
        assert own.keys() <= set(page.links)


def test_every_operation_and_rule_has_an_anchor(
    pages: dict[str, HtmlPage], document_contract: Contract
) -> None:
    document = pages["api.html"].document
    assert document is not None
    shown = viewer_places(document)
    assert {place.rsplit("/", 1)[-1] for place in shown} >= document_contract.operations.keys()
    rules = {rule["id"] for rule in document_contract.document["x-rules"]}
    assert rules <= pages["rules.html"].places
