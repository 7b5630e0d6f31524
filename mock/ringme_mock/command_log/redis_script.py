"""Script of Redis that is called for every request."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError
from redis.exceptions import TimeoutError as RedisTimeoutError


class ScriptConnection:
    """Connection of its own on which one script is called, one call after the other.

    A client takes several times the CPU time: it packs each argument in Python, and goes through
    its pool. The connection has no time limit of its own, which would take a task for each call.
    All methods raise RedisError; the next call connects again.
    """

    def __init__(self, connection: AbstractConnection, script: str, seconds: float) -> None:
        self._connection = connection
        self._script = script.encode()
        self._seconds = seconds
        # By which Redis knows a script; no safety depends on it.
        self._digest = hashlib.sha1(self._script, usedforsecurity=False).hexdigest().encode()

    async def __call__(self, keys: Sequence[str], arguments: Sequence[bytes]) -> Any:
        # Texts and numbers take several times as long to pack as bytes.
        given = (b"%d" % len(keys), *(key.encode() for key in keys), *arguments)
        try:
            return await self._ask(b"EVALSHA", self._digest, *given)
        except NoScriptError:
            return await self._ask(b"EVAL", self._script, *given)

    async def _ask(self, *command: Any) -> Any:
        connection = self._connection
        try:
            async with asyncio.timeout(self._seconds):
                if not connection.is_connected:
                    await connection.connect()  # type: ignore[no-untyped-call]
                await connection.send_packed_command(pack_command(command))
                return await connection.read_response()
        except TimeoutError:
            raise RedisTimeoutError(f"no response within {self._seconds:g} s") from None

    async def close(self) -> None:
        await self._connection.disconnect()
