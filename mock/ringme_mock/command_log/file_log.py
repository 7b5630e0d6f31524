"""Log of the processes of one host: a file of commands, and a board beside it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager

import lmdb

from ringme_mock.command_log.board import Board
from ringme_mock.command_log.log import Batch, Notes, Report, Tally, Turn
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
        if board is not None:
            board.turn(0, Batch(), file.latest)

    async def turn(self, after: int, batch: Batch) -> Turn:
        with _os_errors():
            if batch.rows:
                turn = self.file.append(batch.rows, after)
                _, tallies = self._told(after, batch, turn.number + len(batch.rows) - 1)
                return turn._replace(tallies=tallies)
            latest, tallies = self._told(after, batch)
            if latest is not None and latest <= after:
                return Turn(after, 0.0, (), tallies)
            entries = self.file.rows(after)
            return Turn(after, 0.0, entries, tallies, len(entries) == AT_ONCE)

    def _told(
        self, after: int, batch: Batch, appended: int = 0
    ) -> tuple[int | None, Sequence[Tally | None]]:
        """Return the position of the latest command, None if there is no board, and tallies."""
        return (None, ()) if self._board is None else self._board.turn(after, batch, appended)

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        with _os_errors():
            self.file.begin_image()
            place = 0
            # One by one, so that requests are served in between.
            async for piece in pieces:
                self.file.add_piece(number, place, piece)
                place += 1
            self.file.finish_image(number)

    async def latest_image(self) -> int:
        with _os_errors():
            return self.file.latest_image

    async def image(self, number: int) -> list[bytes]:
        with _os_errors():
            return self.file.image(number)

    async def drop_before(self, number: int) -> None:
        with _os_errors():
            # Requests are served in between.
            for _ in self.file.drop_before(number):
                await asyncio.sleep(0)

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
