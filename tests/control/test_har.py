"""Export of the journal as a HAR file."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.control import API, Control


def entries(control: Control, query: str = "") -> list[dict[str, Any]]:
    har = control.done("GET", f"journal/har{query}")
    assert har["log"]["version"] == "1.2"
    assert har["log"]["creator"]["name"] == "ringme-mock"
    found: list[dict[str, Any]] = har["log"]["entries"]
    return found


def test_har_entry_has_request_and_response(control: Control) -> None:
    control.make_group(control.token(), "In a HAR")
    answer = control.request("GET", "journal/har")
    assert answer.headers["content-disposition"] == 'attachment; filename="journal-default.har"'
    (entry,) = entries(control)
    request, response = entry["request"], entry["response"]
    path = f"{API}/client/@me/extension_group/"
    assert (request["method"], request["url"]) == ("POST", f"{control.server.url}{path}")
    assert json.loads(request["postData"]["text"]) == {"name": "In a HAR"}
    assert (response["status"], response["statusText"]) == (201, "Created")
    body = json.loads(response["content"]["text"])
    assert body["name"] == "In a HAR"
    assert response["content"]["size"] == response["bodySize"] > 0
    assert entry["time"] == entry["timings"]["wait"]
    assert entry["_operation"] == "createExtensionGroup"


def test_har_of_a_session_names_the_session_in_urls_and_file_name(control: Control) -> None:
    one = control.session("one")
    one.get("/user/")
    (entry,) = entries(one)
    assert entry["request"]["url"] == f"{control.server.url}/s/one{API}/user/"
    assert entry["_reason"].startswith("Unauthorized")
    disposition = one.request("GET", "journal/har").headers["content-disposition"]
    assert disposition == 'attachment; filename="journal-one.har"'


def test_har_entry_of_a_dropped_connection_has_status_0(control: Control) -> None:
    control.done("POST", "faults", {"connection": "drop"})
    with pytest.raises(Exception, match="disconnected"):
        control.get("/user/")
    (entry,) = entries(control)
    assert entry["response"]["status"] == 0
    assert entry["_verdict"] == "fault"


def test_har_keeps_repeated_parameters_and_special_characters(control: Control) -> None:
    control.http.get("/api/ver1.0/a b/ü/?x=1&x=2&y=%26%3D")
    (entry,) = entries(control)
    parts = urlsplit(entry["request"]["url"])
    assert parts.path == "/api/ver1.0/a%20b/%C3%BC/"
    assert parse_qsl(parts.query) == [("x", "1"), ("x", "2"), ("y", "&=")]
    assert entry["request"]["queryString"][0] == {"name": "x", "value": "1"}


def test_har_is_filtered_like_the_journal(control: Control) -> None:
    headers = control.token()
    control.get("/user/", headers)
    control.get("/user/")
    assert [one["response"]["status"] for one in entries(control, "?verdict=refused")] == [401]
    assert [one["response"]["status"] for one in entries(control, "?text=CLIENT-ADMIN")] == [200]
    assert [one["_login"] for one in entries(control, "?limit=2&status=200")] == ["client-admin"]
