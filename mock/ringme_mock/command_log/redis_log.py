"""Log in Redis or Valkey, of processes on many hosts."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import redis.asyncio
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ringme_mock.command_log.log import SKEW, Batch, Notes, Report, Row, Turn, UnknownOutcome
from ringme_mock.command_log.redis_script import ScriptConnection

_PREFIX = "ringme-mock:"
_AT_ONCE = 1000
_PAUSE = 0.1
# Seconds for a request to Redis before it counts as lost.
_TIMEOUT = 5.0

# Each of these scripts is one step, whoever else is at the log.
# KEYS: log, number of the latest command, its moment, nonce of the first command, then the tally of
#   each request that counts, then journal and number of its latest entry for each entry.
# ARGV: position, most entries, seconds of skew, most entries of a journal; the numbers of requests,
#   of commands and of entries; now, period, what is known if the key is new (seconds since its
#   start, its number) and certainty of each request; fields of each command but for its moment; and
#   the entries.
_TURN = """
local after, skew = tonumber(ARGV[1]), tonumber(ARGV[3])
local counts, rows, notes = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local latest = tonumber(redis.call('GET', KEYS[2]) or '0')
if latest < after then
  return redis.error_reply('LOST ' .. latest)
end

local key, place = 4, 7
local function argument()
  place = place + 1
  return ARGV[place]
end
local function tally(key)
  local now, period = tonumber(argument()), tonumber(argument())
  local age, used, certain = tonumber(argument()), tonumber(argument()), argument()
  if latest > after and certain == '0' then
    return false
  end
  local start = now - age
  local found = redis.call('GET', key)
  if found then
    start, used = string.match(found, '^(%S+) (%d+)$')
    start, used = tonumber(start), tonumber(used)
  end
  if now - start < -skew or now - start >= period then
    start, used = now, 0
  end
  redis.call('SET', key, string.format('%.6f %d', start, used + 1), 'EX', math.ceil(period) + 60)
  return {string.format('%.6f', math.max(0, now - start)), used + 1}
end
local tallies = {}
for i = 1, counts do
  key = key + 1
  tallies[i] = tally(KEYS[key])
end

local number, moment, last = latest, '0', '+'
if rows > 0 then
  local known = redis.call('GET', KEYS[4])
  if known then
    number, moment = string.match(known, '^(%d+) (.+)$')
    place = place + 7 * rows
  else
    local clock = redis.call('TIME')
    local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
    number = latest + 1
    moment = string.format('%.6f', math.max(now, tonumber(redis.call('GET', KEYS[3]) or '0')))
    for i = 0, rows - 1 do
      redis.call('XADD', KEYS[1], (number + i) .. '-0',
        'session', argument(), 'kind', argument(), 'at', moment, 'chance', argument(),
        'nonce', argument(), 'head', argument(), 'headers', argument(), 'body', argument())
    end
    redis.call('SET', KEYS[2], latest + rows)
    redis.call('SET', KEYS[3], moment)
    redis.call('SET', KEYS[4], number .. ' ' .. moment, 'EX', 60)
  end
  last = '(' .. number .. '-0'
end

for i = 1, notes do
  local count = redis.call('INCR', KEYS[key + 2])
  redis.call('XADD', KEYS[key + 1], 'MAXLEN', '~', ARGV[4], count .. '-0', 'entry', argument())
  key = key + 2
end

local entries = {}
if latest > after then
  local first = '(' .. ARGV[1] .. '-0'
  if rows > 0 then
    entries = redis.call('XRANGE', KEYS[1], first, last)
  else
    entries = redis.call('XRANGE', KEYS[1], first, last, 'COUNT', ARGV[2])
  end
end
return {number, moment, entries, tallies}
"""
# KEYS: members, uses of sessions, leader.
# ARGV: this process, position, seconds of a lease, seconds until a process counts as lost,
#   and names of sessions, each with the seconds since it was used.
_REPORT = """
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', KEYS[1], ARGV[1], now .. ' ' .. ARGV[2])
local count, lowest = 0, tonumber(ARGV[2])
local members = redis.call('HGETALL', KEYS[1])
for i = 1, #members, 2 do
  local seen, position = string.match(members[i + 1], '^(%d+) (%d+)$')
  if now - tonumber(seen) > tonumber(ARGV[4]) then
    redis.call('HDEL', KEYS[1], members[i])
  else
    lowest = math.min(lowest, tonumber(position))
    if now - tonumber(seen) <= tonumber(ARGV[3]) then
      count = count + 1
    end
  end
