"""Authorization code grant: login page, permission, redirect, code and tokens."""

from __future__ import annotations

import pytest

from support.code_grant import (
    ASKING,
    AUTHORIZE,
    LOGIN,
    OTHER_PUBLIC,
    OWN_FORM,
    VERIFIER,
    Person,
    arrived,
    said,
)
from support.server import SECRETS, TRUSTED, Api, RunningMock


def test_a_logged_in_user_gets_the_next_code_at_once_until_the_login_ends(
    mock: RunningMock,
) -> None:
    person = Person(mock)
    first = person.code()
    assert person.come_back()["code"] != first
    mock.clock.advance(3600)
    assert LOGIN in person.send("GET", AUTHORIZE).headers["Location"]


def test_a_code_is_good_for_600_seconds(mock: RunningMock) -> None:
    mock.clock.freeze()
    person = Person(mock)
    code, late = person.code(), person.come_back()["code"]
    mock.clock.advance(599)
    assert person.exchange(code).status_code == 200
    mock.clock.advance(1)
    refused = person.exchange(late)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_grant")


def test_a_second_use_ends_what_the_first_one_gave_and_nothing_else(mock: RunningMock) -> None:
    person = Person(mock)
    code = person.code()
    first, other = person.exchange(code).json(), person.exchange(person.come_back()["code"]).json()
    assert (first["scope"], first["expires_in"]) == ("all", 3600)
    application = {"client_id": person.query["client_id"]}
    application["client_secret"] = SECRETS[application["client_id"]]
    renewed = mock.request_token(
        grant_type="refresh_token", refresh_token=first["refresh_token"], **application
    ).json()
    assert person.exchange(code).json()["error"] == "invalid_grant"
    for token in (first["access_token"], renewed["access_token"]):
        assert Api(mock, token).get("/user/").status_code == 401
    refused = mock.request_token(
        grant_type="refresh_token", refresh_token=renewed["refresh_token"], **application
    )
    assert refused.json()["error"] == "invalid_grant"
    assert Api(mock, other["access_token"]).get("/user/").status_code == 200


@pytest.mark.parametrize(
    ("query", "verifier", "status"),
    [({"code_challenge": VERIFIER}, "\u00e4", 401), ({}, VERIFIER, 200)],
)
def test_a_verifier_of_odd_letters_is_wrong_and_one_that_nobody_asked_for_is_ignored(
    mock: RunningMock, query: dict[str, str], verifier: str, status: int
) -> None:
    person = Person(mock, **query)
    assert person.exchange(person.code(), code_verifier=verifier).status_code == status


@pytest.mark.parametrize(
    "query",
    [{"code_challenge": "short"}, {"code_challenge": VERIFIER, "code_challenge_method": "md5"}],
)
def test_a_challenge_that_is_none_is_told_to_the_redirect_uri(
    mock: RunningMock, query: dict[str, str]
) -> None:
    person = Person(mock, state="s", **query)
    assert arrived(person.send("GET", AUTHORIZE)) == {"error": "invalid_request", "state": "s"}


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ("blocked-manager", "This user is blocked."),
        ("other-admin", "This user does not belong to the company of the application."),
    ],
)
def test_who_may_not_log_in_is_told_why(mock: RunningMock, login: str, message: str) -> None:
    answer = Person(mock).log_in(login)
    assert (answer.status_code, said(answer)) == (200, message)


def test_one_browser_is_one_user_and_no_use_for_the_application_of_another_client(
    mock: RunningMock,
) -> None:
    person = Person(mock)
    person.code("client-admin")
    person.query["client_id"] = OTHER_PUBLIC
    assert LOGIN in person.send("GET", AUTHORIZE).headers["Location"]
    assert Api(mock, person.tokens("other-admin")["access_token"]).read("/user/")["id"] == 201


def test_an_application_may_ask_for_permission_which_is_given_once(mock: RunningMock) -> None:
    person = Person(mock, client_id=ASKING, state="s")
    person.log_in()
    page = person.send("GET", AUTHORIZE)
    assert (page.status_code, "Sales lead" in page.text) == (200, True)
    refused = person.send("POST", AUTHORIZE, data={"decision": "refuse"}, headers=OWN_FORM)
    assert arrived(refused) == {"error": "access_denied", "state": "s"}
    allowed = person.send("POST", AUTHORIZE, data={"decision": "allow"}, headers=OWN_FORM)
    assert person.exchange(arrived(allowed)["code"]).json()["scope"] == "call_api"
    assert "code" in person.come_back()
    # Another user is asked for permission, too.
    person.log_in("petrov-phone")
    assert person.send("GET", AUTHORIZE).status_code == 200


def test_a_session_has_its_own_logins_and_leads_back_into_itself(mock: RunningMock) -> None:
    person = Person(mock)
    away = person.go("GET", f"/s/mine{AUTHORIZE}", params=person.query)
    assert away.headers["Location"].startswith(f"{mock.url}/s/mine{LOGIN}?")
    form = {"username": "sales-lead", "password": "mock-sales-lead"}
    back = person.go("POST", away.headers["Location"], data=form)
    assert "Path=/s/mine/oauth;" in back.headers["Set-Cookie"]
    code = arrived(person.go("GET", back.headers["Location"]))["code"]
    assert person.exchange(code).json()["error"] == "invalid_grant"
    assert LOGIN in person.send("GET", AUTHORIZE).headers["Location"]


def test_the_control_interface_ends_logins_codes_and_permissions(mock: RunningMock) -> None:
    person = Person(mock)
    code = person.code()
    mock.http.delete("/__mock__/tokens", params={"login": "client-admin"})
    again = person.come_back()["code"]
    mock.http.delete("/__mock__/tokens", params={"login": "sales-lead"})
    assert {person.exchange(one).status_code for one in (code, again)} == {401}
    assert LOGIN in person.send("GET", AUTHORIZE).headers["Location"]


def test_other_applications_have_no_login_page(mock: RunningMock) -> None:
    person = Person(mock, client_id=TRUSTED)
    assert person.send("GET", AUTHORIZE).status_code == 400
    assert person.send("GET", LOGIN).status_code == 400
