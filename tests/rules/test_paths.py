"""Paths in all the forms that clients send, methods, and the codes of success and error."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from support.media import (
    OPERATIONS,
    PATHS,
    READS,
    SPAN,
    Operation,
    media_list,
    operation,
    send,
    send_raw,
)
from support.server import API, LOGIN_CALL_API, SECRETS, TRUSTED, Api, RunningMock

METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}
SUCCESS = {"GET": 200, "POST": 201, "PUT": 200, "DELETE": 204}
CREDENTIALS = (
    f"grant_type=client_credentials&client_id={TRUSTED}&client_secret={SECRETS[TRUSTED]}"
).encode()
every_operation = pytest.mark.parametrize("one", OPERATIONS, ids=str)
every_read = pytest.mark.parametrize("one", READS, ids=str)


def at_client(one: Operation) -> bool:
    return one.level == "client"


def request(mock: RunningMock, api: Api, one: Operation, path: str) -> httpx.Response:
    """An operation's example, at a path that is sent as it stands."""
    query = str(httpx.QueryParams(one.query))
    body = None if one.body is None else json.dumps(one.body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    target = f"{path}?{query}" if query else path
    return send_raw(mock, one.method, target, api.token, headers, body)


def other_slash(path: str) -> str:
    return path[:-1] if path.endswith("/") else f"{path}/"


@pytest.mark.rule("base")
def test_paths_begin_with_the_version(mock: RunningMock, admin: Api) -> None:
    assert [path for path in PATHS if not path.startswith("/api/ver1.0/")] == ["/oauth/token"]
    assert admin.request("GET", "/api/ver1.0/user/").status_code == 200
    for path in ("/user/", "/api/user/", "/api/ver1/user/", "/api/ver2.0/user/", "/ver1.0/user/"):
        assert send_raw(mock, "GET", path, admin.token).status_code == 404
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert send_raw(mock, "POST", "/oauth/token", None, form, CREDENTIALS).status_code == 200
    under = send_raw(mock, "POST", f"{API}/oauth/token", None, form, CREDENTIALS)
    assert under.status_code == 404


@pytest.mark.rule("codes")
@every_operation
def test_success_has_the_code_of_its_method(admin: Api, one: Operation) -> None:
    response = send(admin, one)
    assert response.status_code == SUCCESS[one.method]
    if one.method == "DELETE":
        assert response.content == b""
        assert "Content-Type" not in response.headers


@pytest.mark.rule("codes")
def test_a_token_is_a_200(mock: RunningMock) -> None:
    answer = mock.request_token(
        grant_type="client_credentials", client_id=TRUSTED, client_secret=SECRETS[TRUSTED]
    )
    assert answer.status_code == 200


@pytest.mark.rule("slash")
@every_read
def test_both_slash_forms_give_the_same_answer(
    mock: RunningMock, admin: Api, one: Operation
) -> None:
    path = API + one.at()
    expected = request(mock, admin, one, path)
    assert expected.status_code == 200
    for form in (other_slash(path), f"{path.rstrip('/')}//"):
        response = request(mock, admin, one, form)
        assert (response.status_code, response.content) == (200, expected.content)


@pytest.mark.rule("slash")
@pytest.mark.parametrize("one", [one for one in OPERATIONS if one.method != "GET"], ids=str)
def test_changes_are_made_at_both_slash_forms(mock: RunningMock, one: Operation) -> None:
    path = API + one.at()
    for form in (path, other_slash(path), path.replace("/", "//"), f"{path.rstrip('/')}//"):
        mock.reset()
        response = request(mock, mock.as_user("client-admin"), one, form)
        assert response.status_code == SUCCESS[one.method], form


@pytest.mark.rule("slash")
@every_read
def test_doubled_slashes_collapse(mock: RunningMock, admin: Api, one: Operation) -> None:
    path = API + one.at()
    expected = request(mock, admin, one, path)
    doubled = [f"/{path}", path.replace("/", "//"), path.replace(API, f"{API}/", 1)]
    for form in (*doubled, *map(other_slash, doubled), path.replace("/", "///")):
        response = request(mock, admin, one, form)
        assert (response.status_code, response.content) == (200, expected.content), form


@pytest.mark.rule("slash", "me")
@pytest.mark.parametrize(
    "target",
    [
        "/api/ver1.0//client/@me/extension_group",
        "/api/ver1.0//client/@me/extension_group/",
        "/api/ver1.0/client/@me/extension_group",
        "/api/ver1.0/client/%40me/extension_group/",
        "/api/ver1.0/client/%40me/extension_group?page=0&per_page=0",
        "//api/ver1.0/client//%40me/extension_group//",
    ],
)
def test_the_group_list_answers_to_what_clients_send(mock: RunningMock, target: str) -> None:
    api = mock.as_application()
    response = send_raw(mock, "GET", target, api.token)
    assert response.status_code == 200
    assert [group["id"] for group in response.json()] == [3, 5, 8, 9]


@pytest.mark.rule("slash")
@pytest.mark.parametrize("target", ["/oauth/token", "/oauth/token/", "//oauth//token"])
def test_the_token_endpoint_has_both_slash_forms(mock: RunningMock, target: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert send_raw(mock, "POST", target, None, form, CREDENTIALS).status_code == 200


@pytest.mark.rule("me")
@pytest.mark.parametrize("one", [one for one in READS if at_client(one)], ids=str)
def test_me_is_the_client_of_the_user(mock: RunningMock, admin: Api, one: Operation) -> None:
    expected = request(mock, admin, one, API + one.at(12))
    assert expected.status_code == 200
    for me in ("@me", "%40me"):
        response = request(mock, admin, one, API + one.at(me))
        assert (response.status_code, response.content) == (200, expected.content)


@pytest.mark.rule("me")
@pytest.mark.parametrize(
    "one", [one for one in OPERATIONS if at_client(one) and one.method != "GET"], ids=str
)
@pytest.mark.parametrize("me", ["@me", "%40me", "12"])
def test_me_may_be_changed(mock: RunningMock, admin: Api, one: Operation, me: str) -> None:
    assert request(mock, admin, one, API + one.at(me)).status_code == SUCCESS[one.method]


@pytest.mark.rule("me")
@pytest.mark.parametrize("me", ["@me", "%40me"])
def test_me_depends_on_the_token(mock: RunningMock, admin: Api, me: str) -> None:
    target = f"{API}/client/{me}/extension_group/"
    other = send_raw(mock, "GET", target, mock.as_user("other-admin").token).json()
    assert {group["client_id"] for group in other} == {13}
    own = send_raw(mock, "GET", target, admin.token).json()
    assert {group["client_id"] for group in own} == {12}


@pytest.mark.rule("no-patch")
@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_a_path_lacks_is_not_allowed(mock: RunningMock, path: str) -> None:
    allowed = PATHS[path]
    example = next((API + one.at() for one in OPERATIONS if API + one.path == path), path)
    token = mock.as_user("client-admin").token
    for method in METHODS - allowed:
        for target in (example, other_slash(example)):
            response = send_raw(mock, method, target, token)
            assert response.status_code == 405, (method, target)
            assert set(response.headers["Allow"].split(", ")) == allowed
    # Routes come before tokens.
    assert send_raw(mock, "PATCH", example).status_code == 405


ERRORS: list[tuple[str, str, str, Any, int, str | None]] = [
    ("client-admin", "GET", "/client/@me/extension_group/?per_page=x", None, 400, None),
    ("client-admin", "POST", "/client/@me/extension_group/", {}, 400, None),
    ("client-admin", "GET", "/client/me/extension/", None, 400, None),
    ("nobody", "GET", "/user/", None, 401, None),
    ("client-reader", "DELETE", "/client/@me/extension/30", None, 403, "user_access_type_deny"),
    ("widget", "PUT", "/client/@me/extension/30", {}, 403, "app_access_type_deny"),
    ("sales-lead", "GET", "/extension_group/5/extension/", None, 403, "access_denied"),
    ("client-admin", "GET", "/client/13/extension/", None, 403, "access_denied"),
    ("client-admin", "GET", "/client/999/extension/", None, 404, "client_not_found"),
    ("client-admin", "GET", "/extension_group/99/fax/", None, 404, "extension_group_not_found"),
    ("client-admin", "GET", "/client/12/extension/99", None, 404, "extension_not_found"),
    ("client-admin", "GET", "/client/12/user/extension_group/9", None, 404, "user_not_found"),
    ("client-admin", "GET", "/extension_group/3/record/x", None, 404, "record_not_found"),
    ("client-admin", "GET", "/extension_group/3/voicemail/x", None, 404, "voicemail_not_found"),
    ("client-admin", "GET", "/extension_group/3/fax/x", None, 404, "fax_not_found"),
    ("client-admin", "GET", "/nothing/here", None, 404, None),
    ("nobody", "GET", "/nothing/here", None, 404, None),
    ("client-admin", "PATCH", "/user/", None, 405, None),
]


@pytest.mark.rule("error-body")
@pytest.mark.parametrize(("who", "method", "path", "body", "code", "word"), ERRORS)
def test_an_error_has_a_message_and_its_word(
    mock: RunningMock, who: str, method: str, path: str, body: Any, code: int, word: str | None
) -> None:
    if who == "nobody":
        api = mock.anonymous()
    elif who == "widget":
        api = mock.as_user("client-admin", LOGIN_CALL_API)
    else:
        api = mock.as_user(who)
    arguments = {} if body is None else {"json": body}
    assert_error(api.request(method, API + path, **arguments), code, word)


@pytest.mark.rule("error-body")
def test_a_blocked_user_and_another_media_type_have_their_errors(
    mock: RunningMock, admin: Api
) -> None:
    lead = mock.as_user("sales-lead")
    admin.put("/client/@me/user/extension_group/104", {"status": "blocked"})
    blocked = lead.get(media_list("extension_group", "record").at(3), **SPAN)
    assert_error(blocked, 403, "user_blocked")
    create = operation("createExtensionGroup")
    plain = {"content": b"name", "headers": {"Content-Type": "text/plain"}}
    assert_error(admin.request("POST", API + create.at(), **plain), 415, None)


def assert_error(response: httpx.Response, code: int, word: str | None) -> None:
    assert response.status_code == code
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert isinstance(body["message"], str)
    assert body["message"].strip()
    assert body.get("status") == word
