"""The number of tokens is limited: the oldest is dropped."""

from __future__ import annotations

import pytest

from ringme_mock.store import expiring as module
from ringme_mock.store.clock import Clock
from ringme_mock.store.tokens import Grant, Tokens

GRANT = Grant(101, "c1200000000000000000000000000001")


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Tokens:
    """Return a token store that holds three tokens of each kind."""
    monkeypatch.setattr(module, "MOST_TOKENS", 3)
    return Tokens(Clock())


def test_oldest_access_token_is_evicted_at_the_limit(tokens: Tokens) -> None:
    given = [tokens.issue(GRANT, 30, 3600) for _ in range(5)]
    assert [tokens.find(token) is not None for token in given] == [False, False, True, True, True]


def test_oldest_refresh_token_is_evicted_at_the_limit(tokens: Tokens) -> None:
    given = [tokens.issue_refresh(GRANT, 30) for _ in range(4)]
    found = [tokens.find_refresh(token) for token in given]
    assert found == [None, GRANT, GRANT, GRANT]


def test_used_refresh_token_no_longer_counts_for_the_limit(tokens: Tokens) -> None:
    given = [tokens.issue_refresh(GRANT, 30) for _ in range(3)]
    tokens.use_refresh(given[2])
    tokens.issue_refresh(GRANT, 30)
    assert tokens.find_refresh(given[0]) == GRANT
