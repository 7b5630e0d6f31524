"""Puts a new mock into the place of the old one when its files are changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from starlette.types import Receive, Scope, Send
from watchfiles import awatch

from ringme_mock.app import MockApp
from ringme_mock.http.sessions import Settings
from ringme_mock.server.sources import Sources, Stamp
from ringme_mock.server.state_migration import Carried, carry_over
from ringme_spec.errors import ConfigError

logger = logging.getLogger(__name__)

# Editors write a file in several steps; so long without another one means that it is whole.
_QUIET = 0.15
# Some file systems, such as those that containers share with their host, tell of no change.
_LOOK_EVERY = 1.0
_LONGEST_REASON = 300


class ReloadingApp:
    """The mock as an ASGI application that becomes another one when its files are changed."""

    def __init__(self, sources: Sources, settings: Settings, control: str) -> None:
        """Makes the first mock. Raises ConfigError if the files do not allow one."""
        self._sources = sources
        self._settings = settings
        self._control = control
        # Before the files are read: a change from now on is one.
        self.seen = sources.stamp()
        self._digest = sources.fixtures_digest()
        self._broken = False
        self.current = sources.make(settings, control)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, to its end by the mock that it began with."""
        await self.current(scope, receive, send)

    async def watch(self, tell: logging.Logger) -> None:
        """Takes changes as they come, and tells of each in one line, until it is cancelled."""
        async for _ in self._alarms():
            try:
                stamp = await self._settled()
                if stamp != self.seen:
                    self.seen = stamp
                    await self._take(tell)
            except Exception:
                # The mock answers as before; whoever changes a file next gets another try.
                logger.exception("a change could not be taken")

    async def _alarms(self) -> AsyncIterator[None]:
        """Yields when a file may have been changed."""
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
                # No more watches to be had from the system, or a folder that went just now.
                logger.debug("looking at the files by the clock: %s", error)
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

    async def _take(self, tell: logging.Logger) -> None:
        """Reads the files, and goes on with what they hold now if it is sound."""
        try:
            new, digest = await asyncio.to_thread(self._make)
        except ConfigError as error:
            self._broken = True
            tell.error("%s; the mock goes on as it was.", error)
            return
        changes = self._changes(new, digest)
        mended, self._broken = self._broken, False
        if not changes:
            if mended:
                tell.info("The files are sound again, and as they were.")
            return
        entries = digest == self._digest
        carried = carry_over(self.current, new, entries)
        self.current, self._digest = new, digest
        tell.info("%s", _report(changes, carried, entries))

    def _make(self) -> tuple[MockApp, str]:
        digest = self._sources.fixtures_digest()
        try:
            return self._sources.make(self._settings, self._control), digest
        except ConfigError:
            raise
        except Exception as error:
            logger.debug("a document that no mock can be made of", exc_info=error)
            reason = " ".join(f"{type(error).__name__} {error}".split())[:_LONGEST_REASON]
            raise ConfigError(f"{self._sources.spec}: cannot be served: {reason}") from error

    def _changes(self, new: MockApp, digest: str) -> list[str]:
        """The sources that hold something else than before."""
        changed: list[str] = []
        if new.contract.document != self.current.contract.document:
            changed += map(str, self._sources.documents)
        if digest != self._digest:
            changed += map(str, self._sources.fixture_folders)
        if new.sessions.settings.faults != self.current.sessions.settings.faults:
            changed.append(str(self._sources.faults))
        return changed


def _report(changes: list[str], carried: Carried, entries: bool) -> str:
    """What was taken, and what became of the sessions, in one line."""
    parts = [f"Taken: {', '.join(changes)}."]
    if not entries:
        parts.append("All sessions begin anew from the fixtures; their tokens stay good.")
    elif carried.begun:
        parts.append(f"Sessions that go on with what they hold: {carried.kept}.")
    else:
        parts.append("All sessions go on with what they hold.")
    parts += [
        f"Session {name} begins anew from the fixtures: {why}." for name, why in carried.begun
    ]
    parts += [f"{what} is gone: {why}." for what, why in carried.dropped]
    return " ".join(parts)
