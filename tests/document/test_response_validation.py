"""Response validation: with it, the mock sends no response that violates the document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.command import serving
from document.changed_answers import (
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
def _answers_fit_the_document() -> None:
    """Override the check of other tests: here, invalid responses are the subject."""


@pytest.fixture(autouse=True)
def broken() -> Iterator[list[str]]:
    """Return the log messages about invalid responses."""
    with invalid_responses() as found:
        yield found


class Asked:
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


@pytest.mark.parametrize(("change", "path", "said"), BREAKING.values(), ids=BREAKING)
def test_an_answer_that_breaks_the_document_is_an_error_that_says_where(
    change: Change, path: str, said: str, tmp_path: Path, broken: list[str]
) -> None:
    asked = Asked(tmp_path, change)
    assert problem(asked.get(path_of(path))) == said
    assert broken == [f"a response does not match the OpenAPI document: {said}"]
    last = asked.app.sessions.default.journal.entries()[-1]
    assert (last.verdict, last.status) == ("failed", 500)
    assert said in (last.reason or "")


def test_without_the_option_the_same_answer_goes_out(tmp_path: Path, broken: list[str]) -> None:
    change, path, _ = BREAKING["type"]
    assert Asked(tmp_path, change, checked=False).get(path_of(path)).status_code == 200
    assert broken == []


@pytest.mark.parametrize(("change", "path"), FITTING.values(), ids=FITTING)
def test_an_answer_that_fits_goes_out(
    change: Change, path: str, tmp_path: Path, broken: list[str]
) -> None:
    answer = Asked(tmp_path, change).get(path_of(path))
    assert answer.status_code == (404 if "999" in path else 200), answer.text
    assert broken == []


HANDLERS: dict[str, tuple[Reply, str]] = {
    "half of a body": (Reply(200, b'{"id": 1', JSON), "200: body: must be JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "said"), HANDLERS.values(), ids=HANDLERS)
def test_a_handler_that_breaks_the_document_is_caught(
    reply: Reply, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def current(_call: RequestContext) -> Reply:
        return reply

    monkeypatch.setitem(ACTIONS, "current", current)
    assert problem(Asked(tmp_path).get(USER)) == f"getCurrentUser {said}"


def test_content_where_there_is_none_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIONS, "delete", lambda _call: json_reply(204, {}))
    answer = Asked(tmp_path).request("DELETE", path_of(GROUP))
    assert problem(answer) == "deleteExtensionGroup 204: body: must be empty"


def test_a_mock_that_broke_down_says_so_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: list[str]
) -> None:
    def fail(_call: RequestContext) -> Reply:
        raise RuntimeError("broke down")

    monkeypatch.setitem(ACTIONS, "current", fail)
    answer = Asked(tmp_path).get(USER)
    assert (answer.status_code, answer.json()) == (
        500,
        {"message": "Internal error of the mock; see its log"},
    )
    assert broken == []


def test_no_message_repeats_a_secret(tmp_path: Path, broken: list[str]) -> None:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Token"]["properties"]["access_token"]["pattern"] = "^-$"

    form = {"client_id": TRUSTED, "client_secret": SECRETS[TRUSTED]}
    asked = Asked(tmp_path, change)
    answer = asked.request(
        "POST", "/oauth/token", data={"grant_type": "client_credentials", **form}
    )
    assert problem(answer) == "createToken 200: body.access_token: must match ^-$"
    assert len(broken) == 1


def test_refusals_of_requests_for_no_operation_are_left_alone(tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    assert asked.get(f"{API}/nowhere").status_code == 404
    assert asked.request("PATCH", USER).status_code == 405
    assert asked.get("/storage/record/nowhere").status_code == 404


FORCED: list[tuple[dict[str, Any], dict[str, str], int]] = [
    ({"answer": {"status": 503}}, {}, 503),
    ({"answer": {"status": 200, "body": {"any": "thing"}}}, {}, 200),
    ({"match": {"path": "/nowhere"}, "answer": {"status": 503}}, {"Prefer": "code=502"}, 502),
]


@pytest.mark.parametrize(("fault", "headers", "status"), FORCED)
def test_answers_that_somebody_asked_for_are_left_alone(
    fault: dict[str, Any], headers: dict[str, str], status: int, tmp_path: Path, broken: list[str]
) -> None:
    asked = Asked(tmp_path)
    asked.control("faults", fault)
    assert asked.get(USER, **headers).status_code == status
    assert broken == []


LATE: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"delay": {"milliseconds": 1}}, {}),
    ({"connection": "malformed"}, {}),
    ({"match": {"path": "/nowhere"}, "answer": {"status": 503}}, {"Prefer": "wait=0.001"}),
]


@pytest.mark.parametrize(("fault", "headers"), LATE)
def test_answers_that_are_late_or_damaged_on_their_way_are_checked(
    fault: dict[str, Any], headers: dict[str, str], tmp_path: Path, broken: list[str]
) -> None:
    asked = Asked(tmp_path, with_properties(USER, colour={"type": "string"}))
    asked.control("faults", fault)
    assert asked.get(USER, **headers).status_code == 500
    assert broken == [
        (
            "a response does not match the OpenAPI document: getCurrentUser 200:"
            " body.colour: must be text"
        )
    ]


def test_write_only_properties_are_left_out_of_responses(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["UserComment"]["writeOnly"] = True

    answer = Asked(tmp_path, change).get(f"{API}/client/12/user/extension_group/104")
    assert answer.status_code == 200, answer.text
    assert "comment" not in answer.json()


def test_what_is_write_only_is_caught_in_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = with_properties(USER, timezone={"type": "string", "writeOnly": True})
    monkeypatch.setitem(ACTIONS, "current", lambda call: call.reply(dict(call.user)))
    assert problem(Asked(tmp_path, change).get(USER)) == (
        "getCurrentUser 200: body.timezone: must not be there"
    )


def test_the_option_of_serve_and_its_variable_turn_it_on(tmp_path: Path) -> None:
    spec = tmp_path / "changed.yaml"
    spec.write_text(json.dumps(changed(without(USER, "401"))), "utf-8")
    said = "getCurrentUser 401: status: must be one of 200, 403, 429"
    with serving("--spec", str(spec), "--validate-responses") as command:
        assert problem(httpx.get(command.url + USER, trust_env=False)) == said
        assert command.wait_for("ERROR")
    assert [line for line in command.err if said in line] == command.err
    assert len(command.err) == 1
    for value, status in (("1", 500), ("0", 401)):
        with serving("--spec", str(spec), RINGME_MOCK_VALIDATE_RESPONSES=value) as command:
            assert httpx.get(command.url + USER, trust_env=False).status_code == status
