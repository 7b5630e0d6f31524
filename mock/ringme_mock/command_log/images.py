"""Images of the state: they shorten startup, and let processes compare their states."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from ringme_mock.command_log import log
from ringme_mock.errors import ApiError
from ringme_mock.http.image import BrokenImage, Image, load_image

if TYPE_CHECKING:
    from ringme_mock.command_log.replica import Replica

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

# Number of commands between images; a replay of so many takes about two seconds.
ENOUGH = 20_000
# A long command counts as many as are usually applied in its time.
_A_SECOND = 10_000
# Images take at most this part of the time: 1 / _PART.
_PART = 20


class Images:
    """Images of the state of a replica, one after every so many commands.

    All processes make one after the same command. The leader stores its image, then commands before
    it are dropped. The others compare their image with it by a digest.
    """

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        # Set once the commands found at startup are applied.
        self.compares = False
        self._count = 0.0
        self._pause_ends = 0.0
        # Number of the latest stored image, if known, and of the first command not dropped.
        self._kept: int | None = None
        self._dropped = 0
        # Number of the latest image of this process, and its pending digest.
        self._own: tuple[int, asyncio.Task[str]] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def count(self, seconds: float) -> None:
        """Count a command that took so many seconds."""
        self._count += max(1.0, seconds * _A_SECOND)

    async def load(self) -> bool:
        """Load the latest image if it is newer. Raises BrokenImage, and OSError."""
        replica = self._replica
        while (number := await replica.log.latest_image()) > replica.turns.position:
            try:
                load_image(replica.sessions, await replica.log.image(number))
            except BrokenImage:
                if await replica.log.latest_image() == number:
                    raise
                continue
            replica.turns.position = number
            self._begin_count()
            return True
        return False

    async def look(self, leads: bool, lowest: int) -> None:
        """Store an image if it is due, and drop the commands that all processes have applied."""
        if not leads:
            self._kept = None
            return
        if self._kept is None:
            self._kept = await self._replica.log.latest_image()
        before = min(self._kept, lowest + 1)
        if before > self._dropped:
            await self._replica.log.drop_before(before)
            self._dropped = before
        if self._count >= ENOUGH and not self._tasks and time.monotonic() > self._pause_ends:
            await self._keep()

    async def _keep(self) -> None:
        image: Image | None = None

        def take(_: object) -> None:
            nonlocal image
            self._begin_count()
            image = Image(self._replica.sessions)
            self._begin(self._save(self._replica.turns.position, image))

        await self._replica.keep(self._replica.sessions.default, log.IMAGE, take)

    def take(self) -> None:
        """Make an image at the leader's command, and compute its digest."""
        self._begin_count()
        if self._replica.log.shared and self.compares:
            digest = self._begin(_digest(Image(self._replica.sessions)))
            self._own = self._replica.turns.position, digest

    def _begin_count(self) -> None:
        self._count = 0.0
        # So that the quota is counted as in a process that starts from the image.
        self._replica.sessions.entries.count_again()

    def compare(self, number: int, digest: str) -> None:
        """Compare the leader's digest, once the digest of this process is computed."""
        if self._own is not None and self._own[0] == number:
            self._begin(self._compare(number, self._own[1], digest))

    async def _compare(self, number: int, own: asyncio.Task[str], leading: str) -> None:
        if await own != leading:
            self._replica.differs = True
            logger.critical(
                "%s: the state of this process differs from that of the others since change %d at"
                " the latest; it ends, and takes over their state when it is restarted",
                self._replica.log.name,
                number,
            )

    async def _save(self, number: int, image: Image) -> None:
        begin = time.monotonic()
        try:
            await self._replica.log.keep_image(number, _in_thread(image.pieces()))
            self._kept = number
            if self._replica.log.shared:
                default = self._replica.sessions.default
                body = orjson.dumps([number, image.digest])
                await self._replica.keep(default, log.DIGEST, body=body)
        except (ApiError, OSError) as error:
            # Nothing is lost, as all commands are still there.
            logger.warning(
                "%s: an image of the state could not be saved: %s", self._replica.log.name, error
            )
        now = time.monotonic()
        self._pause_ends = now + (now - begin) * _PART

    def _begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _digest(image: Image) -> str:
    async for _ in _in_thread(image.pieces()):
        pass
    return image.digest


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make pieces in a thread, one at a time, so that requests are served in between."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
