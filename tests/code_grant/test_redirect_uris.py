"""Redirect URIs of applications: allowed ones, and how a code is added to them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from ringme_mock import MockServer
from ringme_mock.app import create_app
from ringme_spec.errors import ConfigError
from ringme_spec.paths import FIXTURES, SPEC
from support.code_grant import AUTHORIZE, CALLBACK, LOGIN, PUBLIC, Browser, callback_parameters
from support.server import RunningMock


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("com.example.reports:/callback", "com.example.reports:"),
        ("http://localhost:9999/back?from=mock", "http://localhost:9999"),
        ("http://[::1]:9999/back", "http:"),
        ("https://app.example", "https://app.example"),
    ],
)
def test_redirect_uri_may_have_a_query_or_a_custom_scheme(
    tmp_path: Path, uri: str, source: str
) -> None:
    application = {"name": "App", "client_id": "a" * 32, "client_secret": "b" * 32}
    application |= {"type": "public", "access": "all", "user_id": "101", "rate_limit": "9"}
    lines = [f"    {name}: {value}" for name, value in application.items()]
    lines.append(f"    redirect_uris: ['{uri}']")
    text = "entries:\n  -\n" + "\n".join(lines)
    (tmp_path / "application.yaml").write_text(text, "utf-8")
    with (
        MockServer(added_fixtures=[tmp_path], validate_responses=True) as server,
        httpx.Client(base_url=server.url, trust_env=False) as http,
    ):
        query = {"response_type": "code", "client_id": "a" * 32, "redirect_uri": uri, "state": "s"}
        page = http.get(LOGIN, params=query)
        assert f"form-action 'self' {source};" in page.headers["Content-Security-Policy"]
        form = {"username": "client-admin", "password": "mock-client-admin"}
        done = http.post(LOGIN, params=query, data=form)
        location = http.get(done.headers["Location"]).headers["Location"]
    mark = "&" if "?" in uri else "?"
    assert re.fullmatch(rf"{re.escape(uri)}\{mark}code=\w{{30}}&state=s", location), location


@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)", "data:text/html,x", "http://a/#b", "http://a b/", "//a/", "http://u@a/",
     "http://\u00e4/", "callback", ""],
)  # fmt: skip
def test_unsafe_redirect_uri_in_fixtures_is_a_startup_error(tmp_path: Path, uri: str) -> None:
    text = (FIXTURES / "application.yaml").read_text("utf-8")
    (tmp_path / "application.yaml").write_text(
        text.replace("http://localhost:5173/callback", json.dumps(uri)), "utf-8"
    )
    with pytest.raises(ConfigError, match="redirect_uris"):
        create_app(SPEC, FIXTURES, added_fixtures=[tmp_path])


def test_redirect_uris_can_be_set_at_run_time(mock: RunningMock) -> None:
    preview = "http://localhost:4200/callback"
    browser = Browser(mock, redirect_uri=preview)
    assert browser.send("GET", AUTHORIZE).status_code == 400
    changed = _set_uris(mock, PUBLIC, [preview])
    assert changed.json() == {"client_id": PUBLIC, "type": "public", "redirect_uris": [preview]}
    browser.log_in()
    code = callback_parameters(browser.send("GET", AUTHORIZE), preview)["code"]
    assert browser.exchange(code).status_code == 200
    assert Browser(mock).send("GET", AUTHORIZE).status_code == 400
    mock.reset()
    assert Browser(mock).send("GET", AUTHORIZE).status_code == 302


@pytest.mark.parametrize("uris", [["javascript:alert(1)"], [CALLBACK, "http://a/#b"], [5], "x"])
def test_invalid_redirect_uris_are_refused_with_400(mock: RunningMock, uris: Any) -> None:
    refused = _set_uris(mock, PUBLIC, uris)
    assert refused.status_code == 400
    assert refused.json()["message"].startswith("redirect_uris")
    assert Browser(mock).send("GET", AUTHORIZE).status_code == 302


def test_setting_redirect_uris_of_an_unknown_application_is_a_404(mock: RunningMock) -> None:
    refused = _set_uris(mock, "none", [])
    assert (refused.status_code, refused.json()["message"]) == (404, "No such application: none")


def _set_uris(mock: RunningMock, application: str, uris: Any) -> httpx.Response:
    path = f"/__mock__/applications/{application}"
    return mock.http.put(path, json={"redirect_uris": uris})
