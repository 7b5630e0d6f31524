"""Redis script that is called for every request."""

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
    """Connection for one script, with one call at a time.

    The client of the library takes several times the CPU time, as it packs each argument in Python
    and uses a pool. The connection itself has no timeout, which would take a task per call. All
    methods raise RedisError; the next call reconnects.
    """

    def __init__(self, connection: AbstractConnection, script: str, seconds: float) -> None:
        self._connection = connection
        self._script = script.encode()
        self._seconds = seconds
        # Redis identifies scripts by SHA-1; security does not depend on it.
        self._digest = hashlib.sha1(self._script, usedforsecurity=False).hexdigest().encode()

    async def __call__(self, keys: Sequence[str], arguments: Sequence[bytes]) -> Any:
        # Bytes are packed several times as fast as texts and numbers.
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
