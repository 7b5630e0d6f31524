"""Profiles of a run: their cost, and warnings before a run that cannot finish."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringme_contract.check import all_checks, in_profile
from ringme_contract.profiles import PROFILES, SMOKE, Pace, Profile
from ringme_contract.proof.trial import contract
from ringme_contract.target import MOCK, load_target
from support.kit_command import (
    mock_target,
    own_check,
    reads_user,
    replace_checks,
    ringme_contract,
)
from support.server import RunningMock

_PROFILE = Profile("any", "for a test", 1, 300, requests=8000, rounds=2000)


def test_smoke_profile_has_a_check_of_each_rule() -> None:
    checks = all_checks(contract())
    chosen = in_profile(checks, SMOKE)
    assert {one.rule for one in chosen} == {one.rule for one in checks}
    assert len(chosen) < len(checks) / 2


def test_estimated_run_time_depends_on_latency_jobs_and_rate_limit() -> None:
    start = _PROFILE.seconds(0, jobs=8)
    assert _PROFILE.seconds(0.1, jobs=1) == pytest.approx(start + 800)
    assert _PROFILE.seconds(0.1, jobs=8) == pytest.approx(start + 200)
    assert start + 200 < _PROFILE.seconds(0.1, jobs=4) < start + 400
    assert _PROFILE.seconds(0, jobs=8, per_second=10) == 800


@pytest.mark.parametrize(
    ("latency", "limit", "message"),
    [
        (0.01, None, ""),
        (0.01, (10000, 8000, 60), ""),
        (0.3, None, "takes about 611 s here, and the time budget is 300 s"),
        (0.01, (10000, 7999, 60), "7999 left of 10000 an hour (reset in 60 s)"),
    ],
)
def test_run_that_cannot_finish_is_predicted(
    latency: float, limit: tuple[int, int, int] | None, message: str
) -> None:
    troubles = list(Pace(latency, limit).troubles(_PROFILE, load_target(MOCK)))
    assert len(troubles) == bool(message)
    assert message in "".join(troubles)


def test_check_warns_of_a_run_that_cannot_finish(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no warning if single rules are selected."""
    replace_checks(monkeypatch, own_check("me", reads_user, writes=False))
    done = ringme_contract("check", mock.url, "--time-budget", "1s")
    assert "warning: the profile default takes about " in done.output
    done = ringme_contract("check", mock.url, "--time-budget", "1s", "--rule", "me")
    assert "warning" not in done.output


def test_doctor_estimates_each_profile_and_compares_it_with_the_budget(
    mock: RunningMock, tmp_path: Path
) -> None:
    target = mock_target(tmp_path, ("[range]", 'profile = "full"\ntime_budget = 2\n\n[range]'))
    done = ringme_contract("doctor", mock.url, "--target", target)
    assert done.exit_code == 3
    for name in PROFILES:
        assert f"profile: {name}: about {PROFILES[name].requests} requests in " in done.output
    assert "ok      pace: a response takes " in done.output
    assert "missing profile: the profile full takes about " in done.output
    assert ringme_contract("doctor", mock.url).exit_code == 0


def test_unknown_profile_is_refused(tmp_path: Path) -> None:
    target = mock_target(tmp_path, ("[range]", 'profile = "ful"\n\n[range]'))
    done = ringme_contract("check", "--target", target)
    assert done.exit_code == 2
    assert "profile: unknown value ful; did you mean full?" in done.output
