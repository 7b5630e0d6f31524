"""Documentation pages served by a running mock, below /docs/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.command import serving
from reference.html_page import HtmlPage
from ringme_mock import MockServer

PREFIXES = ("", "/s/one")
USER = "/api/ver1.0/user/"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with MockServer() as mock, httpx.Client(base_url=mock.url) as found:
        yield found


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("start", ["/docs", "/reference", "/reference/"])
def test_the_pages_begin_at_docs(client: httpx.Client, prefix: str, start: str) -> None:
    answer = client.get(f"{prefix}{start}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path == f"{prefix}/docs/"
    assert "<h1>" in answer.text


def test_a_page_is_found_at_its_former_address(client: httpx.Client) -> None:
    answer = client.get("/s/one/reference/rules.html")
    assert answer.headers["location"] == "/s/one/docs/rules.html"
    assert client.get("/reference/none.html").status_code == 404


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_control_interface_leads_a_browser_to_its_documentation(
    client: httpx.Client, prefix: str
) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = client.get(f"{prefix}/__mock__/", headers=accept)
    assert answer.headers["location"] == f"{prefix}/docs/control.html"
    assert client.get(f"{prefix}/__mock__/").status_code == 404


def test_all_pages_and_files_of_the_site_are_served(client: httpx.Client, site: Path) -> None:
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        # The mock has no report, and so no link to one.
        if path.is_dir() or name.startswith(".") or name == "contract-report.html":
            continue
        answer = client.get(f"/docs/{name}")
        assert answer.status_code == 200, name
        if path.suffix == ".html":
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self';")
            assert policy.endswith("frame-ancestors 'self'")
            assert set(HtmlPage(answer.text).loaded) == set(
                HtmlPage(path.read_text(encoding="utf-8")).loaded
            )
        elif name.endswith((".css", "docs.js", "viewer.js", "scalar.js")):
            assert answer.content == path.read_bytes()


def test_a_page_needs_no_ending(client: httpx.Client) -> None:
    assert client.get("/docs/rules").text == client.get("/docs/rules.html").text


def test_a_page_that_is_known_is_not_sent_again(client: httpx.Client) -> None:
    tag = client.get("/docs/assets/scalar.js").headers["ETag"]
    answer = client.get("/docs/assets/scalar.js", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["none", "none.html", "assets/none.css", "..%2fpages.yaml", "assets"]
)
def test_anything_else_is_not_there(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/docs/{name}")
    assert answer.status_code == 404
    assert answer.text == "There is no such page. The documentation begins at /docs/\n"


def credentials(client: httpx.Client, prefix: str = "") -> dict[str, Any]:
    answer = client.post(f"{prefix}/docs/credentials")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_token_that_is_filled_in_is_good_in_its_session(
    client: httpx.Client, prefix: str
) -> None:
    bearer = {"Authorization": f"Bearer {credentials(client, prefix)['token']}"}
    assert client.get(f"{prefix}{USER}", headers=bearer).status_code == 200
    other = "/s/other" if prefix else "/s/one"
    assert client.get(f"{other}{USER}", headers=bearer).status_code == 401


def test_each_flow_is_filled_in_with_an_application_and_a_user(client: httpx.Client) -> None:
    found = credentials(client)
    user = {"username": found["user"]["login"], "password": found["user"]["password"]}
    applications = found["applications"]
    assert applications.keys() == {"clientCredentials", "password", "authorizationCode"}
    for flow, grant in (("clientCredentials", "client_credentials"), ("password", "password")):
        secrets = {key: applications[flow][key] for key in ("client_id", "client_secret")}
        answer = client.post("/oauth/token", data={"grant_type": grant, **secrets, **user})
        assert answer.status_code == 200, answer.text


def test_a_page_of_another_site_gets_no_credentials(client: httpx.Client) -> None:
    answer = client.post("/docs/credentials", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_the_token_needs_no_control_interface() -> None:
    with serving("--no-control") as mock, httpx.Client(base_url=mock.url) as client:
        bearer = {"Authorization": f"Bearer {credentials(client)['token']}"}
        assert client.get(USER, headers=bearer).status_code == 200
