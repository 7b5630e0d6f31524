"""Log of the mock as text and as JSON, without secrets."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from cli.command import Command, running, startup_error
from ringme_mock.server.json_log import JsonLog
from ringme_mock.server.log_format import PlainLog
from ringme_mock.server.log_writer import MOST_WAITING, LogWriter
from support.timeouts import TIMEOUT

USER = "/api/ver1.0/user/"
APPLICATION = "c1200000000000000000000000000003"
SECRET = "c0ffee03" * 4
PASSWORD = "mock-client-admin"
PARAMETERS = {
    "grant_type": "password",
    "username": "client-admin",
    "password": PASSWORD,
    "client_id": APPLICATION,
    "client_secret": SECRET,
}


def lines(output: list[str]) -> list[dict[str, Any]]:
    """Return each line parsed as JSON; each must be an object."""
    found = [json.loads(line) for line in output]
    assert all(isinstance(one, dict) for one in found)
    return found


@pytest.fixture
def json_command() -> Iterator[Command]:
    arguments = ("--log-format", "json", "--log-level", "info", "--host", "0.0.0.0")
    with running("serve", "--port", "0", *arguments) as command:
        assert command.wait_for("mock runs at"), command.err
        yield command


def test_json_log_has_one_object_per_line(json_command: Command) -> None:
    url = json_command.url
    before = datetime.now(UTC)
    with httpx.Client(base_url=url, trust_env=False) as client:
        token = client.post("/oauth/token", data=PARAMETERS).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "X-Mock-Session": "default"}
        client.get(USER, headers=headers, params={"a": "b"})
        client.get("/s/tab/openapi.json")
    json_command.end()
    logged = lines(json_command.out)
    assert logged[0]["url"] == url
    assert [one["level"] for one in logged] == ["info", "warning", "info"]
    assert logged[0]["documentation"].startswith(url)
    logged = [one for one in lines(json_command.err) if "method" in one]
    assert [(one["method"], one["path"], one["status"]) for one in logged] == [
        ("POST", "/oauth/token", 200),
        ("GET", USER, 200),
        ("GET", "/openapi.json", 200),
    ]
    user = logged[1]
    assert user["login"] == "client-admin"
    assert user["query"] == "a=b"
    assert user["mock_session"] == "default"
    assert logged[2]["mock_session"] == "tab"
    assert user["operation"] == "getCurrentUser"
    assert 0 < user["milliseconds"] < 60_000
    assert user["level"] == "info"
    assert user["message"].startswith(f"GET {USER}")
    moment = datetime.fromisoformat(user["time"])
    assert user["time"].endswith("Z")
    assert abs((moment - before).total_seconds()) < 60


def test_json_log_reports_a_startup_error_as_an_object() -> None:
    line = startup_error("--port", "0", "--fixtures", "nowhere", "--log-format", "json")
    found = json.loads(line)
    assert found["level"] == "critical"
    assert "nowhere" in found["message"]


def record(message: str, *arguments: object, failed: bool = False) -> logging.LogRecord:
    """Return a log record; if `failed`, with the exception that is being handled."""
    reason = sys.exc_info() if failed else None
    return logging.LogRecord("x", logging.ERROR, "x.py", 1, message, arguments, reason)


def test_json_log_has_the_traceback_in_a_field() -> None:
    try:
        raise ValueError("what went wrong")
    except ValueError:
        shown = JsonLog().format(record("a request failed", failed=True))
    assert len(shown.splitlines()) == 1
    found = json.loads(shown)
    assert found["message"] == "a request failed"
    assert found["level"] == "error"
    assert "ValueError: what went wrong" in found["traceback"]
    assert "exc_info" not in found


@pytest.mark.parametrize("formatter", [PlainLog("%(message)s"), JsonLog()], ids=["text", "json"])
def test_line_breaks_in_a_log_message_are_escaped(formatter: logging.Formatter) -> None:
    shown = formatter.format(record("GET %s 200", "/a\nERROR not\x1b[2J true\u2028"))
    assert len(shown.splitlines()) == 1
    assert "\x1b" not in shown
    assert "/a\\nERROR" in shown


def test_unread_log_output_does_not_block_requests() -> None:
    arguments = ("-m", "ringme_mock", "serve", "--port", "0", "--log-level", "debug")
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        first = process.stdout.readline()
        url = first.split()[-1]
        assert url.startswith("http"), first
        with httpx.Client(base_url=url, trust_env=False) as client:
            # More than the buffer of a pipe holds.
            for number in range(1000):
                assert client.get(f"{USER}?{number}={'x' * 100}").status_code == 401
        process.terminate()
        written = process.stderr.read()
    finally:
        process.kill()
        process.wait(TIMEOUT)
        process.stdout.close()
        process.stderr.close()
    assert f"GET {USER}?0=" in written


def test_log_lines_beyond_the_queue_limit_are_dropped_and_counted() -> None:
    reader, writer = os.pipe()
    logger = logging.getLogger("full")
    logger.propagate = False
    with os.fdopen(writer, "w") as stream:
        handler = LogWriter(stream)
    logger.handlers = [handler]
    for number in range(MOST_WAITING + 5000):
        logger.warning("line %d %s", number, "x" * 100)
    with os.fdopen(reader) as pipe:
        found: list[str] = []
        while not found or "dropped" not in found[-1]:
            found.append(pipe.readline())
    # Lines in the buffer of the pipe are not counted as waiting.
    assert MOST_WAITING <= len(found) - 1 < MOST_WAITING + 5000
    assert found[-1].startswith(f"{MOST_WAITING + 5000 - len(found) + 1} lines of the log")
