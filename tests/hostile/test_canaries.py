"""Redaction of secrets: sent in every way that clients do, found in no output of the mock."""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cli.command import Command, running
from hostile.wire import Wire, WireResponse
from ringme_mock import MockServer
from ringme_mock.actions import token_endpoint as token_endpoint
from ringme_mock.server.json_log import JsonLog
from ringme_mock.server.log_format import PlainLog
from ringme_spec.redaction import MASK, mask_text

CASES = yaml.safe_load(Path(__file__).with_name("canaries.yaml").read_text(encoding="utf-8"))
LOGIN = {
    "grant_type": "password",
    "username": "client-admin",
    "password": "mock-client-admin",
    "client_id": "c1200000000000000000000000000003",
    "client_secret": "c0ffee03" * 4,
}
# Every resource that shows requests; the page for users reads only these.
PLACES = (
    "/__mock__/journal", "/__mock__/journal/har", "/__mock__/sessions", "/__mock__/faults",
    "/s/leaky/__mock__/journal", "/s/leaky/__mock__/journal/har",
)  # fmt: skip


def canary(index: int) -> str:
    return f"canary{index:03d}xQ7vT2mK9w"


def basic(index: int) -> str:
    return base64.b64encode(f"{canary(index)}:{canary(index)}".encode()).decode()


def request(index: int, case: dict[str, Any]) -> bytes:
    """Return the bytes of a case, with a secret of its own."""

    def fill(text: str) -> str:
        return text.replace("CANARY", canary(index)).replace("BASIC", basic(index))

    body = fill(case.get("body", "")).encode(case.get("charset", "utf-8"))
    lines = [f"{fill(case['ask'])} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {fill(value)}" for name, value in case.get("headers", {}).items()]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def leaked(text: str) -> list[str]:
    """Return the cases whose secret is in a text."""
    # UTF-16 shows as the same letters with null characters in between.
    plain = text.replace("\\u0000", "").replace("\\x00", "").replace("\x00", "")
    return [
        case["way"]
        for index, case in enumerate(CASES)
        if canary(index) in plain or basic(index) in plain
    ]


@dataclass
class MockOutput:
    """Everything that a mock returned and logged: responses, pages by path, stream, log."""

    responses: list[WireResponse]
    pages: dict[str, str]
    stream: str
    log: str
    tokens: dict[str, str]


def send_all(url: str) -> list[WireResponse]:
    responses = []
    for index, case in enumerate(CASES):
        with Wire(url) as wire:
            wire.send(request(index, case))
            responses.append(wire.read_response())
    return responses


def output_of(command: Command) -> MockOutput:
    """Send all cases, then real tokens: in a header, in the query and in a form."""
    with httpx.Client(base_url=command.url, trust_env=False) as http:
        with http.stream("GET", "/__mock__/journal/stream") as stream:
            chunks = stream.iter_text()
            assert next(chunks).startswith(": open")
            responses = send_all(command.url)
            tokens = http.post("/oauth/token", data=LOGIN).json()
            header = {"Authorization": f"Bearer {tokens['access_token']}"}
            assert http.get("/api/ver1.0/user/", headers=header).status_code == 200
            http.get("/api/ver1.0/user/", params={"access_token": tokens["access_token"]})
            renewal = {**LOGIN, "grant_type": "refresh_token"}
            renewal["refresh_token"] = tokens["refresh_token"]
            assert http.post("/oauth/token", data=renewal).status_code == 200
            http.get("/the/last")
            streamed = ""
            while "/the/last" not in streamed:
                streamed += next(chunks)
        pages = {path: http.get(path).text for path in PLACES}
    command.end()
    return MockOutput(responses, pages, streamed, "\n".join((*command.out, *command.err)), tokens)


@pytest.fixture(scope="module", params=["text", "json"])
def mock_output(request: pytest.FixtureRequest) -> Iterator[MockOutput]:
    options = ("--port", "0", "--log-level", "debug", "--log-format", request.param)
    with running("serve", *options) as command:
        assert command.wait_for("mock runs at"), command.err
        yield output_of(command)


