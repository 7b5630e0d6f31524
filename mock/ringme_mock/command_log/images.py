"""Images of the state, from which a start begins, and by which processes are compared."""

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

# Commands until the next image. They are applied again within about two seconds.
ENOUGH = 20_000
# A command that takes long counts for as many as are applied meanwhile.
_A_SECOND = 10_000
# Images take at most one part in so many of the time.
_PART = 20


class Images:
    """Images of the state of a replica, each after many commands.

    All processes take one after the same command. That of the process that leads is kept, then
    commands before it are dropped; the others compare theirs with it by a digest.
    """

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        # Not before all that was there at the start is applied.
        self.compares = False
        self._count = 0.0
        self._pause_ends = 0.0
        # Of the latest image that is kept, if it is known, and of the commands that are dropped.
        self._kept: int | None = None
        self._dropped = 0
        # The number of the latest image here, and its digest to come.
        self._own: tuple[int, asyncio.Task[str]] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def count(self, seconds: float) -> None:
        """Count a command that was applied in so many seconds."""
        self._count += max(1.0, seconds * _A_SECOND)

    async def load(self) -> bool:
        """Become the latest image if it is newer than what was applied here.

        Raises BrokenImage, and OSError.
        """
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
        """Keep an image if it is time, and drop the commands that all processes have applied."""
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
        """Take an image where another process has taken one, and find its digest."""
        self._begin_count()
        if self._replica.log.shared and self.compares:
            digest = self._begin(_digest(Image(self._replica.sessions)))
            self._own = self._replica.turns.position, digest

    def _begin_count(self) -> None:
        self._count = 0.0
        # So that all know as much of the bound as one that begins with the image.
        self._replica.sessions.entries.count_again()

    def compare(self, number: int, digest: str) -> None:
        """Compare the digest of the process that leads, once that of this one is known."""
        if self._own is not None and self._own[0] == number:
            self._begin(self._compare(number, self._own[1], digest))

    async def _compare(self, number: int, own: asyncio.Task[str], leading: str) -> None:
        if await own != leading:
            self._replica.differs = True
            logger.critical(
                "%s: the state of this process differs from that of the others since change %d at"
                " the latest; it ends, and has their state when it is started again",
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
            # All commands are there still.
            logger.warning(
                "%s: an image of the state is not kept: %s", self._replica.log.name, error
            )
        now = time.monotonic()
        self._pause_ends = now + (now - begin) * _PART

    def _begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Leave what is not done."""
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
