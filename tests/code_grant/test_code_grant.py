"""Authorization code grant: login page, permission, redirect, code and tokens."""

from __future__ import annotations

import pytest

from support.code_grant import (
    AUTHORIZE,
    CONSENT_CLIENT,
    LOGIN,
    OTHER_PUBLIC,
    SAME_ORIGIN,
    VERIFIER,
    Browser,
    alert_message,
    callback_parameters,
)
from support.server import SECRETS, TRUSTED, Api, RunningMock


def test_logged_in_user_gets_a_code_without_the_login_page(
    mock: RunningMock,
) -> None:
    browser = Browser(mock)
    first = browser.code()
    assert browser.authorize()["code"] != first
    mock.clock.advance(3600)
    assert LOGIN in browser.send("GET", AUTHORIZE).headers["Location"]


def test_code_expires_after_600_seconds(mock: RunningMock) -> None:
    mock.clock.freeze()
    browser = Browser(mock)
    code, late = browser.code(), browser.authorize()["code"]
    mock.clock.advance(599)
    assert browser.exchange(code).status_code == 200
    mock.clock.advance(1)
    refused = browser.exchange(late)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_grant")


def test_reused_code_revokes_only_the_tokens_of_its_first_use(mock: RunningMock) -> None:
    browser = Browser(mock)
    code = browser.code()
    first, other = (
        browser.exchange(code).json(),
        browser.exchange(browser.authorize()["code"]).json(),
    )
    assert (first["scope"], first["expires_in"]) == ("all", 3600)
    application = {"client_id": browser.query["client_id"]}
    application["client_secret"] = SECRETS[application["client_id"]]
    renewed = mock.request_token(
        grant_type="refresh_token", refresh_token=first["refresh_token"], **application
    ).json()
    assert browser.exchange(code).json()["error"] == "invalid_grant"
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
def test_invalid_verifier_is_refused_and_one_without_a_challenge_is_ignored(
    mock: RunningMock, query: dict[str, str], verifier: str, status: int
) -> None:
    browser = Browser(mock, **query)
    assert browser.exchange(browser.code(), code_verifier=verifier).status_code == status


@pytest.mark.parametrize(
    "query",
    [{"code_challenge": "short"}, {"code_challenge": VERIFIER, "code_challenge_method": "md5"}],
)
def test_invalid_challenge_redirects_with_an_error(
    mock: RunningMock, query: dict[str, str]
) -> None:
    browser = Browser(mock, state="s", **query)
    assert callback_parameters(browser.send("GET", AUTHORIZE)) == {
        "error": "invalid_request",
        "state": "s",
    }


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ("blocked-manager", "This user is blocked."),
        ("other-admin", "This user does not belong to the company of the application."),
    ],
)
def test_login_page_shows_why_a_login_is_refused(
    mock: RunningMock, login: str, message: str
) -> None:
    response = Browser(mock).log_in(login)
    assert (response.status_code, alert_message(response)) == (200, message)


def test_login_is_not_valid_for_an_application_of_another_client(
    mock: RunningMock,
) -> None:
    browser = Browser(mock)
    browser.code("client-admin")
    browser.query["client_id"] = OTHER_PUBLIC
    assert LOGIN in browser.send("GET", AUTHORIZE).headers["Location"]
    assert Api(mock, browser.tokens("other-admin")["access_token"]).read("/user/")["id"] == 201


def test_consent_is_requested_once_per_application(mock: RunningMock) -> None:
    browser = Browser(mock, client_id=CONSENT_CLIENT, state="s")
    browser.log_in()
    page = browser.send("GET", AUTHORIZE)
    assert (page.status_code, "Sales lead" in page.text) == (200, True)
    refused = browser.send("POST", AUTHORIZE, data={"decision": "refuse"}, headers=SAME_ORIGIN)
    assert callback_parameters(refused) == {"error": "access_denied", "state": "s"}
    allowed = browser.send("POST", AUTHORIZE, data={"decision": "allow"}, headers=SAME_ORIGIN)
    assert browser.exchange(callback_parameters(allowed)["code"]).json()["scope"] == "call_api"
    assert "code" in browser.authorize()
    # Another user is asked for permission, too.
    browser.log_in("petrov-phone")
    assert browser.send("GET", AUTHORIZE).status_code == 200


def test_logins_belong_to_a_session_and_redirects_stay_in_it(mock: RunningMock) -> None:
    browser = Browser(mock)
    away = browser.request("GET", f"/s/mine{AUTHORIZE}", params=browser.query)
    assert away.headers["Location"].startswith(f"{mock.url}/s/mine{LOGIN}?")
    form = {"username": "sales-lead", "password": "mock-sales-lead"}
    back = browser.request("POST", away.headers["Location"], data=form)
    assert "Path=/s/mine/oauth;" in back.headers["Set-Cookie"]
    code = callback_parameters(browser.request("GET", back.headers["Location"]))["code"]
    assert browser.exchange(code).json()["error"] == "invalid_grant"
    assert LOGIN in browser.send("GET", AUTHORIZE).headers["Location"]


def test_control_interface_revokes_logins_and_codes(mock: RunningMock) -> None:
    browser = Browser(mock)
    code = browser.code()
    mock.http.delete("/__mock__/tokens", params={"login": "client-admin"})
    again = browser.authorize()["code"]
    mock.http.delete("/__mock__/tokens", params={"login": "sales-lead"})
    assert {browser.exchange(one).status_code for one in (code, again)} == {401}
    assert LOGIN in browser.send("GET", AUTHORIZE).headers["Location"]


def test_trusted_application_has_no_login_page(mock: RunningMock) -> None:
    browser = Browser(mock, client_id=TRUSTED)
    assert browser.send("GET", AUTHORIZE).status_code == 400
    assert browser.send("GET", LOGIN).status_code == 400
