"""HTML of the page; its content is tested in tests/browser/page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from ringme_mock.app import OFF, create_app
from ringme_spec.paths import FIXTURES, SPEC
from support.asgi import send_request
from support.page_client import PAGE, PageClient


class PageElements(HTMLParser):
    """Parser of a page's elements and attribute names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.update(name for name, _ in attrs)


def test_page_is_html_that_is_not_cached(page_client: PageClient) -> None:
    response = page_client.get()
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert "<title>RingMe mock</title>" in response.text


def test_page_has_no_inline_script_or_style(page_client: PageClient) -> None:
    parsed = PageElements(page_client.page())
    assert parsed.elements.count("script") == 1
    assert "style" not in {*parsed.elements, *parsed.attributes}
    assert [name for name in parsed.attributes if name.startswith("on")] == []


def test_page_without_javascript_links_to_the_documentation(page_client: PageClient) -> None:
    assert "<noscript><p>This page needs JavaScript." in page_client.page()
    assert '<a href="docs/">' in page_client.page()


def test_page_is_the_same_for_every_request(page_client: PageClient) -> None:
    assert page_client.of_session("mine").page() == page_client.page()
    assert page_client.get("/", message="<b>").text == page_client.page()


def test_page_requests_are_not_in_the_journal(page_client: PageClient) -> None:
    page_client.assets()
    assert page_client.server.journal() == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", f"{PAGE}/do/reset", f"{PAGE}/session"])
def test_page_allows_only_get_and_head(page_client: PageClient, method: str, path: str) -> None:
    before = page_client.get("/__mock__/state").json()
    response = page_client.http.request(method, path, data={"name": "x"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert page_client.get("/__mock__/state").json() == before


def test_page_is_off_without_the_control_interface() -> None:
    app = create_app(SPEC, FIXTURES, control=OFF)
    assert send_request(app, "GET", "/").headers["location"] == "/docs/"
    assert send_request(app, "GET", f"{PAGE}/assets/").status_code == 404
