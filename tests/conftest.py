"""One running mock for all tests, at its fixtures before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.checked import broken_answers
from support.server import Api, RunningMock, running_mock

# The files that take longest, the slowest first. They begin first, so that at the end of a run no
# core has to wait for one of them.
_LONGEST = (
    "test_second_implementation", "test_pytest_items", "test_readme", "test_proof",
    "test_added_resources", "test_page_in_browser", "test_browser", "test_capabilities",
    "test_rules", "test_manners", "test_proof_at_url", "test_hostile_targets", "test_profiles",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


@pytest.fixture(autouse=True)
def _answers_fit_the_document() -> Iterator[None]:
    """Fails whichever test got an answer that breaks the document, whatever it asked for."""
    with broken_answers() as found:
        yield
    assert found == []


@pytest.fixture(scope="session")
def _mock() -> Iterator[RunningMock]:
    with running_mock() as mock:
        yield mock


@pytest.fixture
def mock(_mock: RunningMock) -> RunningMock:
    """The mock as a fresh start has it."""
    _mock.reset()
    return _mock


@pytest.fixture
def admin(mock: RunningMock) -> Api:
    """A full user of client 12."""
    return mock.as_user("client-admin")
