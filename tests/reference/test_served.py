"""The pages of a running mock, below /reference/."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from reference.html_page import HtmlPage
from ringme_contract.serving import served
from ringme_mock.docs.docs_middleware import reference_routes
from ringme_spec.contract import Contract

# What rendering needs: a mock whose pages nobody reads does without.
HEAVY = ("markdown_it", "pygments", "ringme_mock.docs.book")


@pytest.fixture(scope="module")
def client(document_contract: Contract) -> Iterator[httpx.Client]:
    routes = reference_routes(document_contract)
    # In the second place they lie below a prefix, as those of a session do.
    app = Starlette(routes=[*routes, Mount("/s/one", routes=reference_routes(document_contract))])
    with served(app) as url, httpx.Client(base_url=url, timeout=30) as found:
        yield found


@pytest.mark.parametrize("start", ["/reference", "/s/one/reference"])
def test_the_pages_begin_at_reference(client: httpx.Client, start: str) -> None:
    answer = client.get(start, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path == f"{start}/"
    assert "<h1>" in answer.text


def test_all_pages_and_files_of_the_site_are_served(client: httpx.Client, site: Path) -> None:
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        # The mock knows of no report, and so shows no link to one.
        if path.is_dir() or name.startswith(".") or name == "contract-report.html":
            continue
        answer = client.get(f"/reference/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        if path.suffix == ".html":
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none';")
            assert policy.endswith("frame-ancestors 'self'")
            assert set(HtmlPage(answer.text).loaded) == set(
                HtmlPage(path.read_text(encoding="utf-8")).loaded
            )
        elif name.startswith("assets/"):
            assert answer.content == path.read_bytes()


def test_a_page_needs_no_ending(client: httpx.Client) -> None:
    assert client.get("/reference/rules").text == client.get("/reference/rules.html").text


def test_a_page_that_is_known_is_not_sent_again(client: httpx.Client) -> None:
    tag = client.get("/reference/assets/redoc.standalone.js").headers["ETag"]
    answer = client.get("/reference/assets/redoc.standalone.js", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["none", "none.html", "assets/none.css", "..%2fpages.yaml", "assets"]
)
def test_anything_else_is_not_there(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/reference/{name}")
    assert answer.status_code == 404
    assert answer.text == "There is no such page. The documentation begins at /reference/\n"


def test_links_lead_to_the_mock_itself(client: httpx.Client) -> None:
    assert "../docs/" in HtmlPage(client.get("/reference/").text).links
    document = HtmlPage(client.get("/reference/api").text).document
    assert document is not None
    assert document["servers"][0]["url"] == "/"


def test_nothing_is_rendered_before_it_is_asked_for() -> None:
    program = (
        "import sys; from ringme_mock.docs.docs_middleware import reference_routes;"
        "from ringme_mock.docs.command import docs;"
        "from ringme_spec.contract import read_contract; from ringme_spec.paths import SPEC;"
        "reference_routes(read_contract(SPEC));"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
