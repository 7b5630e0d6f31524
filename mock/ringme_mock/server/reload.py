"""Reload of the mock when its files change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from starlette.types import Receive, Scope, Send
from watchfiles import awatch

from ringme_mock.app import MockApp
from ringme_mock.http.sessions import Settings
from ringme_mock.server.sources import Sources, Stamp
from ringme_mock.server.state_migration import Migration, migrate
from ringme_spec.errors import ConfigError

logger = logging.getLogger(__name__)

# Seconds without changes after which a file is complete; editors write in several steps.
_QUIET = 0.15
# Seconds between polls, as some file systems report no changes, such as mounts of containers.
_LOOK_EVERY = 1.0
_LONGEST_REASON = 300


class ReloadingApp:
    """ASGI application that replaces the mock when its files change. Raises ConfigError."""

    def __init__(self, sources: Sources, settings: Settings, control: str) -> None:
        self._sources = sources
        self._settings = settings
        self._control = control
        # Before the files are read, so that no change is missed.
        self.seen = sources.stamp()
        self._digest = sources.fixtures_digest()
        self._broken = False
        self.current = sources.make(settings, control)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a reload meanwhile does not affect it."""
        await self.current(scope, receive, send)

    async def watch(self, tell: logging.Logger) -> None:
        """Reload after each change, and log it in one line, until cancelled."""
        async for _ in self._change_events():
            try:
                stamp = await self._settled()
                if stamp != self.seen:
                    self.seen = stamp
                    await self._reload(tell)
            except Exception:
                # The mock goes on as it is, and the next change is another try.
                logger.exception("reload failed")

    async def _change_events(self) -> AsyncIterator[None]:
        while True:
            folders = self._sources.folders()
            try:
                async for _ in awatch(
                    *folders,
                    watch_filter=None,
                    recursive=False,
                    rust_timeout=int(_LOOK_EVERY * 1000),
                    yield_on_timeout=True,
                ):
                    yield
                    if self._sources.folders() != folders:
                        break
            except (OSError, RuntimeError) as error:
                # The system is out of watches, or a folder was just removed.
                logger.debug("polling the files: %s", error)
                await asyncio.sleep(_LOOK_EVERY)
                yield

    async def _settled(self) -> Stamp:
        stamp = self._sources.stamp()
        while stamp != self.seen:
            await asyncio.sleep(_QUIET)
            later = self._sources.stamp()
            if later == stamp:
                break
            stamp = later
        return stamp

    async def _reload(self, tell: logging.Logger) -> None:
        """Read the files, and replace the mock if they are valid and have changed."""
        try:
            new, digest = await asyncio.to_thread(self._make)
        except ConfigError as error:
            self._broken = True
            *lines, last = str(error).splitlines()
            for line in lines:
                tell.error("%s", line)
            tell.error("%s; the mock keeps the previous files.", last)
            return
        changes = self._changes(new, digest)
        mended, self._broken = self._broken, False
        if not changes:
            if mended:
                tell.info("The files are valid again, and unchanged.")
            return
        entries = digest == self._digest
        migration = migrate(self.current, new, entries)
        self.current, self._digest = new, digest
        tell.info("%s", _report(changes, migration, entries))

    def _make(self) -> tuple[MockApp, str]:
        digest = self._sources.fixtures_digest()
        try:
            return self._sources.make(self._settings, self._control), digest
        except ConfigError:
            raise
        except Exception as error:
            logger.debug("unusable document", exc_info=error)
            reason = " ".join(f"{type(error).__name__} {error}".split())[:_LONGEST_REASON]
            raise ConfigError(f"{self._sources.spec}: cannot be served: {reason}") from error

    def _changes(self, new: MockApp, digest: str) -> list[str]:
        changed: list[str] = []
        if new.contract.document != self.current.contract.document:
            changed += map(str, self._sources.documents)
        if digest != self._digest:
            changed += map(str, self._sources.fixture_folders)
        if new.sessions.settings.faults != self.current.sessions.settings.faults:
            changed.append(str(self._sources.faults))
        return changed


def _report(changes: list[str], migration: Migration, entries: bool) -> str:
    """Describe the changes, and their effect on sessions, in one line."""
    parts = [f"Reloaded: {', '.join(changes)}."]
    if not entries:
        parts.append("All sessions are reset to the fixtures; their tokens stay valid.")
    elif migration.reset:
        parts.append(f"Sessions that keep their state: {migration.kept}.")
    else:
        parts.append("All sessions keep their state.")
    parts += [f"Session {name} is reset to the fixtures: {why}." for name, why in migration.reset]
    parts += [f"{what} is gone: {why}." for what, why in migration.dropped]
    return " ".join(parts)
