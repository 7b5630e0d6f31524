"""Fixture for tests of the mock's page."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ringme_mock import MockServer
from support.page_client import PageClient


@pytest.fixture
def page_client(server: MockServer) -> Iterator[PageClient]:
    """Return a client of the page of the default session, on this machine."""
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        yield PageClient(server, http)
