"""One mock for these tests, begun anew before each, and a client that knows its document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ringme_mock import MockServer
from support.control import Control


@pytest.fixture(scope="session")
def _server() -> Iterator[MockServer]:
    with MockServer(seed=1, validate_responses=True) as server:
        yield server


@pytest.fixture
def control(_server: MockServer) -> Iterator[Control]:
    """The control interface of a mock with nothing but its fixtures and the default session."""
    for session in _server.app.sessions.all()[1:]:
        _server.app.sessions.end(session.name)
    _server.app.sessions.default.snapshots.clear()
    _server.reset()
    with Control(_server) as client:
        yield client
