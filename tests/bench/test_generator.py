"""The choice of a load generator, and the responses that end a measurement."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WRK = """#!/bin/sh
echo "Running 1s test @ $*"
echo '{"count": %d, "seconds": 1.0, "p50_ms": 0.1, "p99_ms": 0.2, "wrong": %d, "lost": %d}'
"""


@pytest.fixture
def generator(from_bench: Callable[[str], Any]) -> Any:
    """The module."""
    return from_bench("generator")


@pytest.fixture
def request_(from_bench: Callable[[str], Any]) -> Any:
    """A request with a body."""
    return from_bench("http_client").json_request("POST", "/x", {"name": 'a "b"'}, 201)


def install_wrk(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Puts a program of that name in front of PATH."""
    program = folder / "wrk"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_wrk_is_taken_where_it_is_and_for_whole_seconds(
    generator: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_wrk(tmp_path, monkeypatch, WRK)
    assert [generator.choose_generator(seconds) for seconds in (2.0, 0.5, 0.0)] == [
        "wrk",
        "python",
        "python",
    ]
    monkeypatch.setenv("PATH", "")
    assert generator.choose_generator(2.0) == "python"


def test_the_figures_of_wrk_are_the_last_line(
    generator: Any, request_: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_wrk(tmp_path, monkeypatch, WRK % (5, 0, 0))
    found = generator.generate("wrk", 1, request_, 8, 1.0)
    assert found["count"] == 5
    assert found["p99_ms"] == 0.2


@pytest.mark.parametrize(
    ("script", "text"),
    [
        (WRK % (5, 1, 0), "POST /x: 5 responses, 1 of them without status 201, and 0 lost"),
        (WRK % (5, 0, 2), "and 2 lost connections"),
        (WRK % (0, 0, 0), "POST /x: 0 responses"),
        ("#!/bin/sh\necho no >&2; exit 1", "wrk failed: no"),
    ],
)
def test_bad_responses_end_a_measurement(
    generator: Any,
    request_: Any,
    script: str,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install_wrk(tmp_path, monkeypatch, script)
    with pytest.raises(generator.BenchError, match=text):
        generator.generate("wrk", 1, request_, 8, 1.0)


def test_a_server_that_is_not_there_ends_a_measurement(generator: Any, request_: Any) -> None:
    with pytest.raises(generator.BenchError, match=r"0 responses.*2 lost connections"):
        generator.generate("python", 1, request_, 2, 0.1)
