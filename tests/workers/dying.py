"""Processes that kill themselves at a chosen point, and write images often."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

from ringme_mock.command_log import images
from ringme_mock.command_log.file_log import FileLog
from ringme_mock.command_log.log import Batch, Turn
from ringme_mock.command_log.redis_log import RedisLog

# Before a command is in the log; in the log but before it is applied; while an image is written;
# when it is stored, before the commands are dropped; when some of them are dropped.
COMMAND, APPENDED = "dies-before-a-command", "dies-after-a-command"
IMAGE, KEPT, DROPPING = "dies-in-an-image", "dies-with-an-image", "dies-while-dropping"
MOMENTS = (COMMAND, APPENDED, IMAGE, KEPT, DROPPING)
# Also writes images often, but does not kill itself.
LIVES = "lives"
_COMMANDS = 40


def die_at(moment: str) -> None:
    """Make this process write images often, and kill itself at a point after some commands."""
    images.ENOUGH = _COMMANDS
    images._PART = 0
    for kind in (FileLog, RedisLog):
        _die_in(kind, moment)


def _die_in(kind: Any, moment: str) -> None:
    turn, keep_image, drop_before = kind.turn, kind.keep_image, kind.drop_before
    left = _COMMANDS

    async def turn_to_the_end(self: Any, after: int, batch: Batch) -> Turn:
        nonlocal left
        left -= batch.may_append
        if left < 0 and moment == COMMAND:
            _die()
        found: Turn = await turn(self, after, batch)
        if left < 0 and moment == APPENDED:
            _die()
        return found

    async def keep_half(self: Any, number: int, pieces: AsyncIterator[bytes]) -> None:
        async def half() -> AsyncIterator[bytes]:
            async for piece in pieces:
                yield piece
                if moment == IMAGE:
                    _die()

        await keep_image(self, number, half())
        if moment == KEPT:
            _die()

    async def drop_some(self: Any, number: int) -> None:
        if moment == DROPPING:
            # Or during its first pause, if it makes one.
            asyncio.sleep = _die  # type: ignore[assignment]
        await drop_before(self, number)
        if moment == DROPPING:
            _die()

    kind.turn, kind.keep_image, kind.drop_before = turn_to_the_end, keep_half, drop_some


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
