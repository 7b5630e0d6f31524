"""Response validation: with it, the mock sends no response that violates the document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.command import serving
from document.document_changes import (
    BREAKING,
    FITTING,
    GROUP,
    USER,
    Change,
    changed,
    path_of,
    with_properties,
    without,
)
from ringme_mock.actions import ACTIONS
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import JSON, Reply, json_reply
from ringme_mock.app import MockApp, create_app
from ringme_mock.http.sessions import Settings
from ringme_spec.paths import FIXTURES
from support.asgi import send_request
from support.server import API, SECRETS, TRUSTED
from support.validating_app import invalid_responses


@pytest.fixture(autouse=True)
def _responses_conform_to_the_document() -> None:
    """Override the check of other tests: here, invalid responses are the subject."""


@pytest.fixture(autouse=True)
def logged_problems() -> Iterator[list[str]]:
    """Return the log messages about invalid responses."""
    with invalid_responses() as found:
        yield found


class ChangedMock:
    """Mock in this process, with a changed document, and requests of an administrator."""

    def __init__(self, folder: Path, change: Change | None = None, checked: bool = True) -> None:
        spec = folder / "changed.yaml"
        spec.write_text(json.dumps(changed(change)), "utf-8")
        settings = Settings(validate_responses=checked)
        self.app: MockApp = create_app(spec, FIXTURES, settings=settings)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.request("GET", path, headers=headers)

    def control(self, path: str, body: Any) -> None:
        """Send a request to the control interface, which must succeed."""
        assert self.request("POST", f"/__mock__/{path}", json=body).is_success

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        made = send_request(self.app, "POST", "/__mock__/tokens", json={"login": "client-admin"})
        headers = {"Authorization": f"Bearer {made.json()['access_token']}"}
        headers |= arguments.pop("headers", {})
        return send_request(self.app, method, path, headers=headers, **arguments)


def problem(answer: httpx.Response) -> str:
    """Return the problem that a 500 reports about the response it replaces."""
    assert answer.status_code == 500, answer.text
    assert answer.headers["Content-Type"] == JSON
    body = answer.json()
    assert list(body) == ["message"]
    begin = "The response does not match the OpenAPI document: "
    assert body["message"].startswith(begin)
    return str(body["message"]).removeprefix(begin)


@pytest.mark.parametrize(("change", "path", "message"), BREAKING.values(), ids=BREAKING)
def test_invalid_response_becomes_a_500_that_names_the_place(
    change: Change, path: str, message: str, tmp_path: Path, logged_problems: list[str]
) -> None:
    mock = ChangedMock(tmp_path, change)
    assert problem(mock.get(path_of(path))) == message
    assert logged_problems == [f"a response does not match the OpenAPI document: {message}"]
    last = mock.app.sessions.default.journal.entries()[-1]
    assert (last.verdict, last.status) == ("failed", 500)
    assert message in (last.reason or "")


def test_invalid_response_is_sent_without_validation(
    tmp_path: Path, logged_problems: list[str]
) -> None:
    change, path, _ = BREAKING["type"]
    assert ChangedMock(tmp_path, change, checked=False).get(path_of(path)).status_code == 200
    assert logged_problems == []


@pytest.mark.parametrize(("change", "path"), FITTING.values(), ids=FITTING)
def test_valid_response_is_sent(
    change: Change, path: str, tmp_path: Path, logged_problems: list[str]
) -> None:
    response = ChangedMock(tmp_path, change).get(path_of(path))
    assert response.status_code == (404 if "999" in path else 200), response.text
    assert logged_problems == []


HANDLERS: dict[str, tuple[Reply, str]] = {
    "half of a body": (Reply(200, b'{"id": 1', JSON), "200: body: must be JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "message"), HANDLERS.values(), ids=HANDLERS)
def test_invalid_response_of_a_handler_becomes_a_500(
    reply: Reply, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def current(_call: RequestContext) -> Reply:
        return reply

    monkeypatch.setitem(ACTIONS, "current", current)
    assert problem(ChangedMock(tmp_path).get(USER)) == f"getCurrentUser {message}"


def test_body_of_a_204_becomes_a_500(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIONS, "delete", lambda _call: json_reply(204, {}))
    response = ChangedMock(tmp_path).request("DELETE", path_of(GROUP))
    assert problem(response) == "deleteExtensionGroup 204: body: must be empty"


def test_internal_error_is_not_reported_as_an_invalid_response(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged_problems: list[str]
) -> None:
    def fail(_call: RequestContext) -> Reply:
        raise RuntimeError("broke down")

    monkeypatch.setitem(ACTIONS, "current", fail)
    response = ChangedMock(tmp_path).get(USER)
    assert (response.status_code, response.json()) == (
        500,
        {"message": "Internal error of the mock; see its log"},
    )
    assert logged_problems == []


def test_validation_message_contains_no_secret(tmp_path: Path, logged_problems: list[str]) -> None:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Token"]["properties"]["access_token"]["pattern"] = "^-$"

    form = {"client_id": TRUSTED, "client_secret": SECRETS[TRUSTED]}
    mock = ChangedMock(tmp_path, change)
    response = mock.request(
        "POST", "/oauth/token", data={"grant_type": "client_credentials", **form}
    )
    assert problem(response) == "createToken 200: body.access_token: must match ^-$"
    assert len(logged_problems) == 1


def test_responses_outside_of_operations_are_not_validated(tmp_path: Path) -> None:
    mock = ChangedMock(tmp_path)
    assert mock.get(f"{API}/nowhere").status_code == 404
    assert mock.request("PATCH", USER).status_code == 405
    assert mock.get("/storage/record/nowhere").status_code == 404


FORCED: list[tuple[dict[str, Any], dict[str, str], int]] = [
    ({"answer": {"status": 503}}, {}, 503),
    ({"answer": {"status": 200, "body": {"any": "thing"}}}, {}, 200),
    ({"match": {"path": "/nowhere"}, "answer": {"status": 503}}, {"Prefer": "code=502"}, 502),
]


@pytest.mark.parametrize(("fault", "headers", "status"), FORCED)
def test_forced_responses_are_not_validated(
    fault: dict[str, Any],
    headers: dict[str, str],
    status: int,
    tmp_path: Path,
    logged_problems: list[str],
) -> None:
    mock = ChangedMock(tmp_path)
    mock.control("faults", fault)
    assert mock.get(USER, **headers).status_code == status
    assert logged_problems == []


LATE: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"delay": {"milliseconds": 1}}, {}),
    ({"connection": "malformed"}, {}),
    ({"match": {"path": "/nowhere"}, "answer": {"status": 503}}, {"Prefer": "wait=0.001"}),
]


@pytest.mark.parametrize(("fault", "headers"), LATE)
def test_delayed_and_malformed_responses_are_validated(
    fault: dict[str, Any], headers: dict[str, str], tmp_path: Path, logged_problems: list[str]
) -> None:
    mock = ChangedMock(tmp_path, with_properties(USER, colour={"type": "string"}))
    mock.control("faults", fault)
    assert mock.get(USER, **headers).status_code == 500
    assert logged_problems == [
        (
            "a response does not match the OpenAPI document: getCurrentUser 200:"
            " body.colour: must be text"
        )
    ]


def test_write_only_properties_are_left_out_of_responses(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["UserComment"]["writeOnly"] = True

    response = ChangedMock(tmp_path, change).get(f"{API}/client/12/user/extension_group/104")
    assert response.status_code == 200, response.text
    assert "comment" not in response.json()


def test_write_only_property_in_a_response_becomes_a_500(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = with_properties(USER, timezone={"type": "string", "writeOnly": True})
    monkeypatch.setitem(ACTIONS, "current", lambda call: call.reply(dict(call.user)))
    assert problem(ChangedMock(tmp_path, change).get(USER)) == (
        "getCurrentUser 200: body.timezone: must not be there"
    )


def test_validation_is_enabled_by_option_or_variable(tmp_path: Path) -> None:
    spec = tmp_path / "changed.yaml"
    spec.write_text(json.dumps(changed(without(USER, "401"))), "utf-8")
    message = "getCurrentUser 401: status: must be one of 200, 403, 429"
    with serving("--spec", str(spec), "--validate-responses") as command:
        assert problem(httpx.get(command.url + USER, trust_env=False)) == message
        assert command.wait_for("ERROR")
    assert [line for line in command.err if message in line] == command.err
    assert len(command.err) == 1
    for value, status in (("1", 500), ("0", 401)):
        with serving("--spec", str(spec), RINGME_MOCK_VALIDATE_RESPONSES=value) as command:
            assert httpx.get(command.url + USER, trust_env=False).status_code == status
