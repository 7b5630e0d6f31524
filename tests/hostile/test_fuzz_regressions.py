"""Regression tests: one case of each fault that a fuzz run has found."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import httpx
import pytest

from hostile.wire import Wire, request
from support.serving import served
from support.validating_app import validating_app

HEALTH = request("GET", "/__mock__/health")
LOSE_ALL = b"\x01\x00\x00\x00" + bytes(4)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(validating_app()) as url:
        yield url


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as http:
        yield http


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the messages that were logged as errors."""
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]


def test_client_that_disconnects_during_pipelined_requests_logs_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Leaving the block waits for requests in progress.
    with served(validating_app()) as url:
        for _ in range(5):
            with Wire(url) as wire:
                wire.send(request("GET", "/openapi.json") * 40)
                assert wire.read_response().status == 200
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LOSE_ALL)
        with Wire(url) as wire:
            wire.send(HEALTH)
            assert wire.read_response().status == 200
    assert errors(caplog) == []


@pytest.mark.parametrize("depth", [200, 400, 900])
def test_deeply_nested_body_does_not_break_the_journal(
    http: httpx.Client, depth: int, caplog: pytest.LogCaptureFixture
) -> None:
    http.delete("/__mock__/journal")
    token = http.post("/__mock__/tokens", json={"login": "client-admin"}).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with http.stream("GET", "/__mock__/journal/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": open"
        body = b'{"a":[' * depth + b"]}" * depth
        with httpx.Client(base_url=str(http.base_url), trust_env=False) as other:
            other.post("/api/ver1.0/client/@me/extension_group/", content=body, headers=headers)
        assert any(line.startswith("data: ") for line in lines if line or next(lines))
    assert len(http.get("/__mock__/journal").json()) == 1
    assert http.get("/__mock__/journal/har").status_code == 200
    assert errors(caplog) == []
