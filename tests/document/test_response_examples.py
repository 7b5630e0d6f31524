"""Every JSON response has a complete example, which equals the response of a new mock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from document.resolved_operations import ALL, DOCUMENT, Operation
from support.server import LIMITED, LOGIN, SECRETS, TRUSTED_CALL_API, Api, RunningMock

JSON = "application/json"
# Properties whose value differs each time.
MOVING = {
    "createToken": {"access_token"},
    "createExtension": {"create_date"},
    "createCallback": {"call_id", "call_api_id"},
    "listClientCurrentCalls": {
        "call_api_id", "call_id", "subcall_id", "init_time_gmt", "answer_time_gmt", "record_uuid",
        "caller_id_number", "caller_id_name",
    },
}  # fmt: skip
MOVING["getCurrentCall"] = MOVING["listClientCurrentCalls"]
HOST = re.compile(r"^http://[^/]+")


def json_responses() -> Iterator[tuple[str, Operation, str]]:
    """Yield all JSON responses: name, operation, and status."""
    for operation in ALL.values():
        for code, response in operation.node["responses"].items():
            if JSON in operation.responses[code].get("content", {}):
                yield response["$ref"].rpartition("/")[2], operation, code


# The first operation with each response, as several operations can share one.
SUCCESSES = {
    name: operation.name
    for name, operation, code in reversed([*json_responses()])
    if code.startswith("2")
}
ERRORS = {name: code for name, _, code in json_responses() if code.startswith("4")}


def example_of(name: str) -> Any:
    return DOCUMENT["components"]["responses"][name]["content"][JSON]["example"]


def without_moving_values(value: Any, moving: set[str]) -> Any:
    """Replace what differs each time, and the host, in a value."""
    if isinstance(value, dict):
        return {
            key: key in moving or without_moving_values(one, moving) for key, one in value.items()
        }
    if isinstance(value, list):
        return [without_moving_values(one, moving) for one in value]
    return HOST.sub("", value) if isinstance(value, str) else value


def test_every_json_response_has_an_example() -> None:
    lacking = [
        (operation.name, code)
        for operation in ALL.values()
        for code, response in operation.responses.items()
        if JSON in response.get("content", {}) and "example" not in response["content"][JSON]
    ]
    assert lacking == []
    assert len(SUCCESSES) >= 35


@pytest.mark.parametrize("name", SUCCESSES)
def test_success_example_equals_the_response_of_a_new_mock(name: str, mock: RunningMock) -> None:
    operation = ALL[SUCCESSES[name]]
    call = start_call(mock)
    # With all parameters that have examples, as the documentation and collections send them.
    required, *more = operation.requests()
    request = more[0] if operation.parameters and more else required
    request["path"] = re.sub(r"(/current_calls/).+", rf"\g<1>{call}", request["path"])
    api = mock.as_user("client-admin") if operation.secured else mock.anonymous()
    response = api.request(operation.method, **request)
    assert response.status_code == operation.success, response.text
    moving = MOVING.get(operation.name, set())
    assert without_moving_values(response.json(), moving) == without_moving_values(
        example_of(name), moving
    )


def start_call(mock: RunningMock) -> str:
    """Start a call and answer it, as fixtures have none in progress; return its id."""
    call: str = mock.http.post("/__mock__/calls", json={"extension": 31, "course": {}}).json()[
        "call"
    ]
    mock.http.post(f"/__mock__/calls/{call}", json={"do": "answer"})
    return call


# TooManyStatistics needs two concurrent requests, and has a test in tests/calls.
@pytest.mark.parametrize("name", sorted(ERRORS.keys() - {"TooManyStatistics"}))
def test_error_example_equals_a_response_of_the_mock(name: str, mock: RunningMock) -> None:
    operations = [operation for one, operation, _ in json_responses() if one == name]
    message = []
    for response in error_responses(mock, operations, ERRORS[name]):
        if str(response.status_code) == ERRORS[name]:
            message.append(response.json())
            if message[-1] == example_of(name):
                return
    pytest.fail(f"{example_of(name)} is none of {message}")


def error_responses(
    mock: RunningMock, operations: list[Operation], code: str
) -> Iterator[httpx.Response]:
    """Yield responses to requests that fail in different ways."""
    if not operations[0].secured:
        for operation in operations:
            yield from errors_without_token(mock, operation)
        return
    if code == "429":
        limited = mock.as_application(LIMITED)
        yield from (limited.get("/user/") for _ in range(6))
    admin, lead = mock.as_user("client-admin"), mock.as_user("sales-lead")
    by = [mock.anonymous(), lead, mock.as_user("client-reader")]
    by += [mock.as_application(TRUSTED_CALL_API), admin]
    for operation in operations:
        request = next(operation.requests())
        yield from (api.request(operation.method, **request) for api in by)
        for changed in with_unknown_ids(operation, request):
            yield admin.request(operation.method, **changed)
        if operation.content:
            yield from refused_bodies(admin, operation, request)
    admin.put("/client/@me/user/extension_group/104", {"status": "blocked"})
    yield lead.get("/user/")


def with_unknown_ids(operation: Operation, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the request with each of its ids replaced by one that does not exist."""
    last = request["path"].rstrip("/").rpartition("/")[2]
    for part in {one for one in request["path"].split("/") if re.search(r"\d", one)} - {"ver1.0"}:
        none = re.sub(r"[0-9A-F]", "9", part) if part.isupper() or not part.isdigit() else "999999"
        yield {**request, "path": request["path"].replace(f"/{part}", f"/{none}")}
    yield {**request, "path": request["path"].replace("@me", "999999")}
    yield {**request, "path": request["path"].replace(last, "999999")}
    yield {**request, "json": {"extension_group_id": 999999}}


def refused_bodies(
    api: Api, operation: Operation, request: dict[str, Any]
) -> Iterator[httpx.Response]:
    url = request["path"]
    yield api.request(operation.method, url, json={"name": ""})
    yield api.request(operation.method, url, content=b"x", headers={"Content-Type": "text/plain"})
    large = b'{"name": "' + b"x" * 2**20 + b'"}'
    yield api.request(operation.method, url, content=large, headers={"Content-Type": JSON})


def errors_without_token(mock: RunningMock, operation: Operation) -> Iterator[httpx.Response]:
    """Yield errors of operations without a token: the token endpoint and the login page."""
    api = mock.anonymous()
    request = next(operation.requests())
    known = {"client_id": LOGIN, "client_secret": SECRETS[LOGIN]}
    login = {**known, "grant_type": "password", "username": "blocked-admin"}
    for form in (
        {"grant_type": "client_credentials"},
        {**known, "grant_type": "x"},
        {**known, "client_secret": "x", "grant_type": "client_credentials"},
        {**login, "password": "mock-blocked-admin"},
        {**login, "username": "client-admin", "password": "x"},
    ):
        if operation.method == "POST":
            yield api.request("POST", operation.path, data=form)
    for parameters in ({"client_id": "x"}, {"redirect_uri": "http://localhost:1/"}):
        params = {**request["params"], **parameters}
        yield api.request(operation.method, **{**request, "params": params})
    if operation.method == "POST":
        foreign = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
        yield api.request(operation.method, **request, headers=foreign)
        plain = {**request, "content": b"x", "headers": {"Content-Type": "text/plain"}}
        yield api.request(operation.method, **{**plain, "data": None})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        large = {**request, "content": b"x" * (2**20 + 1), "headers": form}
        yield api.request(operation.method, **{**large, "data": None})
