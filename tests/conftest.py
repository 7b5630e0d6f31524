"""Two running mocks for all tests, reset before each test."""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from functools import lru_cache

import pytest

from ringme_mock import MockServer
from ringme_spec import document
from support.control import Control
from support.server import Api, RunningMock, running_mock
from support.timeouts import extend_httpx_timeout
from support.validating_app import invalid_responses

extend_httpx_timeout()

# The slowest files, slowest first. They are started first, so that no core waits for one of them at
# the end of a run.
_LONGEST = (
    "test_second_implementation", "test_unchanged_data", "test_added_resources",
    "test_behind_balancer", "test_rules", "test_schemathesis", "test_proof", "test_pytest_items",
    "test_hostile_targets", "test_supervisor", "test_crash_matrix", "test_crashes",
    "test_determinism", "test_page_in_browser", "test_browser", "test_data_safety", "test_capture",
    "test_readme", "test_capabilities", "test_clean_up", "test_bench", "test_proof_at_url",
    "test_connection_limits", "test_profiles",
)  # fmt: skip
# Files that run the kit and the benchmarks on other servers than the mock, or on faults.
_THOROUGH = {
    "test_second_implementation", "test_added_resources", "test_proof", "test_proof_at_url",
    "test_pytest_items", "test_hostile_targets", "test_data_safety", "test_capture", "test_bench",
    "test_capabilities", "test_schemathesis", "test_unchanged_data",
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest files first, and mark those that `make test` leaves out."""
    order = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))
    for item in items:
        if item.path.stem in _THOROUGH:
            item.add_marker("thorough")


@pytest.fixture(scope="session", autouse=True)
def _cache_parsed_yaml() -> Iterator[None]:
    """Cache parsed YAML, and return a copy each time: most tests begin with the same files."""
    parse = document.parse_yaml

    @lru_cache(16)
    def serialized(content: bytes, where: str) -> bytes:
        return marshal.dumps(parse(content, where))

    def parse_once(content: bytes, where: str) -> object:
        try:
            return marshal.loads(serialized(content, where))
        except ValueError:
            # marshal cannot write dates.
            return parse(content, where)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "parse_yaml", parse_once)
        yield


@pytest.fixture(autouse=True)
def _responses_conform_to_the_document() -> Iterator[None]:
    """Fail any test in which a response of a mock violates the document."""
    with invalid_responses() as found:
        yield
    assert found == []


@pytest.fixture(scope="session")
def _mock() -> Iterator[RunningMock]:
    with running_mock() as mock:
        yield mock


@pytest.fixture
def mock(_mock: RunningMock) -> RunningMock:
    """Return the shared mock, reset to its fixtures."""
    _mock.reset()
    return _mock


@pytest.fixture(scope="session")
def _server() -> Iterator[MockServer]:
    with MockServer(seed=1, validate_responses=True) as server:
        yield server


@pytest.fixture
def server(_server: MockServer) -> MockServer:
    """Return the shared embedded mock, with its fixtures and only the default session."""
    for session in _server.app.sessions.all()[1:]:
        _server.app.sessions.end(session.name)
    _server.app.sessions.default.snapshots.clear()
    _server.reset()
    return _server


@pytest.fixture
def control(server: MockServer) -> Iterator[Control]:
    """Return the control interface of the embedded mock."""
    with Control(server) as client:
        yield client


@pytest.fixture
def admin(mock: RunningMock) -> Api:
    """Return the API as a user of client 12 with full access."""
    return mock.as_user("client-admin")
