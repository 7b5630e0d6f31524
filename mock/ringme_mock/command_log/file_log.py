"""Log of the processes of one host: a file of commands, and a board beside it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import lmdb

from ringme_mock.command_log.board import Board
from ringme_mock.command_log.log import Notes, Report, Row, Tally, Turn
from ringme_mock.command_log.log_file import AT_ONCE, LogFile


class FileLog:
    """Log in a file, of one process, or of all that use its `board`, too.

    A process that is alone keeps no counts and no journal in it.
    """

    def __init__(self, file: LogFile, board: Board | None = None) -> None:
        self.file = file
        self.shared = board is not None
        self.name = str(file.path)
        self._board = board

    def is_behind(self, position: int) -> bool:
        return self._board is not None and self._board.tail > position

    async def turn(self, after: int, row: Row | None = None) -> Turn:
        with _os_errors():
            if row is None:
                entries = self.file.rows(after)
                number = entries[-1][0] if entries else after
                return Turn(number, time.time(), entries, len(entries) == AT_ONCE)
            turn = self.file.append(row, after)
            if self._board is not None:
                self._board.set_tail(turn.number)
            return turn

    async def tally(self, key: str, now: float, period: float, known: Tally) -> Tally:
        with _os_errors():
            return self._shared.tally(key, now, period, known)

    async def drop(self, session: str, first: int, before: int) -> None:
        with _os_errors():
            self.file.drop(session, first, before)

    async def note(self, session: str, entry: bytes) -> None:
        with _os_errors():
            self._shared.note(session, entry)

    async def noted(self, session: str, after: int) -> Notes:
        with _os_errors():
            return self._shared.noted(session, after)

    async def forget(self, session: str, *, ended: bool = False) -> None:
        with _os_errors():
            self._shared.forget(session)

    async def report(self, position: int, used: dict[str, float]) -> Report:
        if self._board is None:
            return Report(1, position, used, leads=True)
        with _os_errors():
            return self._board.report(position, used)

    @property
    def _shared(self) -> Board:
        if self._board is None:
            raise RuntimeError("a log of one process has no board")
        return self._board

    async def about(self) -> dict[str, str]:
        return self.file.about()

    async def describe(self, values: Mapping[str, str]) -> None:
        self.file.describe(values)

    async def close(self) -> None:
        self.file.close()
        if self._board is not None:
            self._board.close()


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, lmdb.Error) as error:
        text = f"The state file cannot be written ({error}); make room on its disk"
        raise OSError(text) from error
