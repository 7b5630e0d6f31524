"""Mock whose state survives restarts: its log is opened, its identity checked, and replayed."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from ringme_mock.app import MockApp
from ringme_mock.command_log.board import Board
from ringme_mock.command_log.file_log import FileLog, damaged
from ringme_mock.command_log.identity import check_identity, identity
from ringme_mock.command_log.log import Log
from ringme_mock.command_log.replica import Replica
from ringme_mock.command_log.row import Damaged
from ringme_mock.command_log.upkeep import Upkeep
from ringme_mock.errors import ApiError
from ringme_mock.http.sessions import Settings
from ringme_mock.server.configuration import control_of, settings_of, sources_of
from ringme_mock.server.option_types import RedisUrl
from ringme_mock.server.options import ALWAYS, Options
from ringme_mock.server.sources import Sources
from ringme_spec.errors import ConfigError

logger = logging.getLogger(__name__)

_MADE = "made"


class KeptState:
    """Mock whose state is kept in a log, and replayed from it.

    Several processes share the state by a `board`, or by a database.
    """

    app: MockApp

    def __init__(self, log: Log) -> None:
        self.log = log
        self.replica = Replica(log)
        self.upkeep = Upkeep(self.replica)
        self.commands, self.seconds = 0, 0.0

    async def open(self, sources: Sources, settings: Settings, control: str) -> None:
        """Make the mock and replay its log. Raises ConfigError for an unusable or foreign log."""
        try:
            await self._make(sources, settings, control)
            await self._catch_up()
        except (ConfigError, OSError) as error:
            await self.log.close()
            raise ConfigError(str(error)) from None

    async def _make(self, sources: Sources, settings: Settings, control: str) -> None:
        about = await self.log.about()
        # With --today, the fixtures are those of the day on which the log was created.
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
            check_identity(self.log.name, about, wanted)
        else:
            await self.log.describe({**wanted, _MADE: repr(made)})

    async def _catch_up(self) -> None:
        begin = time.perf_counter()
        try:
            self.commands = await self.replica.replay()
        except (ApiError, Damaged) as error:
            logger.debug("the replay failed", exc_info=error)
            raise damaged(self.log.name) from error
        for session in self.app.sessions.known():
            session.calls.stop_timer()
        self.seconds = time.perf_counter() - begin

    async def run(self) -> None:
        """Run timers and upkeep until cancelled, or until the state is found to differ."""
        for session in self.app.sessions.known():
            session.calls.start_timer()
        await self.upkeep.run()

    async def close(self) -> None:
        await self.replica.images.close()
        await self.log.close()

    @property
    def note(self) -> str:
        again = f"; {self.commands} changes were replayed in {self.seconds:.2f} s"
        return f"The state is kept in {self.log.name}{again if self.commands else ''}."


async def open_state(
    options: Options, state: Path | RedisUrl, board: Path | None = None
) -> KeptState:
    """Open a file (several processes need a `board`), or a database. Raises ConfigError."""
    log: Log
    if isinstance(state, RedisUrl):
        # On demand, as a file does not need the import.
        from ringme_mock.command_log.redis_log import RedisLog

        try:
            log = RedisLog(state, options.log_patience, options.journal)
        except ValueError as error:
            raise ConfigError(f"--state: {error}") from None
    else:
        log = FileLog(state, options.sync == ALWAYS, Board(board) if board else None)
    kept = KeptState(log)
    await kept.open(sources_of(options), settings_of(options), control_of(options))
    return kept
