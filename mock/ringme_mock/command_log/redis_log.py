"""Log in Redis or Valkey, for processes on many hosts."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import redis.asyncio
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ringme_mock.command_log.log import SKEW, Batch, Entry, Notes, Report, Turn, UnknownOutcome
from ringme_mock.command_log.packing import numbered, pack
from ringme_mock.command_log.redis_script import ScriptConnection

_PREFIX = "ringme-mock:"
_AT_ONCE = 1000
_PAUSE = 0.1
# Timeout in seconds of a request to Redis.
_TIMEOUT = 5.0

# Redis runs each of these scripts atomically.
_TURN, _REPORT, _FINISH = (
    Path(__file__).with_name(f"{name}.lua").read_text("utf-8")
    for name in ("turn", "report", "finish")
)
_UNFINISHED = 3600
_PIECES_AT_ONCE = 32
# Seconds without a report after which a process neither leads nor counts, and after which
# commands are dropped even if it has not applied them.
_LEASE, _LOST = 3, 60


class RedisLog:
    """Log in a database of Redis.

    If Redis cannot be reached, each request is retried for `patience` seconds. A command appended
    twice by retries counts once. `journal_size` is the size of each journal, 0 for none.
    """

    shared = True

    def __init__(self, url: str, patience: float, journal_size: int) -> None:
        self.name = _without_password(url)
        self._patience = patience
        self._journal_size = journal_size
        self._me = uuid.uuid4().hex
        self._redis = redis.asyncio.Redis.from_url(
            url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT
        )
        pool: Any = redis.asyncio.ConnectionPool.from_url(url, socket_timeout=None)
        self._turn = ScriptConnection(pool.make_connection(), _TURN, _TIMEOUT)
        self._report = self._redis.register_script(_REPORT)
        self._finish = self._redis.register_script(_FINISH)

    async def turn(self, after: int, batch: Batch) -> Turn:
        nonce, counts, rows, notes = batch
        notes = notes if self._journal_size else {}
        keys = ["log", "latest", "moment", f"nonce:{nonce.hex()}"]
        keys += [f"tally:{count.key}" for count in counts]
        for session in notes:
            keys += [f"journal:{session}", f"noted:{session}"]
        told = [
            (now, period, *known, certain, times, limit, len(own))
            for _, now, period, known, limit, certain, times, own in counts
        ]
        sizes = [len(entries) for entries in notes.values()]
        # As one argument, since the client packs arguments one by one.
        numbers = orjson.dumps((after, _AT_ONCE, SKEW, self._journal_size, told, len(rows), sizes))
        pieces = [row for count in counts for row in count.rows]
        pieces += rows
        pieces += [pack(*entries) for entries in notes.values()]
        arguments = numbers, nonce, *pieces
        number, at, found, tallies = await self._wait(self._turn, _keys(*keys), arguments)
        others = [
            Entry(_number(key), float(fields[1]), fields[3], fields[5]) for key, fields in found
        ]
        counted = [one and (float(one[0]), int(one[1])) for one in tallies]
        return Turn(number, float(at), others, counted, not nonce and len(others) == _AT_ONCE)

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        key, place = f"{_PREFIX}image:{number}", 0
        async for piece in pieces:
            await self._wait(self._redis.hset, key, str(place), piece)
            if place == 0:
                # In case it is never finished.
                await self._wait(self._redis.expire, key, _UNFINISHED)
            place += 1
        await self._wait(self._finish, _keys("about", f"image:{number}"), [number, _PREFIX])

    async def latest_image(self) -> int:
        return int(await self._wait(self._redis.hget, _PREFIX + "about", "image") or 0)

    async def image(self, number: int) -> list[bytes]:
        key, found = f"{_PREFIX}image:{number}", []
        count = await self._wait(self._redis.hlen, key)
        for start in range(0, count, _PIECES_AT_ONCE):
            places = [str(one) for one in range(start, min(start + _PIECES_AT_ONCE, count))]
            found += await self._wait(self._redis.hmget, key, places)
        return [piece or b"" for piece in found]

    async def drop_before(self, number: int) -> None:
        await self._wait(self._redis.xtrim, _PREFIX + "log", minid=f"{number}-0", approximate=False)

    async def noted(self, session: str, after: int) -> Notes:
        cleared = int(await self._wait(self._redis.get, f"{_PREFIX}cleared:{session}") or 0)
        after = max(after, cleared)
        key = f"{_PREFIX}journal:{session}"
        found = await self._wait(self._redis.xrange, key, f"({after}-0", "+")
        entries = [numbered(_number(key), fields[b"entries"], after) for key, fields in found]
        return Notes(cleared, [*chain.from_iterable(entries)])

    async def forget(self, session: str, *, ended: bool = False) -> None:
        if ended:
            names = (f"journal:{session}", f"noted:{session}", f"cleared:{session}")
            await self._wait(self._redis.delete, *_keys(*names))
            await self._wait(self._redis.hdel, _PREFIX + "used", session)
            return
        number = await self._wait(self._redis.get, f"{_PREFIX}noted:{session}")
        if number is not None:
            await self._wait(self._redis.set, f"{_PREFIX}cleared:{session}", number)
            await self._wait(self._redis.delete, f"{_PREFIX}journal:{session}")

    async def report(self, position: int, used: dict[str, float]) -> Report:
        now = time.monotonic()
        arguments: list[Any] = [self._me, position, _LEASE, _LOST]
        for name, moment in used.items():
            arguments += [name, now - moment]
        keys = _keys("members", "used", "leader")
        count, lowest, leads, ages = await self._wait(self._report, keys, arguments)
        latest = {
            name.decode(): now - float(age) for name, age in zip(ages[::2], ages[1::2], strict=True)
        }
        return Report(count, lowest, latest, bool(leads))

    async def about(self) -> dict[str, str]:
        found = await self._wait(self._redis.hgetall, _PREFIX + "about")
        return {name.decode(): value.decode() for name, value in found.items()}

    async def describe(self, values: Mapping[str, str]) -> None:
        await self._wait(self._redis.hset, _PREFIX + "about", mapping=dict(values))

    async def close(self) -> None:
        # Otherwise the entry expires later.
        with suppress(RedisError):
            await self._redis.hdel(_PREFIX + "members", self._me)
        await self._turn.close()
        await self._redis.aclose()

    async def _wait(self, ask: Any, *arguments: Any, **more: Any) -> Any:
        """Send a request, and retry while Redis cannot be reached. Raises OSError."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return await ask(*arguments, **more)
            except (RedisConnectionError, RedisTimeoutError) as error:
                if time.monotonic() >= deadline:
                    raise UnknownOutcome(f"{self.name} cannot be reached ({error})") from None
                await asyncio.sleep(_PAUSE)
            except RedisError as error:
                if str(error).startswith("LOST"):
                    text = "has lost changes; restart the mock"
                    raise OSError(f"{self.name} {text}") from None
                raise OSError(f"{self.name} refuses a change ({error})") from None


def _keys(*names: str) -> list[str]:
    return [_PREFIX + name for name in names]


def _number(key: bytes) -> int:
    return int(key.partition(b"-")[0])


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
