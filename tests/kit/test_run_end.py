"""Time budget and interruption of a run."""

from __future__ import annotations

import math

from ringme_contract.http.run_end import RunEnd


def test_pauses_of_a_pytest_session_do_not_use_the_time_budget() -> None:
    end = RunEnd()
    end.begin(100)
    end.suspend()
    assert end.left(cleaning=False) == math.inf
    with end.running():
        assert 0 < end.left(cleaning=False) < 100
    assert end.left(cleaning=False) == math.inf


def test_interrupted_run_stays_interrupted_after_a_pause() -> None:
    end = RunEnd()
    end.begin(100)
    end.suspend()
    with end.running():
        end.interrupt()
    with end.running():
        assert end.left(cleaning=False) < 0 < end.left(cleaning=True)
