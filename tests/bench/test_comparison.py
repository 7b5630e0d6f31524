"""Comparison of servers: a failing peer is left out, a failing required server ends it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Responds to the first so many requests with 200, to all others with 500.
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    left = int(sys.argv[2])

    def do_GET(self):
        Handler.left -= 1
        self.send_response(200 if Handler.left >= 0 else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
ALWAYS = 10**9


class Bench:
    """Modules for a comparison, and servers for it."""

    def __init__(self, from_bench: Callable[[str], Any], folder: Path) -> None:
        self.comparison = from_bench("comparison")
        self.error = self.comparison.BenchError
        self._servers = from_bench("servers")
        self._request = from_bench("http_client").Request("GET", "/")
        self._folder = folder
        self.messages: list[str] = []

    def server(self, name: str, *command: str, optional: bool = True) -> Any:
        """Return a server with one kind of request."""
        requests = {"get": self._request}
        return self._servers.Server(name, "", command, self._request, requests, optional=optional)

    def responding_server(self, name: str, answers: int = ALWAYS, optional: bool = True) -> Any:
        """Return a server that responds correctly so many times."""
        program = (sys.executable, "-c", SERVER, "{port}", str(answers))
        return self.server(name, *program, optional=optional)

    def measure(self, *servers: Any) -> dict[str, Any]:
        """Run a short comparison."""
        plan = self.comparison.Plan(rounds=1, seconds=0.1, connections=1, starts=1)
        found: dict[str, Any] = self.comparison.compare(
            servers, plan, self._folder, self.messages.append
        )
        return found


@pytest.fixture
def bench(
    from_bench: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    """Return a comparison in a separate folder, without the pause in which servers come to rest."""
    monkeypatch.setattr(from_bench("comparison"), "REST", 0)
    return Bench(from_bench, tmp_path)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("/not/there",), "there cannot be run: No such file or directory"),
        ((sys.executable, "-c", "print('no\\nlicence')"), "ended by itself: no licence"),
        ((sys.executable, "-c", SERVER, "{port}", "0"), "GET /: expected 200, got 500"),
        # The first two requests are those at startup, and for the size of the response.
        ((sys.executable, "-c", SERVER, "{port}", "2"), "of them without status 200"),
    ],
)
def test_failing_optional_server_is_left_out_with_a_message(
    bench: Bench, command: tuple[str, ...], reason: str
) -> None:
    found = bench.measure(
        bench.responding_server("mock"),
        bench.server("bad", *command),
        bench.responding_server("other"),
    )
    assert [one["name"] for one in found["servers"]] == ["mock", "other"]
    assert found["left_out"] == ["bad"]
    assert all("per_second" in one["requests"]["get"] for one in found["servers"])
    (line,) = [text for text in bench.messages if text.startswith("bad is left out: ")]
    assert reason in line
    assert "\n" not in line


def test_failing_required_server_ends_the_comparison(bench: Bench) -> None:
    with pytest.raises(bench.error, match=r"^mock: .*expected 200"):
        bench.measure(
            bench.responding_server("peer"),
            bench.responding_server("mock", answers=0, optional=False),
        )


def test_ratios_are_calculated_per_round(bench: Bench) -> None:
    def rounds(*values: float) -> list[dict[str, float]]:
        rest = {"per_second": 1.0, "p50_ms": 1.0, "p99_ms": 2.0, "size": 7}
        return [{"cpu_us": value, **rest} for value in values]

    found = bench.comparison.figures(rounds(10, 30, 40), {"floor": rounds(5, 10, 40)})
    assert found["cpu_us"] == {"median": 30, "least": 10, "greatest": 40}
    assert found["to_floor"] == {"median": 2, "least": 1, "greatest": 3}
    assert found["size"] == 7
