"""The conditions that a result names, and the spread of its values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def made(from_bench: Callable[[str], Any]) -> Any:
    """The module."""
    return from_bench("results")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], "make bench"),
        (["growth"], "make bench ARGS=growth"),
        (["load", "--seconds", "5"], "make bench ARGS='load --seconds 5'"),
        (["--peer-folder", "/some/where"], "make bench ARGS='--peer-folder FOLDER'"),
        (["--results=/some/where"], "make bench ARGS=--results=FOLDER"),
        (["--results", "bench/results"], "make bench ARGS='--results bench/results'"),
    ],
)
def test_the_command_is_one_of_make_and_names_no_folder_of_this_machine(
    made: Any, arguments: list[str], command: str
) -> None:
    assert made.conditions("bench", arguments)["command"] == command


@pytest.mark.parametrize(
    ("commit", "changes", "told"),
    [
        ("ebd4faef3751", "", "ebd4faef3751"),
        ("ebd4faef3751", " M x.py", "ebd4faef3751 with changes"),
        (None, None, None),
    ],
)
def test_the_commit_is_named_with_its_changes(
    made: Any,
    monkeypatch: pytest.MonkeyPatch,
    commit: str | None,
    changes: str | None,
    told: str | None,
) -> None:
    monkeypatch.setattr(made, "_git", lambda *given: commit if "HEAD" in given else changes)
    assert made.conditions("bench", [])["commit"] == told


def test_without_git_there_is_no_commit(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert made.conditions("bench", [])["commit"] is None


def test_many_values_become_median_least_and_greatest(made: Any) -> None:
    assert made.spread([3, 1, 2.25], 1) == {"median": 2.2, "least": 1, "greatest": 3}


def test_a_folder_that_cannot_be_written_is_refused(made: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Exception, match=r"x\.json: cannot be written: "):
        made.write_result(tmp_path / "file", "x", {})
