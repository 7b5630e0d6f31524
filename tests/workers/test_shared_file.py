"""Turns of several processes at one file, and the remains of a killed process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringme_mock.command_log.board import Board
from ringme_mock.command_log.file_log import FileLog
from ringme_mock.command_log.log import Batch, Count
from ringme_mock.command_log.packing import pack

ROW = pack(b"row")
COUNT = Count("client", 1000.0, 3600.0, (0.0, 0), 2, rows=[ROW])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[FileLog]:
    (tmp_path / "board").mkdir()
    found = FileLog(tmp_path / "state.db", board=Board(tmp_path / "board"))
    yield found
    asyncio.run(found.close())


def test_commands_over_the_rate_limit_count_but_are_not_appended(log: FileLog) -> None:
    turn = asyncio.run(log.turn(0, Batch(b"nonce", [COUNT._replace(rows=[ROW] * 3)], [ROW])))
    assert (turn.number, turn.tallies, log.latest) == (1, [(0.0, 3)], 3)
    turn = asyncio.run(log.turn(3, Batch(b"nonce", [COUNT])))
    assert (turn.tallies, log.latest) == ([(0.0, 4)], 3)


def test_command_missing_on_the_board_is_read_before_the_next_append(
    log: FileLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # As if the process were killed before this.
        patch.setattr(Board, "tell", lambda self, latest: None)
        asyncio.run(log.turn(0, Batch(b"nonce", (), [ROW])))
    assert asyncio.run(log.turn(0, Batch())).entries == ()
    turn = asyncio.run(log.turn(0, Batch(b"nonce", [COUNT])))
    assert ([entry.last for entry in turn.entries], turn.tallies, log.latest) == ([1], [None], 1)
    assert [entry.last for entry in asyncio.run(log.turn(0, Batch())).entries] == [1]
    turn = asyncio.run(log.turn(1, Batch(b"nonce", [COUNT])))
    assert (turn.number, turn.tallies, log.latest) == (2, [(0.0, 1)], 2)
