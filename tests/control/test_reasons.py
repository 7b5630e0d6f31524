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
def test_reason_of_a_401_is_in_the_journal_but_not_the_response(
    control: Control, header: str | None, words: str
) -> None:
    response = control.http.get(USER, headers={} if header is None else {"Authorization": header})
    assert response.json() == {"message": "Unauthorized"}
    assert reason(control).startswith("Unauthorized: ")
    assert words in reason(control)
    assert "secret-token" not in reason(control)
    assert "abcdef" not in reason(control)


def test_reason_for_a_former_token_says_how_it_ended(control: Control) -> None:
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


def test_reason_for_a_token_of_another_session_names_that_session(control: Control) -> None:
    other = control.session("other")
    control.get("/user/", other.token())
    assert "the token belongs to session other, the request to session default" in reason(control)


def test_refresh_token_is_refused_as_access_token(control: Control) -> None:
    response = control.http.post(
        "/oauth/token",
        data={
            "grant_type": "password",
            "username": "sales-viewer",
            "password": "mock-sales-viewer",
            "client_id": "c1200000000000000000000000000003",
            "client_secret": "c0ffee03" * 4,
        },
    ).json()
    control.get("/user/", {"Authorization": f"Bearer {response['refresh_token']}"})
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
def test_reason_of_a_404_names_the_missing_part_of_the_path(
    control: Control, path: str, words: str
) -> None:
    response = control.http.get(path, headers=control.token())
    assert response.status_code == 404, response.text
    assert words in reason(control)
    assert words not in response.text


def test_reason_of_access_denied_names_the_accessible_owner(control: Control) -> None:
    response = control.get("/extension_group/5/extension/", control.token("sales-lead"))
    assert response.json() == {"message": "Access denied", "status": "access_denied"}
    assert "sales-lead can only access what belongs to extension_group 3" in reason(control)


def test_reason_says_that_cors_hides_the_response_from_a_page(control: Control) -> None:
    headers = control.token()
    assert control.get("/user/", {**headers, "Origin": "https://app.test"}).status_code == 200
    assert "CORS: pages of https://app.test may not call the mock" in reason(control)
    control.get("/user/", {**headers, "Origin": control.server.url})
    assert control.done("GET", "journal")[-1]["reason"] is None
