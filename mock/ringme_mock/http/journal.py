"""What the mock was asked lately, and what came of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from ringme_mock.errors import ApiError
from ringme_mock.json_input import read_json
from ringme_mock.store.access import Caller
from ringme_spec.operations import Operation
from ringme_spec.redaction import Redaction, mask_text

DEFAULT_SIZE = 1000
# Enough for every body that the API takes; more would let one request fill the memory.
BODY_LIMIT = 16_384
# What the entries of a session hold together, in characters of paths, queries and bodies.
MOST_CONTENT = 4 * 1024 * 1024
_STREAM_LIMIT = 1000


class JournalEntry(NamedTuple):
    """One request and its answer, as they were found. `status` None: it got none.

    `at` is the moment in seconds since 1970, `seconds` the time until the answer; `values` are
    those of the path, `body` the begin of what was sent, of `size` bytes.
    """

    number: int
    at: float
    method: str
    path: str
    query_string: bytes
    asked: Operation | None
    values: Sequence[str]
    caller: Caller | None
    content_type: bytes
    body: bytes
    size: int
    status: int | None
    refusal: ApiError | None
    fault: str | None
    seconds: float

    @property
    def operation(self) -> str | None:
        """The id of the operation."""
        return self.asked.id if self.asked else None

    @property
    def login(self) -> str | None:
        """The user of the token."""
        return self.caller.user["login"] if self.caller else None

    @property
    def reason(self) -> str | None:
        """Why it was refused."""
        return self.refusal.message if self.refusal else None

    @property
    def word(self) -> str | None:
        """The same for programs."""
        return self.refusal.word if self.refusal else None

    @property
    def parameters(self) -> dict[str, str]:
        """Those of the path, as they were sent."""
        if self.asked is None:
            return {}
        names = [parameter.name for parameter in self.asked.path_parameters]
        return dict(zip(names, self.values, strict=False))

    @property
    def verdict(self) -> str:
        """`valid`, `refused` by the rules, `failed`, or `fault` for one put in on purpose."""
        if self.fault is not None:
            return "fault"
        if self.status is None or self.status >= 500:
            return "failed"
        return "refused" if self.status >= 400 else "valid"

    def as_json(self, redaction: Redaction) -> dict[str, Any]:
        """The entry for people and programs, secrets masked."""
        moment = datetime.fromtimestamp(self.at, UTC)
        return {
            "number": self.number,
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "method": self.method,
            "path": mask_text(self.path),
            "query": redaction.mask(_pairs(self.query_string.decode("latin-1"))),
            "operation": self.operation,
            "parameters": {name: mask_text(one) for name, one in self.parameters.items()},
            "login": self.login,
            "application": self.caller.application["client_id"] if self.caller else None,
            "body": self._body(redaction),
            "size": self.size,
            "verdict": self.verdict,
            "status": self.status,
            "reason": mask_text(self.reason) if self.reason else None,
            "word": self.word,
            "fault": self.fault,
            "milliseconds": round(self.seconds * 1000, 3),
        }

    def _body(self, redaction: Redaction) -> Any:
        """The body as JSON; of a form its fields; None for anything that is neither, or too deep.

        Secrets are masked.
        """
        kind = self.content_type.partition(b";")[0].strip().lower()
        try:
            if kind == b"application/x-www-form-urlencoded":
                return redaction.mask(_pairs(self.body.decode("utf-8")))
            if not self.body or self.size != len(self.body):
                return None
            return redaction.mask(read_json(self.body))
        except ValueError:
            return None


def _pairs(text: str) -> dict[str, str | list[str]]:
    """A query or form by name; what comes several times is a list."""
    found = parse_qs(text, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


class Journal:
    """The last `size` entries, fewer where they are long, and whoever waits for the next one."""

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        self._entries: deque[JournalEntry] = deque()
        self._size = size
        self._content = 0
        self._next = 1
        self._waiting: set[asyncio.Queue[JournalEntry]] = set()

    @property
    def followed(self) -> bool:
        """Whether someone waits for the next entry."""
        return bool(self._waiting)

    def next_number(self) -> int:
        """The number of the entry that comes next; none is given twice."""
        number = self._next
        self._next += 1
        return number

    def add(self, entry: JournalEntry) -> None:
        """Keeps an entry, and drops the oldest when there are too many, or too much in them."""
        entries = self._entries
        entries.append(entry)
        self._content += len(entry.path) + len(entry.query_string) + len(entry.body)
        while len(entries) > self._size or self._content > MOST_CONTENT:
            gone = entries.popleft()
            self._content -= len(gone.path) + len(gone.query_string) + len(gone.body)
        for queue in self._waiting:
            # A reader that does not keep up misses entries, rather than holding all of them.
            if queue.qsize() < _STREAM_LIMIT:
                queue.put_nowait(entry)

    def entries(self) -> list[JournalEntry]:
        """All that are kept, oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Forgets all entries."""
        self._entries.clear()
        self._content = 0

    def follow(self) -> Follower:
        """The entries from now on, as they come."""
        return Follower(self._waiting)


class Follower:
    """Gets every entry that is added while it is open: `async with` it, then `await next()`."""

    def __init__(self, waiting: set[asyncio.Queue[JournalEntry]]) -> None:
        self._waiting = waiting
        self._queue: asyncio.Queue[JournalEntry] = asyncio.Queue()

    async def __aenter__(self) -> Follower:
        self._waiting.add(self._queue)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._waiting.discard(self._queue)

    async def next(self) -> JournalEntry:
        """The next entry, when it comes."""
        return await self._queue.get()
