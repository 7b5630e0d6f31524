"""`ringme_mock` is a fixture: one mock for a worker of pytest-xdist, reset before each test."""

import httpx
import pytest
from groups import group_names

from ringme_mock import MockServer


def test_a_user_sees_the_groups_of_the_client(ringme_mock: MockServer) -> None:
    token = ringme_mock.token_for("client-reader")
    assert group_names(ringme_mock.url, token) == ["Sales", "Support", "Empty group", "Support"]


def test_a_503_is_tried_again(ringme_mock: MockServer) -> None:
    listed = {"operation": "listExtensionGroups"}
    ringme_mock.add_fault(match=listed, times=1, answer={"status": 503})
    assert len(group_names(ringme_mock.url, ringme_mock.token_for("client-reader"))) == 4
    assert [request["status"] for request in ringme_mock.journal(**listed)] == [503, 200]


def test_an_expired_token_is_refused(ringme_mock: MockServer) -> None:
    token = ringme_mock.token_for("client-reader")
    ringme_mock.advance(3601)
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        group_names(ringme_mock.url, token)
