"""A visitor of the page of a mock."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ringme_mock import MockServer
from support.visitor import Visitor


@pytest.fixture
def visitor(server: MockServer) -> Iterator[Visitor]:
    """A visitor of the default session, on this machine."""
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        yield Visitor(server, http)
