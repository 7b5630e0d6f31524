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
def test_start_pages_redirect_to_docs(client: httpx.Client, prefix: str, start: str) -> None:
    response = client.get(f"{prefix}{start}", follow_redirects=True)
    assert response.status_code == 200
    assert response.url.path == f"{prefix}/docs/"
    assert "<h1>" in response.text


def test_former_url_of_a_page_redirects(client: httpx.Client) -> None:
    response = client.get("/s/one/reference/rules.html")
    assert response.headers["location"] == "/s/one/docs/rules.html"
    assert client.get("/reference/none.html").status_code == 404


@pytest.mark.parametrize("prefix", PREFIXES)
def test_control_interface_redirects_browsers_to_its_documentation(
    client: httpx.Client, prefix: str
) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    response = client.get(f"{prefix}/__mock__/", headers=accept)
    assert response.headers["location"] == f"{prefix}/docs/control.html"
    assert client.get(f"{prefix}/__mock__/").status_code == 404


def test_all_pages_and_files_of_the_site_are_served(client: httpx.Client, site: Path) -> None:
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        # The mock has no report, and so no link to one.
        if path.is_dir() or name.startswith(".") or name == "contract-report.html":
            continue
        response = client.get(f"/docs/{name}")
        assert response.status_code == 200, name
        if path.suffix == ".html":
            assert response.headers["Content-Type"] == "text/html; charset=utf-8"
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self';")
            assert policy.endswith("frame-ancestors 'self'")
            assert set(HtmlPage(response.text).loaded) == set(
                HtmlPage(path.read_text(encoding="utf-8")).loaded
            )
        elif name.endswith((".css", "docs.js", "viewer.js", "scalar.js")):
            assert response.content == path.read_bytes()


def test_page_url_needs_no_html_suffix(client: httpx.Client) -> None:
    assert client.get("/docs/rules").text == client.get("/docs/rules.html").text


def test_unchanged_file_is_a_304(client: httpx.Client) -> None:
    tag = client.get("/docs/assets/scalar.js").headers["ETag"]
    response = client.get("/docs/assets/scalar.js", headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["none", "none.html", "assets/none.css", "..%2fpages.yaml", "assets"]
)
def test_unknown_page_is_a_404(client: httpx.Client, name: str) -> None:
    response = client.get(f"/docs/{name}")
    assert response.status_code == 404
    assert response.text == "There is no such page. The documentation begins at /docs/\n"


def credentials(client: httpx.Client, prefix: str = "") -> dict[str, Any]:
    response = client.post(f"{prefix}/docs/credentials")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefilled_token_is_valid_only_in_its_session(client: httpx.Client, prefix: str) -> None:
    bearer = {"Authorization": f"Bearer {credentials(client, prefix)['token']}"}
    assert client.get(f"{prefix}{USER}", headers=bearer).status_code == 200
    other = "/s/other" if prefix else "/s/one"
    assert client.get(f"{other}{USER}", headers=bearer).status_code == 401


def test_prefilled_credentials_work_for_each_flow(client: httpx.Client) -> None:
    found = credentials(client)
    user = {"username": found["user"]["login"], "password": found["user"]["password"]}
    applications = found["applications"]
    assert applications.keys() == {"clientCredentials", "password", "authorizationCode"}
    for flow, grant in (("clientCredentials", "client_credentials"), ("password", "password")):
        secrets = {key: applications[flow][key] for key in ("client_id", "client_secret")}
        response = client.post("/oauth/token", data={"grant_type": grant, **secrets, **user})
        assert response.status_code == 200, response.text


def test_cross_site_page_gets_no_credentials(client: httpx.Client) -> None:
    response = client.post("/docs/credentials", headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


def test_prefilled_token_works_without_the_control_interface() -> None:
    with serving("--no-control") as mock, httpx.Client(base_url=mock.url) as client:
        bearer = {"Authorization": f"Bearer {credentials(client)['token']}"}
        assert client.get(USER, headers=bearer).status_code == 200
