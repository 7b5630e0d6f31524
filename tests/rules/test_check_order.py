"""Order of checks (contract section 2), where a test needs the clock or fixtures of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from ringme_spec.paths import FIXTURES
from support.operations import outcome
from support.server import LIMITED, Api, RunningMock, running_mock


def _use_up_the_limit(mock: RunningMock) -> Api:
    api = mock.as_application(LIMITED)
    for _ in range(5):
        assert api.get("/user/").status_code == 200
    assert outcome(api.get("/user/")) == (429, "rate_limit_exceeded")
    return api


def test_expired_token_over_the_rate_limit_is_a_401(mock: RunningMock) -> None:
    old = mock.as_application(LIMITED)
    mock.clock.advance(3601)
    _use_up_the_limit(mock)
    assert old.get("/user/").status_code == 401


def test_blocked_user_over_the_rate_limit_is_a_429(tmp_path: Path) -> None:
    # In the fixtures, no client with a low limit has a user that can be blocked.
    fixtures = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, fixtures)
    applications = fixtures / "application.yaml"
    entry = "  - name: Web cabinet\n"
    text = applications.read_text("utf-8")
    assert entry in text
    applications.write_text(text.replace(entry, f"{entry}    rate_limit: 2\n"), "utf-8")
    with running_mock(fixtures=fixtures) as mock:
        lead, admin = mock.as_user("sales-lead"), mock.as_user("client-admin")
        admin.put("/client/12/user/extension_group/104", {"status": "blocked"})
        assert outcome(lead.get("/user/")) == (403, "user_blocked")
        assert outcome(lead.get("/user/")) == (429, "rate_limit_exceeded")


def test_expired_token_of_a_blocked_user_is_a_401(mock: RunningMock) -> None:
    lead = mock.as_user("sales-lead")
    mock.clock.advance(3601)
    mock.as_user("client-admin").put("/client/12/user/extension_group/104", {"status": "blocked"})
    assert lead.get("/user/").status_code == 401
