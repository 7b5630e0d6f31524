"""One mock for these tests, begun anew before each, and a visitor of its page."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ringme_mock import MockServer
from support.visitor import Visitor


@pytest.fixture(scope="session")
def _server() -> Iterator[MockServer]:
    with MockServer(seed=1, validate_responses=True) as server:
        yield server


@pytest.fixture
def server(_server: MockServer) -> MockServer:
    """A mock with nothing but its fixtures and the default session."""
    for session in _server.app.sessions.all()[1:]:
        _server.app.sessions.end(session.name)
    _server.app.sessions.default.snapshots.clear()
    _server.reset()
    return _server


@pytest.fixture
def visitor(server: MockServer) -> Iterator[Visitor]:
    """A visitor of the default session, on this machine."""
    with httpx.Client(base_url=server.url, timeout=20, trust_env=False) as http:
        yield Visitor(server, http)
