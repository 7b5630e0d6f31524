"""Script of Redis that is called for every request."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError


class ScriptConnection:
    """Connection of its own on which one script is called, one call after the other.

    A client takes several times the CPU time: it packs each argument in Python, and goes through
    its pool. All methods raise RedisError; the next call connects again.
    """

    def __init__(self, connection: AbstractConnection, script: str) -> None:
        self._connection = connection
        self._script = script
        # By which Redis knows a script; no safety depends on it.
        self._digest = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        given = (len(keys), *keys, *arguments)
        try:
            return await self._ask("EVALSHA", self._digest, *given)
        except NoScriptError:
            return await self._ask("EVAL", self._script, *given)

    async def _ask(self, *command: Any) -> Any:
        connection = self._connection
        if not connection.is_connected:
            await connection.connect()  # type: ignore[no-untyped-call]
        await connection.send_packed_command(pack_command(command))
        return await connection.read_response()

    async def close(self) -> None:
        await self._connection.disconnect()
