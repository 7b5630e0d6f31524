"""Sessions: independent states of one mock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from ringme_mock import MockServer
from ringme_mock.app import create_app
from ringme_mock.http.sessions import Sessions, Settings
from ringme_spec.paths import FIXTURES, SPEC
from support.control import API, Control


def test_sessions_are_isolated_from_each_other(control: Control) -> None:
    one, two = control.session("one"), control.session("two")
    headers = one.token()
    one.make_group(headers, "Of one")
    one.done("PUT", "clock", {"now": "2016-04-21 12:00:00", "frozen": True})
    one.done("POST", "faults", {"match": {"path": "/nowhere"}, "connection": "drop"})
    one.done("PUT", "latency", {"milliseconds": 1})
    one.done("PUT", "snapshots/mine")
    assert two.get("/user/", headers).status_code == 401
    assert "Of one" not in two.groups(two.token())
    assert "Of one" not in control.groups(control.token())
    assert two.done("GET", "clock")["frozen"] is False
    assert two.done("GET", "faults") == []
    assert two.done("GET", "latency") == {"from": 0, "to": 0}
    assert two.done("GET", "snapshots") == []
    assert {entry["operation"] for entry in two.done("GET", "journal")} == {
        "getCurrentUser",
        "listExtensionGroups",
    }
    two.done("POST", "reset")
    assert "Of one" in one.groups(one.token())


def test_session_is_selected_by_header_or_path(control: Control) -> None:
    headers = control.session("both").token()
    control.session("both").make_group(headers, "Both")
    response = control.http.get(f"/s/both{API}/client/@me/extension_group/", headers=headers)
    assert response.json()[-1]["name"] == "Both"
    response = control.http.get(
        f"/s/both{API}/client/@me/extension_group/",
        headers={**headers, "X-Mock-Session": "other"},
    )
    assert response.status_code == 200


def test_default_session_can_be_selected_by_name(control: Control) -> None:
    headers = control.token()
    assert control.session("default").get("/user/", headers).status_code == 200
    assert control.http.get(f"/s/default{API}/user/", headers=headers).status_code == 200


@pytest.mark.parametrize("way", ["header", "path"])
def test_storage_url_leads_into_its_session(control: Control, way: str) -> None:
    one = control.session("audio")
    headers = one.token()
    record = one.done("POST", "calls", {"extension": 31})
    path = f"{API}/client/@me/record/{record['record_uuid']}/storage_url/"
    if way == "header":
        response = one.http.get(path, headers=headers)
    else:
        response = control.http.get(f"/s/audio{path}", headers=headers)
    assert response.status_code == 200, response.text
    (url, *_) = response.json().values()
    assert "/s/audio/storage/" in url
    file = control.http.get(url)
    assert file.headers["content-type"] == "audio/mpeg"
    assert len(file.content) == record["record_file_size"]
    assert control.http.get(url.replace("/s/audio", "")).status_code == 404


def test_document_of_a_session_has_its_prefix_in_the_server_url(control: Control) -> None:
    response = control.http.get("/s/docs/openapi.json")
    assert response.json()["servers"] == [{"url": f"{control.server.url}/s/docs"}]


@pytest.mark.parametrize("name", ["a b", "x" * 65, "..%2f", "ä", "%00"])
def test_invalid_session_name_is_refused(control: Control, name: str) -> None:
    response = control.http.get(f"/s/{name}{API}/user/")
    assert response.status_code in (400, 404)
    assert "message" in response.json()
    assert len(control.done("GET", "sessions")) == 1


def test_sessions_can_be_listed_and_deleted(control: Control) -> None:
    one = control.session("one")
    headers = one.token()
    one.make_group(headers, "Lost")
    listed = control.done("GET", "sessions")
    assert [session["name"] for session in listed] == ["default", "one"]
    assert listed[1]["url"] == f"{control.server.url}/s/one"
    assert listed[1]["requests"] == 1
    control.done("DELETE", "sessions/one")
    assert one.get("/user/", headers).status_code == 401
    assert "Lost" not in one.groups(one.token())
    assert control.refused("DELETE", "sessions/default").startswith("400 ")
    assert control.refused("DELETE", "sessions/nobody").startswith("404 ")


@pytest.fixture
def small_mock() -> Iterator[Control]:
    """Return a mock that allows three sessions, including the default."""
    with MockServer() as server, Control(server) as control:
        server.app.sessions.settings = Settings(max_sessions=3)
        yield control


def names(control: Control) -> list[str]:
    return [session["name"] for session in control.done("GET", "sessions")]


def test_session_idle_longest_is_evicted_for_a_new_one(
    small_mock: Control, caplog: pytest.LogCaptureFixture
) -> None:
    headers = small_mock.session("one").token()
    small_mock.session("two").token()
    assert small_mock.session("one").get("/user/", headers).status_code == 200
    small_mock.session("three").token()
    assert names(small_mock) == ["default", "one", "three"]
    assert small_mock.session("one").get("/user/", headers).status_code == 200
    assert "Session two, idle for" in caplog.text
    assert "was ended to make room for session three" in caplog.text
    assert "--max-sessions" in caplog.text


def test_refused_request_creates_no_session(small_mock: Control) -> None:
    small_mock.session("one").token()
    small_mock.session("two").token()
    for name in ("three", "four", "a b"):
        assert small_mock.http.get(f"/s/{name}{API}/user/").status_code in (400, 401)
        assert small_mock.http.get(f"/s/{name}/__mock__/nothing").status_code in (400, 404)
    assert names(small_mock) == ["default", "one", "two"]


def test_journal_of_a_new_session_has_earlier_refused_requests(small_mock: Control) -> None:
    new = small_mock.session("new")
    new.get("/user/")
    assert [entry["status"] for entry in new.done("GET", "journal")] == [401]
    assert "new" in names(small_mock)


def test_session_with_an_open_journal_stream_is_not_evicted(small_mock: Control) -> None:
    for name in ("one", "two"):
        small_mock.session(name).token()
        small_mock.server.app.sessions.get(name).journal._waiting.add(asyncio.Queue())
    response = small_mock.session("three").get("/user/")
    assert response.status_code == 503
    assert "DELETE /__mock__/sessions/NAME" in response.json()["message"]


def test_oldest_journal_entries_are_evicted_across_sessions(small_mock: Control) -> None:
    one, two = small_mock.session("one"), small_mock.session("two")
    budget = small_mock.server.app.sessions.journals
    budget.most = budget._left = 30_000
    text = "a" * 1000
    for number in range(10):
        one.get("/user/", x=f"{number}{text}")
    for number in range(30):
        two.get("/user/", x=f"{number}{text}")
    kept = [entry["query"]["x"].rstrip("a") for entry in two.done("GET", "journal")]
    assert one.done("GET", "journal") == []
    assert 10 < len(kept) < 30
    assert kept == [str(number) for number in range(30)][-len(kept) :]


def test_entries_of_all_sessions_have_a_common_limit(small_mock: Control) -> None:
    one, two = small_mock.session("one"), small_mock.session("two")
    small_mock.server.app.sessions.entries.most = 30
    one.done("POST", "bulk", {"client": 12, "groups": 20})
    headers = two.token()
    for number in range(10):
        two.make_group(headers, str(number))
    message = two.refused("POST", "bulk", {"client": 12, "groups": 1})
    assert "all sessions together have 30 entries besides the fixtures, 1 more" in message
    assert "DELETE /__mock__/sessions/NAME" in message
    state = one.done("GET", "state")
    one.done("POST", "reset", {})
    two.done("POST", "bulk", {"client": 12, "groups": 1})
    assert "all sessions together have 11 entries" in two.refused("PUT", "state", state)


def test_idle_session_ends_unless_its_journal_is_streamed() -> None:
    app = create_app(SPEC, FIXTURES)
    sessions = Sessions(app.contract, app.sessions.seed, Settings(idle=10))
    idle, followed, used = (sessions.get(name) for name in ("idle", "followed", "used"))
    followed.journal._waiting.add(asyncio.Queue())
    idle.used -= 11
    followed.used -= 11
    assert [one.name for one in sessions.all()] == ["default", "followed", "used"]
    used.used -= 11
    assert sessions.get("used") is not used