end
local used = {}
for i = 5, #ARGV, 2 do
  local latest = math.max(now - tonumber(ARGV[i + 1]),
    tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or '0'))
  redis.call('HSET', KEYS[2], ARGV[i], latest)
  used[#used + 1] = ARGV[i]
  used[#used + 1] = tostring(now - latest)
end
local leader = redis.call('GET', KEYS[3])
if not leader or leader == ARGV[1] then
  leader = ARGV[1]
  redis.call('SET', KEYS[3], leader, 'EX', ARGV[3])
end
return {count, lowest, leader == ARGV[1] and 1 or 0, used}
"""
# KEYS: what the commands were applied to, image. ARGV: its number, beginning of all keys.
_FINISH = """
local last = redis.call('HGET', KEYS[1], 'image')
redis.call('PERSIST', KEYS[2])
redis.call('HSET', KEYS[1], 'image', ARGV[1])
if last and last ~= ARGV[1] then
  redis.call('UNLINK', ARGV[2] .. 'image:' .. last)
end
"""
_UNFINISHED = 3600
_PIECES_AT_ONCE = 32
# Seconds after which a process that does not report leads no more and is not counted, and after
# which nobody waits for it before commands are dropped.
_LEASE, _LOST = 3, 60


class RedisLog:
    """Log in a database of Redis.

    What cannot be reached is tried again for `patience` seconds; a command that was appended twice
    so counts once. `journal_size` is that of each journal, 0 for none.
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
        rows, counts, notes = batch
        notes = notes if self._journal_size else ()
        keys = ["log", "latest", "moment", f"nonce:{rows[0].nonce.hex() if rows else ''}"]
        arguments: list[Any] = [after, _AT_ONCE, SKEW, self._journal_size]
        arguments += [len(counts), len(rows), len(notes)]
        for count in counts:
            keys.append(f"tally:{count.key}")
            arguments += [repr(count.now), count.period, *count.known, int(count.certain)]
        for session, kind, _, *fields in rows:
            arguments += [session, kind, *fields]
        for session, entry in notes:
            keys += [f"journal:{session}", f"noted:{session}"]
            arguments.append(entry)
        number, at, found, tallies = await self._wait(self._turn, _keys(*keys), arguments)
        entries = [_entry(*one) for one in found]
        more = not rows and len(entries) == _AT_ONCE
        known = [one and (float(one[0]), int(one[1])) for one in tallies]
        return Turn(int(number), float(at), entries, known, more)

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        key, place = f"{_PREFIX}image:{number}", 0
        async for piece in pieces:
            await self._wait(self._redis.hset, key, str(place), piece)
            if place == 0:
                # If it is never finished.
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
        start = f"({max(after, cleared)}-0"
        found = await self._wait(self._redis.xrange, f"{_PREFIX}journal:{session}", start, "+")
        return Notes(cleared, [(_number(key), fields[b"entry"]) for key, fields in found])

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
        # Or it is forgotten after a while.
        with suppress(RedisError):
            await self._redis.hdel(_PREFIX + "members", self._me)
        await self._turn.close()
        await self._redis.aclose()

    async def _wait(self, ask: Any, *arguments: Any, **more: Any) -> Any:
        """Ask Redis, again and again while it cannot be reached. Raises OSError."""
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
                    text = "has lost changes that were made; start the mock again"
                    raise OSError(f"{self.name} {text}") from None
                raise OSError(f"{self.name} refuses a change ({error})") from None


def _keys(*names: str) -> list[str]:
    return [_PREFIX + name for name in names]


def _entry(key: bytes, fields: list[bytes]) -> tuple[int, Row]:
    session, kind, at, chance, nonce, head, headers, body = fields[1::2]
    row = Row(session.decode(), kind.decode(), float(at), int(chance), nonce, head, headers, body)
    return _number(key), row


def _number(key: bytes) -> int:
    return int(key.partition(b"-")[0])


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
