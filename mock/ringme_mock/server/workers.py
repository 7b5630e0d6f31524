"""Worker processes that serve one state, and their supervisor."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send
from uvicorn.supervisors import Multiprocess

from ringme_mock.server.log_format import complain, flush_log, log_to_terminal
from ringme_mock.server.option_types import RedisUrl
from ringme_mock.server.options import Options
from ringme_mock.server.runner import limit_handshakes
from ringme_mock.store.cycle_search import search_cycles_seldom
from ringme_spec.errors import ConfigError

if TYPE_CHECKING:
    from ringme_mock.server.kept_state import KeptState

logger = logging.getLogger(__name__)

_STATE = "state.db"
# Seconds for a worker to start, and to respond to its supervisor during a bulk.
PATIENCE = 60


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Worker:
    """Mock in a worker process, made when the process starts.

    `folder` holds the shared files that need not be kept, `parent` is the process id of the
    supervisor, if there is one. `end` ends the process; `failed` is set if it ends because of an
    error.
    """

    options: Options
    folder: Path
    parent: int | None = None
    end: Callable[[], None] = _terminate
    failed: bool = False
    kept: KeptState | None = None

    @property
    def state(self) -> Path | RedisUrl:
        return self.options.state or self.folder / _STATE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        elif self.kept is not None:
            await self.kept.app(scope, receive, send)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        """Open the state, serve, and close it: ASGI's lifespan."""
        await receive()
        try:
            log_to_terminal(self.options.log_level, self.options.log_format)
            self.kept = await self._open(self.folder)
        except ConfigError as error:
            complain(self.options.log_format, str(error))
            await send({"type": "lifespan.startup.failed"})
            return
        if self.options.https:
            limit_handshakes(asyncio.get_running_loop())
        tasks = [asyncio.create_task(self._run_upkeep(self.kept))]
        if self.parent is not None:
            tasks.append(asyncio.create_task(self._watch_parent(self.parent)))
        search_cycles_seldom()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        self.kept.app.sessions.stop()
        await self.kept.close()
        flush_log()
        await send({"type": "lifespan.shutdown.complete"})

    async def checked(self) -> KeptState:
        """Open the state and close it again. Raises ConfigError if workers could not start."""
        kept = await self._open(None)
        await kept.close()
        return kept

    async def _open(self, board: Path | None) -> KeptState:
        # On demand, as a supervisor does not need the import.
        from ringme_mock.server.kept_state import open_state

        return await open_state(self.options, self.state, board)

    async def _run_upkeep(self, kept: KeptState) -> None:
        """Run the upkeep, and end the process if the upkeep ends or fails."""
        try:
            await kept.run()
        except Exception as error:
            logger.critical(
                "%s: the upkeep of the log failed, so this process ends",
                kept.log.name,
                exc_info=error,
            )
        self.failed = True
        self.end()

    async def _watch_parent(self, parent: int) -> None:
        """End with the supervisor, even if that was killed."""
        # Polled, as no event tells a process that its parent has ended.
        while os.getppid() == parent:  # noqa: ASYNC110
            await asyncio.sleep(1.0)
        self.end()


class Supervisor(Multiprocess):
    """Supervisor that restarts workers, and all at SIGHUP; `announce` is called once all serve."""

    announce: Callable[[], None] | None = None

    def init_processes(self) -> None:
        super().init_processes()
        ready = [one.wait_until_ready(PATIENCE, self.should_exit) for one in self.processes]
        if all(ready) and self.announce is not None:
            self.announce()


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Make a folder for the workers, and remove it at the end. Raises ConfigError."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="ringme-mock-"))
    except OSError as error:
        raise ConfigError(
            f"no temporary folder: {error}; set TMPDIR to a writable folder"
        ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(state: Path | RedisUrl) -> Iterator[None]:
    """Lock a state file for one supervisor. Raises ConfigError if another mock uses the file."""
    if isinstance(state, RedisUrl):
        yield
        return
    path = state.with_name(f"{state.name}-workers")
    try:
        with path.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
    except BlockingIOError:
        raise ConfigError(f"{state}: is in use by another mock; choose another file") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
