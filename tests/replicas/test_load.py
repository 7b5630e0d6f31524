"""A state looks the same to clients of one mock, and of two copies that follow one log."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.command import serving
from replicas.load import Load
from replicas.two_copies import (
    APPLIED_FIRST,
    COUNTED_APART,
    READ_WITHOUT_TURN,
    two_copies,
)
from support.server import RunningMock


def used(load: Load) -> list[str]:
    """The violations in a run with contests."""
    load.run(40)
    for number in ("571", "572", "573"):
        load.contest_number(number)
        load.contest_token()
    assert load.operations > 300
    return load.violations()


def test_one_mock_is_linearizable(mock: RunningMock) -> None:
    assert used(Load([mock.url])) == []


def test_two_copies_that_follow_one_log_are_linearizable() -> None:
    with two_copies() as urls:
        assert used(Load(urls)) == []


@pytest.mark.parametrize(
    ("defect", "found"),
    [
        (READ_WITHOUT_TURN, {"group"}),
        (APPLIED_FIRST, {"group", "ids:", "number", "token"}),
        (COUNTED_APART, {"requests"}),
    ],
    ids=["read without a turn", "applied before it is appended", "counted outside of the log"],
)
def test_a_defect_of_replicas_is_found(defect: str, found: set[str]) -> None:
    with two_copies(defect) as urls:
        assert Load(urls).find(found, 40) == found


def test_a_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.db"))
    with serving(*state) as first:
        load = Load([first.url])
        load.run(40, halfway=first.process.kill)
    with serving(*state) as second:
        load.urls[:] = [second.url]
        load.run(20)
        found = load.violations()
    # Requests since the last change that only counted for the limit may be lost with the process.
    assert [one for one in found if not one.startswith("requests")] == []
