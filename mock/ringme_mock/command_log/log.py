"""Log: the commands that made a state, in one order for all processes that serve it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from ringme_mock.command_log.row import Row, read_rows

# Kinds of commands, besides those of the control interface.
API, FAULT, SETTLE, DELIVERED = "api", "fault", "settle", "delivered"
BEGIN, END = "begin", "end"
# They change nothing: all processes make an image, and compare it with the leader's.
IMAGE, DIGEST = "image", "digest"

# Seconds since a period began, and the number of requests in it.
Tally: TypeAlias = tuple[float, int]
# Seconds by which the clocks of hosts may differ.
SKEW = 5.0


class Count(NamedTuple):
    """Requests of a client to count for its rate limit at the time `now`.

    `times` requests only count; those of `rows` also append their command each if they are within
    the `limit` of a period of so many seconds. A new `key` starts from the tally `known`. Unless
    `certain`, nothing counts and nothing is appended if there are commands that this process does
    not know, as these may change the client and its rights.
    """

    key: str
    now: float
    period: float
    known: Tally
    limit: int
    certain: bool = False
    times: int = 0
    rows: Sequence[bytes] = ()

    def accepted(self, tally: Tally | None) -> Sequence[bytes]:
        """Return the commands within the limit; `tally` includes all of these requests."""
        if tally is None:
            return ()
        return self.rows[: max(0, self.limit - tally[1] + len(self.rows))]


class Batch(NamedTuple):
    """Requests to count, commands to append after theirs, and entries to add to journals.

    Commands are packed, and share the `nonce`.
    """

    nonce: bytes = b""
    counts: Sequence[Count] = ()
    rows: Sequence[bytes] = ()
    notes: Mapping[str, Sequence[bytes]] = {}

    @property
    def may_append(self) -> bool:
        return bool(self.nonce)


class Entry(NamedTuple):
    """Commands that a process has appended together, packed, and the number of the last one.

    They share `at`, their time, and `nonce`, the seed of unguessable texts.
    """

    last: int
    at: float
    nonce: bytes
    rows: bytes

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """Return the commands with their numbers. Raises ValueError if they are damaged."""
        rows = read_rows(self.rows)
        return enumerate(rows, self.last - len(rows) + 1)


class Turn(NamedTuple):
    """Response of a log: the commands of others since a position, in order.

    `number` is the position of the first appended command, `at` the time of all appended ones.
    `tallies` has None for requests that did not count. If nothing was appended, there may be `more`
    commands of others.
    """

    number: int
    at: float
    entries: Sequence[Entry]
    tallies: Sequence[Tally | None] = ()
    more: bool = False


class Notes(NamedTuple):
    """Entries of a journal with their numbers; those up to `cleared` are to be dropped."""

    cleared: int
    entries: Sequence[tuple[int, bytes]]


class Report(NamedTuple):
    """State of all processes: their number, the lowest position, the latest use of sessions.

    `leads` is true if this process is the leader, which sends events.
    """

    processes: int
    lowest: int
    used: dict[str, float]
    leads: bool


class UnknownOutcome(OSError):
    """The log did not respond, so a command may have been appended or not."""


class Log(Protocol):
    """Log of commands. Its methods raise OSError if it cannot be written to.

    They raise UnknownOutcome if it cannot be reached. A `shared` log is used by several processes,
    and also counts, journals and elects a leader for them.
    """

    shared: bool
    name: str

    async def turn(self, after: int, batch: Batch) -> Turn:
        """Return the commands after a position, and append others, in one atomic step."""

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        """Store an image of the state after a command; it replaces the last one once complete."""

    async def latest_image(self) -> int:
        """Return the number of the last command in the image, 0 if there is none."""

    async def image(self, number: int) -> list[bytes]:
        """Return the pieces of an image; some or none if another image has replaced it."""

    async def drop_before(self, number: int) -> None:
        """Delete the commands before this one, except those appended together with it."""

    async def noted(self, session: str, after: int) -> Notes:
        """Return the entries of a journal after this number."""

    async def forget(self, session: str, *, ended: bool = False) -> None:
        """Clear the journal of a session, which may have `ended`."""

    async def report(self, position: int, used: dict[str, float]) -> Report:
        """Report the position of this process and its use of sessions; return those of all."""

    async def about(self) -> dict[str, str]:
        """Return the identity of the log, by name; empty for a new log."""

    async def describe(self, values: Mapping[str, str]) -> None:
        """Store the identity of the log."""

    async def close(self) -> None: ...
