"""State that survives a restart with the same state file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from ringme_mock.http.sessions import Settings
from state_file.persistent_mock import GROUPS, PersistentMock, persistent_mock
from support.code_grant import AUTHORIZE, Browser
from support.server import LIMITED, LOGIN, SECRETS

CALL = {"extension": 31, "from": "79990001234", "course": {"rings": 2, "talks": 3}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def read(mock: PersistentMock, token: str, path: str) -> Any:
    response = mock.http.get(f"/api/ver1.0{path}", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200, response.text
    return response.json()


def test_restart_keeps_entries_and_tokens_and_continues_ids(path: Path) -> None:
    with persistent_mock(path) as mock:
        token = mock.token("client-admin")["access_token"]
        first = mock.add_group(token, "first")
        mock.add_group(token, "second")
        mock.http.delete(
            f"/api/ver1.0{GROUPS}{first['id']}", headers={"Authorization": f"Bearer {token}"}
        )
        groups, before = read(mock, token, GROUPS), mock.view()
    with persistent_mock(path) as mock:
        assert read(mock, token, GROUPS) == groups
        assert mock.view() == before
        assert mock.add_group(token, "third")["id"] == first["id"] + 2


def test_restart_keeps_logins_codes_and_refresh_tokens(path: Path) -> None:
    application = {"client_id": LOGIN, "client_secret": SECRETS[LOGIN]}
    with persistent_mock(path) as mock:
        used = mock.token("client-admin")
        renewed = mock.request_token(
            grant_type="refresh_token", refresh_token=used["refresh_token"], **application
        ).json()
        browser = Browser(mock)
        code = browser.code("petrov-phone")
        cookies = browser.cookies
    with persistent_mock(path) as mock:
        statuses = [
            mock.request_token(
                grant_type="refresh_token", refresh_token=one["refresh_token"], **application
            ).status_code
            for one in (used, renewed)
        ]
        assert statuses == [401, 200]
        browser = Browser(mock)
        browser.cookies = cookies
        assert browser.exchange(code).status_code == 200
        assert "code=" in browser.send("GET", AUTHORIZE).headers["Location"]


def test_restart_keeps_sessions_snapshots_clocks_faults_and_latency(path: Path) -> None:
    with persistent_mock(path) as mock:
        mock.control("GET", "health", session="only-read")
        mock.control("PUT", "clock", {"now": "2030-01-01 12:00:00", "frozen": True}, "tab")
        mock.control("PUT", "snapshots/empty", session="tab")
        mock.control("PUT", "users/client-admin", {"status": "blocked"}, "tab")
        mock.control("PUT", "latency", {"from": 0, "to": 1}, "tab")
        fault = {"match": {"operation": "getCurrentUser"}, "answer": {"status": 503}, "times": 2}
        mock.control("POST", "faults", fault, "tab")
        assert mock.http.get("/s/tab/api/ver1.0/user/").status_code == 503
        before = mock.view("tab")
    with persistent_mock(path) as mock:
        names = {one["name"] for one in mock.control("GET", "sessions")}
        assert names == {"default", "only-read", "tab"}
        assert mock.view("tab") == before
        # The fault applies to two requests, one of which came before the restart.
        statuses = [mock.http.get("/s/tab/api/ver1.0/user/").status_code for _ in range(2)]
        assert statuses == [503, 401]


def test_call_in_progress_continues_after_a_restart(path: Path) -> None:
    with persistent_mock(path) as mock:
        mock.control("PUT", "clock", {"now": "2030-01-01 12:00:00", "frozen": True})
        mock.control("POST", "calls", CALL)
        mock.control("POST", "clock/advance", {"seconds": 1})
        before = mock.view()
    with persistent_mock(path) as mock:
        assert mock.view() == before
        mock.control("POST", "clock/advance", {"seconds": 60})
        assert mock.control("GET", "calls") == []
        records = mock.control("GET", "state?format=json")["record"]
    with persistent_mock(path) as mock:
        assert mock.control("GET", "state?format=json")["record"] == records


def test_call_that_ended_during_a_restart_is_in_the_history(path: Path) -> None:
    with persistent_mock(path) as mock:
        count = len(mock.control("GET", "entries/record")["entries"])
        mock.control("POST", "calls", {**CALL, "course": {"rings": 0, "talks": 1}})
    time.sleep(1.2)
    with persistent_mock(path) as mock:
        assert mock.control("GET", "calls") == []
        assert len(mock.control("GET", "entries/record")["entries"]) == count + 1
        missed = mock.control("GET", "deliveries")
        assert {one["state"] for one in missed} == {"not sent"}
        assert "the process that should have sent it had ended" in missed[0]["error"]


def test_restart_keeps_the_request_count_of_the_last_write(path: Path) -> None:
    application = {"client_id": LIMITED, "client_secret": SECRETS[LIMITED]}
    with persistent_mock(path) as mock:
        token = mock.request_token(grant_type="client_credentials", **application).json()
        caller = {"Authorization": f"Bearer {token['access_token']}"}
        for _ in range(2):
            mock.http.get("/api/ver1.0/user/", headers=caller)
        response = mock.http.post(f"/api/ver1.0{GROUPS}", json={"name": "x"}, headers=caller)
        left = int(response.headers["X-RateLimit-Remaining"])
    with persistent_mock(path) as mock:
        response = mock.http.get("/api/ver1.0/user/", headers=caller)
        assert int(response.headers["X-RateLimit-Remaining"]) == left - 1


def test_restart_keeps_the_day_on_which_the_state_was_created(path: Path) -> None:
    with persistent_mock(path, Settings(today=True)) as mock:
        before = mock.view()
    with persistent_mock(path, Settings(today=True)) as mock:
        assert mock.view() == before
