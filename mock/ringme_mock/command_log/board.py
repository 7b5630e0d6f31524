"""Board: shared memory of the processes of one host, for everything but the commands."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Sequence
from pathlib import Path

import lmdb

from ringme_mock.command_log.log import SKEW, Batch, Count, Notes, Report, Tally
from ringme_mock.command_log.packing import numbered, pack

_LARGEST = 1 << 30
# Limit of all journals in bytes; the oldest entries go first.
_MOST_NOTED = 64 * 1024 * 1024
_NUMBER = struct.Struct(">Q")
_SIZE = struct.Struct(">I")
_TALLY = struct.Struct("<dQ")
_MEMBER = struct.Struct("<dQ")
_TAIL, _LEADER = b"tail", b"leader"
# Prefixes of a session's name: number of its last entry, and of the last cleared one.
_NOTED, _CLEARED = b"noted ", b"cleared "
_HELD = b"held"
# Seconds without a report after which a process neither leads nor counts, and after which
# commands are dropped even if it has not applied them.
_LEASE = 3.0
_LOST = 60.0
# LMDB allows 511 bytes.
_LONGEST_KEY = 500


class Board:
    """Board in a folder of its own, which lives as long as the processes.

    Changes are atomic, even if a process is killed.
    """

    def __init__(self, folder: Path) -> None:
        self._environment = lmdb.open(
            str(folder),
            map_size=_LARGEST,
            sync=False,
            writemap=True,
            map_async=True,
            max_dbs=8,
            max_readers=512,
        )
        names = (b"values", b"tallies", b"journal", b"order", b"members", b"used")
        opened = [self._environment.open_db(name) for name in names]
        self._values, self._tallies, self._journal, self._order, self._members, self._used = opened
        self._me = _NUMBER.pack(os.getpid())

    def turn(
        self, after: int, batch: Batch, latest: int | None = None
    ) -> tuple[int, Sequence[Tally | None]]:
        """Count requests, and add journal entries. Returns the latest position, and tallies."""
        if not (batch.counts or batch.notes):
            with self._environment.begin(db=self._values) as read:
                return _number(read.get(_TAIL)), ()
        with self._environment.begin(write=True) as write:
            if latest is None:
                latest = _number(write.get(_TAIL, db=self._values))
            tallies = [
                self._tally(write, count) if count.certain or latest <= after else None
                for count in batch.counts
            ]
            for place, (session, entries) in enumerate(batch.notes.items()):
                self._note(write, place, session, entries)
            if batch.notes:
                self._make_room(write)
        return latest, tallies

    def tell(self, latest: int) -> None:
        """Publish the position of the latest command."""
        with self._environment.begin(db=self._values, write=True) as write:
            if latest > _number(write.get(_TAIL)):
                write.put(_TAIL, _NUMBER.pack(latest))

    def _tally(self, write: lmdb.Transaction, count: Count) -> Tally:
        key, now = count.key.encode()[:_LONGEST_KEY], count.now
        age, used = count.known
        found = write.get(key, db=self._tallies)
        if found is not None:
            start, used = _TALLY.unpack(found)
            age = now - start
        if not -SKEW <= age < count.period:
            age, used = 0.0, 0
        used += count.times + len(count.rows)
        write.put(key, _TALLY.pack(now - age, used), db=self._tallies)
        return max(age, 0.0), used

    def _note(
        self, write: lmdb.Transaction, place: int, session: str, entries: Sequence[bytes]
    ) -> None:
        name, packed = session.encode(), pack(*entries)
        number = _number(write.get(_NOTED + name, db=self._values)) + len(entries)
        write.put(_NOTED + name, _NUMBER.pack(number), db=self._values)
        key = name + b"\0" + _NUMBER.pack(number)
        write.put(key, packed, db=self._journal)
        order = _NUMBER.pack(write.id()) + _SIZE.pack(place)
        write.put(order, _SIZE.pack(len(packed)) + key, db=self._order, append=True)
        held = _number(write.get(_HELD, db=self._values)) + len(packed)
        write.put(_HELD, _NUMBER.pack(held), db=self._values)

    def _make_room(self, write: lmdb.Transaction) -> None:
        held = _number(write.get(_HELD, db=self._values))
        if held <= _MOST_NOTED:
            return
        cursor = write.cursor(self._order)
        while held > _MOST_NOTED and cursor.first():
            size, oldest = cursor.value()[:4], bytes(cursor.value()[4:])
            held -= _SIZE.unpack(size)[0]
            cursor.delete()
            write.delete(oldest, db=self._journal)
        write.put(_HELD, _NUMBER.pack(held), db=self._values)

    def noted(self, session: str, after: int) -> Notes:
        """Return the entries of a journal after this number."""
        name = session.encode()
        start = name + b"\0"
        found: list[tuple[int, bytes]] = []
        with self._environment.begin(db=self._journal) as read:
            cleared = _number(read.get(_CLEARED + name, db=self._values))
            cursor = read.cursor()
            after = max(after, cleared)
            if cursor.set_range(start + _NUMBER.pack(after + 1)):
                for key, value in cursor:
                    if not key.startswith(start):
                        break
                    found += numbered(_number(key[len(start) :]), value, after)
        return Notes(cleared, found)

    def forget(self, session: str) -> None:
        """Clear a journal; its numbers go on."""
        name = session.encode()
        with self._environment.begin(write=True) as write:
            number = write.get(_NOTED + name, db=self._values)
            if number is not None:
                write.put(_CLEARED + name, number, db=self._values)

    def report(self, position: int, used: dict[str, float]) -> Report:
        """Report the position of this process and its use of sessions; return those of all."""
        now = time.monotonic()
        with self._environment.begin(write=True) as write:
            write.put(self._me, _MEMBER.pack(now, position), db=self._members)
            positions, count = [], 0
            for member, value in write.cursor(self._members):
                seen, reached = _MEMBER.unpack(value)
                if now - seen > _LOST:
                    write.delete(bytes(member), db=self._members)
                else:
                    positions.append(reached)
                    count += now - seen <= _LEASE
            latest = dict(used)
            for name, moment in used.items():
                key = name.encode()
                known = write.get(key, db=self._used)
                if known is not None:
                    latest[name] = max(moment, struct.unpack("<d", known)[0])
                write.put(key, struct.pack("<d", latest[name]), db=self._used)
            return Report(count, min(positions), latest, self._lead(write, now))

    def _lead(self, write: lmdb.Transaction, now: float) -> bool:
        """Renew the lease of the leader, or take it over if it has expired."""
        found = write.get(_LEADER, db=self._values)
        if found is not None:
            seen, leader = _MEMBER.unpack(found)
            if leader != os.getpid() and now - seen < _LEASE:
                return False
        write.put(_LEADER, _MEMBER.pack(now, os.getpid()), db=self._values)
        return True

    def close(self) -> None:
        with self._environment.begin(db=self._members, write=True) as write:
            write.delete(self._me)
        self._environment.close()


def _number(found: bytes | memoryview | None) -> int:
    return 0 if found is None else int(_NUMBER.unpack(found)[0])
