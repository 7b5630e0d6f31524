"""A comparison goes on without a peer that fails, and ends with a server that has to be there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

# Answers the first so many requests with 200, all others with 500.
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

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

HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
ALWAYS = 10**9


class Bench:
    """The modules that a comparison needs, and servers for it."""

    def __init__(self, from_bench: Callable[[str], Any], folder: Path) -> None:
        self.error = from_bench("errors").BenchError
        self._compare = from_bench("compare")
        self._servers = from_bench("servers")
        self._request = from_bench("request").Request("GET", "/", 200)
        self._folder = folder
        self.told: list[str] = []
        self.seconds = 0.3

    def server(self, name: str, *command: str, optional: bool = True) -> Any:
        """A server that is asked for one thing."""
        requests = {"get": self._request}
        return self._servers.Server(
            name, "", command, self._request, lambda process: requests, optional=optional
        )

    def good(self, name: str, answers: int = ALWAYS, optional: bool = True) -> Any:
        """One that answers as it has to, so many times."""
        program = (sys.executable, "-c", SERVER, "{port}", str(answers))
        return self.server(name, *program, optional=optional)

    def measure(self, *servers: Any) -> dict[str, Any]:
        """A short comparison."""
        plan = self._compare.Plan(rounds=1, seconds=self.seconds, connections=1, starts=1)
        found: dict[str, Any] = self._compare.measure(servers, plan, self._folder, self.told.append)
        return found


@pytest.fixture
def bench(
    from_bench: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    """A comparison in a folder of its own, in which no server is left to come to rest."""
    for module in ("trial", "compare"):
        monkeypatch.setattr(from_bench(module), "REST", 0)
    return Bench(from_bench, tmp_path)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("/not/there",), "there cannot be run: No such file or directory"),
        ((sys.executable, "-c", "print('no\\nlicence')"), "ended by itself: no licence"),
        ((sys.executable, "-c", SERVER, "{port}", "0"), "GET /: has to be answered with 200"),
        # The first two are those of the start and of the warming up.
        ((sys.executable, "-c", SERVER, "{port}", "2"), "every answer has to have status 200"),
    ],
)
def test_a_peer_that_fails_is_left_out_and_said_in_one_line(
    bench: Bench, command: tuple[str, ...], reason: str
) -> None:
    found = bench.measure(bench.good("mock"), bench.server("bad", *command), bench.good("other"))
    assert [one["name"] for one in found["servers"]] == ["mock", "other"]
    assert found["left_out"] == ["bad"]
    assert all(one["requests"]["get"]["per_second"]["median"] > 0 for one in found["servers"])
    (line,) = [text for text in bench.told if text.startswith("bad is left out: ")]
    assert reason in line
    assert "\n" not in line


def test_a_server_that_has_to_be_there_ends_the_comparison(bench: Bench) -> None:
    with pytest.raises(bench.error, match=r"^mock: .*has to be answered with 200"):
        bench.measure(bench.good("peer"), bench.good("mock", answers=0, optional=False))


def test_others_are_set_beside_the_mock_round_by_round(bench: Bench) -> None:
    found = bench.measure(bench.good("mock"), bench.good("peer"))
    beside = [one["requests"]["get"]["to_mock"]["median"] for one in found["servers"]]
    assert beside[0] == 1
    assert beside[1] > 0


def test_a_round_too_short_for_the_clock_is_said_to_be(
    bench: Bench, from_bench: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = from_bench("trial")
    monkeypatch.setattr(trial, "_generate", lambda *given: {"count": 3})
    idle = SimpleNamespace(cpu_seconds=lambda: 1.0)
    with pytest.raises(bench.error, match="make the rounds longer"):
        trial.load_round(bench.good("mock"), idle, None, 1, 0.01)
