"""Visits a running mock for some time, then looks whether it holds what it has to hold.

A process of its own, for `python -m`: JSON in and out.
"""

from __future__ import annotations

import gc
import json
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

from ringme_bench.asking import ask_json
from ringme_bench.connections import drive
from ringme_bench.request import Request, json_request
from ringme_bench.servers import API, TOKEN_REQUEST
from ringme_bench.summary import percentile
from ringme_bench.visitor import Tally, Visitor

_GROUPS = f"{API}/client/@me/extension_group/?per_page=1000"


def visit(job: dict[str, Any]) -> dict[str, Any]:
    """What came of a job: `port`, `sessions`, `connections`, `seconds`, `seed`."""
    port, tally = job["port"], Tally()
    tokens = {name: _token(port, name) for name in job["sessions"]}
    before = {name: _groups(port, name, token) for name, token in tokens.items()}
    names = list(tokens)
    visitors = [
        Visitor(
            names[number % len(names)],
            tokens[names[number % len(names)]],
            number,
            tally,
            job["seed"],
        )
        for number in range(job["connections"])
    ]
    gc.disable()
    outcome = drive(port, visitors, job["seconds"])
    gc.enable()
    ordered = sorted(outcome.latencies)
    return {
        "count": len(ordered),
        "seconds": outcome.seconds,
        "p50_ms": percentile(ordered, 50) * 1000,
        "p99_ms": percentile(ordered, 99) * 1000,
        "greatest_ms": (ordered[-1] if ordered else 0.0) * 1000,
        "answers": dict(sorted(tally.answers.items())),
        "wrong": tally.wrong,
        "lost_connections": Counter(outcome.lost),
        "sessions": [
            _held_against(port, name, tokens[name], before[name], visitors) for name in names
        ],
    }


def _token(port: int, session: str) -> str:
    token: str = ask_json(port, _within(TOKEN_REQUEST, session))["access_token"]
    return token


def _groups(port: int, session: str, token: str) -> dict[int, str]:
    """The session's groups by id, with their names."""
    found: dict[int, str] = {}
    for page in range(1, 1000):
        request = json_request("GET", f"{_GROUPS}&page={page}", 200, token=token)
        entries = ask_json(port, _within(request, session))
        found |= {entry["id"]: entry["name"] for entry in entries}
        if not entries:
            break
    return found


def _within(request: Request, session: str) -> Request:
    return replace(request, headers=(*request.headers, ("X-Mock-Session", session)))


def _held_against(
    port: int, session: str, token: str, before: dict[int, str], visitors: list[Visitor]
) -> dict[str, Any]:
    """How many groups a session has, and how many of them are not as its visitors left them."""
    expected = dict(before)
    for visitor in visitors:
        if visitor.session == session:
            expected |= visitor.groups
    found = _groups(port, session, token)
    return {
        "name": session,
        "groups": len(found),
        "lost": len(expected.items() - found.items()),
        "unexpected": len(found.items() - expected.items()),
    }


if __name__ == "__main__":
    json.dump(visit(json.load(sys.stdin)), sys.stdout)
