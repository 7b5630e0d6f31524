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
BEFORE_COMMAND, AFTER_COMMAND = "dies-before-a-command", "dies-after-a-command"
IN_IMAGE, AFTER_IMAGE, WHILE_DROPPING = (
    "dies-in-an-image",
    "dies-with-an-image",
    "dies-while-dropping",
)
CRASH_POINTS = (BEFORE_COMMAND, AFTER_COMMAND, IN_IMAGE, AFTER_IMAGE, WHILE_DROPPING)
# Also writes images often, but does not kill itself.
NO_CRASH = "lives"
_COMMANDS = 40


def crash_at(crash_point: str) -> None:
    """Make this process write images often, and kill itself at a point after some commands."""
    images.ENOUGH = _COMMANDS
    images._PART = 0
    for kind in (FileLog, RedisLog):
        _crash_in(kind, crash_point)


def _crash_in(kind: Any, crash_point: str) -> None:
    turn, keep_image, drop_before = kind.turn, kind.keep_image, kind.drop_before
    left = _COMMANDS

    async def turn_to_the_end(self: Any, after: int, batch: Batch) -> Turn:
        nonlocal left
        left -= batch.may_append
        if left < 0 and crash_point == BEFORE_COMMAND:
            _crash()
        found: Turn = await turn(self, after, batch)
        if left < 0 and crash_point == AFTER_COMMAND:
            _crash()
        return found

    async def keep_half(self: Any, number: int, pieces: AsyncIterator[bytes]) -> None:
        async def half() -> AsyncIterator[bytes]:
            async for piece in pieces:
                yield piece
                if crash_point == IN_IMAGE:
                    _crash()

        await keep_image(self, number, half())
        if crash_point == AFTER_IMAGE:
            _crash()

    async def drop_some(self: Any, number: int) -> None:
        if crash_point == WHILE_DROPPING:
            # Or during its first pause, if it makes one.
            asyncio.sleep = _crash  # type: ignore[assignment]
        await drop_before(self, number)
        if crash_point == WHILE_DROPPING:
            _crash()

    kind.turn, kind.keep_image, kind.drop_before = turn_to_the_end, keep_half, drop_some


def _crash(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
