"""pytest fixtures: `ringme_mock`, the server behind it, and its options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ringme_mock.testing import MockServer


@pytest.fixture(scope="session")
def ringme_mock_options() -> dict[str, Any]:
    """Return the arguments of the mock; to be overridden: `return {"today": True}`."""
    return {}


@pytest.fixture(scope="session")
def ringme_mock_server(ringme_mock_options: dict[str, Any]) -> Iterator[MockServer]:
    """Run one mock for all tests, on a free port; it keeps its state between tests."""
    # On demand, as pytest imports this module in every run.
    from ringme_mock.testing import MockServer

    with MockServer(**ringme_mock_options) as server:
        yield server


@pytest.fixture
def ringme_mock(ringme_mock_server: MockServer) -> MockServer:
    """Reset the mock, so that no tokens, faults or journal of other tests are left."""
    ringme_mock_server.reset()
    return ringme_mock_server
