"""Request journal: entries, counts, streaming."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import httpx
import pytest

from ringme_mock import MockServer
from ringme_mock.control import journal_api
from ringme_mock.http import journal as journal_module
from ringme_mock.http.journal import Journal
from support.control import Control

USERS = "/api/ver1.0/client/@me/user/extension_group/"


def test_journal_entry_has_user_operation_request_and_result(control: Control) -> None:
    headers = control.token("sales-viewer")
    control.http.post(
        f"{USERS}?x=1&y=2&y=3",
        json={"login": "new"},
        headers=headers,
    )
    entry = control.done("GET", "journal")[-1]
    assert entry["operation"] == "createGroupUser"
    assert (entry["method"], entry["path"]) == (
        "POST",
        USERS,
    )
    assert entry["query"] == {"x": "1", "y": ["2", "3"]}
    assert entry["login"] == "sales-viewer"
    assert (entry["status"], entry["verdict"]) == (403, "refused")
    assert entry["word"] in ("user_access_type_deny", "app_access_type_deny")
    assert entry["reason"]


def test_journal_entry_redacts_secrets_of_request_and_response(control: Control) -> None:
    response = control.http.post(
        "/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": "c1200000000000000000000000000001",
            "client_secret": "c0ffee01" * 4,
        },
        headers={"Cookie": "login=canary-1", "X-Trace": "17", "Referer": "http://a/?code=canary-2"},
    )
    token = response.json()["access_token"]
    control.get("/user/", {"Authorization": f"Bearer {token}"})
    login, user = control.done("GET", "journal")[-2:]
    assert login["headers"]["x-trace"] == "17"
    assert login["headers"]["cookie"] == "***"
    assert login["response"]["body"]["access_token"] == "***"
    assert user["headers"]["authorization"] == "Bearer ***"
    assert user["response"]["headers"]["content-type"] == "application/json"
    assert user["response"]["headers"]["x-ratelimit-limit"]
    assert user["response"]["body"]["login"] == "client-admin"
    assert user["response"]["size"] > 100
    text = json.dumps([login, user])
    for secret in (token, "canary-1", "canary-2", "c0ffee01c0ffee01"):
        assert secret not in text


def test_journal_truncates_long_responses_and_omits_dropped_ones(control: Control) -> None:
    control.done("POST", "bulk", {"client": 12, "groups": 300})
    headers = control.token()
    response = control.get("/client/@me/extension_group/", headers, per_page=300)
    control.done("POST", "faults", {"connection": "drop", "times": 1})
    with pytest.raises(httpx.TransportError):
        control.get("/user/", headers)
    long, dropped = control.done("GET", "journal")[-2:]
    assert long["response"]["size"] == len(response.content) > 8192
    assert long["response"]["body"].startswith('[{"id":3,')
    assert long["response"]["body"].endswith("...")
    assert len(long["response"]["body"].encode()) <= 8192 + len("...")
    assert dropped["response"] is None


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({"operation": "getCurrentUser"}, ["/api/ver1.0/user/"] * 2),
        ({"operation": "getCurrentUser", "limit": 1}, ["/api/ver1.0/user/"]),
        ({"status": 404}, ["/nowhere"]),
        ({"verdict": "refused"}, ["/api/ver1.0/user/", "/nowhere"]),
        ({"login": "client-admin"}, ["/api/ver1.0/user/"]),
        ({"method": "post"}, []),
        ({"path": "/no*"}, ["/nowhere"]),
    ],
)
def test_journal_can_be_filtered(control: Control, query: dict[str, str], paths: list[str]) -> None:
    control.get("/user/", control.token())
    control.get("/user/")
    control.http.get("/nowhere")
    assert [one["path"] for one in control.done("GET", "journal", params=query)] == paths


def test_requests_are_counted_by_their_properties(control: Control) -> None:
    headers = control.token()
    for name in ("A", "B", "A"):
        control.make_group(headers, name)
    control.get("/client/@me/extension/31", headers)

    def count(**wanted: object) -> int:
        found: int = control.done("POST", "journal/count", wanted)["count"]
        return found

    assert count(operation="createExtensionGroup", body={"name": "A"}) == 2
    assert count(operation="createExtensionGroup", body={"name": "A", "extra": None}) == 0
    assert count(operation="getExtension", parameters={"extension_id": 31}) == 1
    assert count(login="client-admin", status=404) == 0
    assert control.refused("POST", "journal/count", {"verdict": "good"}).startswith("400 verdict: ")


def test_entry_numbers_continue_after_the_journal_is_cleared(control: Control) -> None:
    control.get("/user/")
    number = control.done("GET", "journal")[-1]["number"]
    control.done("DELETE", "journal")
    assert control.done("GET", "journal") == []
    control.get("/user/")
    assert control.done("GET", "journal")[-1]["number"] == number + 1


def test_oldest_journal_entries_are_evicted_at_the_size_limit() -> None:
    with MockServer(validate_responses=True) as server, Control(server) as control:
        server.app.sessions.default.journal = Journal(3)
        for number in range(5):
            control.get("/user/", page=number)
        assert [one["query"]["page"] for one in control.done("GET", "journal")] == ["2", "3", "4"]
        assert control.done("POST", "journal/count", {}) == {"count": 3, "dropped": 2}
        control.done("DELETE", "journal")
        assert control.done("POST", "journal/count", {}) == {"count": 0, "dropped": 0}


def test_stream_sends_each_request_as_an_event(control: Control) -> None:
    control.get("/user/")
    with httpx.stream("GET", f"{control.server.url}/__mock__/journal/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": open"
        asking = threading.Thread(target=control.get, args=("/user/",))
        asking.start()
        found = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name == "data":
                found = json.loads(value)
                break
        asking.join()
        assert found["operation"] == "getCurrentUser"
        assert found["number"] == control.done("GET", "journal")[-1]["number"]


def read_stream(
    control: Control, last: str, many: int, once_open: Callable[[], object] = lambda: None
) -> list[tuple[str, str]]:
    """Return type and id (or data) of the first events after the one that the client knows."""
    found, kind, id_or_data = [], "", ""
    url = f"{control.server.url}/__mock__/journal/stream"
    with httpx.stream("GET", url, headers={"Last-Event-ID": last}) as stream:
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if line == ": open":
                once_open()
            elif name == "event":
                kind = value
            elif name == "id" or (name == "data" and not id_or_data):
                id_or_data = value
            elif not line and kind:
                found.append((kind, id_or_data))
                kind = id_or_data = ""
            if len(found) == many:
                break
    return found


def test_stream_resumes_after_the_last_event_id() -> None:
    with MockServer() as server, Control(server) as control:
        server.app.sessions.default.journal = Journal(3)
        for _ in range(5):
            control.get("/user/")
        assert read_stream(control, "4", 1) == [("request", "5")]
        assert read_stream(control, "1", 4) == [
            ("dropped", '{"count": 1}'),
            ("request", "3"),
            ("request", "4"),
            ("request", "5"),
        ]
        for unknown in ("99", "-1", "x", "9" * 30):
            (event,) = read_stream(control, unknown, 1, lambda: control.get("/user/"))
            assert event == ("request", str(server.app.sessions.default.journal.last_number))


def test_stream_ends_when_its_session_is_deleted(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_api, "HEARTBEAT", 0.05)
    control.session("short").done("GET", "journal")
    url = f"{control.server.url}/s/short/__mock__/journal/stream"
    with httpx.stream("GET", url) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": open"
        control.done("DELETE", "sessions/short")
        assert [line for line in lines if line.startswith("event")] == []


def test_mock_stops_despite_an_open_journal_stream() -> None:
    with MockServer(validate_responses=True) as server:
        stream = httpx.stream("GET", f"{server.url}/__mock__/journal/stream")
        response = stream.__enter__()
        next(response.iter_lines())
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{response.url.port}/__mock__/health")
    response.close()


def test_oldest_journal_entries_are_evicted_at_the_content_limit(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "MOST_CONTENT", 5000)
    control.done("DELETE", "journal")
    for number in range(5):
        control.get("/user/", x=f"{number}{'a' * 900}")
    kept = [entry["query"]["x"][0] for entry in control.done("GET", "journal")]
    assert kept == ["2", "3", "4"]
