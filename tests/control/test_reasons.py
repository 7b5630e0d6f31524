"""Reasons in the journal, for errors whose response says little."""

from __future__ import annotations

import pytest

from support.control import API, Control

USER = f"{API}/user/"


def reason(control: Control) -> str:
    """Return the reason of the last request."""
    found: str = control.done("GET", "journal")[-1]["reason"]
    return found


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (None, "there is no Authorization header"),
        ("", "there is no Authorization header"),
        ("Basic YTpi", "another scheme Basic; it must be: Bearer TOKEN"),
        ("secret-token-itself", "another scheme; it must be: Bearer TOKEN"),
        ("Bearer", "has no token"),
        ("Bearer undefined", "the token is the text undefined"),
        ("Bearer abcdefabcdefabcdef", "the token is unknown"),
    ],
)
def test_a_401_has_its_reason_in_the_journal_and_not_in_the_response(
    control: Control, header: str | None, words: str
) -> None:
    answer = control.http.get(USER, headers={} if header is None else {"Authorization": header})
    assert answer.json() == {"message": "Unauthorized"}
    assert reason(control).startswith("Unauthorized: ")
    assert words in reason(control)
    assert "secret-token" not in reason(control)
    assert "abcdef" not in reason(control)


def test_a_token_that_was_good_once_is_refused_with_what_ended_it(control: Control) -> None:
    expired, revoked, before = control.token(), control.token("sales-lead"), control.token()
    control.done("DELETE", "tokens?login=sales-lead")
    control.get("/user/", revoked)
    assert "the token was revoked at 2" in reason(control)
    control.done("PUT", "clock", {"now": "2026-03-01 10:00:00", "frozen": True})
    expired = control.token()
    control.done("POST", "clock/advance", {"seconds": 36000})
    for _ in range(2):
        control.get("/user/", expired)
        assert "the token expired at 2026-03-01 1" in reason(control)
        # With a new token, the mock forgets expired ones.
        control.token()
    control.done("POST", "reset", {})
    control.get("/user/", before)
    assert "the token was issued before the session was reset" in reason(control)


def test_a_token_of_another_session_is_refused_with_its_name(control: Control) -> None:
    other = control.session("other")
    control.get("/user/", other.token())
    assert "the token belongs to session other, the request to session default" in reason(control)


def test_a_refresh_token_is_no_access_token(control: Control) -> None:
    answer = control.http.post(
        "/oauth/token",
        data={
            "grant_type": "password",
            "username": "sales-viewer",
            "password": "mock-sales-viewer",
            "client_id": "c1200000000000000000000000000003",
            "client_secret": "c0ffee03" * 4,
        },
    ).json()
    control.get("/user/", {"Authorization": f"Bearer {answer['refresh_token']}"})
    assert "is a refresh token" in reason(control)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{API}/client/@me/grup/", "after /api/ver1.0/client/@me there is no grup; known there: "),
        ("/user/", "after / there is no user; known there: api, oauth"),
        (API, "is the beginning of paths; known there: client, "),
        (f"{API}/client/@me/extension_group/99999", "there is no extension_group 99999"),
        (f"{API}/client/99999/extension/", "there is no client 99999"),
        (
            f"{API}/extension_group/5/extension/31",
            "extension 31 exists, but belongs to extension_group 3, not 5",
        ),
    ],
)
def test_a_404_tells_which_part_of_the_path_is_missing(
    control: Control, path: str, words: str
) -> None:
    answer = control.http.get(path, headers=control.token())
    assert answer.status_code == 404, answer.text
    assert words in reason(control)
    assert words not in answer.text


def test_a_user_who_is_denied_access_is_told_with_what_is_in_reach(control: Control) -> None:
    answer = control.get("/extension_group/5/extension/", control.token("sales-lead"))
    assert answer.json() == {"message": "Access denied", "status": "access_denied"}
    assert "sales-lead can only access what belongs to extension_group 3" in reason(control)


def test_a_response_that_browsers_withhold_from_a_page_is_told(control: Control) -> None:
    headers = control.token()
    assert control.get("/user/", {**headers, "Origin": "https://app.test"}).status_code == 200
    assert "CORS: pages of https://app.test may not call the mock" in reason(control)
    control.get("/user/", {**headers, "Origin": control.server.url})
    assert control.done("GET", "journal")[-1]["reason"] is None
