"""Log: the commands that made a state, in one order for all processes that serve it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from ringme_mock.command_log.row import Row, read_rows

# Kinds of commands, beside those of the control interface.
API, FAULT, SETTLE, DELIVERED = "api", "fault", "settle", "delivered"
BEGIN, END = "begin", "end"
# They change nothing: all take an image, and compare it with that of the process that leads.
IMAGE, DIGEST = "image", "digest"

# Seconds since a period began, and the number of requests in it.
Tally: TypeAlias = tuple[float, int]
# Seconds by which the clocks of hosts may differ.
SKEW = 5.0


class Count(NamedTuple):
    """Requests of a client to count for its rate limit at the time `now`.

    There are so many `times`, then those that append a command of `rows` each if they are within
    the `limit` of a period of so many seconds. For a new `key`, those that are `known` have come
    before. Unless it is `certain`, none counts and nothing is appended if there are commands that
    this process does not know: they may change who counts, and who may do what.
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
        """Return the commands within the limit, by the tally after all of these requests."""
        if tally is None:
            return ()
        return self.rows[: max(0, self.limit - tally[1] + len(self.rows))]


class Batch(NamedTuple):
    """Requests to count, commands to append behind theirs, and entries to add to journals.

    Commands are packed; the `nonce` is that of all of them.
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

    `at` is the moment of all, `nonce` the seed of texts which nobody can guess.
    """

    last: int
    at: float
    nonce: bytes
    rows: bytes

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """List the commands with their numbers. Raises ValueError for what is damaged."""
        rows = read_rows(self.rows)
        return enumerate(rows, self.last - len(rows) + 1)


class Turn(NamedTuple):
    """Answer of a log: the commands of others since a position, in order.

    `number` is the position of the first command that was appended behind them, `at` the moment of
    all. `tallies` has None for what did not count. Without commands to append, there may be `more`
    of others.
    """

    number: int
    at: float
    entries: Sequence[Entry]
    tallies: Sequence[Tally | None] = ()
    more: bool = False


class Notes(NamedTuple):
    """Entries of a journal with their numbers; those up to `cleared` are to be forgotten."""

    cleared: int
    entries: Sequence[tuple[int, bytes]]


class Report(NamedTuple):
    """State of all processes: how many, the position of the last one, the latest use of sessions.

    `leads` tells if this process sends events.
    """

    processes: int
    lowest: int
    used: dict[str, float]
    leads: bool


class UnknownOutcome(OSError):
    """The log did not respond: whether a command was appended is not known."""


class Log(Protocol):
    """Keeps commands in order. Its methods raise OSError if it cannot be written to.

    They raise UnknownOutcome if it cannot be reached.

    What several processes use is `shared`: it also counts, journals and elects for them.
    """

    shared: bool
    name: str

    async def turn(self, after: int, batch: Batch) -> Turn:
        """Return the commands after a position, and append others behind them, in one step."""

    async def keep_image(self, number: int, pieces: AsyncIterator[bytes]) -> None:
        """Keep an image of the state after a command, instead of the last one once it is whole."""

    async def latest_image(self) -> int:
        """Return the number of the command that the image is of, 0 if there is none."""

    async def image(self, number: int) -> list[bytes]:
        """Return the pieces of an image; nothing, or some, if another one has replaced it."""

    async def drop_before(self, number: int) -> None:
        """Delete all commands before one, but for those that were appended together with it."""

    async def noted(self, session: str, after: int) -> Notes:
        """Return what was added to a journal after the entry with a number."""

    async def forget(self, session: str, *, ended: bool = False) -> None:
        """Clear the journal of a session, which may have `ended`."""

    async def report(self, position: int, used: dict[str, float]) -> Report:
        """Tell how far this process is and when it used sessions, and hear of all."""

    async def about(self) -> dict[str, str]:
        """Return what the commands were applied to, by name; nothing for a new log."""

    async def describe(self, values: Mapping[str, str]) -> None:
        """Keep what the commands are applied to."""

    async def close(self) -> None: ...
