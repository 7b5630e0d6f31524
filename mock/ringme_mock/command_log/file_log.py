"""Log of the processes of one host: commands in a file, the rest on a board."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import lmdb

from ringme_mock.command_log.board import Board
from ringme_mock.command_log.log import Batch, Entry, Notes, Report, Tally, Turn
from ringme_spec.errors import ConfigError

logger = logging.getLogger(__name__)

_MAGIC = b"SQLite format 3\x00"
# SQLite's application_id, which tells the file from other databases: "RmCl".
_APPLICATION = 0x526D436C
_SCHEMA = """
create table about (name text primary key, value text not null) without rowid;
create table log (
  last integer primary key, at real not null, nonce blob not null, rows blob not null
);
create table image (
  number integer not null, place integer not null, piece blob not null,
  primary key (number, place)
) without rowid;
"""
_INSERT = "insert into log values (?, ?, ?, ?)"
_SELECT = "select * from log where last > ? order by last"
_AT_ONCE = 1000
_IMAGE = "image"
# Seconds that a process waits for the lock; a write takes far less than one.
_PATIENCE = 5.0


class FileLog:
    """Log in an SQLite database, for one process, or with a `board` for several.

    A single process locks the file, and keeps no counts and no journal in it. With `waits`, an
    append returns only once the command is on disk. Raises ConfigError if the file is none of the
    mock, damaged, or in use.
    """

    def __init__(self, path: Path, waits: bool = False, board: Board | None = None) -> None:
        self.path, self.name = path, str(path)
        self.shared = board is not None
        self._board = board
        # Time of the latest command.
        self._at = 0.0
        try:
            _check_magic(path)
            self._database = sqlite3.connect(
                path,
                timeout=_PATIENCE if self.shared else 0,
                isolation_level=None,
                check_same_thread=False,
            )
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"{path}: cannot be opened: {reason}") from None
        try:
            self._open(waits)
        except (ConfigError, sqlite3.Error) as error:
            self._database.close()
            raise _explained(path, error) from None
        self._cursor = self._database.cursor()
        self._inode, self._is_there = path.stat().st_ino, True
        if board is not None:
            board.tell(self.latest)

    def _open(self, waits: bool) -> None:
        run = self._database.execute
        if not self.shared:
            # First of all, so that the lock is taken for good, and without shared memory.
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
            # So that the file can be recognised without its WAL file.
            run("pragma wal_checkpoint(truncate)")
        elif run("pragma quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check")

    # --- commands

    async def turn(self, after: int, batch: Batch) -> Turn:
        with _os_errors():
            if batch.may_append:
                return self._append(after, batch)
            tallies: Sequence[Tally | None] = ()
            if self._board is not None:
                latest, tallies = self._board.turn(after, batch)
                if latest <= after:
                    return Turn(after, 0.0, (), tallies)
            entries = self.entries(after)
            return Turn(after, 0.0, entries, tallies, len(entries) == _AT_ONCE)

    def entries(self, after: int = 0) -> list[Entry]:
        """List the next commands after a position, a limited number."""
        found = self._cursor.execute(f"{_SELECT} limit {_AT_ONCE}", (after,))
        return [Entry(*values) for values in found]

    @property
    def latest(self) -> int:
        return self._cursor.execute("select max(last) from log").fetchone()[0] or 0

    def _append(self, after: int, batch: Batch) -> Turn:
        """Append commands; return the number of the first, and the commands of others before."""
        if self._board is None:
            return self._insert(after, batch.rows, batch.nonce)
        run = self._cursor.execute
        run("begin immediate")
        try:
            others = [Entry(*values) for values in run(_SELECT, (after,))]
            latest = others[-1].last if others else after
            # A process that was killed may not have told the board.
            _, tallies = self._board.turn(after, batch, latest)
            rows = [
                row
                for count, tally in zip(batch.counts, tallies, strict=True)
                for row in count.accepted(tally)
            ]
            rows += batch.rows
            turn = self._insert(latest, rows, batch.nonce, others) if rows else Turn(0, 0.0, others)
            run("commit")
        except BaseException:
            if self._database.in_transaction:
                run("rollback")
            raise
        self._board.tell(latest + len(rows))
        return turn._replace(tallies=tallies)

    def _insert(
        self, latest: int, rows: Sequence[bytes], nonce: bytes, others: Sequence[Entry] = ()
    ) -> Turn:
        # Never before the time of earlier commands.
        at = max(time.time(), self._at, *(other.at for other in others[-1:]))
        self._cursor.execute(_INSERT, (latest + len(rows), at, nonce, b"".join(rows)))
        self._at = at
        return Turn(latest + 1, at, others)

    async def drop_before(self, number: int) -> None:
        with _os_errors():
            first = self._database.execute("select min(last) from log").fetchone()[0]
            for last in range(first or number, number, _AT_ONCE):
                before = min(last + _AT_ONCE, number)
                self._database.execute("delete from log where last < ?", (before,))
                # Let requests be served.
                await asyncio.sleep(0)

    # --- images

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        run = self._database.execute
        with _os_errors():
            self._drop_images_but(await self.latest_image())
            place = 0
            # One by one, so that requests are served in between them.
            async for piece in pieces:
                run("insert into image values (?, ?, ?)", (number, place, piece))
                place += 1
            run("insert or replace into about values (?, ?)", (_IMAGE, str(number)))
            self._drop_images_but(number)

    def _drop_images_but(self, number: int) -> None:
        """Delete the pieces of unfinished and of replaced images."""
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
        self._check_file()
        if self._board is None:
            return Report(1, position, used, leads=True)
        with _os_errors():
            return self._board.report(position, used)

    def _check_file(self) -> None:
        """Log an error if the file was deleted or replaced; writes still succeed then."""
        was_there = self._is_there
        try:
            self._is_there = self.path.stat().st_ino == self._inode
        except OSError:
            self._is_there = False
        if was_there and not self._is_there:
            text = "%s: was deleted or replaced; the state is lost when the mock ends"
            logger.error(text, self.path)

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
    """Check the file; create it if it is missing, readable only by its owner (it has passwords)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        beginning = os.read(descriptor, len(_MAGIC))
    finally:
        os.close(descriptor)
    if beginning and beginning != _MAGIC:
        raise _no_state_file(path)


def _no_state_file(path: Path) -> ConfigError:
    return ConfigError(f"{path}: is not a state file of the mock; choose another file")


def _explained(path: Path, error: Exception) -> ConfigError:
    if isinstance(error, ConfigError):
        return error
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
