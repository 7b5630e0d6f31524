"""Checks of calls, which move on by themselves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ringme_contract.scenarios import call_time
from ringme_contract.verdict import Failure

KIT: Any = SimpleNamespace()


def failing(times: int) -> tuple[list[int], Any]:
    """Return a list with an item for each run, and a check that fails so many times."""
    runs: list[int] = []

    @call_time.again_if_late
    def look(_: Any) -> None:
        runs.append(1)
        if len(runs) <= times:
            raise Failure("the call is gone")

    return runs, look


@pytest.mark.parametrize(("times", "passes"), [(0, True), (3, True), (9, False)])
def test_late_failure_of_a_call_check_is_retried_three_times(
    monkeypatch: pytest.MonkeyPatch, times: int, passes: bool
) -> None:
    monkeypatch.setattr(call_time, "_RINGS", -1.0)
    runs, look = failing(times)
    if passes:
        look(KIT)
    else:
        with pytest.raises(Failure):
            look(KIT)
    assert len(runs) == min(times + 1, 4)


@pytest.mark.parametrize(("name", "value"), [("_RINGS", 1e9), ("_WAITED", -1.0)])
def test_early_failure_or_timeout_of_a_call_check_is_not_retried(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    monkeypatch.setattr(call_time, name, value)
    runs, look = failing(1)
    with pytest.raises(Failure):
        look(KIT)
    assert len(runs) == 1
