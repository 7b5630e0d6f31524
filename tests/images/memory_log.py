"""Log in memory, shared by several replicas in one process."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping

from ringme_mock.command_log.log import Batch, Count, Entry, Notes, Report, Tally, Turn


class LogContents:
    """Contents of a log: entries by the number of their last command.

    `all_rows` also has the entries that were dropped.
    """

    def __init__(self, rows: Mapping[int, Entry] | None = None) -> None:
        self.rows = dict(rows or {})
        self.all_rows: dict[int, Entry] = {}
        self.latest = max(self.rows, default=0)
        # Time passes only when a test advances it.
        self.moment = time.time()
        self.images: dict[int, list[bytes]] = {}
        self.image = 0
        self.tallies: dict[str, Tally] = {}
        self.positions: dict[int, int] = {}


class MemoryLog:
    """Log as seen by the replica with the number `member`. Replica 0 leads."""

    shared = True
    name = "memory"

    def __init__(self, log_contents: LogContents, member: int = 0) -> None:
        self.log_contents = log_contents
        self._member = member

    async def turn(self, after: int, batch: Batch) -> Turn:
        log_contents = self.log_contents
        entries = [one for number, one in log_contents.rows.items() if number > after]
        tallies = [self._tally(one, bool(entries)) for one in batch.counts]
        number = log_contents.latest + 1
        rows: list[bytes] = []
        for count, tally in zip(batch.counts, tallies, strict=True):
            rows += count.accepted(tally)
        rows += batch.rows
        if rows:
            log_contents.latest += len(rows)
            entry = Entry(log_contents.latest, log_contents.moment, batch.nonce, b"".join(rows))
            log_contents.rows[log_contents.latest] = log_contents.all_rows[log_contents.latest] = (
                entry
            )
        return Turn(number, log_contents.moment, entries, tallies)

    def _tally(self, count: Count, is_behind: bool) -> Tally | None:
        if is_behind and not count.certain:
            return None
        tallies = self.log_contents.tallies
        start, used = tallies.get(count.key, (count.now - count.known[0], count.known[1]))
        if not 0 <= count.now - start < count.period:
            start, used = count.now, 0
        used += count.times + len(count.rows)
        tallies[count.key] = start, used
        return count.now - start, used

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        self.log_contents.images = {number: [piece async for piece in pieces]}
        self.log_contents.image = number

    async def latest_image(self) -> int:
        return self.log_contents.image

    async def image(self, number: int) -> list[bytes]:
        return self.log_contents.images.get(number, [])

    async def drop_before(self, number: int) -> None:
        rows = self.log_contents.rows
        for one in [one for one in rows if one < number]:
            del rows[one]

    async def noted(self, session: str, after: int) -> Notes:
        return Notes(0, ())

    async def forget(self, session: str, *, ended: bool = False) -> None:
        """Do nothing, as there is no journal."""

    async def report(self, position: int, used: dict[str, float]) -> Report:
        positions = self.log_contents.positions
        positions[self._member] = position
        return Report(len(positions), min(positions.values()), used, self._member == 0)

    async def about(self) -> dict[str, str]:
        return {}

    async def describe(self, values: Mapping[str, str]) -> None:
        """Do nothing, as no descriptions are compared."""

    async def close(self) -> None:
        """Do nothing, as nothing is open."""