def test_every_canary_request_gets_a_response_below_500(mock_output: MockOutput) -> None:
    statuses = {
        case["way"]: response.status
        for case, response in zip(CASES, mock_output.responses, strict=True)
    }
    assert {way: status for way, status in statuses.items() if not 200 <= status < 500} == {}


def test_no_response_contains_a_canary(mock_output: MockOutput) -> None:
    assert leaked("".join(f"{one.head!r} {one.body!r}" for one in mock_output.responses)) == []


def test_log_contains_no_canary(mock_output: MockOutput) -> None:
    assert "/no/such/path" in mock_output.log
    assert "DEBUG" in mock_output.log or '"debug"' in mock_output.log
    assert leaked(mock_output.log) == []


@pytest.mark.parametrize("path", PLACES)
def test_journal_and_its_export_contain_no_canary(mock_output: MockOutput, path: str) -> None:
    assert leaked(mock_output.pages[path]) == []


def test_journal_stream_contains_no_canary(mock_output: MockOutput) -> None:
    assert mock_output.stream.count("event: request") > 30
    assert leaked(mock_output.stream) == []


def test_issued_tokens_are_redacted_in_all_output(mock_output: MockOutput) -> None:
    places = {**mock_output.pages, "log": mock_output.log, "stream": mock_output.stream}
    for name in ("access_token", "refresh_token"):
        assert [place for place, text in places.items() if mock_output.tokens[name] in text] == []


def test_client_secret_and_password_are_not_logged(mock_output: MockOutput) -> None:
    # The announcement as text contains, on purpose, the command for a first token.
    requests = mock_output.log.split("Press Ctrl-C to stop.")[-1]
    assert "/oauth/token" in requests
    assert LOGIN["client_secret"] not in requests
    assert LOGIN["password"] not in requests


def test_internal_error_does_not_reveal_request_parameters(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_call: object, given: dict[str, str]) -> None:
        raise KeyError(f"{given} client_secret={given['client_secret']}")

    monkeypatch.setattr(token_endpoint, "find_application", broken)
    form = {**LOGIN, "client_secret": canary(0), "password": canary(1)}
    with MockServer() as server, caplog.at_level(logging.DEBUG):
        response = httpx.post(f"{server.url}/oauth/token", data=form, trust_env=False)
        journal = json.dumps(server.journal())
    assert response.status_code == 500
    assert response.json() == {"message": "Internal error of the mock; see its log"}
    assert leaked(journal) == []
    (failure,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    for formatter in (PlainLog("%(message)s"), JsonLog()):
        failure.exc_text = None
        shown = formatter.format(failure)
        assert "KeyError" in shown
        assert leaked(shown) == []


SHOWN_AS = [
    ("GET /a?client_secret=x&page=1", f"GET /a?client_secret={MASK}&page=1"),
    ('{"password": "a\\"b", "page": 1}', f'{{"password": "{MASK}", "page": 1}}'),
    ("{'refresh_token': 'a', 'page': 1}", f"{{'refresh_token': '{MASK}', 'page': 1}}"),
    ("{'body': '{\\'password\\': \\'a\\'}'}", f"{{'body': '{{\\'password\\': \\'{MASK}\\'}}'}}"),
    ("Authorization: Bearer abcdefgh12345", f"Authorization: Bearer {MASK}"),
    ("http://me:secret@host/", f"http://{MASK}@host/"),
    # Messages of the mock that name a secret but contain no value.
    ("refresh_token: is missing", "refresh_token: is missing"),
    ("Authorization: malformed HTTP Basic", "Authorization: malformed HTTP Basic"),
    ("POST /oauth/token 401 -", "POST /oauth/token 401 -"),
    ("grant_type=refresh_token&page=1", "grant_type=refresh_token&page=1"),
]


@pytest.mark.parametrize(("text", "shown"), SHOWN_AS)
def test_mask_text_replaces_only_secrets(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "piece",
    ["secret", "://", "basic ", 'secret":"', "token%", "a", '"password": \\', "code=", ":@/"],
)
def test_mask_text_takes_linear_time(piece: str) -> None:
    # Takes half a second if the time is linear in the length, hours if it is quadratic.
    text = piece * (1_000_000 // len(piece))
    assert sys.getsizeof(mask_text(text)) > 0
