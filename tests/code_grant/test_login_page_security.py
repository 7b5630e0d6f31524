"""Attacks on the login page: redirects, markup, other sites, secrets."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from ringme_mock import MockServer
from ringme_spec.paths import FIXTURES
from support.code_grant import (
    AUTHORIZE,
    CALLBACK,
    CONSENT_CLIENT,
    LOGIN,
    PAGE,
    PUBLIC,
    SAME_ORIGIN,
    Browser,
    alert_message,
    callback_parameters,
)
from support.server import RunningMock

MARKUP = "\"'><script>alert(1)</script>"
# URIs that a careless comparison takes for that of the application, or that are no URLs.
FOREIGN_URIS = [
    f"{CALLBACK}%2F..%2Fevil", f"{CALLBACK}?x=1", f"{CALLBACK}\n", f"{CALLBACK}\r\nSet-Cookie: a=b",
    f"{CALLBACK}\x00", f"{CALLBACK},http://evil.example", f"http://evil.example#{CALLBACK}",
    "http://localhost:3000.evil.example/callback", "http://localhost:3001/callback",
    "https://localhost:3000/callback", "http://LOCALHOST:3000/callback", "data:text/html,x",
    "x" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("path", [AUTHORIZE, LOGIN])
def test_unregistered_redirect_uri_is_refused_without_a_redirect(
    mock: RunningMock, path: str
) -> None:
    browser = Browser(mock)
    browser.log_in()
    for browser.query["redirect_uri"] in FOREIGN_URIS:
        for method in ("GET", "POST"):
            response = browser.send(method, path)
            assert (response.status_code, "Location" in response.headers) == (400, False)
            assert "redirect_uri" in response.json()["message"]


@pytest.mark.parametrize(
    "query",
    [
        f"client_id=nobody&redirect_uri={CALLBACK}",
        f"redirect_uri={CALLBACK}",
        f"client_id={PUBLIC}",
        f"client_id={PUBLIC}&redirect_uri={CALLBACK}&redirect_uri=http://evil.example/",
        f"client_id[]=x&redirect_uri[]={CALLBACK}",
        "client_id=%00&redirect_uri=%FF",
        "",
    ],
)
def test_error_without_a_redirect_uri_is_a_page_or_json(mock: RunningMock, query: str) -> None:
    for path in (AUTHORIZE, LOGIN):
        as_json = mock.http.get(f"{path}?response_type=code&{query}")
        assert (as_json.status_code, list(as_json.json())) == (400, ["message"])
        assert "X-RateLimit-Limit" not in as_json.headers
        page = mock.http.get(f"{path}?response_type=code&{query}", headers=PAGE)
        assert (page.status_code, alert_message(page)) == (400, as_json.json()["message"])
        assert "<form" not in page.text
        assert "form-action 'none'" in page.headers["Content-Security-Policy"]
        noted = mock.http.get("/__mock__/journal").json()[0]
        assert noted["reason"] == as_json.json()["message"]


@pytest.mark.parametrize(
    "state",
    [MARKUP, "a=b&code=evil", "\u043f\u0440\u0438\u0432\u0435\u0442", "%0d%0aSet-Cookie: a=b",
     "\r\nSet-Cookie: a=b", "x" * 6000, "#", "+ %20", "\x00"],
)  # fmt: skip
def test_any_state_is_returned_unchanged(mock: RunningMock, state: str) -> None:
    browser = Browser(mock, state=state)
    assert browser.log_in().status_code == 302
    response = browser.send("GET", AUTHORIZE)
    assert list(callback_parameters(response)) == ["code", "state"]
    assert callback_parameters(response)["state"] == state
    assert "Set-Cookie" not in response.headers


def test_names_from_fixtures_are_escaped_in_html(tmp_path: Path) -> None:
    quoted = json.dumps(MARKUP)
    for name in ("application.yaml", "user.yaml"):
        text = (FIXTURES / name).read_text("utf-8")
        for one in ("name: Phone book", "name: Sales lead", "login: sales-lead"):
            text = text.replace(f"{one},", f"{one.partition(' ')[0]} {quoted},")
            text = text.replace(f"{one}\n", f"{one.partition(' ')[0]} {quoted}\n")
        (tmp_path / name).write_text(text, "utf-8")
    with (
        MockServer(added_fixtures=[tmp_path]) as server,
        httpx.Client(base_url=server.url, trust_env=False) as http,
    ):
        query = {"response_type": "code", "client_id": CONSENT_CLIENT, "redirect_uri": CALLBACK}
        page = http.get(LOGIN, params=query).text
        form = {"username": MARKUP, "password": "mock-sales-lead"}
        done = http.post(LOGIN, params=query, data=form)
        permission = http.get(done.headers["Location"]).text
    assert [text.count("&lt;script&gt;") for text in (page, permission)] == [1, 3]
    assert "<script" not in page + permission


def test_login_pages_are_not_cached_and_allow_no_scripts(mock: RunningMock) -> None:
    browser = Browser(mock, client_id=CONSENT_CLIENT)
    pages = [browser.send("GET", LOGIN), browser.log_in("nobody", "x")]
    assert browser.log_in().status_code == 302
    for page in [*pages, browser.send("GET", AUTHORIZE)]:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["X-Frame-Options"] == "DENY"
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self' http://localhost:3000;" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script|\son\w+=|style=", page.text)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:4000"},
        {"Origin": "null"},
    ],
)
def test_cross_site_form_is_refused(mock: RunningMock, headers: dict[str, str]) -> None:
    browser = Browser(mock, client_id=CONSENT_CLIENT)
    form = {"username": "sales-lead", "password": "mock-sales-lead"}
    refused = browser.send("POST", LOGIN, data=form, headers=headers)
    assert (refused.status_code, "Set-Cookie" in refused.headers) == (403, False)
    browser.log_in()
    decision = browser.send("POST", AUTHORIZE, data={"decision": "allow"}, headers=headers)
    # A script cannot even see that a user is logged in.
    assert decision.status_code == 403 or LOGIN in decision.headers["Location"]
    assert browser.send("GET", AUTHORIZE).status_code == 200
    assert browser.send("POST", LOGIN, data=form, headers=SAME_ORIGIN).status_code == 302
    own = {"Origin": mock.url}
    assert browser.send("POST", LOGIN, data=form, headers=own).status_code == 302


def test_cross_origin_script_gets_no_code(mock: RunningMock) -> None:
    browser = Browser(mock)
    browser.log_in()
    script = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}
    assert LOGIN in browser.send("GET", AUTHORIZE, headers=script).headers["Location"]
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert "code" in callback_parameters(browser.send("GET", AUTHORIZE, headers=link))


def test_login_cookie_is_http_only_and_renewed_by_each_login(mock: RunningMock) -> None:
    browser = Browser(mock)
    first = browser.log_in().headers["Set-Cookie"]
    assert re.fullmatch(r"ringme_login=[0-9A-Za-z]{30}; Path=/oauth; HttpOnly; SameSite=Lax", first)
    old = first.partition(";")[0]
    assert browser.log_in().headers["Set-Cookie"].partition(";")[0] != old
    browser.cookies = httpx.Cookies()
    left = browser.send("GET", AUTHORIZE, headers={"Cookie": f"a=b; {old}; c"})
    assert LOGIN in left.headers["Location"]


@pytest.mark.parametrize("where", ["form", "query"])
def test_password_code_and_cookie_are_redacted_in_journal_and_log(
    mock: RunningMock, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    browser = Browser(mock)
    secret = "mock-sales-lead"
    form = {"username": "sales-lead", "password": secret}
    with caplog.at_level(logging.INFO):
        if where == "form":
            response = browser.send("POST", LOGIN, data=form)
        else:
            response = browser.send("POST", LOGIN, params=browser.query | form)
        assert secret not in response.headers["Location"]
        code = browser.authorize()["code"]
        browser.exchange(code)
        browser.send("GET", AUTHORIZE, params=browser.query | {"state": "s", "code": code})
    logged = [one.getMessage() for one in caplog.records if one.name.startswith("ringme_mock")]
    kept = mock.http.get("/__mock__/journal").text + "".join(logged)
    assert "sales-lead" in kept
    for one in (secret, code, browser.cookies["ringme_login"]):
        assert one not in kept
        assert quote(one) not in kept


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_unsupported_media_type_is_refused_with_415(mock: RunningMock, kind: str) -> None:
    browser = Browser(mock)
    for path in (AUTHORIZE, LOGIN):
        response = browser.send("POST", path, content=b"{}", headers={"Content-Type": kind})
        assert response.status_code == 415


@pytest.mark.parametrize("body", [b"\xff\xfe", b"username=%FF%FE&password=%ED%A0%80", b"&&=&%"])
def test_malformed_login_form_is_refused(mock: RunningMock, body: bytes) -> None:
    browser = Browser(mock)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.send("POST", LOGIN, content=body, headers=form).status_code in (200, 400)
