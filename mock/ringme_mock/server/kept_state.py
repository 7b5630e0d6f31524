"""State that is kept in a log: opened, compared with what is served, and replayed."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

from ringme_mock.app import MockApp
from ringme_mock.command_log.board import Board
from ringme_mock.command_log.file_log import FileLog
from ringme_mock.command_log.identity import check_identity, identity
from ringme_mock.command_log.log_file import LogFile, damaged
from ringme_mock.command_log.repeat import Damaged
from ringme_mock.command_log.replica import Replica
from ringme_mock.command_log.upkeep import Upkeep
from ringme_mock.errors import ApiError
from ringme_mock.http.sessions import Settings
from ringme_mock.server.sources import Sources

logger = logging.getLogger(__name__)

_MADE = "made"


class KeptState:
    """A mock whose state is kept in a file, from where it is replayed.

    With `waits`, what is done is on the disk before each response; several processes share the
    state by a `board`. Raises ConfigError for a file that cannot be used, or belongs to other
    sources.
    """

    app: MockApp

    def __init__(
        self,
        path: Path,
        waits: bool,
        sources: Sources,
        settings: Settings,
        control: str,
        board: Path | None = None,
    ) -> None:
        self.path = path
        self.file = LogFile(path, waits, board is not None)
        self.log = FileLog(self.file, Board(board) if board else None)
        self.replica = Replica(self.log)
        self.upkeep = Upkeep(self.replica)
        self.commands, self.seconds = 0, 0.0
        try:
            self._make(sources, settings, control)
        except BaseException:
            self.close()
            raise

    def _make(self, sources: Sources, settings: Settings, control: str) -> None:
        about = self.file.about()
        # The fixtures of today are those of the day on which the state was made.
        made = float(about.get(_MADE) or time.time())
        self.replica.applying.resting = made
        self.app = sources.make(settings, control, self.replica)
        options = {
            "faults file": sources.faults_digest(),
            "--max-entries": settings.max_entries,
            "--today": settings.today,
        }
        wanted = identity(self.app.contract.document, sources.fixtures_digest(), options)
        if about:
            check_identity(self.path, about, wanted)
        else:
            self.file.describe({**wanted, _MADE: repr(made)})

    def replay(self) -> None:
        """Apply all commands of the file. Raises ConfigError for a damaged one."""
        asyncio.run(self.catch_up())
        for session in self.app.sessions.known():
            session.calls.rest()

    async def catch_up(self) -> None:
        """Apply all commands of the file, in the running event loop."""
        begin = time.perf_counter()
        try:
            self.commands = await self.replica.replay()
        except (ApiError, Damaged) as error:
            logger.debug("the replay failed", exc_info=error)
            raise damaged(self.path) from error
        self.seconds = time.perf_counter() - begin

    def go_on(self) -> None:
        """Let calls in progress go on by themselves, in the running event loop."""
        for session in self.app.sessions.known():
            session.calls.go_on()

    def close(self) -> None:
        self.log.close()

    @property
    def note(self) -> str:
        again = f"; {self.commands} changes were replayed in {self.seconds:.2f} s"
        return f"The state is kept in {self.path}{again if self.commands else ''}."
