"""Journal of the latest requests and responses of a session, and their log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from ringme_mock.delivery.deliveries import Delivery
from ringme_mock.errors import ApiError, NotMocked
from ringme_mock.http.journal_budget import ENTRY_SIZE, JournalBudget
from ringme_mock.json_input import read_json
from ringme_mock.store.access import Caller
from ringme_spec.operations import Operation
from ringme_spec.redaction import Redaction, mask_text

if TYPE_CHECKING:
    from ringme_mock.actions.request_context import RequestContext

logger = logging.getLogger(__name__)

DEFAULT_SIZE = 1000
# Characters of paths, queries and bodies of all entries together.
MOST_CONTENT = 4 * 1024 * 1024
_STREAM_LIMIT = 1000


class JournalEntry(NamedTuple):
    """Request and its response; `status` is None if the connection was dropped.

    `at` is the time in seconds since 1970, `seconds` the time until the response; `values` are
    those of the path, `body` is the beginning of the body, of `size` bytes.
    """

    number: int
    at: float
    method: str
    path: str
    query_string: bytes
    target: Operation | None
    values: Sequence[str]
    caller: Caller | None
    content_type: bytes
    body: bytes
    size: int
    status: int | None
    refusal: ApiError | None
    detail: str
    fault: str | None
    seconds: float

    @property
    def operation(self) -> str | None:
        return self.target.id if self.target else None

    @property
    def login(self) -> str | None:
        return self.caller.user["login"] if self.caller else None

    @property
    def reason(self) -> str | None:
        return reason_of(self.refusal, self.detail)

    @property
    def parameters(self) -> dict[str, str]:
        if self.target is None:
            return {}
        names = [parameter.name for parameter in self.target.path_parameters]
        return dict(zip(names, self.values, strict=False))

    @property
    def verdict(self) -> str:
        """One of `valid`, `refused`, `not_mocked`, `failed` and `fault` (injected)."""
        if self.fault is not None:
            return "fault"
        if self.status is None or self.status >= 500:
            return "failed"
        if isinstance(self.refusal, NotMocked):
            return "not_mocked"
        return "refused" if self.status >= 400 else "valid"

    def as_json(self, redaction: Redaction) -> dict[str, Any]:
        """Return the entry as JSON, secrets masked."""
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
            "word": self.refusal.code if self.refusal else None,
            "fault": self.fault,
            "milliseconds": round(self.seconds * 1000, 3),
        }

    def _body(self, redaction: Redaction) -> Any:
        """Return JSON or the fields of a form, secrets masked; None for any other body."""
        kind = self.content_type.partition(b";")[0].strip().lower()
        try:
            if kind == b"application/x-www-form-urlencoded":
                return redaction.mask(_pairs(self.body.decode("utf-8")))
            if not self.body or self.size != len(self.body):
                return None
            return redaction.mask(read_json(self.body))
        except ValueError:
            return None


def reason_of(refusal: ApiError | None, detail: str) -> str | None:
    """Join what the client was told and what only the journal says; None for no reason."""
    parts = [refusal.message, detail] if refusal else [detail]
    return ": ".join(part for part in parts if part) or None


def _pairs(text: str) -> dict[str, str | list[str]]:
    """Read a query or form by name; repeated names have a list."""
    found = parse_qs(text, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


class Journal:
    """Journal of the last `size` entries, or fewer long ones, and its followers."""

    def __init__(self, size: int = DEFAULT_SIZE, budget: JournalBudget | None = None) -> None:
        self._entries: deque[JournalEntry] = deque()
        self._size = size
        # Characters, and what an entry takes beside them.
        self.content = 0
        # Entries that there were no room for.
        self.dropped = 0
        self._budget = budget or JournalBudget(size)
        self._budget.join(self)
        # No number is reused.
        self.numbers = count(1)
        self.last_number = 0
        self._waiting: set[asyncio.Queue[JournalEntry | Delivery]] = set()

    @property
    def followed(self) -> bool:
        return bool(self._waiting)

    def add(self, entry: JournalEntry) -> None:
        """Add an entry, and drop the oldest ones beyond the limits."""
        entries = self._entries
        entries.append(entry)
        self.last_number = entry.number
        content = _content(entry)
        self.content += content
        self._budget.take(content)
        while len(entries) > self._size or self.content - len(entries) * ENTRY_SIZE > MOST_CONTENT:
            self.drop_oldest()
        self.tell(entry)

    def tell(self, news: JournalEntry | Delivery) -> None:
        """Tell the followers of an entry, or of the end of a delivery, which is kept elsewhere."""
        for queue in self._waiting:
            # A follower that does not keep up misses entries.
            if queue.qsize() < _STREAM_LIMIT:
                queue.put_nowait(news)

    def entries(self) -> list[JournalEntry]:
        """List the entries, oldest first."""
        return list(self._entries)

    @property
    def is_empty(self) -> bool:
        return not self._entries

    @property
    def oldest(self) -> float:
        """Time of the oldest entry. Raises IndexError without any."""
        return self._entries[0].at

    def drop_oldest(self) -> int:
        """Drop the oldest entry. Returns what it held."""
        content = _content(self._entries.popleft())
        self.content -= content
        self.dropped += 1
        return content

    def clear(self) -> None:
        self._entries.clear()
        self.content = self.dropped = 0

    async def follow(
        self, heartbeat: float
    ) -> AsyncGenerator[JournalEntry | Delivery | None, None]:
        """Yield None once it listens, then each new entry, or None after so many seconds."""
        queue: asyncio.Queue[JournalEntry | Delivery] = asyncio.Queue()
        self._waiting.add(queue)
        try:
            yield None
            while True:
                try:
                    entry = await asyncio.wait_for(queue.get(), heartbeat)
                except TimeoutError:
                    yield None
                else:
                    yield entry
        finally:
            self._waiting.discard(queue)


def _content(entry: JournalEntry) -> int:
    return ENTRY_SIZE + len(entry.path) + len(entry.query_string) + len(entry.body)


def note(request: RequestContext, status: int | None) -> None:
    """Add a request to the journal and the log."""
    journal = request.session.journal
    noted = (
        next(journal.numbers),
        request.at,
        request.method,
        request.path,
        request.query,
        request.target,
        request.path_values,
        request.caller,
        request.headers.get(b"content-type", b""),
        request.body,
        request.size,
        status,
        request.refusal,
        request.detail,
        request.fault,
        time.time() - request.at,
    )
    # Takes half the time of the constructor.
    journal.add(tuple.__new__(JournalEntry, noted))
    if logger.isEnabledFor(logging.INFO):
        log(request, status)


def log(request: RequestContext, status: int | None) -> None:
    """Log a request in one line, with the reason of a refusal; secrets are masked."""
    caller = request.caller
    reason = reason_of(request.refusal, request.detail)
    reason = mask_text(reason) if reason else None
    shown = {
        "method": request.method,
        "path": request.path,
        "query": request.session.redaction.mask_query(request.query),
        "status": status,
        "login": caller.user["login"] if caller else None,
        "operation": request.target.id if request.target else None,
        "reason": reason,
        "milliseconds": round((time.time() - request.at) * 1000, 3),
    }
    logger.info(
        "%s %s%s %s %s%s",
        request.method,
        request.path,
        f"?{shown['query']}" if shown["query"] else "",
        status or "-",
        shown["login"] or "-",
        f" ({reason})" if reason else "",
        extra={**shown, "mock_session": request.session.name},
    )
