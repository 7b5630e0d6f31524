"""The contract tests fail where an implementation is wrong, and say which operation it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringme_mock.app import create_app
from ringme_mock.clock import Clock
from ringme_mock.paths import FIXTURES, SPEC
from support.server import API, running_server

ROOT = Path(__file__).parents[1]

# From the status and the JSON of an answer to those that the client is shown.
Change = Callable[[int, Any], tuple[int, Any]]


@dataclass(frozen=True)
class Fault:
    """What is wrong at some requests."""

    method: str
    path: str
    change: Change


def without_extra_params(status: int, body: Any) -> tuple[int, Any]:
    """A list of groups that lack a key."""
    for group in body:
        del group["extra_params"]
    return status, body


def as_200(_status: int, body: Any) -> tuple[int, Any]:
    """Another status than the documented one."""
    return 200, body


def not_found(_status: int, _body: Any) -> tuple[int, Any]:
    """An answer that the document allows, where the thing is there."""
    return 404, {"message": "No such user", "status": "user_not_found"}


def relabelled(status: int, body: Any) -> tuple[int, Any]:
    """A wrong value of the right type."""
    return status, body | {"label": "Another"}


FAULTS = [
    Fault("POST", f"{API}/client/[^/]+/extension_group/", as_200),
    Fault("GET", f"{API}/client/[^/]+/extension_group/", without_extra_params),
    Fault("GET", f"{API}/client/[^/]+/user/extension_group/[0-9]+", not_found),
    Fault("PUT", f"{API}/client/[^/]+/extension/[0-9]+", relabelled),
]
# Few of the contract tests, so that this is fast.
CHOICE = (
    "test_walkthrough or test_example and "
    "(createExtensionGroup or listExtensionGroups or getGroupUser or getExtensionGroup)"
)
WALKTHROUGH = "test_walkthrough.py::TestWalkthrough::test_the_example_of_the_documentation"
EXAMPLE = "test_schema.py::TestExamples::test_example"


class FaultyServer:
    """A sound server whose answers to some requests are changed on their way."""

    def __init__(self, app: ASGIApp, faults: list[Fault]) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        for fault in self._faults:
            if scope["method"] == fault.method and re.fullmatch(fault.path, scope["path"]):
                await self._answer(fault, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        start, *rest = messages
        text = b"".join(message.get("body", b"") for message in rest)
        if start["status"] < 300:
            start["status"], body = fault.change(start["status"], json.loads(text))
            text = json.dumps(body).encode()
        headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
        length = (b"content-length", str(len(text)).encode())
        await send({**start, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": text})


def contract_tests(faults: list[Fault]) -> subprocess.CompletedProcess[str]:
    """Runs some contract tests against such a server, as someone at a terminal does."""
    options = ["-q", "-p", "no:cacheprovider", "-k", CHOICE]
    with running_server(FaultyServer(create_app(SPEC, FIXTURES, Clock()), faults)) as url:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "contract_tests", *options, "--ringme-url", url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def faulty_run() -> subprocess.CompletedProcess[str]:
    """The contract tests at a server with all the faults."""
    return contract_tests(FAULTS)


def test_a_faulty_server_fails(faulty_run: subprocess.CompletedProcess[str]) -> None:
    assert faulty_run.returncode == 1, faulty_run.stdout + faulty_run.stderr
    assert "1 passed" in faulty_run.stdout


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (f"{EXAMPLE}[createExtensionGroup]", "createExtensionGroup: Undocumented"),
        (f"{EXAMPLE}[listExtensionGroups]", "listExtensionGroups: Response violates schema"),
        (f"{EXAMPLE}[getGroupUser]", "getGroupUser: not reached"),
        (WALKTHROUGH, "createExtensionGroup: status 200 is not documented"),
    ],
    ids=["wrong status", "wrong schema", "no success", "walkthrough"],
)
def test_each_fault_is_named(
    test: str, reason: str, faulty_run: subprocess.CompletedProcess[str]
) -> None:
    assert f"FAILED contract_tests/{test}" in faulty_run.stdout
    assert reason in faulty_run.stdout


def test_a_sound_server_passes_the_same_tests() -> None:
    run = contract_tests([])
    assert run.returncode == 0, run.stdout + run.stderr
