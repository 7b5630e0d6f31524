"""Fixtures for tests of programs that use the API: `ringme_mock`, and the server behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ringme_mock.testing import MockServer


@pytest.fixture(scope="session")
def ringme_mock_server() -> Iterator[MockServer]:
    """One mock for the whole run, on a free port; its state lasts from test to test."""
    # Not above: pytest imports this module in every run, whether a test wants a mock or not.
    from ringme_mock.testing import MockServer

    with MockServer() as server:
        yield server


@pytest.fixture
def ringme_mock(ringme_mock_server: MockServer) -> MockServer:
    """The mock as its fixtures have it: with no tokens, faults, or journal of other tests."""
    ringme_mock_server.reset()
    return ringme_mock_server
