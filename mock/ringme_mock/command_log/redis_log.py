"""Log in Redis or Valkey, of processes on many hosts."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from typing import Any

import redis.asyncio
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ringme_mock.command_log.log import Notes, Report, Row, Tally, Turn, UnknownOutcome

_PREFIX = "ringme-mock:"
_AT_ONCE = 1000
_PAUSE = 0.1
# Seconds for a request to Redis before it counts as lost.
_TIMEOUT = 5.0

# Each of these scripts is one step, whoever else is at the log.
# KEYS: log, number of the latest command, its moment, nonce of the command.
# ARGV: position, most entries, and the fields of a command but for its moment, if there is one.
_TURN = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local latest = tonumber(redis.call('GET', KEYS[2]) or '0')
if latest < tonumber(ARGV[1]) then
  return redis.error_reply('LOST ' .. latest)
end
local number, moment, last = latest, string.format('%.6f', now), '+'
if #ARGV > 2 then
  local known = redis.call('GET', KEYS[4])
  if known then
    number, moment = string.match(known, '^(%d+) (.+)$')
  else
    number = latest + 1
    moment = string.format('%.6f', math.max(now, tonumber(redis.call('GET', KEYS[3]) or '0')))
    redis.call('XADD', KEYS[1], number .. '-0', 'session', ARGV[3], 'kind', ARGV[4], 'at', moment,
      'chance', ARGV[5], 'nonce', ARGV[6], 'head', ARGV[7], 'headers', ARGV[8], 'body', ARGV[9])
    redis.call('SET', KEYS[2], number)
    redis.call('SET', KEYS[3], moment)
    redis.call('SET', KEYS[4], number .. ' ' .. moment, 'EX', 60)
  end
  last = '(' .. number .. '-0'
  return {number, moment, redis.call('XRANGE', KEYS[1], '(' .. ARGV[1] .. '-0', last)}
end
return {number, moment,
  redis.call('XRANGE', KEYS[1], '(' .. ARGV[1] .. '-0', last, 'COUNT', ARGV[2])}
"""
# KEYS: tally. ARGV: now, period, and what is known if the key is new: its start, its number.
_TALLY = """
local now, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local start, used = ARGV[3], tonumber(ARGV[4])
local found = redis.call('GET', KEYS[1])
if found then
  start, used = string.match(found, '^(%S+) (%d+)$')
  used = tonumber(used)
end
local since = now - tonumber(start)
if since < 0 or since >= period then
  start, used = ARGV[1], 0
end
redis.call('SET', KEYS[1], start .. ' ' .. (used + 1), 'EX', math.ceil(period) + 60)
return {start, used + 1}
"""
# KEYS: journal, number of its latest entry. ARGV: entry, most entries.
_NOTE = """
local number = redis.call('INCR', KEYS[2])
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], number .. '-0', 'entry', ARGV[1])
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
        scripts = (_TURN, _TALLY, _NOTE, _REPORT)
        self._turn, self._tally, self._note, self._report = map(
            self._redis.register_script, scripts
        )

    def is_behind(self, position: int) -> bool:
        return True

    async def turn(self, after: int, row: Row | None = None) -> Turn:
        arguments: list[Any] = [after, _AT_ONCE]
        if row is not None:
            arguments += [row.session, row.kind, row.chance, row.nonce]
            arguments += [row.head, row.headers, row.body]
        keys = _keys("log", "latest", "moment", f"nonce:{row.nonce.hex() if row else ''}")
        number, at, found = await self._call(self._turn, keys, arguments)
        entries = [_entry(*one) for one in found]
        more = row is None and len(entries) == _AT_ONCE
        return Turn(int(number), float(at), entries, more)

    async def tally(self, key: str, now: float, period: float, known: Tally) -> Tally:
        arguments = [repr(now), period, repr(known[0]), known[1]]
        start, count = await self._call(self._tally, _keys(f"tally:{key}"), arguments)
        return float(start), int(count)

    async def drop(self, session: str, first: int, before: int) -> None:
        wanted = session.encode()
        while first < before:
            found = await self._wait(
                self._redis.xrange, _PREFIX + "log", f"{first}-0", f"({before}-0", _AT_ONCE
            )
            if not found:
                return
            superseded = [key for key, fields in found if fields[b"session"] == wanted]
            if superseded:
                await self._wait(self._redis.xdel, _PREFIX + "log", *superseded)
            first = _number(found[-1][0]) + 1

    async def note(self, session: str, entry: bytes) -> None:
        if self._journal_size:
            keys = _keys(f"journal:{session}", f"noted:{session}")
            await self._call(self._note, keys, [entry, self._journal_size])

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
        count, lowest, leads, ages = await self._call(self._report, keys, arguments)
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
        try:
            await self._redis.hdel(_PREFIX + "members", self._me)
        except RedisError:
            # It is forgotten after a while.
            return
        finally:
            await self._redis.aclose()

    async def _call(self, script: Any, keys: list[str], arguments: list[Any]) -> Any:
        return await self._wait(script, keys=keys, args=arguments)

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
