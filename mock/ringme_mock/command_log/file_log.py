"""Log of the processes of one host: a file of commands, and a board beside it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import lmdb

from ringme_mock.command_log.board import Board
from ringme_mock.command_log.log import Batch, Notes, Report, Row, Tally, Turn
from ringme_spec.errors import ConfigError

_MAGIC = b"SQLite format 3\x00"
# In the head of the file, so that no other database is taken for one: "RmCl".
_APPLICATION = 0x526D436C
_SCHEMA = """
create table about (name text primary key, value text not null) without rowid;
create table log (
  number integer primary key, session text not null, kind text not null,
  at real not null, chance integer not null, nonce blob not null, head blob not null,
  headers blob not null, body blob not null
);
create table image (
  number integer not null, place integer not null, piece blob not null,
  primary key (number, place)
) without rowid;
"""
_COLUMNS = "session, kind, at, chance, nonce, head, headers, body"
_INSERT = f"insert into log ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SELECT = f"select number, {_COLUMNS} from log where number > ? order by number"  # noqa: S608
_AT_ONCE = 1000
_IMAGE = "image"
# Seconds that a process waits for the others; a write takes far less than one.
_PATIENCE = 5.0


class FileLog:
    """Log in an SQLite database, of one process, or of all that use its `board`, too.

    No other process can open the file of one that is alone, which keeps no counts and no journal in
    it. With `waits`, a command is on the disk when it is appended, and not just on its way there.
    Raises ConfigError for a file that is none, is damaged, or is in use.
    """

    def __init__(self, path: Path, waits: bool = False, board: Board | None = None) -> None:
        self.path, self.name = path, str(path)
        self.shared = board is not None
        self._board = board
        # The moment of the latest command.
        self._at = 0.0
        try:
            _check_magic(path)
            self._database = sqlite3.connect(
                path,
                timeout=_PATIENCE if self.shared else 0,
                isolation_level=None,
                check_same_thread=False,
            )
        except OSError as error:
            raise ConfigError(f"{path}: cannot be opened: {error.strerror}") from None
        except sqlite3.Error as error:
            raise ConfigError(f"{path}: cannot be opened: {error}") from None
        try:
            self._open(waits)
        except sqlite3.Error as error:
            self._database.close()
            raise _explained(path, error) from None
        except ConfigError:
            self._database.close()
            raise
        self._cursor = self._database.cursor()
        if board is not None:
            board.turn(0, Batch(), self.latest)

    def _open(self, waits: bool) -> None:
        run = self._database.execute
        if not self.shared:
            # Before anything else: the lock is taken once and for all, and no memory is shared.
            run("pragma locking_mode = exclusive")
        run("pragma journal_mode = wal")
        run(f"pragma synchronous = {'full' if waits else 'normal'}")
        run("begin immediate")
        found = run("pragma application_id").fetchone()[0]
        is_new = found == 0 and run("select count(*) from sqlite_master").fetchone()[0] == 0
        if is_new:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                run(statement)
            run(f"pragma application_id = {_APPLICATION}")
        elif found != _APPLICATION:
            raise _no_state_file(self.path)
        run("commit")
        if is_new:
            # So that the file is known by itself, without the one beside it.
            run("pragma wal_checkpoint(truncate)")
        elif run("pragma quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check")

    # --- commands

    async def turn(self, after: int, batch: Batch) -> Turn:
        with _os_errors():
            if batch.rows:
                turn = self._append(batch.rows, after)
                _, tallies = self._told(after, batch, turn.number + len(batch.rows) - 1)
                return turn._replace(tallies=tallies)
            latest, tallies = self._told(after, batch)
            if latest is not None and latest <= after:
                return Turn(after, 0.0, (), tallies)
            entries = self.rows(after)
            return Turn(after, 0.0, entries, tallies, len(entries) == _AT_ONCE)

    def _told(
        self, after: int, batch: Batch, appended: int = 0
    ) -> tuple[int | None, Sequence[Tally | None]]:
        """Return the position of the latest command, None if there is no board, and tallies."""
        return (None, ()) if self._board is None else self._board.turn(after, batch, appended)

    def rows(self, after: int = 0) -> list[tuple[int, Row]]:
        """List some of the commands after a position with their numbers, in order."""
        found = self._cursor.execute(f"{_SELECT} limit {_AT_ONCE}", (after,))
        return [(number, Row(*values)) for number, *values in found]

    @property
    def latest(self) -> int:
        """Position of the latest command."""
        return self._cursor.execute("select max(number) from log").fetchone()[0] or 0

    def _append(self, rows: Sequence[Row], after: int) -> Turn:
        """Keep commands, and return the number of the first, and what others have kept since."""
        run = self._cursor.execute
        run("begin immediate")
        try:
            found = run(_SELECT, (after,)) if self.shared else ()
            others = [(number, Row(*values)) for number, *values in found]
            # Not before those that it comes after.
            at = max(time.time(), self._at, *(other.at for _, other in others[-1:]))
            for row in rows:
                run(_INSERT, (*row[:2], at, *row[3:]))
            number = (self._cursor.lastrowid or 0) - len(rows) + 1
            run("commit")
        except sqlite3.Error:
            if self._database.in_transaction:
                run("rollback")
            raise
        self._at = at
        return Turn(number, at, others)

    async def drop_before(self, number: int) -> None:
        with _os_errors():
            first = self._database.execute("select min(number) from log").fetchone()[0]
            for last in range(first or number, number, _AT_ONCE):
                before = min(last + _AT_ONCE, number)
                self._database.execute("delete from log where number < ?", (before,))
                # Requests are served in between.
                await asyncio.sleep(0)

    # --- images

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        run = self._database.execute
        with _os_errors():
            self._drop_images_but(await self.latest_image())
            place = 0
            # One by one, so that requests are served in between.
            async for piece in pieces:
                run("insert into image values (?, ?, ?)", (number, place, piece))
                place += 1
            run("insert or replace into about values (?, ?)", (_IMAGE, str(number)))
            self._drop_images_but(number)

    def _drop_images_but(self, number: int) -> None:
        """Delete what is left of an image that was not finished, or has another in its place."""
        self._database.execute("delete from image where number <> ?", (number,))

    async def latest_image(self) -> int:
        return int((await self.about()).get(_IMAGE, 0))

    async def image(self, number: int) -> list[bytes]:
        query = "select piece from image where number = ? order by place"
        with _os_errors():
            return [piece for (piece,) in self._database.execute(query, (number,))]

    # --- beside the commands

    async def noted(self, session: str, after: int) -> Notes:
        with _os_errors():
            return self._known_board.noted(session, after)

    async def forget(self, session: str, *, ended: bool = False) -> None:
        with _os_errors():
            self._known_board.forget(session)

    async def report(self, position: int, used: dict[str, float]) -> Report:
        if self._board is None:
            return Report(1, position, used, leads=True)
        with _os_errors():
            return self._board.report(position, used)

    @property
    def _known_board(self) -> Board:
        if self._board is None:
            raise RuntimeError("a log of one process has no board")
        return self._board

    async def about(self) -> dict[str, str]:
        with _os_errors():
            return dict(self._database.execute("select name, value from about"))

    async def describe(self, values: Mapping[str, str]) -> None:
        with _os_errors():
            self._database.executemany("insert into about values (?, ?)", values.items())

    async def close(self) -> None:
        self._database.close()
        if self._board is not None:
            self._board.close()


def _check_magic(path: Path) -> None:
    """Make the file if there is none, for the eyes of its owner: it holds tokens and passwords."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        beginning = os.read(descriptor, len(_MAGIC))
    finally:
        os.close(descriptor)
    if beginning and beginning != _MAGIC:
        raise _no_state_file(path)


def _no_state_file(path: Path) -> ConfigError:
    return ConfigError(f"{path}: is no state file of the mock; choose another file")


def _explained(path: Path, error: sqlite3.Error) -> ConfigError:
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY:
        return ConfigError(f"{path}: is in use by another mock; choose another file")
    if isinstance(error, sqlite3.OperationalError):
        return ConfigError(f"{path}: cannot be used: {error}")
    return damaged(path)


def damaged(name: object) -> ConfigError:
    return ConfigError(
        f"{name}: is damaged; choose another file, or delete it to begin with the fixtures"
    )


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, lmdb.Error) as error:
        text = f"The state file cannot be written ({error}); make room on its disk"
        raise OSError(text) from error
