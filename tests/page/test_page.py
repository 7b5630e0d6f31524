"""HTML of the page; its content is tested in tests/browser/page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from ringme_mock.app import OFF, create_app
from ringme_spec.paths import FIXTURES, SPEC
from support.asgi import send_request
from support.page_client import PAGE, PageClient


class Seen(HTMLParser):
    """Parser of a page's elements and attribute names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.update(name for name, _ in attrs)


def test_the_page_is_html_that_nobody_keeps(visitor: PageClient) -> None:
    answer = visitor.get()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "<title>RingMe mock</title>" in answer.text


def test_it_has_no_script_and_no_style_in_its_lines(visitor: PageClient) -> None:
    seen = Seen(visitor.page())
    assert seen.elements.count("script") == 1
    assert "style" not in {*seen.elements, *seen.attributes}
    assert [name for name in seen.attributes if name.startswith("on")] == []


def test_without_a_script_it_leads_to_the_documentation(visitor: PageClient) -> None:
    assert "<noscript><p>This page needs JavaScript." in visitor.page()
    assert '<a href="docs/">' in visitor.page()


def test_nothing_is_written_into_the_page(visitor: PageClient) -> None:
    assert visitor.of_session("mine").page() == visitor.page()
    assert visitor.get("/", message="<b>").text == visitor.page()


def test_looking_at_it_is_not_in_the_journal(visitor: PageClient) -> None:
    visitor.assets()
    assert visitor.server.journal() == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", f"{PAGE}/do/reset", f"{PAGE}/session"])
def test_it_can_only_be_read(visitor: PageClient, method: str, path: str) -> None:
    before = visitor.get("/__mock__/state").json()
    answer = visitor.http.request(method, path, data={"name": "x"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert visitor.get("/__mock__/state").json() == before


def test_a_mock_without_control_has_no_page() -> None:
    app = create_app(SPEC, FIXTURES, control=OFF)
    assert send_request(app, "GET", "/").headers["location"] == "/docs/"
    assert send_request(app, "GET", f"{PAGE}/assets/").status_code == 404
